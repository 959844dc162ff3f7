/** An output in full size. */

import "../view/styles/dialog.css";
import "../view/styles/large.css";

export { FILM_KEYS, PICTURE_KEYS } from "../view/large/keys";
export { LargeView } from "../view/large/large-view";
