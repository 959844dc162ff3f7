/** Every control of every state, pressed by key: the focus stands where the table says, and never nowhere. */

import { describe, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { livingIn } from "./living";
import { type Mounted, show } from "./mount";
import { drawn, loaded } from "./reach";
import { alert, STATES } from "./states";

const settled = async () => {
  await drawn();
  await drawn();
};

/** Frames until a module that was asked for is here; where none comes, its word stays. */
const MOST_FRAMES = 40;

async function arrived(el: Element): Promise<void> {
  const isAwaited = () => [...el.querySelectorAll("p.gw-wait")].some((one) => one.checkVisibility());
  await settled();
  for (let frame = 0; frame < MOST_FRAMES && isAwaited(); frame++) await drawn();
  await settled();
}

const start = (state: string, width: number) => show(state, width, livingIn(state));

/** What is tried again by a button of one name. */
const AGAIN = [
  [".est", "estimate"],
  [".gw-out", "output"],
  [".gw-tool", "tool"],
  ["[role=status]", "note"],
] as const;

/** What stands in more than one place, of which each leads elsewhere. */
const HERE = /^(Keep|Delete|Manage content)$/;

/** What a person hears of an element, without what differs from row to row. */
function labelOf(one: Element | null): string {
  if (!one || one === document.body) return "nothing";
  const label = one.id ? one.closest(".gw")?.querySelector(`label[for="${CSS.escape(one.id)}"]`) : null;
  const own = one.getAttribute("aria-label") ?? label?.textContent ?? one.textContent ?? "";
  const named = own
    .replace(
      /^(Show(?! all| in| at)|Load into form|Run again|Select(?!ed)|Stars|Resume|Enlarge|Fold line|Save(?! all)|Copy link|Remove|Leave out|Use as|Add|Increase|Decrease|History|Reset(?! to)|Choose a file)\b.*/,
      "$1",
    )
    .replace(/^Copy [\w-]*\d[\w-]*$/, "Copy id")
    .replace(/^Use seed.*/, "Use seed")
    .replace(/^Timeline.*/, "Timeline")
    .replace(/: (done|to do)$/, "")
    .replace(/^.*: Must be.*/, "Reason: wrong")
    .replace(/^\S+ has no field .*/, "Reason: misspelt")
    .replace(/^Fill required.*/, "Reason: missing");
  // a run whose host was not reached is resumed by a button of this name
  if (named === "Try again" && one.closest(".gw-alert")) return "Resume";
  if (named === "Resume" && one.closest(".gw-note")) return "Resume: strip";
  if (named === "Dismiss" && one.closest(".gw-key")) return "Dismiss: key";
  if (one.closest(".gw-sweep .choices")) return "a value to vary";
  if (one.closest(".gw-sweep") && /^(Add|Remove|Send)/.test(named)) return `${named}: sweep`;
  if (HERE.test(named) && one.closest(".gw-here")) return `${named}: here`;
  if (named === "Content Info" && one.closest(".id")) return "Content Info: found";
  const place = AGAIN.find(([what]) => one.closest(what))?.[1];
  if (named === "Try again" && place) return `Try again: ${place}`;
  const role = one.getAttribute("role") ?? one.localName;
  return role === "button" ? named : `${role} ${role === "tabpanel" ? "" : named}`.trim();
}

const PANELS = ["schema", "input", "response"];

/** Turn to a panel; side by side all of them are there. */
async function turnTo(panel: string, { el, model }: Mounted): Promise<void> {
  const tab = el.querySelector<HTMLElement>(`.gw-tabs [data-value="${panel}"]`);
  if (!tab?.checkVisibility() || tab.ariaSelected === "true") return;
  tab.click();
  scrollTo(0, 0); // what is out of sight is not loaded
  await settled();
  await loaded(el, model);
}

/** The buttons that can be pressed: where a dialog is open, its own. */
function buttonsOf(el: Element): HTMLButtonElement[] {
  const all = [
    ...(el.querySelector("dialog[open]") ?? el).querySelectorAll<HTMLButtonElement>("button:enabled"),
  ];
  return all.filter((one) => one.checkVisibility());
}

async function pressAll(width: number): Promise<Record<string, string>> {
  const led: Record<string, string> = {};
  for (const state of Object.keys(STATES)) {
    let mounted = await start(state, width);
    for (const panel of width > 900 ? [""] : PANELS) {
      await turnTo(panel, mounted);
      const untried = () => buttonsOf(mounted.el).find((button) => !(labelOf(button) in led));
      for (let one = untried(); one; one = untried()) {
        const label = labelOf(one);
        one.focus();
        await userEvent.keyboard("{Enter}");
        await arrived(mounted.el);
        const { activeElement } = document;
        const isSame = activeElement === one;
        led[label] = isSame ? "itself" : labelOf(activeElement);
        if (led[label].endsWith(` ${one.ariaLabel?.slice("Reset ".length)}`)) led[label] = "its own field";
        if (activeElement && !activeElement.checkVisibility()) led[label] += ", hidden";
        mounted.unmount();
        mounted = await start(state, width);
        await turnTo(panel, mounted);
      }
    }
    mounted.unmount();
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
  "Body as JSON": "itself",
  "Earlier prompts": "listbox Earlier prompts",
  "Choose a file": "itself",
  Reset: "its own field",
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
  "Try an example": "Use the sandbox key",
  "Try an example in the sandbox": "Use the sandbox key",
  "Use the sandbox": "textarea generation_prompt",
  "Manage content": "itself",
  History: "itself",
  "Unlock API key": "input API key",
  "Send request": "itself",
  Sweep: "select Field to vary",
  "a value to vary": "itself",
  "Add: sweep": "select Field to vary",
  "Remove: sweep": "Close sweep",
  "Send 2: sweep": "Sweep",
  "Close sweep": "Sweep",
  "Reason: wrong": "spinbutton generation_guidance_scale",
  "Waiting for the API's answer": "tabpanel",
  Cancel: "tabpanel",
  "Copy response": "itself",
  "Copy generation_id": "itself",
  "Content Info": "itself",
  "Delete Content": "Keep: here",
  "Content Info: found": "input generation_id",
  "Manage content: here": "input generation_id",
  "Close Content Info": "Content Info",
  "Keep: here": "Delete Content",
  "Delete: here": "Delete Content",
  "radio Reply": "itself",
  "Fold JSON": "itself",
  "Wrap JSON": "itself",
  "Search JSON": "input Search in JSON",
  "Download JSON": "itself",
  "Fold line": "itself",
  Timeline: "itself",
  Enlarge: "group In full size",
  Again: "tabpanel",
  "Use seed": "itself",
  "New random seed": "itself",
  "Keep seed": "itself",
  "Previous frame": "itself",
  "Next frame": "itself",
  Loop: "itself",
  "Zoom in": "itself",
  "Zoom out": "itself",
  "Show at 100 %": "itself",
  "Copy picture": "itself",
  "Save all": "itself",
  "Previous output": "itself",
  "Next output": "group In full size",
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
  Show: "tabpanel",
  "Use the sandbox key": "input API key",
  Add: "input generation_input_file 2",
  Dismiss: "tabpanel",
  "Dismiss: key": "input API key",
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
  "Copy value": "itself",
  "Close path": "region JSON",
  Close: "Enlarge",
  "Copy id": "itself",
  "Undo reset": "Reset to defaults",
  Remove: "input generation_input_file 1",
  "Leave out": "Send request",
  "Use as": "textarea generation_prompt",
  "Reason: misspelt": "Leave out",
  "Load into form": "textarea generation_prompt",
  "Run again": "tabpanel",
  Stars: "itself",
  "More filters": "itself",
  "Show all runs": "input Search runs",
  "Shortcuts and spending": "group Shortcuts",
  "Close shortcuts": "Shortcuts and spending",
  Compare: "Stars",
  "Close comparison": "Compare",
  "Delete selected": "Keep runs",
  "Forget selected": "Keep runs",
  "Clear selection": "group Runs",
  "Keep runs": "Forget selected",
  "Forget runs": "group Runs",
  "Show in History": "History",
  "Resume: strip": "tabpanel",
  "Choose a model to send": "combobox Model",
  "The sandbox is not installed: choose another region": "radio Sandbox",
  "Cancel Generation": "itself",
  "Try again: note": "itself",
  "Try again: estimate": "itself",
  "Try again: output": "itself",
  "Try again: tool": "itself",
};
/** Where the panels are tabs, what a press of these leads to is in another. */
const LEADS_IN_TABS: Record<string, string> = {
  "Try an example": "Send request",
  "tab schema": "itself",
  "tab input": "itself",
  "tab response": "itself",
  "Send request": "tabpanel",
  Dismiss: "group Schema fields",
};

describe("each button of each state, pressed by key, leaves the focus where the table says:", () => {
  for (const width of [1280, 700, 360]) {
    test(`${width} px`, { timeout: 300_000 }, async () => {
      const led = await pressAll(width);
      const leads = width < 900 ? { ...LEADS, ...LEADS_IN_TABS } : LEADS;
      const wrong = Object.entries(led).filter(([label, to]) => leads[label] !== to);
      expect(wrong).toEqual([]);
      const pressed = Object.keys(led);
      expect(Object.keys(LEADS).filter((one) => !pressed.includes(one))).toEqual([]);
    });
  }
});

describe("Ctrl+Enter from every place that takes the focus does what a click on Send does, over which nothing lies:", () => {
  const STOPS = "button, input, select, textarea, video, [tabindex]";
  const placesOf = (el: Element) =>
    [...(el.querySelector("dialog[open]") ?? el).querySelectorAll<HTMLElement>(STOPS)].filter(
      (one) => !one.matches(":disabled, .gw-mng *") && one.checkVisibility(),
    );
  const refusal = { ok: false, alert: alert({ message: "Refused" }) };
  for (const width of [1280, 360]) {
    test(`${width} px`, { timeout: 120_000 }, async () => {
      const wrong: string[] = [];
      // A place is pressed once for each of what a click on Send does while it is there.
      const pressed = new Set<string>();
      for (const state of Object.keys(STATES)) {
        const mounted = await start(state, width);
        const { el, model } = mounted;
        const answer = model.kernel;
        model.kernel = (command) => (/^send/.test(command.kind) ? refusal : answer(command));
        const count = () => model.commands("send").length + model.commands("send_sweep").length;
        const sent = async (act: () => void) => {
          const before = count();
          act();
          const sends = count() - before;
          if (sends > 0) await new Promise((done) => setTimeout(done)); // its answer
          return sends;
        };
        const isCovered = el.querySelector("dialog[open]") !== null;
        const byClick = isCovered
          ? 0
          : await sent(() => el.querySelector<HTMLElement>(".gw-btn.main")?.click());
        for (const panel of width > 900 ? [""] : PANELS) {
          await turnTo(panel, mounted);
          for (const one of placesOf(el)) {
            const place = `${isCovered ? "covered" : byClick}: ${labelOf(one)}`;
            if (pressed.has(place)) continue;
            await turnTo(panel, mounted);
            one.focus();
            if (document.activeElement !== one) continue; // gone with what the last press changed
            const event = new KeyboardEvent("keydown", {
              key: "Enter",
              ctrlKey: true,
              bubbles: true,
              cancelable: true,
            });
            const byKey = await sent(() => one.dispatchEvent(event));
            const isAsMeant = byKey === byClick && (isCovered || event.defaultPrevented);
            if (!isAsMeant) wrong.push(`${state}, ${place}: ${byKey}`);
            pressed.add(place);
          }
        }
        mounted.unmount();
      }
      expect(wrong).toEqual([]);
      const count = (kind: string) => [...pressed].filter((one) => one.startsWith(`${kind}: `)).length;
      expect(count("0")).toBeGreaterThan(50);
      expect(count("1")).toBeGreaterThan(50);
      expect(count("covered")).toBeGreaterThan(10);
    });
  }
});

// Two of them are the seed's: keep it, and draw another; the last one before Send is Sweep.
test("from the prompt to Send it is fifteen stops of Tab at most", async () => {
  const { el } = await start("filled", 1280);
  const stops = [...el.querySelectorAll<HTMLElement>("button, input, select, textarea, [tabindex]")].filter(
    (one) => one.tabIndex >= 0 && !one.matches(":disabled") && one.checkVisibility(),
  );
  const place = (label: string) => stops.findIndex((one) => labelOf(one) === label);
  expect(place("Send request") - place("textarea generation_prompt")).toBeLessThanOrEqual(15);
});
