/** Where the system draws its own colours: text can be read, and what is chosen, done or under way can be seen. */

import axe from "axe-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cdp } from "vitest/browser";
import { batchModel, SHEETS } from "./batch";
import { show } from "./mount";
import { STATES } from "./states";

const emulate = (value: string) =>
  (cdp() as { send: (method: string, params: object) => Promise<void> }).send("Emulation.setEmulatedMedia", {
    features: [{ name: "forced-colors", value }],
  });

beforeAll(() => emulate("active"));
afterAll(() => emulate("none"));

const CHOSEN =
  "[aria-checked=true], [role=tab][aria-selected=true], [aria-current=true], [aria-pressed=true], .opt.at";
/** What is a dot, or has one before it. */
const DOTS = ".dot, .gw-mini i, .pip, .st";
const dotOf = (one: Element) => getComputedStyle(one, one.matches(".st") ? "::before" : null);
const colorOf = (one: Element, pseudo?: string) => getComputedStyle(one, pseudo).backgroundColor;
function systemColor(name: string): string {
  const probe = document.createElement("i");
  probe.style.cssText = `forced-color-adjust: none; background: ${name}`;
  document.body.append(probe);
  const color = colorOf(probe);
  probe.remove();
  return color;
}
const CLEAR = "rgba(0, 0, 0, 0)";
const nameOf = (one: Element) => one.outerHTML.slice(0, 100);

test("the browser draws the system's colours", () => {
  expect(matchMedia("(forced-colors: active)").matches).toBe(true);
});

for (const width of [1280, 360]) {
  test.each(Object.keys(STATES))(`%s, ${width} px`, { timeout: 30_000 }, async (state) => {
    const { el } = await show(state, width);
    const root = el.querySelector<HTMLElement>("dialog[open]") ?? el;
    const plain = colorOf(el.querySelector(".gw") ?? el);
    const seen = (what: string) => [...root.querySelectorAll(what)].filter((one) => one.checkVisibility());
    const [chosen, off] = [systemColor("Highlight"), systemColor("GrayText")];
    const faults = seen(CHOSEN)
      .filter((one) => colorOf(one) !== (one.matches(":disabled") ? off : chosen))
      .map((one) => `as if not chosen: ${nameOf(one)}`);
    for (const one of seen(DOTS)) {
      const { backgroundColor, borderTopWidth, borderTopColor } = dotOf(one);
      const isHollow = borderTopWidth !== "0px" && borderTopColor !== plain;
      const behind = one.closest("[aria-current=true], [aria-selected=true]") ? chosen : plain;
      if (one.matches("[aria-selected=true] .pip") && backgroundColor !== systemColor("HighlightText"))
        faults.push(`hardly seen: ${nameOf(one)}`);
      if ([behind, CLEAR].includes(backgroundColor) && !isHollow) faults.push(`not seen: ${nameOf(one)}`);
    }
    for (const one of seen(".gw-spin")) {
      const { borderTopColor, borderBottomColor } = getComputedStyle(one);
      if (borderTopColor === borderBottomColor) faults.push(`does not seem to turn: ${nameOf(one)}`);
    }
    for (const one of seen("button.gw-btn, .gw-in, textarea"))
      if (getComputedStyle(one).borderTopColor === plain) faults.push(`has no edge: ${nameOf(one)}`);
    const found = await axe.run(root, { runOnly: ["color-contrast"] });
    for (const { nodes } of found.violations)
      faults.push(
        ...nodes.map((node) => `${node.failureSummary?.split("\n").at(-1)}: ${node.html.slice(0, 80)}`),
      );
    expect(faults).toEqual([]);
  });
}

for (const width of [1280, 360]) {
  test.each(Object.keys(SHEETS))(`the cell that is chosen in %s, ${width} px`, async (state) => {
    const { el } = await show(state, width, batchModel(state));
    const chosen = () => [...el.querySelectorAll("[role=gridcell][aria-selected=true]")];
    await expect.poll(chosen).toHaveLength(1);
    const [cell] = chosen() as [Element];
    const bar = getComputedStyle(el.querySelector("progress") as Element);
    expect([bar.forcedColorAdjust, bar.backgroundColor]).toEqual(["none", systemColor("GrayText")]);
    const { outlineColor, outlineStyle, outlineWidth } = getComputedStyle(cell);
    expect([outlineColor, outlineStyle, outlineWidth]).toEqual([systemColor("Highlight"), "solid", "3px"]);
    const marked = getComputedStyle(el.querySelector(".marked") ?? cell).borderTopColor;
    expect(marked).toBe(el.querySelector(".marked") ? systemColor("Highlight") : systemColor("CanvasText"));
  });
}
