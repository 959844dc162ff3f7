/** Undo and redo by key in the form: always the form's own, never the browser's. */

import { describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { Changes } from "../src/form/changes";
import type { Traits } from "../src/protocol";
import { FakeModel, type Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { moduleText } from "./further";
import { button, field, mount } from "./mount";
import { kernel, ready } from "./states";

const PROMPT = "generation_prompt";
const RATIO = "generation_ratio";
const SEED = "generation_seed";
const UNDO = "{Control>}z{/Control}";
const REDO = "{Control>}y{/Control}";

const valuesOf = (model: FakeModel) => model.get("values");
const element = (name: string) => field(name).element() as HTMLInputElement;
const key = (keys: string) => userEvent.keyboard(keys);

/** A form whose tools are here. */
async function begin(start: Traits = ready({ values: {} }), answer: Kernel = kernel) {
  const mounted = mount(start, answer);
  await field(PROMPT).click();
  await expect.element(button("Earlier prompts")).toBeVisible();
  return mounted;
}

/** A form whose tools come only when they are let. */
function early(start: Traits = ready()) {
  const withheld: Kernel = (command) =>
    command.kind === "fetch_module" && command.name === "request" ? null : kernel(command);
  const mounted = mount(start, withheld);
  const asked = () =>
    mounted.model.sent.filter((one) => one.kind === "fetch_module" && one.name === "request");
  const come = async () => {
    await expect.poll(() => asked().length).toBe(1);
    mounted.model.answer(asked()[0]?.id ?? "", { bytes: moduleText("request") as Uint8Array });
    await expect.element(button("Earlier prompts")).toBeVisible();
  };
  return { ...mounted, come };
}

describe("what is done before the tools of the form are here", () => {
  test.each([
    ["a ratio", () => field(RATIO).selectOptions("16:9")],
    ["the dice", () => button("New random seed").click()],
  ])("can be undone: %s", async (_, act) => {
    const { model, come } = early();
    const before = valuesOf(model);
    await expect.element(field(PROMPT)).toBeEnabled();
    await act();
    expect(valuesOf(model)).not.toEqual(before);
    await come();
    (field(PROMPT).element() as HTMLElement).focus();
    await key(UNDO);
    expect(valuesOf(model)).toEqual(before);
    await key(UNDO + REDO);
    expect(valuesOf(model)).not.toEqual(before);
  });

  test("can be undone where it is an example, outside the fields", async () => {
    const { model, come } = early(ready({ values: {} }));
    await button("Try an example").click();
    expect(valuesOf(model)[PROMPT]).toBeTruthy();
    await come();
    (field(PROMPT).element() as HTMLElement).focus();
    await key(UNDO);
    expect(valuesOf(model)).toEqual({});
  });

  test("is one step each, and letters of one text one together", async () => {
    const { model, come } = early(ready({ values: { [RATIO]: "1:1" } }));
    await field(RATIO).selectOptions("16:9");
    await field(RATIO).selectOptions("9:16");
    await field(PROMPT).click();
    await key("seal");
    await come();
    await key(UNDO);
    expect(valuesOf(model)).toEqual({ [PROMPT]: undefined, [RATIO]: "9:16" });
    await key(UNDO);
    expect(valuesOf(model)[RATIO]).toBe("16:9");
    await key(UNDO);
    expect(valuesOf(model)).toEqual({ [RATIO]: "1:1" });
  });

  test("is no step where the kernel did it", async () => {
    const { model, come } = early();
    model.put({ values: { [PROMPT]: "of the kernel" } });
    await field(RATIO).selectOptions("16:9");
    await come();
    (field(PROMPT).element() as HTMLElement).focus();
    await key(UNDO + UNDO);
    expect(valuesOf(model)).toEqual({ [PROMPT]: "of the kernel" });
  });
});

describe("redo", () => {
  test("does again what one undo too many has left", async () => {
    const { model } = await begin(ready({ values: { [RATIO]: "1:1" } }));
    await field(RATIO).selectOptions("16:9");
    await field(PROMPT).click();
    await key("seal");
    element(RATIO).focus();
    await key(UNDO + UNDO + UNDO + UNDO);
    expect(valuesOf(model)).toEqual({ [RATIO]: "1:1" });
    await key(`${REDO}{Control>}{Shift>}z{/Shift}{/Control}${REDO}${REDO}`);
    expect(valuesOf(model)).toEqual({ [RATIO]: "16:9", [PROMPT]: "seal" });
    await expect.element(field(PROMPT)).toHaveFocus();
  });

  test("works where the focus is in the text that a fill has brought, and leaves the focus in the form", async () => {
    const { model } = await begin(ready({ values: { [PROMPT]: "old" } }));
    await key("er");
    const filled = { [PROMPT]: "of a run", [SEED]: 5 };
    model.put({ values: filled });
    await expect.element(field(PROMPT)).toHaveValue("of a run");
    await key(UNDO);
    expect(valuesOf(model)).toEqual({ [PROMPT]: "older" });
    await key(REDO);
    expect(valuesOf(model)).toEqual(filled);
    await key(UNDO + UNDO + UNDO + UNDO);
    expect(valuesOf(model)).toEqual({ [PROMPT]: "old" });
    await expect.element(field(PROMPT)).toHaveFocus();
  });
});

test("the dice after a typed seed is taken back, and no keys make a number that nobody chose", async () => {
  const { model } = await begin();
  await field(SEED).click();
  await key("42");
  await button("New random seed").click();
  const rolled = valuesOf(model)[SEED];
  await field(SEED).click();
  await key(UNDO);
  expect(valuesOf(model)[SEED]).toBe(42);
  await key(UNDO + UNDO + UNDO);
  expect(valuesOf(model)[SEED]).toBeUndefined();
  await key(REDO + REDO + REDO + REDO);
  expect(valuesOf(model)[SEED]).toBe(rolled);
  await expect.element(field(SEED)).toHaveValue(String(rolled));
});

test("each choice of a select is a change of its own; a number that steps while its key is held is one", async () => {
  const { model } = await begin(ready({ values: { [RATIO]: "1:1", [SEED]: 5 } }));
  await field(RATIO).selectOptions("16:9");
  await field(RATIO).selectOptions("9:16");
  await key(UNDO);
  expect(valuesOf(model)[RATIO]).toBe("16:9");
  await key(UNDO);
  expect(valuesOf(model)[RATIO]).toBe("1:1");
  await field(SEED).click();
  const hold = (repeat: boolean) =>
    element(SEED).dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowUp", repeat, bubbles: true, cancelable: true }),
    );
  for (const [at, repeat] of [false, true, true, true].entries()) {
    hold(repeat);
    await expect.element(field(SEED)).toHaveValue(String(6 + at));
  }
  await key(UNDO);
  expect(valuesOf(model)[SEED]).toBe(6);
  await key(UNDO);
  expect(valuesOf(model)[SEED]).toBe(5);
});

describe("what is typed", () => {
  const timed = (act: (pass: (ms: number) => Promise<unknown>) => Promise<void>) => async () => {
    await begin();
    await byFakeTime(act);
  };
  const undone = async (...texts: readonly string[]) => {
    for (const text of texts) {
      await key(UNDO);
      expect(element(PROMPT).value).toBe(text);
    }
  };

  test(
    "goes word by word",
    timed(async () => {
      await key("a seal on ice");
      await undone("a seal on ", "a seal ", "a ", "", "");
      for (const text of ["a ", "a seal ", "a seal on ", "a seal on ice", "a seal on ice"]) {
        await key(REDO);
        expect(element(PROMPT).value).toBe(text);
      }
    }),
  );

  test(
    "goes until a pause, until a jump of the caret, and what is deleted at once",
    timed(async (pass) => {
      await key("sea");
      await pass(1500);
      await key("ls");
      await key("{ArrowLeft}e");
      await key("{End}{Backspace}{Backspace}");
      expect(element(PROMPT).value).toBe("seal");
      await undone("seales", "seals", "sea", "");
    }),
  );

  test(
    "is not joined with what was undone",
    timed(async () => {
      await key("seal");
      await key(UNDO);
      await key(REDO);
      await key("s");
      await undone("seal", "");
    }),
  );

  test("in a number goes at once, and leaves no halves", async () => {
    const { model } = await begin(ready({ values: {} }));
    await byFakeTime(async () => {
      element(SEED).focus();
      await key("12.5");
      await key(UNDO);
      expect(valuesOf(model)[SEED]).toBeUndefined();
      await expect.element(field(SEED)).toHaveValue("");
    });
  });

  test("leaves the caret where the change was", async () => {
    await begin(ready({ values: { [PROMPT]: "a seal" } }));
    element(PROMPT).setSelectionRange(2, 2);
    await key("big");
    expect(element(PROMPT).value).toBe("a bigseal");
    await key(`{End}${UNDO}`);
    await expect.poll(() => [element(PROMPT).value, element(PROMPT).selectionStart]).toEqual(["a seal", 2]);
    element(RATIO).focus();
    await key(REDO);
    await expect.element(field(PROMPT)).toHaveFocus();
    await expect.poll(() => element(PROMPT).selectionStart).toBe("a big".length);
  });

  test("is undone by the menu of the browser as by key", async () => {
    const { model } = await begin();
    await key("seal");
    const ask = (inputType: string) =>
      !element(PROMPT).dispatchEvent(
        new InputEvent("beforeinput", { inputType, bubbles: true, cancelable: true }),
      );
    expect(ask("historyUndo")).toBe(true);
    expect(valuesOf(model)[PROMPT] ?? "").toBe("");
    expect(ask("historyRedo")).toBe(true);
    expect(valuesOf(model)[PROMPT]).toBe("seal");
  });
});

describe("the body as JSON", () => {
  test("is undone as one text, whether it stands for values or for none", async () => {
    const { model } = mount(ready({ values: { [PROMPT]: "seal" } }));
    await button("Body as JSON").click();
    const json = field("Body as JSON text");
    await expect.element(json).toBeVisible();
    await byFakeTime(async () => {
      const area = json.element() as HTMLTextAreaElement;
      const texts = [area.value];
      area.focus();
      area.setSelectionRange(area.value.indexOf("seal") + 4, area.value.indexOf("seal") + 4);
      await key("s");
      texts.push(area.value);
      expect(valuesOf(model)[PROMPT]).toBe("seals");
      await key("{Control>}{End}{/Control}");
      await key(",");
      texts.push(area.value);
      await expect.element(button("Discard text")).toBeVisible();
      for (const text of [texts[1], texts[0], texts[0]]) {
        await key(UNDO);
        await expect.element(json).toHaveValue(text);
      }
      expect(valuesOf(model)[PROMPT]).toBe("seal");
      await expect.element(button("Discard text")).not.toBeInTheDocument();
      for (const text of [texts[1], texts[2], texts[2]]) {
        await key(REDO);
        await expect.element(json).toHaveValue(text);
      }
      await expect.element(button("Discard text")).toBeVisible();
    });
  });

  test("is shown where what is undone stands in its text alone", async () => {
    mount(ready({ values: { [PROMPT]: "seal" } }));
    await button("Body as JSON").click();
    const json = field("Body as JSON text");
    await json.fill("{");
    await expect.element(button("Discard text")).toBeVisible();
    await button("Discard text").click();
    await button("Body as JSON").click();
    await field(PROMPT).click();
    await key(UNDO);
    await expect.element(json).toHaveValue("{");
    await expect.element(json).toHaveFocus();
  });
});

test("a key in the field of the model takes back its choice, and nothing else", async () => {
  const { model } = mount(ready());
  const [modelId, values] = [model.get("model_id"), valuesOf(model)];
  await field("Model").click();
  await key("schnell{Enter}");
  expect(model.get("model_id")).toBe("bfl/flux-schnell");
  await expect.element(button("Earlier prompts")).toBeVisible();
  await expect.element(field("Model")).toHaveFocus();
  await key(UNDO);
  expect([model.get("model_id"), valuesOf(model)]).toEqual([modelId, values]);
  await expect.element(field("Model")).toHaveValue(modelId);
  await key(UNDO + REDO);
  expect(model.get("model_id")).toBe("bfl/flux-schnell");
  await expect.element(field("Model")).toHaveFocus();
});

test("a text of a sweep is undone by the browser, and the form stays", async () => {
  const { model } = await begin(ready({ values: { [RATIO]: "1:1" } }));
  await field(RATIO).selectOptions("16:9");
  await button("Sweep").click();
  await button("Add axis").click();
  const lines = page.getByRole("group", { name: "Sweep" }).getByRole("textbox");
  await lines.click();
  await key(`one${UNDO}`);
  await expect.element(lines).not.toHaveValue("one");
  expect(valuesOf(model)[RATIO]).toBe("16:9");
});

test("what changed while nobody followed a form is one change, and can be undone", () => {
  const model = new FakeModel(ready());
  const before = valuesOf(model);
  const restore = vi.fn(({ values }) => model.put({ values }));
  const changes = new Changes({ model, restore, draft: () => null, past: [] });
  changes.follow()();
  model.put({ values: { ...before, [PROMPT]: "A fox", [SEED]: 5 } });
  changes.follow();
  expect([changes.move(false), changes.move(false)].map(Boolean)).toEqual([true, false]);
  expect(valuesOf(model)).toEqual(before);
});
