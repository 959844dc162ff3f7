/** Two to four results beside each other. */

import "../view/styles/dialog.css";
import "../view/styles/compare.css";

export { Compare } from "../view/compare/compare";
export { COMPARE_KEYS } from "../view/compare/keys";
