/** Every control of every state, pressed by key: the focus stands where the table says, and never nowhere. */

import { describe, expect, test } from "vitest";
import { type Locator, page, userEvent } from "vitest/browser";
import type { Traits } from "../src/protocol";
import { living } from "./living";
import { button, field, mountModel, response } from "./mount";
import { reach } from "./reach";
import { alert, lost, ready, runs, STATES, succeeded, traits } from "./states";

const MORE: Record<string, () => Traits> = {
  typed: () => traits(),
  asking: () => ready({ run: succeeded() }),
  code: () => ready(),
  searching: () => ready({ run: succeeded() }),
  unfolded: () => ready({ run: succeeded() }),
  reading: () => ready({ run: succeeded() }),
  enlarged: () => ready({ run: succeeded() }),
  links: () =>
    ready({ values: { ...ready().values, generation_input_file: ["https://a.example/1.png", "b"] } }),
  found: () => ready({ run: { ...lost(), alert: alert({ message: "m", request_id: "req_1" }) } }),
  older: () => ready({ history_state: { count: 300, version: 1, waiting: 0 } }),
  reset: () => ready(),
  waits: () => ready({ history_state: { count: 8, version: 1, waiting: 2 } }),
};
const ALL = { ...STATES, ...MORE };

const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const settled = async () => {
  await drawn();
  await drawn();
};

/** A press that brings a state about; where it is behind a tab, the state is not reached there. */
const tap = async (one: Locator) => {
  await expect.element(one).toBeVisible();
  (one.element() as HTMLElement).focus();
  (one.element() as HTMLElement).click();
  await settled();
};

async function start(state: string, width: number, panel?: string) {
  const model = living(ALL[state]?.() ?? ready());
  if (state === "found") {
    const answer = model.kernel;
    const generations = [
      { generation_id: "g-1", generation_status: "succeeded", generation_created_at: null },
    ];
    model.kernel = (one) => (one.kind === "check_content" ? { data: { generations } } : answer(one));
  }
  if (state === "older") {
    const answer = model.kernel;
    const rows = Array.from({ length: 100 }, (_, at) => ({ ...runs[0], run_id: `old-${at}` }));
    model.kernel = (one) => (one.kind === "list_runs" ? { data: { rows } } : answer(one));
  }
  model.isGone = state === "disconnected";
  const mounted = mountModel(model, width);
  if (!model.isGone) await expect.poll(() => model.commands("hello").length).toBe(1);
  await drawn();
  await reach(state === "asking" ? "manage" : state, mounted.el);
  if (state === "typed") await field("API key").fill("bye_abcdefgh");
  if (state === "older") await reach("history", mounted.el);
  if (state === "history" || state === "older")
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
  if (panel) mounted.el.querySelector<HTMLElement>(`.gw-tabs [data-value=${panel}]`)?.click();
  await settled();
  if (state === "asking") {
    const tool = page.getByRole("group", { name: "Delete Content" });
    await tap(tool.getByRole("button", { name: "Send request" }));
    await expect.element(button("Delete")).toBeVisible();
  }
  const isShown = width > 900 || panel === "response";
  if (!isShown) return { model, ...mounted };
  if (state === "code") {
    await tap(page.getByRole("tab", { name: "Code" }));
    await expect.element(button("Copy code")).toBeEnabled();
  }
  if (state === "searching") await tap(button("Search JSON"));
  if (state === "searching") await field("Search in JSON").fill("generation");
  if (state === "reading")
    await tap(page.getByRole("region", { name: "JSON" }).getByRole("listitem").first());
  if (state === "enlarged") await tap(button("Enlarge output 1"));
  if (state === "unfolded") await tap(response().getByRole("button", { name: /^Timeline/ }));
  if (state === "found") await tap(button("Check my content list"));
  if (state === "reset") await tap(button("Reset to defaults"));
  await settled();
  return { model, ...mounted };
}

/** What a person hears of an element, without what differs from row to row. */
function labelOf(one: Element | null): string {
  if (!one || one === document.body) return "nothing";
  const label = one.id ? one.closest(".gw")?.querySelector(`label[for="${CSS.escape(one.id)}"]`) : null;
  const own = one.getAttribute("aria-label") ?? label?.textContent ?? one.textContent ?? "";
  const named = own
    .replace(
      /^(Show(?! older)|Resume|Enlarge|Fold line|Save|Copy link|Remove|Add|Increase|Decrease|History)\b.*/,
      "$1",
    )
    .replace(/^Copy [\w-]*\d[\w-]*$/, "Copy id")
    .replace(/^Timeline.*/, "Timeline")
    .replace(/: (done|to do)$/, "")
    .replace(/^.*: Must be.*/, "Reason: wrong")
    .replace(/^Fill required.*/, "Reason: missing");
  // a run whose host was not reached is resumed by a button of this name
  if (named === "Try again" && one.closest(".gw-alert")) return "Resume";
  const role = one.getAttribute("role") ?? one.localName;
  return role === "button" ? named : `${role} ${role === "tabpanel" ? "" : named}`.trim();
}

