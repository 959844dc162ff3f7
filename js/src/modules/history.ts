/** The list of runs. */

import "../view/styles/history.css";

export { RunTable } from "../view/history/run-table";
