/** The request as code. */

import "../view/styles/code.css";

export { CodeView } from "../view/response/code";
