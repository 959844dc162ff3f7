/** A picture in full size. */

import "../view/styles/large.css";

export { LargeView } from "../view/response/large-view";
