/** Text of others that runs from right to left stays in its place: what stands beside it is not turned around. */

import { expect, test } from "vitest";
import type { Kernel } from "./fake-model";
import { button, field, mount, response } from "./mount";
import { alert, bytesOf, entry, following, kernel, ready, refused, succeeded } from "./states";

const HEBREW = "\u05d0\u05d1\u05d2";

/** Where the first of a text's characters is drawn, in pixels from the left. */
function leftOf(within: Element, text: string): number {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.textContent?.indexOf(text) ?? -1;
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + text.length);
    return range.getBoundingClientRect().left;
  }
  throw new Error(`${text} is not there`);
}

test("a key and its number keep their order in JSON", async () => {
  const text = `{\n  "${HEBREW}": 12345,\n  "x": ["${HEBREW}", 678]\n}`;
  const large: Kernel = (command) =>
    command.kind === "fetch_body" ? { bytes: bytesOf(text) } : kernel(command);
  mount(ready({ run: { ...following(), lines: { reply: 4, record: null } } }), large);
  await expect.element(response().getByText("12345")).toBeVisible();
  const lines = response().element();
  expect(leftOf(lines, HEBREW)).toBeLessThan(leftOf(lines, "12345"));
});

test("a provider's name stands before what it did", async () => {
  const timeline = [entry("429, sent again", { provider: HEBREW, is_now: true })];
  mount(ready({ run: { ...following(), timeline } }));
  const list = response().getByRole("list", { name: "Timeline" });
  await expect.element(list).toBeVisible();
  expect(leftOf(list.element(), HEBREW)).toBeLessThan(leftOf(list.element(), "429"));
});

test("a sentence and a prompt run in their own direction", async () => {
  const message = `${HEBREW} abc!`;
  mount(ready({ run: { ...refused(), alert: alert({ message }) } }));
  const said = response().getByRole("alert");
  await expect.element(said).toBeVisible();
  expect(leftOf(said.element(), "!")).toBeLessThan(leftOf(said.element(), "abc"));
  expect(leftOf(said.element(), "abc")).toBeLessThan(leftOf(said.element(), HEBREW));
  const area = field("generation_prompt").element();
  expect(getComputedStyle(area).unicodeBidi).toBe("plaintext");
});

test("a provider's name does not turn the facts of a picture", async () => {
  mount(ready({ run: { ...succeeded(), provider: HEBREW } }));
  await expect.element(button("Save")).toBeEnabled();
  const name = response().getByRole("figure").getByText(HEBREW).element();
  expect(getComputedStyle(name).unicodeBidi).not.toBe("normal");
});
