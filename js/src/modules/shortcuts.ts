/** Which keys do what, and what was spent. */

import "../view/styles/dialog.css";
import "../view/styles/shortcuts.css";

export { Shortcuts } from "../view/shortcuts/shortcuts";
