/** What comes and goes by itself moves nothing that a person may be about to press: Send, what has the focus, the rest. */

import { expect, test } from "vitest";
import type { Traits } from "../src/protocol";
import type { FakeModel } from "./fake-model";
import { type Mounted, mount, show } from "./mount";
import { drawn, reach } from "./reach";
import { alert, catalogue, kernel, listed, ready, run, STATES, unreached } from "./states";

const PRESSED = "button, input, select, textarea, video, [role=separator]";
const NOTE = alert({ kind: "note", scope: "note", message: catalogue.messages.live_models_failed ?? "" });

/** Strips, and the path of a JSON line, stand one above the other at the lower end; and where the panels are tabs, above what is below these. */
const STRIPS = ".gw-says, .path";
const BELOW = `${STRIPS}, .gw-disc, [id$="-manage"], [id$="-history"]`;

interface Event {
  come: (model: FakeModel) => void;
  /** Parts of the page that it changes, by their class. */
  changes?: string;
}

const put =
  (traits: Parameters<FakeModel["put"]>[0]) =>
  (model: FakeModel): void =>
    model.put(traits);
const type = (name: string, value: unknown) => (model: FakeModel) =>
  model.put({ values: { ...model.get("values"), [name]: value } });

/** It stands where the run's own alert did; and where there was no run, in place of what was said then. */
const IN_ITS_PLACE = ".gw-alert, .gw-none, .gw-flow:has(> .gw-alert:not(.over))";

const EVENTS: Record<string, Event> = {
  "a note": { come: put({ alert: NOTE }) },
  "a note with a button": { come: put({ alert: { ...NOTE, again: "check_key" } }) },
  "a run that waits": {
    come: put({ history_state: { count: 3, version: 9, waiting: 1, unsent: "", is_under_way: false } }),
  },
  "a kernel that logs": {
    come: put({ locked: false, key_entry: "debug_log" }),
    changes: ".gw-key, .gw-fill",
  },
  "a missing field": { come: type("generation_prompt", ""), changes: ".gw-fill, .try" },
  "a wrong value": { come: type("generation_guidance_scale", 42), changes: ".gw-fill" },
  "a dropped field": { come: type("generation_duration", 5), changes: ".gw-fill" },
  "a misspelt field": { come: type("generation_mood", "calm"), changes: ".gw-fill" },
  "a key that is unlocked": { come: put({ locked: false, key_hint: "" }), changes: ".gw-key, .gw-fill" },
  "a balance too low": { come: put({ balance: 0.001 }) },
  "no price": { come: put({ estimate: null, balance: null }) },
  "a refusal": { come: put({ alert: unreached().alert }), changes: IN_ITS_PLACE },
  "a live run": { come: put({ run: run() }), changes: ".gw-res, .gw-sub, .gw-fill" },
  "no kernel": { come: (model) => model.say("comm:close"), changes: `.gw-res, .gw-key, .gw-fill, ${BELOW}` },
};

/** The traits that they change. */
const CHANGED = [
  "alert",
  "balance",
  "estimate",
  "history_state",
  "key_entry",
  "key_hint",
  "locked",
  "run",
  "values",
] as const;
const traitsOf = (model: FakeModel) =>
  Object.fromEntries(CHANGED.map((name) => [name, model.get(name)])) as Partial<Traits>;

/** Where everything stands that can be pressed, by the page's own corner. */
function placesOf(el: Element, changes: string): Map<Element, string> {
  const isNarrow = el.querySelector(".gw-tabs")?.checkVisibility();
  return placesBut(el, `${isNarrow ? BELOW : STRIPS}${changes && `, ${changes}`}`);
}

function placesBut(el: Element, left: string): Map<Element, string> {
  const { left: x, top: y } = el.getBoundingClientRect();
  const all = [...el.querySelectorAll(PRESSED)].filter((one) => one.checkVisibility() && !one.closest(left));
  return new Map(
    all.map((one) => {
      const box = one.getBoundingClientRect();
      return [one, `${(box.left - x).toFixed(1)}, ${(box.top - y).toFixed(1)}`];
    }),
  );
}

/** How many frames in a row nothing has moved in a view that is at rest. */
const STILL_FRAMES = 3;

