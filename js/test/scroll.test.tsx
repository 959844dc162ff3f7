/** Response scrolls as one: nothing scrolls inside what scrolls, and the JSON begins in sight, in every state and width. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import { show } from "./mount";
import { STATES } from "./states";

const WIDTHS = [1280, 920, 700, 360];
/** States whose JSON is not shown, or was scrolled or pushed on by what the person asked for. */
const OTHER_JSON = [
  "disconnected",
  "loading",
  "notLoaded",
  "tall",
  "code",
  "enlarged",
  "enlargedFilm",
  "enlargedSheet",
  "unfolded",
  "searching",
  "reading",
  "failedHere",
];
const TEXTS = "textarea, .gw-menu, .gw-menu *";

beforeAll(() => page.viewport(1312, 800));
afterAll(() => page.viewport(1312, 900));

/** What scrolls now, in either direction. */
function scrolls(one: Element): boolean {
  const { overflowX, overflowY } = getComputedStyle(one);
  const can = (value: string) => value === "auto" || value === "scroll";
  return (
    (can(overflowY) && one.scrollHeight > one.clientHeight + 1) ||
    (can(overflowX) && one.scrollWidth > one.clientWidth + 1)
  );
}

function nested(root: Element): string[] {
  const all = [...root.querySelectorAll(".gw, .gw *")].filter((one) => !one.matches(TEXTS) && scrolls(one));
  const inside = all.filter((one) => all.some((other) => other !== one && other.contains(one)));
  return inside.map((one) => one.className);
}

/** Parts of Response that end before what they hold: their colour, and what stays in sight in them, would end there. */
function beyond(root: Element): string[] {
  const parts = root.querySelectorAll(".gw-flow > *, .gw-flow .gw-json .view");
  return [...parts].filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.className);
}

describe.each(WIDTHS)("at %d px", (width) => {
  for (const name of Object.keys(STATES)) {
    test(`${name}: nothing scrolls inside what scrolls, and the JSON begins in sight`, async () => {
      const { el, model } = await show(name, width);
      if (name === "tall") el.style.height = "560px";
      const tabs = [...el.querySelectorAll<HTMLElement>(".gw-tabs [role=tab]")];
      for (const tab of tabs) {
        tab.click();
        await expect.poll(() => tab.getAttribute("aria-selected")).toBe("true");
        expect(nested(el), tab.dataset.value).toEqual([]);
      }
      const run = model.get("run");
      if (run && !OTHER_JSON.includes(name) && !run.is_live && (run.has_reply || run.has_record)) {
        await expect.poll(() => el.querySelector(".gw-json li")).not.toBeNull();
        const figures = run.outputs.length;
        await expect
          .poll(() => el.querySelectorAll("figure :is(img, video, .gw-bad)").length)
          .toBeGreaterThanOrEqual(figures);
        const first = el.querySelector(".gw-json li")?.getBoundingClientRect();
        const view = el.querySelector(".gw-res")?.getBoundingClientRect();
        expect(first?.top).toBeGreaterThanOrEqual(view?.top ?? Number.POSITIVE_INFINITY);
        expect(first?.bottom).toBeLessThanOrEqual(view?.bottom ?? 0);
      }
      expect(nested(el)).toEqual([]);
      expect(beyond(el)).toEqual([]);
    });
  }
});