const pressed = (el: Element) =>
  [...el.querySelectorAll<HTMLButtonElement>("button:enabled")].filter((one) => one.checkVisibility());

async function pressAll(
  width: number,
  panels: readonly (string | undefined)[],
): Promise<Record<string, string>> {
  const led: Record<string, string> = {};
  for (const state of Object.keys(ALL)) {
    for (const panel of panels) {
      let mounted = await start(state, width, panel);
      const untried = () => pressed(mounted.el).find((button) => !(labelOf(button) in led));
      for (let one = untried(); one; one = untried()) {
        const label = labelOf(one);
        one.focus();
        await userEvent.keyboard("{Enter}");
        await settled();
        const { activeElement } = document;
        const isSame = activeElement === one;
        led[label] = isSame ? "itself" : labelOf(activeElement);
        if (activeElement && !isSame && !activeElement.checkVisibility()) led[label] += ", hidden";
        mounted.unmount();
        mounted = await start(state, width, panel);
      }
      mounted.unmount();
    }
  }
  return led;
}

/** Where a press of each leads; `itself` is where it was. */
const LEADS: Record<string, string> = {
  "tab Image": "itself",
  "tab Video": "itself",
  "radio US": "itself",
  "radio EU": "itself",
  "radio APAC": "itself",
  "radio Sandbox": "itself",
  "Copy schema": "itself",
  "Copy request": "itself",
  "Reset to defaults": "itself",
  Decrease: "itself",
  Increase: "itself",
  "switch generation_moderation": "itself",
  "Lock your API key to send": "input API key",
  "Reason: missing": "textarea generation_prompt",
  "tab Result": "itself",
  "tab Code": "itself",
  "Model selected": "combobox Model",
  "API key locked": "input API key",
  "Required fields filled": "textarea generation_prompt",
  "Try an example": "input API key",
  "Manage content": "itself",
  History: "itself",
  "Unlock API key": "input API key",
  "Send request": "itself",
  "Reason: wrong": "spinbutton generation_guidance_scale",
  "Waiting for the API's answer": "tabpanel",
  Cancel: "tabpanel",
  "Copy response": "itself",
  "Copy generation_id": "itself",
  "Content Info": "input generation_id",
  "Delete Content": "input generation_id",
  "radio Reply": "itself",
  "Fold JSON": "itself",
  "Search JSON": "input Search in JSON",
  "Download JSON": "itself",
  "Fold line": "itself",
  Timeline: "itself",
  Enlarge: "Close",
  Save: "itself",
  "Copy link": "itself",
  "radio Record": "itself",
  "Copy request id": "itself",
  Resume: "tabpanel",
  "Check my content list": "itself",
  "Copy cURL": "itself",
  "Send request: Content Info": "itself",
  "Send request: Cancel Generation": "itself",
  "Send request: Delete Content": "Keep",
  Show: "itself",
  "Use the sandbox key": "input API key",
  Add: "input generation_input_file 2",
  Dismiss: "Copy schema",
  "Try again": "itself",
  "No kernel takes requests": "Try again",
  "Lock API key": "Unlock API key",
  Keep: "input generation_id",
  Delete: "input generation_id",
  "radio Python": "itself",
  "radio cURL": "itself",
  "radio TypeScript": "itself",
  "Copy code": "itself",
  "Previous match": "itself",
  "Next match": "itself",
  "Copy path": "itself",
  "Close path": "region JSON",
  Close: "Enlarge",
  "Copy id": "itself",
  "Undo reset": "Reset to defaults",
  Remove: "input generation_input_file 1",
  "Show older runs": "group Runs",
};
describe("each button of each state, pressed by key, leaves the focus where the table says:", () => {
  for (const [width, panels, leads] of [[1280, [undefined], LEADS]] as const) {
    test(`${width} px`, { timeout: 300_000 }, async () => {
      const led = await pressAll(width, panels);
      const wrong = Object.entries(led).filter(([label, to]) => leads[label] !== to);
      expect(wrong).toEqual([]);
      expect(Object.keys(leads).filter((label) => !(label in led))).toEqual([]);
    });
  }
});

test("from the prompt to Send it is twelve stops of Tab at most", async () => {
  const { el } = await start("filled", 1280);
  const stops = [...el.querySelectorAll<HTMLElement>("button, input, select, textarea, [tabindex]")].filter(
    (one) => one.tabIndex >= 0 && !one.matches(":disabled") && one.checkVisibility(),
  );
  const place = (label: string) => stops.findIndex((one) => labelOf(one) === label);
  expect(place("Send request") - place("textarea generation_prompt")).toBeLessThanOrEqual(12);
});
