/** At every width that a host gives it, in every state: no element leaves its box, and nothing scrolls sideways. */

import { describe, expect, test } from "vitest";
import { show } from "./mount";
import { STATES } from "./states";

const WIDTHS = Array.from({ length: 66 }, (_, at) => 300 + 20 * at);
/** Below this width of the widget's inside, look.md's panels are tabs; its frame is a hairline on each side. */
const TABS_BELOW = 902;
/** Lines of JSON and of code are not wrapped, and scroll in a view of their own. */
const OWN_LINES = ".gw-json .view, .gw-code .view";
/** What is as wide as such lines: it scrolls with them, and the rest of Response stays in its place. */
const WIDE = ".gw-flow, .gw-json, .gw-json .view";
/** What an element has to stay inside of: the part of the page that it stands in, and the page. */
const BOXES = "dialog, .gw-bar, .gw-note, .gw-tabs, .gw-p, .gw-head, .gw-tool, .gw-hist, .gw";
const WINDOW = new DOMRect(0, 0, innerWidth, innerHeight);

describe("at every width from 300 to 1600 px", () => {
  for (const name of Object.keys(STATES)) {
    test(`${name} fits`, { timeout: 60_000 }, async () => {
      const { el } = await show(name);
      if (name === "tall") el.style.height = "560px";
      const faults = new Set<string>();
      const tabs = [...el.querySelectorAll<HTMLElement>(".gw-tabs [role=tab]")];
      for (const tab of tabs) {
        tab.click();
        await expect.poll(() => tab.getAttribute("aria-selected")).toBe("true");
        const wide = tab === tabs.at(-1);
        for (const width of WIDTHS.filter((one) => one < TABS_BELOW || wide)) {
          el.style.width = `${width}px`;
          for (const fault of faultsOf(el)) faults.add(`${width} px, ${fault}`);
        }
      }
      expect([...faults], name).toEqual([]);
    });
  }
});

/** What an element has to stay inside of, or null for one that is not looked at; asked once for each element. */
const AROUND = new WeakMap<HTMLElement, HTMLElement | null>();

function aroundOf(one: HTMLElement, root: HTMLElement): HTMLElement | null {
  const known = AROUND.get(one);
  if (known !== undefined) return known;
  const isPart = one.closest("svg") && one.localName !== "svg";
  const isOwn = one.closest(".vh") || one.parentElement?.closest(OWN_LINES) || one.matches(WIDE);
  // The menu lies over the page.
  const around = one.closest(".gw-menu") ? root : (one.parentElement?.closest<HTMLElement>(BOXES) ?? root);
  AROUND.set(one, isPart || isOwn ? null : around);
  return isPart || isOwn ? null : around;
}

function faultsOf(root: HTMLElement): string[] {
  const faults: string[] = [];
  const boxes = new Map<HTMLElement, DOMRect>();
  for (const one of root.querySelectorAll<HTMLElement>(".gw, .gw *")) {
    const around = aroundOf(one, root);
    if (!around) continue;
    const rect = one.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) continue;
    // A dialog has the window, whatever the width of the page.
    const own = boxes.get(around) ?? around.getBoundingClientRect();
    boxes.set(around, own);
    const box = one.matches("dialog") ? WINDOW : own;
    const out = Math.max(box.left - rect.left, rect.right - box.right);
    if (out > 0.6) faults.push(`${nameOf(one)} is ${out.toFixed(1)} px outside`);
    if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth && !isMeant(one)) {
      faults.push(`${nameOf(one)} holds ${one.scrollWidth - one.clientWidth} px more than it shows`);
    }
  }
  return faults;
}

/** A name that is shortened by an ellipsis says so, and inputs scroll what is typed into them. */
function isMeant(one: HTMLElement): boolean {
  if (one.matches(`${OWN_LINES}, .gw-res:has(.gw-json), input, select, textarea`)) return true;
  // The line's hit area is wider than the line, and the menu than the field that it hangs from.
  if (one.matches(".gw-sep, .gw-model:has(.gw-menu)")) return true;
  return getComputedStyle(one).textOverflow === "ellipsis";
}

function nameOf(one: Element): string {
  const own = (element: Element) => [element.localName, ...element.classList].join(".");
  const around = one.parentElement?.closest("[class]");
  return `${around ? `${own(around)} > ` : ""}${own(one)}`;
}

test("the name of a field, its badge, its count and its tools lie beside each other", async () => {
  const { el } = await show("filled", 340);
  const tab = el.querySelector<HTMLElement>(".gw-tabs [data-value=input]");
  tab?.click();
  (el.querySelector("textarea") as HTMLElement).focus();
  await expect.poll(() => el.querySelector("[aria-label='Reset generation_prompt']")).not.toBeNull();
  const faults: string[] = [];
  for (const width of WIDTHS.filter((one) => one < TABS_BELOW)) {
    el.style.width = `${width}px`;
    for (const row of el.querySelectorAll(".gw-row")) {
      const parts = [...row.querySelectorAll(".lab > *, .count, .gw-tools > *")];
      for (const [at, one] of parts.entries())
        for (const other of parts.slice(at + 1))
          if (overlap(one, other)) faults.push(`${width} px, ${nameOf(one)} and ${nameOf(other)}`);
    }
  }
  expect(faults).toEqual([]);
});

/** Whether what two elements show lies over each other, by more than a rounding. */
function overlap(one: Element, other: Element): boolean {
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return wide > 0.6 && high > 0.6;
}
