/** The management tools. */

import "../view/styles/manage.css";

export { Tools } from "../view/manage/tools";
