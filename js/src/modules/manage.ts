/** The management tools. */

import "../view/styles/manage.css";

export { InPlace } from "../view/manage/in-place";
export { Tools } from "../view/manage/tools";
