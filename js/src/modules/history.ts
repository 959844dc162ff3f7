/** The runs as a gallery: found, looked at, rated, taken up again. */

import "../view/styles/history.css";

export { Gallery } from "../view/history/gallery";
export { Interrupted } from "../view/history/interrupted";
export { RUN_KEYS } from "../view/history/keys";
export { narrowed } from "../view/history/query";
export { rate, Stars } from "../view/history/rating";