/** Wait until what a state loads and scrolls by itself has come to rest. */
async function rest(el: Element): Promise<void> {
  el.querySelector(".gw-body")?.dispatchEvent(new PointerEvent("pointerenter"));
  const all = <T extends Element>(what: string) => [...el.querySelectorAll<T>(what)];
  const isRead = () =>
    all<HTMLVideoElement>("video").every(
      (one) => one.readyState >= (one.closest("dialog") ? one.HAVE_CURRENT_DATA : one.HAVE_METADATA),
    ) && all<HTMLImageElement>("img").every((one) => one.complete);
  const hasLinks = () =>
    all(".gw-thumbs").every((one) => one.querySelector("img, .why") && !one.querySelector(".gw-spin"));
  await expect.poll(() => isRead() && hasLinks()).toBe(true);
  // What sticks to the edge of the window moves in the page as the window is scrolled, and so is measured unscrolled.
  scrollTo(0, 0);
  const places = () => [...placesOf(el, "").values()].join();
  let before = places();
  for (let still = 0; still < STILL_FRAMES; ) {
    await drawn();
    const now = places();
    still = now === before && isRead() && hasLinks() ? still + 1 : 0;
    before = now;
  }
}

/** How a person ticks the first runs of a list, one after the other, as far as there are some. */
const TICKED = 3;

test.each(
  [1280, 700, 360].flatMap((width) =>
    (["history", "picked", "older"] as const).flatMap((state) =>
      ["", "900px"].map((height) => [state, width, height] as const),
    ),
  ),
)("a run that is selected: %s, %i px, height %s", { timeout: 60_000 }, async (state, width, height) => {
  const { el } = await show(state, width);
  el.style.height = height;
  await rest(el);
  const boxes = [...el.querySelectorAll<HTMLInputElement>(".gw-hist tbody .pick input")].slice(0, TICKED);
  const before = placesBut(el, ".gw-picked");
  for (const box of boxes) {
    box.click();
    await drawn();
    const after = placesBut(el, ".gw-picked");
    const moved = [...before].filter(([one, place]) => after.get(one) !== place);
    expect(moved.map(([one]) => nameOf(one))).toEqual([]);
  }
});

test("a history that cannot be read", async () => {
  const told = alert({ kind: "error", message: "The ledger cannot be read." });
  let isRead = true;
  const { el, model } = mount(ready({ history_state: listed }), (command) => {
    const answer = kernel(command);
    return command.kind === "find_runs" && !isRead ? { ...answer, alert: told } : answer;
  });
  await reach("history", el, model);
  await rest(el);
  const before = placesOf(el, "");
  isRead = false;
  model.put({ history_state: { ...listed, version: 99 } });
  await expect.poll(() => el.querySelector(".gw-over [role=alert]")?.textContent).toBe(told.message);
  const after = placesOf(el, "");
  expect([...before].filter(([one, place]) => after.get(one) !== place)).toEqual([]);
});

const textOf = (el: Element) =>
  [...placesOf(el, "")].map(([one, place]) => `${nameOf(one)}: ${place}`).join("\n");

const nameOf = (one: Element) =>
  one.getAttribute("aria-label") ?? (one.textContent || one.id.replace(/^gw\d+-/, ""));

for (const width of [1280, 360]) {
  test.each(Object.keys(STATES))(`%s, ${width} px`, { timeout: 60_000 }, async (state) => {
    const faults: string[] = [];
    let view: Mounted | null = null;
    let start = "";
    for (const [name, { come, changes = "" }] of Object.entries(EVENTS)) {
      if (view === null) {
        view = await show(state, width);
        await rest(view.el);
        start = textOf(view.el);
      }
      const { el, model, unmount } = view;
      const skips = [changes, state === "ended" || state === "disconnected" ? ".gw-key" : ""];
      const around = skips.filter(Boolean).join(", ");
      const before = placesOf(el, around);
      const went = traitsOf(model);
      come(model);
      await drawn();
      const after = placesOf(el, around);
      for (const [one, place] of before) {
        const now = after.get(one);
        if (now !== undefined && now !== place) faults.push(`${name}: ${nameOf(one)}, ${place} to ${now}`);
      }
      // What came is taken back; a view that is not as it was before makes room for a new one.
      model.put(went);
      await drawn();
      await rest(el);
      if (start === textOf(el)) continue;
      unmount();
      view = null;
    }
    expect(faults).toEqual([]);
  });
}
