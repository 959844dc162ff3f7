/** Draws one state of the page over a fake kernel: harness.html?theme=dark&w=300#succeeded */

import "../src/view/styles.css";
import sheet from "../src/sheet";
import widget from "../src/widget";
import { asBatchModel, batchModel, reachSheet, SHEETS } from "./batch";
import { reach } from "./reach";
import { modelOf } from "./states";

const query = new URLSearchParams(location.search);
const state = location.hash.slice(1) || "succeeded";
const host = document.getElementById("host");
if (!host) throw new Error("the harness has no place for the widget");
document.body.dataset.jpThemeLight = String(query.get("theme") !== "dark");
document.documentElement.style.colorScheme = query.get("theme") === "dark" ? "dark" : "light";
if (query.get("w")) host.style.width = `${query.get("w")}px`;
const model = state in SHEETS ? batchModel(state) : modelOf(state);
if (state in SHEETS) sheet.render({ model: asBatchModel(model), el: host });
else widget.render({ model, el: host });
// What draws the states waits for this.
(state in SHEETS ? reachSheet(state, host) : reach(state, host, model)).then(() => {
  document.body.dataset.reached = state;
});
Object.assign(window, { model });
