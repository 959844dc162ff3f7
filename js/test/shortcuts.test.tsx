import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { COMPARE_KEYS } from "../src/modules/compare";
import { RUN_KEYS } from "../src/modules/history";
import { SEARCH_KEYS } from "../src/modules/json";
import { FILM_KEYS, PICTURE_KEYS } from "../src/modules/large";
import { FORM_KEYS, PROMPT_KEYS } from "../src/modules/request";
import { GRID_KEYS, ITEM_KEYS } from "../src/modules/sheet";
import { type Keys, PAGE_KEYS } from "../src/page/keys";
import { chords } from "../src/view/shortcuts/chords";
import { SENTENCES } from "../src/view/shortcuts/words.generated";
import type { Kernel } from "./fake-model";
import { button, field, mount, show } from "./mount";
import { alert, kernel, ready, SPENT, succeeded } from "./states";

const TABLES: Record<string, Keys> = {
  page: PAGE_KEYS,
  form: FORM_KEYS,
  prompt: PROMPT_KEYS,
  picture: PICTURE_KEYS,
  film: FILM_KEYS,
  run: RUN_KEYS,
  compare: COMPARE_KEYS,
  grid: GRID_KEYS,
  item: ITEM_KEYS,
  search: SEARCH_KEYS,
};

/** What is no key, but taken by the form too. */
const GIVEN = ["given", "given_request", "given_picture"];

const dialog = () => page.getByRole("dialog", { name: "Shortcuts and spending" });
const opener = () => button("Shortcuts and spending");
const usual = [...PAGE_KEYS.shortcuts];

afterEach(() => {
  PAGE_KEYS.shortcuts.splice(0, 9, ...usual);
});

describe("the list of shortcuts", () => {
  test("is opened by its button and closed by Escape, which gives the focus back", async () => {
    mount(ready({ run: succeeded() }), kernel);
    await opener().click();
    await expect.element(dialog().getByRole("group", { name: "Shortcuts" })).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(opener()).toHaveFocus();
  });

  test("is opened and closed by its key, wherever nothing is typed", async () => {
    const { el } = mount(ready({ run: succeeded() }), kernel);
    const prompt = field("generation_prompt").element() as HTMLTextAreaElement;
    prompt.focus();
    await userEvent.keyboard("?");
    expect(prompt.value).toContain("?");
    await expect.element(dialog()).not.toBeInTheDocument();
    const history = page.getByRole("button", { name: /^History/ });
    (history.element() as HTMLElement).focus();
    await userEvent.keyboard("?");
    await expect.element(dialog()).toBeVisible();
    await userEvent.keyboard("?");
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(history).toHaveFocus();
    expect(el.querySelector(".gw-wait")).toBeNull();
  });

  test("opens over the large view, and leads back to it", async () => {
    await show("enlarged", 1280);
    await userEvent.keyboard("?");
    await expect.element(dialog()).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(page.getByRole("group", { name: "In full size" })).toHaveFocus();
  });

  test("has every key that a table has, in the words of what it does", async () => {
    await show("shortcuts", 1280);
    for (const [name, keys] of Object.entries(TABLES)) {
      const part = [...document.querySelectorAll(".gw-keys section")].find(
        (one) => one.querySelector("h4")?.textContent === SENTENCES[name],
      );
      const rows = [...(part?.querySelectorAll("dl > div") ?? [])].map((one) => [
        [...one.querySelectorAll("kbd")].map((key) => key.textContent),
        one.querySelector("dd")?.textContent,
      ]);
      expect(rows).toEqual(
        Object.entries(keys).map(([act, pressed]) => [chords(pressed), SENTENCES[`${name}_${act}`]]),
      );
    }
    const named = Object.entries(TABLES).flatMap(([name, keys]) => [
      name,
      ...Object.keys(keys).map((act) => `${name}_${act}`),
    ]);
    expect(Object.keys(SENTENCES).sort()).toEqual([...named, ...GIVEN].sort());
  });

  test("says what can be pasted and dropped, which nothing else on the page shows", async () => {
    await show("shortcuts", 1280);
    for (const one of GIVEN) await expect.element(dialog().getByText(SENTENCES[one] ?? "")).toBeVisible();
  });

  test("cannot lie: what the table has is what the page does, and what is listed", async () => {
    PAGE_KEYS.shortcuts.splice(0, 1, "!");
    mount(ready({ run: succeeded() }), kernel);
    (opener().element() as HTMLElement).focus();
    await userEvent.keyboard("?");
    await expect.element(dialog()).not.toBeInTheDocument();
    await userEvent.keyboard("!");
    await expect.element(dialog().getByText("!", { exact: true })).toBeVisible();
  });

  test.each([1280, 360])("at %d px is no wider than the window, and axe finds nothing", async (width) => {
    await page.viewport(width, 800);
    const { el } = await show("shortcuts", width);
    const box = dialog().element().getBoundingClientRect();
    expect(box.width).toBeLessThanOrEqual(width);
    expect(box.height).toBeLessThanOrEqual(800);
    const lists = el.querySelector(".gw-keys .lists") as HTMLElement;
    expect(lists.scrollWidth).toBeLessThanOrEqual(lists.clientWidth);
    const { violations } = await axe.run(dialog().element());
    expect(violations.map((one) => [one.id, one.nodes.map((each) => each.html)])).toEqual([]);
  });
});

test("the keys that rate are the same wherever what was made is looked at, and are taken by nothing else there", () => {
  const rating = { rate: ["1", "2", "3", "4", "5"], reject: ["x"], unrate: ["0"] };
  for (const keys of [PICTURE_KEYS, FILM_KEYS, RUN_KEYS, COMPARE_KEYS, GRID_KEYS, ITEM_KEYS]) {
    expect(keys).toMatchObject(rating);
    const all = Object.values(keys as Keys).flat();
    expect(all).toEqual([...new Set(all)]);
  }
});

describe("spending", () => {
  test("is said in the kernel's words, asked for anew each time", async () => {
    const { model } = mount(ready({ run: succeeded() }), kernel);
    for (const times of [1, 2]) {
      await opener().click();
      for (const one of SPENT) await expect.element(dialog().getByText(one)).toBeVisible();
      expect(model.commands("fetch_spending")).toHaveLength(times);
      await userEvent.keyboard("{Escape}");
    }
  });

  test("that cannot be read says why", async () => {
    const locked: Kernel = (command) =>
      command.kind === "fetch_spending"
        ? { ok: false, alert: alert({ message: "The ledger is locked." }) }
        : kernel(command);
    mount(ready({ run: succeeded() }), locked);
    await opener().click();
    await expect.element(dialog().getByText("The ledger is locked.")).toBeVisible();
  });
});

test("keys are written as people know them", () => {
  expect(chords(["Mod+Enter"], false)).toEqual(["Ctrl+Enter"]);
  expect(chords(["Mod+Enter"], true)).toEqual(["⌘+Enter"]);
  expect(chords(["Mod+Shift+z", "Mod+Z", "Mod+y"], false)).toEqual(["Ctrl+Shift+Z", "Ctrl+Y"]);
  expect(chords(["1", "2", "3", "4", "5"])).toEqual(["1 to 5"]);
  expect(chords(["+", "="])).toEqual(["+", "="]);
  expect(chords([" ", "Enter", "x"])).toEqual(["Space", "Enter", "x"]);
  expect(chords(["Shift+ArrowLeft"])).toEqual(["Shift+←"]);
  expect(chords(PICTURE_KEYS.pan)).toEqual(["Shift+←→↑↓"]);
});
