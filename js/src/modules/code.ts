/** The request, or a batch, as code. */

import "../view/styles/code.css";

export { BatchCode, CodeView } from "../view/response/code";
