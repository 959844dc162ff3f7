import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { Folds, JsonLines, LONGEST_DRAWN, tokens } from "../src/json/json-lines";
import { Wrapped } from "../src/json/wrapped";
import type { Kernel } from "./fake-model";
import { button, mount, response } from "./mount";
import { bytesOf, following, kernel, ready } from "./states";

const SAMPLE = {
  data: { outputs: [{ url: "a" }, { url: "b", "odd key": [1, [2, 3]] }], count: 2 },
  empty: {},
};
const lines = (body: unknown) => new JsonLines(JSON.stringify(body, null, 2));
const json = () => response().getByRole("region", { name: "JSON", exact: true });

/** What scrolls the lines: all of Response, as one. */
const scroller = () => json().element().closest(".gw-res") as HTMLElement;

function show(text: string) {
  const bytes = bytesOf(text);
  const large: Kernel = (command) => (command.kind === "fetch_body" ? { bytes } : kernel(command));
  const count = text.split("\n").length;
  return mount(ready({ run: { ...following(), lines: { reply: count, record: null } } }), large);
}

describe("lines", () => {
  test("are those of the text", () => {
    const text = JSON.stringify(SAMPLE, null, 2);
    const found = new JsonLines(text);
    expect(Array.from({ length: found.length }, (_, at) => found.line(at))).toEqual(text.split("\n"));
    expect(new JsonLines("").length).toBe(1);
    expect(new JsonLines("{}\n").line(1)).toBe("");
  });

  test("know the line of a position", () => {
    const found = new JsonLines("a\nbb\n\nc");
    expect([0, 1, 2, 4, 5, 6].map((at) => found.lineAt(at))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  test("say where they lie", () => {
    const found = lines(SAMPLE);
    const paths = Array.from({ length: found.length }, (_, at) => [found.line(at).trim(), found.path(at)]);
    const pathOf = (line: string) => paths.filter(([text]) => text === line).map(([, path]) => path);
    expect(pathOf('"url": "b",')).toEqual(["data.outputs[1].url"]);
    expect(pathOf("3")).toEqual(['data.outputs[1]["odd key"][1][1]']);
    expect(pathOf('"empty": {}')).toEqual(["empty"]);
    expect(pathOf("],")[0]).toBe("data.outputs");
    expect(found.path(0)).toBe("");
    expect(found.path(found.length - 1)).toBe("");
  });

  test("give their value as one would paste it", () => {
    const found = lines({
      prompt: 'a "seal"\n\u00e9',
      list: [1, { deep: [true] }],
      none: null,
      empty: [],
      odd: ": ,",
    });
    const valueAt = (start: string) => {
      const at = Array.from({ length: found.length }, (_, line) => line);
      return found.value(at.find((line) => found.line(line).trim().startsWith(start)) ?? -1);
    };
    expect(valueAt('"prompt"')).toBe('a "seal"\n\u00e9');
    expect(valueAt('"none"')).toBe("null");
    expect(valueAt('"empty"')).toBe("[]");
    expect(valueAt('"odd"')).toBe(": ,");
    expect(valueAt("1,")).toBe("1");
    expect(valueAt('"list"')).toBe(JSON.stringify([1, { deep: [true] }], null, 2));
    expect(valueAt("],")).toBe(valueAt('"list"'));
    expect(JSON.parse(found.value(0))).toEqual(JSON.parse(found.text));
    expect(new JsonLines('"half').value(0)).toBe('"half');
  });

  test("are found by text, whatever its case, each once", () => {
    const found = new JsonLines('{\n  "Seal": "seal seal",\n  "other": 1\n}');
    expect(found.search("SEAL")).toEqual([1]);
    expect(found.search(".")).toEqual([]);
    expect(found.search("")).toEqual([]);
  });

  test("are cut into keys, strings, values and marks that give the line again", () => {
    const line = '  "a": ["b:c", -1.5e+3, true, null, "d\\"e"], ';
    const found = tokens(line);
    expect(found.map(([, text]) => text).join("")).toBe(line);
    expect(found.filter(([kind]) => kind === "k").map(([, text]) => text)).toEqual(['"a"']);
    expect(found.filter(([kind]) => kind === "s").map(([, text]) => text)).toEqual(['"b:c"', '"d\\"e"']);
    expect(found.filter(([kind]) => kind === "v").map(([, text]) => text)).toEqual([
      "-1.5e+3",
      "true",
      "null",
    ]);
  });

  test("of a string that is cut off keep its colour", () => {
    expect(tokens('"abc')).toEqual([["s", '"abc']]);
  });
});

describe("folds", () => {
  const found = lines(SAMPLE);
  const whole = new Folds(found);

  test("hide what a line opens, and map rows to lines and back", () => {
    const folded = whole.toggle(1);
    expect(folded.rows).toBe(found.length - (found.closing(1) - 1));
    expect(found.line(folded.lineOf(2)).trim()).toBe('"empty": {}');
    for (let row = 0; row < folded.rows; row++) expect(folded.rowOf(folded.lineOf(row))).toBe(row);
    expect(folded.toggle(1).rows).toBe(found.length);
  });

  test("swallow those inside them, and open for a line that is looked for", () => {
    const folded = whole.toggle(3).toggle(1);
    expect(folded.ranges).toEqual([[1, found.closing(1)]]);
    expect(folded.reveal(4).rows).toBe(found.length);
    expect(folded.reveal(0)).toBe(folded);
  });

  test("leave an outline of two levels", () => {
    const outline = Folds.outline(found);
    const shown = Array.from({ length: outline.rows }, (_, row) => found.line(outline.lineOf(row)).trim());
    expect(shown).toEqual(["{", '"data": {', '"empty": {}', "}"]);
  });
});

describe("wrapped rows", () => {
  const found = lines({ ...SAMPLE, prompt: "x".repeat(50), last: 1 });

  test.each([8, 20, 1000])("show every character of every line once, at %i in a row", (columns) => {
    for (const folds of [new Folds(found), Folds.outline(found)]) {
      const wrapped = new Wrapped(found, folds, columns);
      const shown = new Map<number, string>();
      for (let row = 0; row < wrapped.rows; row++) {
        const { line, from, to } = wrapped.at(row);
        expect(to - from).toBeLessThanOrEqual(columns);
        if (from === 0) expect(wrapped.rowOf(line)).toBe(row);
        shown.set(line, (shown.get(line) ?? "") + found.line(line).slice(from, to));
        expect(wrapped.ends({ line, from, to })).toBe(shown.get(line) === found.line(line));
      }
      const all = Array.from({ length: folds.rows }, (_, row) => folds.lineOf(row));
      expect([...shown]).toEqual(all.map((line) => [line, found.line(line)]));
    }
  });

  test("are the lines where nothing is wrapped", () => {
    const plain = new Wrapped(found, new Folds(found), 0);
    expect(plain.rows).toBe(found.length);
    expect(plain.at(3).line).toBe(3);
  });
});

describe("the JSON window", () => {
  const ROWS = 480_000;
  const large = `[\n${Array.from({ length: ROWS - 2 }, (_, at) => `  ${at}`).join(",\n")}\n]`;

  test("draws only what is seen of a very large text, at any place of it", async () => {
    show(large);
    await expect.element(json()).toHaveTextContent("[");
    const view = json().element();
    const drawn = () => view.querySelectorAll("li");
    expect(response().element().querySelectorAll("*").length).toBeLessThan(300);
    scroller().scrollTop = scroller().scrollHeight;
    await expect.poll(() => drawn()[drawn().length - 1]?.dataset.n).toBe(String(ROWS));
    scroller().scrollTop = scroller().scrollHeight / 2;
    await expect.poll(() => Math.abs(Number(drawn()[0]?.dataset.n) - ROWS / 2)).toBeLessThan(ROWS / 100);
    expect(drawn().length).toBeLessThan(60);
    await expect.element(response().getByText("480,000 lines", { exact: true })).toBeVisible();
  });

  test("reaches the last line of a text that is higher than a browser lets an element be", async () => {
    const rows = 1_000_000;
    show(`[\n${"  1,\n".repeat(rows - 3)}  2\n]`);
    await expect.element(json()).toHaveTextContent("[");
    const view = json().element();
    scroller().scrollTop = scroller().scrollHeight;
    const last = () => [...view.querySelectorAll("li")].at(-1);
    await expect.poll(() => last()?.dataset.n).toBe(String(rows));
    const edge = scroller().getBoundingClientRect();
    expect(last()?.getBoundingClientRect().bottom).toBeLessThanOrEqual(edge.bottom + 1);
  });

  test("draws 100 MB without asking first, in as few lines as any text, and goes to its end", async () => {
    const entry = '  { "prompt": "A seal on Arctic ice, at night", "seed": 123456789, "ratio": "16:9" },\n';
    const rows = Math.ceil(100_000_000 / entry.length);
    show(`[\n${entry.repeat(rows)}  {}\n]`);
    await expect.element(json()).toHaveTextContent("A seal on Arctic ice");
    const drawn = () => [...json().element().querySelectorAll("li")];
    expect(drawn().length).toBeLessThan(60);
    scroller().scrollTop = scroller().scrollHeight;
    await expect.poll(() => drawn().at(-1)?.dataset.n).toBe(String(rows + 3));
    expect(drawn().length).toBeLessThan(60);
  });

  test("draws a very long line in part, and copies it whole", async () => {
    const long = JSON.stringify({ image: "x".repeat(LONGEST_DRAWN * 2) }, null, 2);
    show(long);
    await expect.element(json()).toHaveTextContent(/… 2,\d{3} more characters/);
    await button("Copy response").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe(long);
  });

  test("wraps long lines, so that none goes beyond the edge, and leaves the text as it is", async () => {
    const prompt = "a seal on ice, ".repeat(40);
    const whole = JSON.stringify({ prompt, after: 1 }, null, 2);
    const { el } = show(whole);
    await expect.element(json()).toHaveTextContent("after");
    const view = json().element() as HTMLElement;
    const wide = () =>
      Math.max(...[...view.querySelectorAll("li span")].map((one) => one.getBoundingClientRect().right));
    const edge = () => scroller().getBoundingClientRect().right;
    expect(wide()).toBeGreaterThan(edge());
    await button("Wrap JSON").click();
    await expect.element(button("Wrap JSON")).toHaveAttribute("aria-pressed", "true");
    await expect.poll(() => wide() <= edge()).toBe(true);
    const text = [...view.querySelectorAll("li")].map((one) => one.textContent).join("");
    expect(text).toBe(whole.split("\n").join(""));
    const rows = () => view.querySelectorAll("li").length;
    const before = rows();
    el.style.width = "700px";
    await expect.poll(rows).not.toBe(before);
    await expect.poll(() => wide() <= edge()).toBe(true);
  });

  test("takes the key that follows the press on search, before anything is painted", async () => {
    show('{"a": 1}');
    await expect.element(button("Search JSON")).toBeVisible();
    (button("Search JSON").element() as HTMLElement).click();
    // Microtasks alone, as between two keys: an effect that waits for a frame comes too late.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Search in JSON");
  });

  test("searches, goes to each match and marks it", async () => {
    show(large);
    await button("Search JSON").click();
    const search = response().getByRole("textbox", { name: "Search in JSON" });
    await expect.element(search).toHaveFocus();
    await search.fill("77777");
    await expect.element(response().getByText(/^1 of \d+$/)).toBeVisible();
    await expect.element(json().getByText("77777", { exact: true }).first()).toBeVisible();
    const first = json().element().querySelector("[aria-current]")?.getAttribute("data-n");
    expect(first).toBe("77779");
    await userEvent.keyboard("{Enter}");
    await expect
      .poll(() => json().element().querySelector("[aria-current]")?.getAttribute("data-n"))
      .not.toBe(first);
    await expect.element(json().getByRole("mark").first()).toHaveTextContent("77777");
    await userEvent.keyboard("{Escape}");
    await expect.element(search).not.toBeInTheDocument();
  });

  test("copies the path and the value of a chosen line", async () => {
    show(JSON.stringify(SAMPLE, null, 2));
    await json().getByText('"b"', { exact: true }).click();
    await expect.element(response().getByText("data.outputs[1].url")).toBeVisible();
    await button("Copy path").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("data.outputs[1].url");
    await button("Copy value").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("b");
  });

  test("folds and unfolds", async () => {
    show(JSON.stringify(SAMPLE, null, 2));
    await expect.element(json()).toHaveTextContent("outputs");
    await button("Fold JSON").click();
    await expect.element(json()).not.toHaveTextContent("outputs");
    await button("Fold line 2").click();
    await expect.element(json()).toHaveTextContent("outputs");
  });

  test("saves the whole as a file", async () => {
    show(large);
    await expect.element(json()).toBeVisible();
    const saved: string[] = [];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
      saved.push(this.href, this.download);
    };
    try {
      await button("Download JSON").click();
    } finally {
      HTMLAnchorElement.prototype.click = click;
    }
    expect(saved[1]).toBe("550e8400-e29b-41d4-a716-446655440000-reply.json");
    expect(await (await fetch(saved[0] ?? "")).text()).toBe(large);
  });

  test("is reached by the keyboard", async () => {
    show(large);
    await expect.element(json()).toHaveAttribute("tabindex", "0");
    (json().element() as HTMLElement).focus();
    await userEvent.keyboard("{End}");
    await expect.poll(() => scroller().scrollTop).toBeGreaterThan(1000);
  });
});

test("the copy falls back to a selection where the page has no clipboard", async () => {
  show("{}");
  await expect.element(json()).toHaveTextContent("{}");
  const { clipboard } = navigator;
  Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
  try {
    await button("Copy response").click();
    await expect.element(page.getByRole("status")).toHaveTextContent("Copy response: copied");
  } finally {
    Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
  }
  expect(await navigator.clipboard.readText()).toBe("{}");
});
