/** A JSON text to read: of the shown run, and of a management tool. */

import "../view/styles/json.css";

export { JsonPane } from "../view/json/json-pane";
export { JsonView } from "../view/json/json-view";
export { SEARCH_KEYS } from "../view/json/keys";
