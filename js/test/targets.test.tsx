/** Everything that a pointer presses is 24 px high and wide in every state, or excepted by WCAG 2.5.8's own rules. */

import { expect, test } from "vitest";
import { show } from "./mount";
import { STATES } from "./states";

const WIDTHS = [1280, 920, 700, 360];
const LEAST_PX = 24;
const PRESSED =
  "a[href], button, input, select, textarea, video, [role=option], [role=separator], .gw-json li";
/** "Inline: the size of the target is constrained by the line height of non-target text": the lines of a JSON text. */
const INLINE = ".gw-json li, .gw-json .fold";

interface Target {
  one: Element;
  box: DOMRect;
}

function targetsOf(el: Element): Target[] {
  const root = el.querySelector("dialog[open]") ?? el;
  const all = [...root.querySelectorAll(PRESSED)].filter((one) => one.checkVisibility());
  return all.map((one) => ({ one, box: one.getBoundingClientRect() }));
}

const isSmall = ({ box }: Target) => box.width < LEAST_PX - 0.01 || box.height < LEAST_PX - 0.01;
const centerOf = ({ box }: Target) => [box.left + box.width / 2, box.top + box.height / 2] as const;

/** "Spacing": a circle of 24 px on each small target touches no other target, and no other small target's circle. */
function isApart(small: Target, others: readonly Target[]): boolean {
  const [x, y] = centerOf(small);
  return others.every((other) => {
    if (other.one === small.one) return true;
    if (isSmall(other)) {
      const [otherX, otherY] = centerOf(other);
      return Math.hypot(x - otherX, y - otherY) >= LEAST_PX;
    }
    const { left, right, top, bottom } = other.box;
    const away = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    return away >= LEAST_PX / 2;
  });
}

/** Buttons with an edge that are parts of one leave 4 px between them; segments are of one piece. */
const APART_PX = 4;
function touching(targets: readonly Target[]): string[] {
  const edged = targets.filter(({ one }) => one.matches(".gw-btn"));
  return edged.flatMap((first, at) =>
    edged.slice(at + 1).flatMap((second) => {
      if (first.one.parentElement !== second.one.parentElement) return [];
      const [one, other] = [first.box, second.box];
      const beside = Math.max(one.left, other.left) - Math.min(one.right, other.right);
      const below = Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom);
      return Math.max(beside, below) < APART_PX - 0.01 ? [`${nameOf(first)} and ${nameOf(second)}`] : [];
    }),
  );
}

const nameOf = ({ one, box }: Target) =>
  `${one.getAttribute("aria-label") ?? one.textContent ?? ""} (${[one.localName, ...one.classList].join(".")}), ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`;

test.each(Object.keys(STATES))("%s", { timeout: 60_000 }, async (state) => {
  const { el } = await show(state);
  const faults = new Set<string>();
  let seen = 0;
  const tabs = [...el.querySelectorAll<HTMLElement>(".gw-tabs [role=tab]")];
  for (const width of WIDTHS) {
    el.style.width = `${width}px`;
    for (const tab of width < 900 ? tabs : tabs.slice(0, 1)) {
      if (!state.startsWith("enlarged")) tab.click();
      await expect.poll(() => state.startsWith("enlarged") || tab.ariaSelected).toBeTruthy();
      const targets = targetsOf(el);
      seen += targets.length;
      const small = targets.filter((one) => isSmall(one) && !one.one.matches(INLINE));
      for (const one of touching(targets)) faults.add(`${width} px: ${one}`);
      for (const one of small) if (!isApart(one, targets)) faults.add(`${width} px: ${nameOf(one)}`);
    }
  }
  expect([...faults]).toEqual([]);
  expect(seen).toBeGreaterThan(
    state.startsWith("enlarged") || ["compared", "shortcuts"].includes(state) ? 0 : 30,
  );
});
