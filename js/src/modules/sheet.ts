/** A batch as a sheet. */

import "../view/styles/dialog.css";
import "../view/styles/sheet.css";

export { Below } from "../view/sheet/below";
export { GRID_KEYS, ITEM_KEYS } from "../view/sheet/keys";
export { Sheet } from "../view/sheet/sheet";
export { Sweep } from "../view/sheet/sweep";
