/** A double click and a held key are one press, whatever the kernel has answered and drawn between. */

import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Command } from "../src/protocol";
import type { FakeModel } from "./fake-model";
import { livingIn } from "./living";
import { button, field, region, show } from "./mount";
import { drawn } from "./reach";
import { GENERATION, STATES, succeeded } from "./states";

/** What costs, ends, deletes, or takes a key away. */
const GRAVE: readonly Command["kind"][] = ["send", "resume", "cancel", "manage", "lock_key", "unlock_key"];
const grave = (model: FakeModel) => GRAVE.flatMap((kind) => model.commands(kind)).map((one) => one.kind);
const start = (state: string) => show(state, 1280, livingIn(state));

const nameOf = (one: Element) => `${one.getAttribute("aria-label") ?? one.textContent}`;
/** What a button is called, without what differs from row to row. */
const keyOf = (one: Element) => {
  const name = nameOf(one);
  return /Resume|Show/.test(name) ? (name.split(" ")[0] ?? "") : name;
};
const usable = (el: Element) =>
  [...el.querySelectorAll<HTMLButtonElement>("button:enabled")].filter((one) => one.checkVisibility());
const click = (target: Element | null, detail: number, at: { clientX: number; clientY: number }) =>
  target?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail, ...at }));

test("a double click on any button does what is grave once, though the answer came between", async () => {
  const tried = new Set<string>();
  const found = new Set<string>();
  const faults: string[] = [];
  for (const state of Object.keys(STATES)) {
    let { el, model, unmount } = await start(state);
    const untried = () => usable(el).find((button) => !tried.has(keyOf(button)));
    for (let one = untried(); one; one = untried()) {
      const name = nameOf(one);
      tried.add(keyOf(one));
      const before = grave(model).length;
      one.scrollIntoView({ block: "center" });
      const { left, top, width, height } = one.getBoundingClientRect();
      const at = { clientX: left + width / 2, clientY: top + height / 2 };
      click(one, 1, at);
      await drawn();
      const once = grave(model).slice(before);
      for (const kind of once) found.add(kind);
      click(document.elementFromPoint(at.clientX, at.clientY), 2, at);
      click(one.isConnected ? one : null, 2, at);
      await drawn();
      const all = grave(model).slice(before);
      if (all.length > Math.max(1, once.length)) faults.push(`${state}, ${name}: ${all.join(", ")}`);
      unmount();
      ({ el, model, unmount } = await start(state));
    }
    unmount();
  }
  expect(faults).toEqual([]);
  expect([...found].sort()).toEqual([...GRAVE].sort());
  expect(tried.size).toBeGreaterThan(40);
}, 300_000);

describe("Send", () => {
  test("is one generation by a real double click, answered at once", async () => {
    const { model } = await start("filled");
    await button("Send request").dblClick();
    await drawn();
    expect(model.commands("send")).toHaveLength(1);
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.poll(() => model.commands("send").length).toBe(2);
  });

  for (const keys of ["{Enter>5/}", "{Control>}{Enter>5/}{/Control}"]) {
    test(`is one generation by a held key: ${keys}`, async () => {
      const { model } = await start("filled");
      (button("Send request").element() as HTMLElement).focus();
      await userEvent.keyboard(keys);
      await drawn();
      expect(grave(model)).toEqual(["send"]);
    });
  }
});

test("a held key that locks does not unlock, and one that asks about deleting answers nothing", async () => {
  const { model } = await start("typed");
  (field("API key").element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter>5/}");
  await expect.poll(() => grave(model)).toEqual(["lock_key"]);
  model.put({ run: succeeded() });
  await button("Manage content").click();
  const tool = page.getByRole("group", { name: "Delete Content" });
  await expect.element(tool.getByLabelText("generation_id", { exact: true })).toHaveValue(GENERATION);
  (tool.getByRole("button", { name: "Send request" }).element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter>5/}");
  await expect.element(button("Keep")).toHaveFocus();
  expect(grave(model)).toEqual(["lock_key"]);
  await expect.element(region("Playground")).toBeVisible();
});

test("steps, switches and matches take every quick click", async () => {
  const { el } = await start("filled");
  const at = { clientX: 0, clientY: 0 };
  const more = button("Increase generation_seed").element();
  for (const detail of [1, 2, 3]) {
    click(more, detail, at);
    await drawn();
  }
  await expect.element(field("generation_seed")).toHaveValue("2");
  const fold = el.querySelector(".gw-disc");
  for (const detail of [1, 2]) {
    click(fold, detail, at);
    await drawn();
  }
  expect(fold?.getAttribute("aria-expanded")).toBe("false");
});
