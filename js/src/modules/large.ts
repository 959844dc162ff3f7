/** An output in full size. */

import "../view/styles/large.css";

export { LargeView } from "../view/large/large-view";
