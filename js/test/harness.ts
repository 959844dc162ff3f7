/** Draws one state of the page over a fake kernel: harness.html?theme=dark&w=300#succeeded */

import "../src/view/styles.css";
import widget from "../src/widget";
import { FakeModel } from "./fake-model";
import { kernel, STATES, showRefusal } from "./states";

const query = new URLSearchParams(location.search);
const state = location.hash.slice(1) || "succeeded";
const host = document.getElementById("host");
if (!host) throw new Error("the harness has no place for the widget");
document.body.dataset.jpThemeLight = String(query.get("theme") !== "dark");
document.documentElement.style.colorScheme = query.get("theme") === "dark" ? "dark" : "light";
if (query.get("w")) host.style.width = `${query.get("w")}px`;
showRefusal(state === "refused");
const make = STATES[state];
if (!make) throw new Error(`no such state: ${state}`);
const model = new FakeModel(make(), kernel);
if (state === "disconnected") model.isGone = true;
widget.render({ model, el: host });

const click = (name: string) => {
  const named = [...host.querySelectorAll("button")].find(
    (one) => one.textContent?.trim() === name || one.title === name,
  );
  named?.click();
};
const steps: Record<string, () => void> = {
  invalid: () => click("Send request"),
  manage: () => click("Manage content"),
  history: () => host.querySelectorAll<HTMLElement>(".gw-disc")[1]?.click(),
  menu: () => {
    const input = host.querySelector<HTMLInputElement>("[role=combobox]");
    if (!input) return;
    input.focus();
    input.value = "flux";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  },
};
setTimeout(() => {
  steps[state]?.();
  for (const tab of host.querySelectorAll<HTMLElement>(".gw-tabs [role=tab]")) {
    if (tab.dataset.value === query.get("tab")) tab.click();
  }
}, 100);
Object.assign(window, { model });
