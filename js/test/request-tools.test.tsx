import axe from "axe-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { readBody, writeBody } from "../src/form/body-text";
import { findFault, placeOf } from "../src/form/json-fault";
import { matches } from "../src/form/validate";
import { word } from "../src/form/words";
import { RULES, SENTENCES } from "../src/form/words.generated";
import type { Field, Traits, Values } from "../src/protocol";
import type { FakeModel, Kernel } from "./fake-model";
import { moduleText } from "./further";
import { button, field, mount, region } from "./mount";
import { picture } from "./picture";
import { alert, catalogue, kernel, ready } from "./states";

const PROMPT = "generation_prompt";
const BODY = { generation_prompt: "A fox", generation_seed: 5 };
const NOTES = ["Filled in 2 fields.", "The API key in it was left out and is not kept."];
const LINK = "https://api.us.babysea.ai/v1/generate/image/bfl/flux-schnell";
const SAMPLES = [{ name: "floe.png", url: "http://127.0.0.1:9/sandbox/inputs/floe.png", note: "fits" }];
const PROMPTS = ["third", "second\nof two lines", "first"];

/** A kernel that takes whatever is pasted for one request. */
const reading: Kernel = (command) => {
  if (command.kind === "paste") return { data: { model_id: "bfl/flux-schnell", values: BODY, notes: NOTES } };
  if (command.kind === "list_prompts") return { data: { prompts: PROMPTS } };
  if (command.kind === "list_inputs") return { data: { samples: SAMPLES } };
  if (command.kind === "add_input") return { data: { url: SAMPLES[0]?.url ?? "" } };
  if (command.kind === "fetch_input") return { bytes: picture() };
  return kernel(command);
};

const refusing =
  (code: string, message: string): Kernel =>
  (command) =>
    command.kind === "paste" ? { ok: false, alert: alert({ code, message }) } : reading(command);

const panel = () => region("Request Body");
const editor = () => field("Body as JSON text");
const area = (name = PROMPT) => field(name).element() as HTMLTextAreaElement;
const valuesOf = (model: FakeModel) => model.get("values");

/** Bring the further module by what brings it for a person: the focus in the form. */
async function begin(start: Traits = ready(), answer: Kernel = reading, width = 1280) {
  const mounted = mount(start, answer, width);
  await field(PROMPT).click();
  await expect.element(button("Earlier prompts")).toBeVisible();
  return mounted;
}

type Content = string | File | readonly File[];

function transfer(content: Content): DataTransfer {
  const data = new DataTransfer();
  if (typeof content === "string") data.setData("text/plain", content);
  else for (const one of content instanceof File ? [content] : content) data.items.add(one);
  return data;
}

/** Paste as the browser does; whether the page has taken it. */
function paste(target: Element, content: Content): boolean {
  const event = new ClipboardEvent("paste", {
    clipboardData: transfer(content),
    bubbles: true,
    cancelable: true,
    composed: true,
  });
  return !target.dispatchEvent(event);
}

function drop(target: Element, content: Content): void {
  const init = { dataTransfer: transfer(content), bubbles: true, cancelable: true };
  for (const kind of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, init));
}

const seal = () => new File([picture() as Uint8Array<ArrayBuffer>], "seal.png", { type: "image/png" });

describe("what is pasted", () => {
  test("as a curl command fills the form, says what was left out, and can be undone by button and key", async () => {
    const { model } = await begin();
    const before = { ...valuesOf(model) };
    expect(paste(area(), `curl ${LINK} -H 'Authorization: Bearer bye_secret' -d '{}'`)).toBe(true);
    await expect.element(field(PROMPT)).toHaveValue("A fox");
    expect(model.get("model_id")).toBe("bfl/flux-schnell");
    for (const note of NOTES) await expect.element(panel().getByText(note)).toBeVisible();
    await button("Undo fill").click();
    expect(valuesOf(model)).toEqual(before);
    expect(model.get("model_id")).toBe("bfl/flux-1.1-pro");
    await field(PROMPT).click();
    await userEvent.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
    await expect.element(field(PROMPT)).toHaveValue("A fox");
    await expect.element(field(PROMPT)).toHaveFocus();
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(valuesOf(model)).toEqual(before);
  });

  test("goes to the kernel as a buffer alone, since a kernel may log what stands in a message", async () => {
    const { model } = await begin();
    paste(area(), `curl ${LINK} -H 'Authorization: Bearer bye_secret' -d '{}'`);
    await expect.poll(() => model.commands("paste").length).toBe(1);
    const [{ buffers, ...command }] = model.commands("paste") as [ReturnType<FakeModel["commands"]>[0]];
    expect(JSON.stringify(command)).not.toContain("bye_secret");
    expect(new TextDecoder().decode(buffers?.[0])).toContain("bye_secret");
    expect(JSON.stringify(model.saves)).not.toContain("bye_secret");
    expect(document.body.textContent).not.toContain("bye_secret");
  });

  test.each(["a seal on ice", "{a|b} seal", "curl https://example.com"])(
    "as text stays text: %s",
    async (text) => {
      const { model } = await begin();
      expect(paste(area(), text)).toBe(false);
      expect(model.commands("paste")).toEqual([]);
    },
  );

  test("and cannot be read is put where the caret is, with a sentence", async () => {
    await begin(
      ready({ values: { [PROMPT]: "x" } }),
      refusing("paste_refused", "Nothing was filled in: because."),
    );
    area().setSelectionRange(1, 1);
    paste(area(), '{"nothing": 1}');
    await expect.element(field(PROMPT)).toHaveValue('x{"nothing": 1}');
    await expect.element(panel().getByText("Nothing was filled in: because.")).toBeVisible();
    await button("Dismiss").click();
    await expect.element(panel().getByText("Nothing was filled in: because.")).not.toBeInTheDocument();
  });

  const CURL = `curl ${LINK} -H 'Authorization: Bearer bye_secret' -d '{}'`;
  const silent: Kernel = (command) => (command.kind === "paste" ? null : reading(command));
  const unread = {
    ok: false,
    alert: alert({ code: "paste_refused", message: "Nothing was filled in: because." }),
  };

  /** Paste a request that has a key, into a kernel that takes its time; its answer is to be given. */
  async function given(text = CURL) {
    const mounted = await begin(ready({ values: { [PROMPT]: "x" } }), silent);
    paste(area(), text);
    await expect.poll(() => mounted.model.commands("paste").length).toBe(1);
    const [asked] = mounted.model.commands("paste");
    return { ...mounted, answer: (said: object) => mounted.model.answer(asked?.id ?? "", said) };
  }

  function cellOf(kind: "textarea" | "div"): HTMLElement {
    const cell = document.createElement(kind);
    if (kind === "div") cell.contentEditable = "true";
    document.body.append(cell);
    onTestFinished(() => cell.remove());
    return cell;
  }

  test.each(["textarea", "div"] as const)(
    "and cannot be read is never put into a cell that has the focus meanwhile: %s",
    async (kind) => {
      const { model, answer } = await given();
      const cell = cellOf(kind);
      model.put({ model_id: "bfl/flux-schnell" });
      await expect.element(page.getByRole("heading", { name: PROMPT })).toBeVisible();
      cell.focus();
      answer(unread);
      await expect.element(panel().getByText(/the field that it was for is no longer there/)).toBeVisible();
      await expect.element(panel().getByText("Nothing was filled in: because.")).toBeVisible();
      expect("value" in cell ? cell.value : cell.textContent).toBe("");
      expect(document.activeElement).toBe(cell);
    },
  );

  test("and cannot be read goes into its field without the focus, which is elsewhere; a key takes it back", async () => {
    const { answer } = await given('{"nothing": 1}');
    const cell = cellOf("textarea");
    cell.focus();
    answer(unread);
    await expect.element(field(PROMPT)).toHaveValue('x{"nothing": 1}');
    expect(document.activeElement).toBe(cell);
    expect((cell as HTMLTextAreaElement).value).toBe("");
    await field(PROMPT).click();
    await userEvent.keyboard("{Control>}z{/Control}");
    await expect.element(field(PROMPT)).toHaveValue("x");
  });

  test.each([
    ["a model is chosen", (model: FakeModel) => model.put({ model_id: "qwen/image" })],
    ["a field is changed", (model: FakeModel) => model.put({ values: { [PROMPT]: "typed since" } })],
  ] as const)("gives way to what was done since, and says so: %s", async (_, act) => {
    const { model, answer } = await given();
    act(model);
    const [modelId, values] = [model.get("model_id"), valuesOf(model)];
    answer({ data: { model_id: "bfl/flux-schnell", values: BODY, notes: NOTES } });
    await expect.element(panel().getByText(/the form was changed while this was read/)).toBeVisible();
    expect([model.get("model_id"), valuesOf(model)]).toEqual([modelId, values]);
  });

  test("after another request takes its place, whichever is answered first", async () => {
    const { model, answer } = await given();
    paste(area(), CURL);
    await expect.poll(() => model.commands("paste").length).toBe(2);
    const [, newer] = model.commands("paste");
    const filled = (prompt: string) => ({
      data: { model_id: "bfl/flux-schnell", values: { [PROMPT]: prompt }, notes: [] },
    });
    model.answer(newer?.id ?? "", filled("newer"));
    await expect.element(field(PROMPT)).toHaveValue("newer");
    answer(filled("older"));
    await expect.element(panel().getByText(word("reading"))).not.toBeInTheDocument();
    await expect.element(field(PROMPT)).toHaveValue("newer");
  });

  test("as a file is read by the kernel; one that is too large is said to be", async () => {
    const { model } = await begin();
    paste(area(), seal());
    await expect.element(field(PROMPT)).toHaveValue("A fox");
    const large = new File([new Uint8Array(9_000_000)], "large.png", { type: "image/png" });
    drop(panel().element(), large);
    await expect.element(panel().getByText(/large.png is 9.0 MB large, and at most 8.4 MB/)).toBeVisible();
    expect(model.commands("paste").length).toBe(1);
  });

  test("over the panel is announced, and a dropped recipe fills the form", async () => {
    await begin();
    const fields = panel().getByRole("group", { name: "Request fields" }).element();
    const file = new File(['{"genwidget_recipe": 1}'], "seal.png.json", { type: "application/json" });
    fields.dispatchEvent(
      new DragEvent("dragenter", { dataTransfer: transfer(file), bubbles: true, cancelable: true }),
    );
    await expect.element(panel().getByText(/Drop a picture/)).toBeVisible();
    drop(fields, file);
    await expect.element(field(PROMPT)).toHaveValue("A fox");
    await expect.element(panel().getByText(/Drop a picture/)).not.toBeInTheDocument();
  });
});

describe("input pictures", () => {
  const MODEL = "bytedance/seedream-4.5";
  const FILE = "generation_input_file";
  const sandbox = (values = {}) =>
    ready({
      region: "sandbox",
      host: "http://127.0.0.1:9",
      model_id: MODEL,
      values: { [PROMPT]: "A seal", ...values },
    });

  test("a dropped picture becomes the input of its field, and is shown", async () => {
    const { model } = await begin(sandbox());
    drop(field(`${FILE} 1`).element(), seal());
    await expect.poll(() => valuesOf(model)[FILE]).toEqual([SAMPLES[0]?.url]);
    await expect.element(panel().getByRole("img", { name: SAMPLES[0]?.url ?? "" })).toBeVisible();
    expect(model.commands("paste")).toEqual([]);
  });

  test("nothing moves while one is dragged, so that it is dropped where the pointer was", async () => {
    await begin(sandbox());
    const place = field(`${FILE} 1`).element();
    const { top } = place.getBoundingClientRect();
    place.dispatchEvent(new DragEvent("dragenter", { dataTransfer: transfer(seal()), bubbles: true }));
    await expect.element(panel().getByText(/Drop a picture/)).toBeVisible();
    expect(place.getBoundingClientRect().top).toBe(top);
  });

  test("one that is dropped before the tools are here waits for them", async () => {
    const { model } = mount(sandbox(), (command) =>
      command.kind === "fetch_module" && command.name === "request" ? null : reading(command),
    );
    await expect.element(field(`${FILE} 1`)).toBeEnabled();
    const init = { dataTransfer: transfer(seal()), bubbles: true, cancelable: true };
    const isTaken = (kind: string) => !field(`${FILE} 1`).element().dispatchEvent(new DragEvent(kind, init));
    expect(["dragenter", "dragover", "drop"].map(isTaken)).toEqual([true, true, true]);
    const asked = () =>
      model.commands("fetch_module").filter((one) => "name" in one && one.name === "request");
    await expect.poll(() => asked().length).toBe(1);
    model.answer(asked()[0]?.id ?? "", { bytes: moduleText("request") as Uint8Array });
    await expect.poll(() => valuesOf(model)[FILE]).toEqual([SAMPLES[0]?.url]);
    drop(area(), new File(['{"genwidget_recipe": 1}'], "seal.png.json", { type: "application/json" }));
    await expect.element(field(PROMPT)).toHaveValue("A fox");
    expect(model.commands("add_input").length).toBe(1);
  });

  test("one without a recipe that is dropped elsewhere does too", async () => {
    const { model } = await begin(sandbox(), refusing("recipe_none", "No recipe."));
    drop(area(), seal());
    await expect.poll(() => valuesOf(model)[FILE]).toEqual([SAMPLES[0]?.url]);
  });

  test.each([
    ["a dropped picture", "add_input", (at: Element) => drop(at, seal())],
    ["a pasted picture", "add_input", (at: Element) => paste(at, seal())],
    ["a pasted request", "paste", (at: Element) => paste(at, `curl ${LINK} -d '{}'`)],
  ] as const)("nothing is sent while %s is still being read", async (_, kind, give) => {
    const { model } = await begin(sandbox(), (command) => (command.kind === kind ? null : reading(command)));
    give(field(`${FILE} 1`).element());
    const waits = region("Request Body").getByRole("button", { name: word("reading") });
    await expect.element(waits).toBeVisible();
    await button("Send request").click();
    (field(PROMPT).element() as HTMLElement).focus();
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(model.commands("send")).toEqual([]);
    const [asked] = model.commands(kind);
    model.answer(asked?.id ?? "", reading(asked as Parameters<Kernel>[0]) ?? {});
    await expect.element(waits).not.toBeInTheDocument();
    await button("Send request").click();
    await expect.poll(() => model.commands("send").length).toBe(1);
    expect((model.commands("send")[0] as { values?: unknown }).values).toEqual(valuesOf(model));
  });

  test("a picture is put nowhere where the model that is chosen since has no such field, and that is said", async () => {
    const { model } = await begin(sandbox(), (command) =>
      command.kind === "add_input" ? null : reading(command),
    );
    drop(field(`${FILE} 1`).element(), seal());
    await expect.poll(() => model.commands("add_input").length).toBe(1);
    model.put({ model_id: "bfl/flux-schnell", values: { [PROMPT]: "A seal" } });
    model.answer(model.commands("add_input")[0]?.id ?? "", { data: { url: SAMPLES[0]?.url ?? "" } });
    const said = `bfl/flux-schnell has no field ${FILE}: seal.png was put nowhere.`;
    await expect.element(panel().getByText(said)).toBeVisible();
    expect(valuesOf(model)).toEqual({ [PROMPT]: "A seal" });
  });

  const files = (...names: string[]) =>
    names.map((name) => new File([picture() as Uint8Array<ArrayBuffer>], name, { type: "image/png" }));
  const kept: Kernel = (command) =>
    command.kind === "add_input"
      ? { data: { url: `http://127.0.0.1:9/sandbox/inputs/${command.filename}` } }
      : reading(command);

  test("several that are dropped over a list of links all become inputs, in their order", async () => {
    const { model } = await begin(sandbox(), kept);
    drop(field(`${FILE} 1`).element(), files("a.png", "b.png", "c.png"));
    const links = ["a.png", "b.png", "c.png"].map((name) => `http://127.0.0.1:9/sandbox/inputs/${name}`);
    await expect.poll(() => valuesOf(model)[FILE]).toEqual(links);
  });

  test("of several that are dropped elsewhere the first is taken, and that is said", async () => {
    const { model } = await begin(sandbox(), (command) =>
      command.kind === "paste" ? refusing("recipe_none", "No recipe.")(command) : kept(command),
    );
    drop(area(), files("a.png", "b.png"));
    await expect.element(panel().getByText(/Of 2 files only a.png was taken/)).toBeVisible();
    expect(valuesOf(model)[FILE]).toEqual(["http://127.0.0.1:9/sandbox/inputs/a.png"]);
  });

  const OUTPUT = "http://127.0.0.1:9/sandbox/files/3f1d/1.png";

  function dropLink(target: Element, link: string, ...more: File[]): void {
    const dataTransfer = transfer(more);
    dataTransfer.setData("text/uri-list", link);
    const init = { dataTransfer, bubbles: true, cancelable: true };
    for (const kind of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, init));
  }

  test.each([0, 1])(
    "a picture that is dragged from a page comes as its link, with %d files",
    async (count) => {
      const { model } = await begin(sandbox(), kept);
      dropLink(field(`${FILE} 1`).element(), OUTPUT, ...files("1.png").slice(0, count));
      await expect.poll(() => valuesOf(model)[FILE]).toEqual([OUTPUT]);
      dropLink(field(`${FILE} 1`).element(), "blob:http://127.0.0.1/1", ...files("1.png"));
      await expect.poll(() => (valuesOf(model)[FILE] as string[]).at(-1)).toMatch(/inputs\/1.png$/);
    },
  );

  test("in a field of one link the next one takes its place", async () => {
    const start = sandbox();
    const { models } = start.catalogue;
    const one = models.map((spec) => ({
      ...spec,
      fields: spec.fields.map((it) => (it.name === FILE ? { ...it, max_items: 1 } : it)),
    }));
    const { model } = await begin({ ...start, catalogue: { ...start.catalogue, models: one } }, kept);
    for (const name of ["a.png", "b.png"]) {
      drop(field(`${FILE} 1`).element(), files(name));
      await expect.poll(() => valuesOf(model)[FILE]).toEqual([`http://127.0.0.1:9/sandbox/inputs/${name}`]);
    }
  });

  const REFUSED = "An input is a picture of the format PNG, JPEG or WebP.";
  const picky: Kernel = (command) =>
    command.kind === "add_input" ? { ok: false, alert: alert({ message: REFUSED }) } : reading(command);
  const told = (name: string) => panel().getByText(`${name}: ${REFUSED}`, { exact: true });
  const textFile = (name = "notes.txt") => new File(["a seal"], name, { type: "text/plain" });

  test.each([1280, 360])(
    "one that is refused is told at its field with its name, at %d px",
    async (width) => {
      const { model, el } = await begin(sandbox(), picky, width);
      const others = () =>
        [...el.querySelectorAll(".gw-row:not(:has([type=url])), .gw-link-tools")].map(
          (one) => one.getBoundingClientRect().top - el.getBoundingClientRect().top,
        );
      const places = others();
      drop(field(`${FILE} 1`).element(), textFile());
      await expect.element(told("notes.txt")).toBeVisible();
      expect(told("notes.txt").element().closest(".gw-row")).toBe(
        field(`${FILE} 1`).element().closest(".gw-row"),
      );
      expect(others()).toEqual(places);
      drop(field(`${FILE} 1`).element(), textFile("Screenshot 2026-11-29 at 07.05.00.png"));
      await expect.element(told("Screensh….00.png")).toBeVisible();
      expect(others()).toEqual(places);
      drop(field(`${FILE} 1`).element(), textFile());
      await expect.element(told("notes.txt")).toBeVisible();
      expect(el.querySelector(".gw-filled")).toBeNull();
      const group = panel().getByRole("group", { name: FILE, exact: true });
      await expect.element(group).toHaveAccessibleDescription(expect.stringContaining("notes.txt"));
      await button("Send request").click();
      await expect.poll(() => model.commands("send").length).toBe(1);
    },
  );

  const otherwise: [string, (model: FakeModel) => unknown][] = [
    ["another choice", () => drop(field(`${FILE} 1`).element(), textFile("more.txt"))],
    ["a change of the field", () => field(`${FILE} 1`).fill("https://example.com/a.png")],
    ["Send", () => button("Send request").click()],
    ["another model", (model) => model.put({ model_id: "google/nano-banana" })],
  ];
  test.each(otherwise)("what is told of one goes with %s, and not with another field", async (_, go) => {
    const { model } = await begin(sandbox(), picky);
    drop(field(`${FILE} 1`).element(), textFile());
    await expect.element(told("notes.txt")).toBeVisible();
    await field(PROMPT).fill("A fox");
    await expect.element(told("notes.txt")).toBeVisible();
    await go(model);
    await expect.element(told("notes.txt")).not.toBeInTheDocument();
  });

  test("a file that was refused above the form is told no longer once the form is sent", async () => {
    await begin(sandbox(), refusing("paste_refused", "Nothing was filled in: because."));
    drop(area(), textFile());
    const said = panel().getByText("Nothing was filled in: because.");
    await expect.element(said).toBeVisible();
    await button("Send request").click();
    await expect.element(said).not.toBeInTheDocument();
  });

  test("the sandbox's own pictures are offered, each with what it is for", async () => {
    const { model } = await begin(sandbox({ [FILE]: ["https://example.com/a.png"] }));
    await button(`Sandbox pictures for ${FILE}`).click();
    await button("Use floe.png: fits").click();
    expect(valuesOf(model)[FILE]).toEqual(["https://example.com/a.png", SAMPLES[0]?.url]);
  });

  test("outside the sandbox it is said that the API takes public links, and nothing is sent", async () => {
    const { model } = await begin(ready({ model_id: MODEL, values: { [PROMPT]: "A seal" } }));
    drop(field(`${FILE} 1`).element(), seal());
    await expect.element(panel().getByText(/seal.png is a file of this machine/)).toBeVisible();
    expect(model.commands("add_input")).toEqual([]);
    await expect.element(button(`Sandbox pictures for ${FILE}`)).not.toBeInTheDocument();
  });

  test("a link that is not public is not fetched, and a broken one is said to be", async () => {
    const links = ["http://192.168.0.4/a.png", "https://example.invalid/b.png"];
    await begin(ready({ model_id: MODEL, values: { [PROMPT]: "A seal", [FILE]: links } }));
    await expect.element(panel().getByText(/192.168.0.4 is not public/)).toBeVisible();
    await expect.element(panel().getByText(/No picture can be shown from example.invalid/)).toBeVisible();
    const asked = performance.getEntriesByType("resource").map((one) => one.name);
    expect(asked.filter((one) => one.includes("192.168.0.4"))).toEqual([]);
  });

  test("links that stand in the values are shown before anything is touched", async () => {
    mount(sandbox({ [FILE]: [SAMPLES[0]?.url] }), reading);
    await expect.element(panel().getByRole("img", { name: SAMPLES[0]?.url ?? "" })).toBeVisible();
  });

  test("the sandbox's own pictures are asked for again where they could not be told", async () => {
    let isFirst = true;
    const failing: Kernel = (command) => {
      if (command.kind !== "list_inputs" || !isFirst) return reading(command);
      isFirst = false;
      return { ok: false, alert: alert({ message: "The sandbox was not reached." }) };
    };
    const { model } = await begin(sandbox({}), failing);
    await expect.poll(() => model.commands("list_inputs").length, { timeout: 30_000 }).toBe(2);
    await expect.element(button(`Sandbox pictures for ${FILE}`)).toBeVisible();
  });
});

describe("earlier prompts", () => {
  test("come by Up in an empty prompt, older and newer, as in a terminal", async () => {
    const { model } = await begin(ready({ values: {} }));
    await userEvent.keyboard("{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue("third");
    await userEvent.keyboard("{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue(PROMPTS[1] ?? "");
    await userEvent.keyboard("{ArrowUp}{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue("first");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    await expect.element(field(PROMPT)).toHaveValue("third");
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(field(PROMPT)).toHaveValue("");
    expect(model.commands("list_prompts").length).toBe(1);
  });

  test("are those of the key of now, also on the way through those of another", async () => {
    const { model } = await begin(ready({ values: {} }));
    await userEvent.keyboard("{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue("third");
    model.put({ key_hint: "bye_other..." });
    model.kernel = (command) =>
      command.kind === "list_prompts" ? { data: { prompts: ["another's"] } } : kernel(command);
    await userEvent.keyboard("{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue("another's");
  });

  test("leave the keys alone where something was typed", async () => {
    const { model } = await begin(ready({ values: { [PROMPT]: "typed" } }));
    await userEvent.keyboard("{ArrowUp}");
    await expect.element(field(PROMPT)).toHaveValue("typed");
    expect(model.commands("list_prompts")).toEqual([]);
  });

  const listbox = () => page.getByRole("listbox", { name: "Earlier prompts" });
  const activeIn = (list: Element) =>
    document.getElementById(list.getAttribute("aria-activedescendant") ?? "")?.textContent;

  test("stand in a list that the button opens; what is chosen is in the field, and goes back by undo", async () => {
    await begin(ready({ values: { [PROMPT]: "typed" } }));
    await button("Earlier prompts").click();
    await expect.element(listbox()).toHaveFocus();
    await expect.element(field(PROMPT)).toHaveValue("typed");
    const options = listbox().getByRole("option");
    expect(options.elements().map((one) => one.textContent)).toEqual(PROMPTS);
    await options.last().click();
    await expect.element(listbox()).not.toBeInTheDocument();
    await expect.element(field(PROMPT)).toHaveValue("first");
    await expect.element(field(PROMPT)).toHaveFocus();
    await userEvent.keyboard("{Control>}z{/Control}");
    await expect.element(field(PROMPT)).toHaveValue("typed");
  });

  test("are listed and chosen by key alone; Escape leaves the field as it was, and goes back to it", async () => {
    await begin(ready({ values: { [PROMPT]: "typed" } }));
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await expect.element(listbox()).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    await expect.element(listbox()).not.toBeInTheDocument();
    await expect.element(field(PROMPT)).toHaveFocus();
    await expect.element(field(PROMPT)).toHaveValue("typed");
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await expect.element(listbox()).toHaveFocus();
    expect(activeIn(listbox().element())).toBe("third");
    await userEvent.keyboard("{End}{ArrowUp}{ArrowDown}");
    await expect.poll(() => activeIn(listbox().element())).toBe("first");
    await userEvent.keyboard("{Enter}");
    await expect.element(field(PROMPT)).toHaveValue("first");
    await expect.element(field(PROMPT)).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(field(PROMPT)).toHaveValue(PROMPTS[1] ?? "");
  });

  test("that there are none is said in the place of the list, by button and by key, and writes nothing", async () => {
    const { model } = await begin(ready({ values: { [PROMPT]: "typed" } }));
    const { kernel } = model;
    model.kernel = (command) =>
      command.kind === "list_prompts" ? { data: { prompts: [] } } : kernel(command);
    const open = [
      () => button("Earlier prompts").click(),
      () => userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}"),
    ];
    for (const one of open) {
      await one();
      await expect.element(listbox()).toHaveFocus();
      await expect.element(button("Earlier prompts")).toHaveAttribute("aria-expanded", "true");
      await expect.element(listbox().getByRole("option")).toHaveTextContent("No earlier prompts here");
      expect(activeIn(listbox().element())).toBe("No earlier prompts here");
      await userEvent.keyboard("{ArrowDown}{Enter}");
      await expect.element(listbox()).not.toBeInTheDocument();
      await expect.element(field(PROMPT)).toHaveFocus();
      await expect.element(field(PROMPT)).toHaveValue("typed");
    }
  });

  test("are closed by a second press, and by leaving the list", async () => {
    await begin(ready({ values: { [PROMPT]: "typed" } }));
    await button("Earlier prompts").click();
    await expect.element(button("Earlier prompts")).toHaveAttribute("aria-expanded", "true");
    await button("Earlier prompts").click();
    await expect.element(listbox()).not.toBeInTheDocument();
    await expect.element(field(PROMPT)).toHaveFocus();
    await button("Earlier prompts").click();
    await expect.element(listbox()).toHaveFocus();
    await field("generation_ratio").element().focus();
    await expect.element(listbox()).not.toBeInTheDocument();
  });
});

describe("a field", () => {
  test("goes back to its default by a button that is there only where it differs", async () => {
    const { model } = await begin();
    await expect.element(button("Reset generation_ratio")).not.toBeInTheDocument();
    await field("generation_ratio").selectOptions("16:9");
    await button("Reset generation_ratio").click();
    expect(valuesOf(model).generation_ratio).toBe("1:1");
    await expect.element(field("generation_ratio")).toHaveFocus();
    await userEvent.keyboard("{Control>}z{/Control}");
    await expect.element(field("generation_ratio")).toHaveValue("16:9");
  });
});

describe("the body as JSON", () => {
  async function asJson(start: Traits = ready()) {
    const mounted = mount(start, reading);
    await button("Body as JSON").click();
    await expect.element(editor()).toBeVisible();
    return { ...mounted, json: editor().element() as HTMLTextAreaElement };
  }

  test("wraps a long prompt: nothing of it is beyond the edge", async () => {
    const { json } = await asJson(
      ready({ values: { [PROMPT]: `${"a seal ".repeat(60)}${"x".repeat(300)}` } }),
    );
    expect(json.scrollWidth).toBe(json.clientWidth);
  });

  test("is the form's values, and the form follows it", async () => {
    const { model, json } = await asJson(ready({ values: { [PROMPT]: "A seal", generation_seed: 7 } }));
    expect(JSON.parse(json.value)).toEqual({ [PROMPT]: "A seal", generation_seed: 7 });
    await editor().fill('{"generation_prompt": "A fox"}');
    expect(valuesOf(model)).toEqual({ [PROMPT]: "A fox" });
    await button("Body as JSON").click();
    await expect.element(field(PROMPT)).toHaveValue("A fox");
  });

  test("is there by key after what was pasted filled the form", async () => {
    const { model } = await begin();
    paste(area(), `curl ${LINK} -d '{}'`);
    await expect.poll(() => model.get("model_id")).toBe("bfl/flux-schnell");
    (button("Body as JSON").element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(editor()).toHaveValue(JSON.stringify(BODY, null, 2));
    await expect.element(button("Body as JSON")).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    await expect.element(field(PROMPT)).toHaveValue(BODY[PROMPT]);
  });

  test("follows the form, and keeps the caret in its place", async () => {
    const { model, json } = await asJson(ready({ values: { [PROMPT]: "A seal", generation_seed: 7 } }));
    const at = json.value.indexOf("generation_seed");
    json.focus();
    json.setSelectionRange(at, at);
    model.put({ values: { [PROMPT]: "A much longer seal", generation_seed: 7 } });
    await expect.poll(() => json.value).toContain("A much longer seal");
    expect(json.selectionStart).toBe(json.value.indexOf("generation_seed"));
    await userEvent.keyboard("x");
    expect(json.value).toContain('"xgeneration_seed"');
    expect(json.selectionStart).toBe(json.value.indexOf("xgeneration_seed") + 1);
  });

  test("takes a recipe that is pasted over it as the form does; a pasted body is typed", async () => {
    const { model, json } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    json.focus();
    json.select();
    expect(paste(json, '{"generation_prompt": "genwidget_recipe"}')).toBe(false);
    expect(model.commands("paste")).toEqual([]);
    expect(paste(json, '{"genwidget_recipe": 1, "body": {"generation_prompt": "A fox"}}')).toBe(true);
    await expect.poll(() => valuesOf(model)).toEqual(BODY);
    await expect.element(editor()).toHaveValue(JSON.stringify(BODY, null, 2));
    await expect.element(panel().getByText(NOTES[0] ?? "")).toBeVisible();
  });

  test("that is none is asked about before the page is left, and only as long as it is none", async () => {
    const isAsked = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
    const { unmount } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    expect(isAsked()).toBe(false);
    await editor().fill('{"generation_prompt": "A fox');
    await expect.poll(isAsked).toBe(true);
    await button("Body as JSON").click();
    await expect.element(field(PROMPT)).toBeVisible();
    expect(isAsked()).toBe(true);
    await button("Body as JSON").click();
    await editor().fill('{"generation_prompt": "A fox"}');
    await expect.poll(isAsked).toBe(false);
    await editor().fill("{");
    await expect.poll(isAsked).toBe(true);
    unmount();
    expect(isAsked()).toBe(false);
  });

  test("that is none is said with its place, the form keeps its values, and the text is kept", async () => {
    const { model, json } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    const bad = '{\n  "generation_prompt": "A fox",\n}';
    await editor().fill(bad);
    const sentence = /Line 3, column 1: a name in double quotes is expected/;
    await expect.element(panel().getByRole("button", { name: sentence })).toBeVisible();
    expect(valuesOf(model)).toEqual({ [PROMPT]: "A seal" });
    await button("Body as JSON").click();
    await expect.element(field(PROMPT)).toHaveValue("A seal");
    await button("Body as JSON").click();
    await expect.element(editor()).toHaveValue(bad);
    await panel().getByRole("button", { name: sentence }).click();
    await expect
      .poll(() => (editor().element() as HTMLTextAreaElement).selectionStart)
      .toBe(bad.indexOf("}"));
    await button("Discard text").click();
    await expect.element(editor()).toHaveValue(JSON.stringify({ [PROMPT]: "A seal" }, null, 2));
    expect(json.isConnected).toBe(false);
  });

  const BAD = '{"generation_prompt": "A fox",}';
  const sentBy = (model: FakeModel) =>
    model.commands("send").map((one) => (one as { values?: unknown }).values);
  const wants = () => panel().getByRole("button", { name: "Mend or discard the JSON text" });

  test.each(["Send request", "{Control>}{Enter}{/Control}"])(
    "that is none holds Send back, whatever was valid before: %s",
    async (press) => {
      const { model } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
      await editor().fill('{"generation_prompt": "An owl"}');
      await expect.element(wants()).not.toBeInTheDocument();
      await editor().fill(BAD);
      await button("Body as JSON").click();
      await expect.element(field(PROMPT)).toHaveValue("An owl");
      await expect.element(wants()).toBeVisible();
      if (press.startsWith("{")) {
        (field(PROMPT).element() as HTMLElement).focus();
        await userEvent.keyboard(press);
      } else await button(press).click();
      await expect.element(editor()).toHaveFocus();
      await expect.element(editor()).toHaveValue(BAD);
      expect(model.commands("send")).toEqual([]);
      await editor().fill('{"generation_prompt": "A fox"}');
      await expect.element(wants()).not.toBeInTheDocument();
      await button("Send request").click();
      await expect.poll(() => sentBy(model)).toEqual([{ [PROMPT]: "A fox" }]);
    },
  );

  describe.each([300, 360, 700, 920])("that is none, at %i px", (width) => {
    async function narrow(height: string) {
      const mounted = mount(ready({ values: { [PROMPT]: "A seal" } }), reading, width);
      mounted.el.style.height = height;
      if (width < 900) mounted.el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
      await button("Body as JSON").click();
      await expect.element(editor()).toBeVisible();
      return { ...mounted, box: (what: string) => boxOf(mounted.el.querySelector(what)) };
    }
    const LONG = `{\n${'  "generation_prompt": "A fox",\n'.repeat(60)}`;

    test.each(["", "560px", "680px"])(
      "is said below the text, where it covers nothing of it, %s",
      async (height) => {
        const { el, box } = await narrow(height);
        await editor().fill(LONG);
        await expect.element(button("Discard text")).toBeVisible();
        const [text, said] = [box(".gw-json-body"), box(".gw-json-edit .gw-bad")];
        expect(said.top).toBeGreaterThanOrEqual(text.bottom);
        expect(text.height).toBeGreaterThanOrEqual(86);
        const [body, foot] = [box(".gw-body:has(.gw-json-edit)"), box(".gw-foot")];
        expect(body.bottom).toBeLessThanOrEqual(foot.top + 1);
        if (height === "") expect(said.bottom).toBeLessThanOrEqual(body.bottom);
        expect(el.querySelector(".gw")?.scrollWidth).toBeLessThanOrEqual(width);
      },
    );

    test("leaves the line that is typed in sight", async () => {
      const { el } = await narrow("");
      const area = editor().element() as HTMLTextAreaElement;
      await editor().fill(JSON.stringify({ [PROMPT]: "a seal\n".repeat(80) }));
      await expect.element(button("Discard text")).not.toBeInTheDocument();
      const before = area.clientHeight;
      area.setSelectionRange(area.value.length, area.value.length);
      area.scrollTop = area.scrollHeight;
      await userEvent.keyboard(",");
      await expect.element(button("Discard text")).toBeVisible();
      await expect.poll(() => area.clientHeight).toBeLessThan(before);
      await expect
        .poll(() => area.scrollTop + area.clientHeight)
        .toBeGreaterThanOrEqual(area.scrollHeight - 1);
      expect(el.querySelectorAll("textarea")).toHaveLength(1);
    });

    test("keeps the focus in the text once it is discarded", async () => {
      await narrow("");
      await editor().fill(BAD);
      (button("Discard text").element() as HTMLElement).focus();
      await userEvent.keyboard("{Enter}");
      await expect.element(button("Discard text")).not.toBeInTheDocument();
      await expect.element(editor()).toHaveFocus();
      await expect.element(editor()).toHaveValue(JSON.stringify({ [PROMPT]: "A seal" }, null, 2));
    });
  });

  test("that is none and was discarded lets the form be sent", async () => {
    const { model } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    await editor().fill(BAD);
    await wants().click();
    await expect.element(editor()).toHaveFocus();
    await button("Discard text").click();
    await expect.element(wants()).not.toBeInTheDocument();
    await button("Send request").click();
    await expect.poll(() => sentBy(model)).toEqual([{ [PROMPT]: "A seal" }]);
  });

  test("that is none gives way to a request that fills the form, to Reset, and to their undoing", async () => {
    const { model } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    await editor().fill(BAD);
    await expect.element(wants()).toBeVisible();
    paste(button("Body as JSON").element(), `curl ${LINK} -d '{}'`);
    await expect.element(editor()).toHaveValue(JSON.stringify(BODY, null, 2));
    await expect.element(wants()).not.toBeInTheDocument();
    for (const press of ["Reset to defaults", "Undo reset"]) {
      await editor().fill(BAD);
      await expect.element(wants()).toBeVisible();
      await button(press).click();
      await expect.element(wants()).not.toBeInTheDocument();
    }
    await button("Send request").click();
    await expect.poll(() => sentBy(model)).toEqual([BODY]);
  });

  test("that is none holds a sweep back too", async () => {
    const { model } = await asJson(ready({ values: { [PROMPT]: "A seal" } }));
    await editor().fill(BAD);
    await button("Body as JSON").click();
    await button("Sweep").click();
    await button("bfl/flux-schnell").click();
    await button("Send 2").click();
    await expect.element(editor()).toHaveFocus();
    expect(model.commands("send_sweep")).toEqual([]);
  });

  test("leaves what the model does not have in it, and says so", async () => {
    await asJson();
    await editor().fill('{"generation_prompt": "A fox", "generation_duration": 5}');
    await expect
      .element(
        panel()
          .getByText(/generation_duration/)
          .last(),
      )
      .toBeVisible();
    expect((editor().element() as HTMLTextAreaElement).value).toContain("generation_duration");
  });

  test("that has a misspelt field says which is meant, and leaves it out by a button", async () => {
    const { model } = await asJson();
    await editor().fill('{"generation_prompt": "A fox", "generation_promt": "An owl"}');
    await expect.element(panel().getByText(/Did you mean .?generation_prompt/)).toBeVisible();
    await button("Leave out generation_promt").click();
    await expect.element(editor()).toHaveValue(JSON.stringify({ [PROMPT]: "A fox" }, null, 2));
    expect(valuesOf(model)).toEqual({ [PROMPT]: "A fox" });
  });

  test("takes a misspelt field's value over as the field that is meant, which can be undone", async () => {
    const { model } = await asJson();
    const before = { generation_prompt: "A fox", generation_promt: "An owl" };
    await editor().fill(JSON.stringify(before));
    await button("Use as generation_prompt: generation_promt").click();
    await expect.element(editor()).toHaveValue(JSON.stringify({ [PROMPT]: "An owl" }, null, 2));
    await expect.element(button("Send request")).toHaveFocus();
    await button("Reset to defaults").element().focus();
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(valuesOf(model)).toEqual(before);
  });

  test("stays, with the focus at what is wrong, where Ctrl+Enter finds a misspelt field", async () => {
    const { model } = await asJson();
    await editor().fill('{"generation_prompt": "A fox", "generation_promt": "An owl"}');
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    await expect.element(button("Leave out generation_promt")).toHaveFocus();
    await expect
      .element(button("Leave out generation_promt"))
      .toHaveAccessibleDescription(/Did you mean .?generation_prompt/);
    await expect.element(editor()).toBeVisible();
    await expect.element(page.getByRole("alert")).toHaveTextContent(/^\S+ has no field generation_promt\.$/);
    expect(model.commands("send")).toEqual([]);
  });

  test("gives way to the form where a reason leads to a field", async () => {
    await asJson(ready({ values: {} }));
    await panel()
      .getByRole("button", { name: /Fill required/ })
      .click();
    await expect.element(field(PROMPT)).toHaveFocus();
  });
});

describe("the tools of a field", () => {
  test.each([1280, 700, 360])(
    "at %i px leave its name and its control where they were; axe finds nothing",
    async (width) => {
      const values = {
        [PROMPT]: "A seal",
        generation_ratio: "16:9",
        generation_input_file: ["http://10.0.0.1/a.png"],
      };
      const { el } = mount(ready({ values }), reading, width);
      if (width < 900) el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
      await expect.element(button("Reset generation_ratio")).toBeVisible();
      await expect.element(panel().getByText(/10.0.0.1 is not public/)).toBeVisible();
      for (const row of el.querySelectorAll<HTMLElement>(".gw-row")) {
        const [name, tools] = [row.querySelector(".lab"), row.querySelector(".gw-tools")].map((one) =>
          one?.getBoundingClientRect(),
        );
        const control = row.querySelector(":scope > div:not(.lab, .gw-link-tools)")?.getBoundingClientRect();
        const whole = row.getBoundingClientRect();
        if (!name || !tools || !control) throw new Error("a row without its parts");
        expect([name.left, name.top]).toEqual([whole.left, whole.top]);
        expect(tools.left).toBeGreaterThanOrEqual(name.left);
        expect(Math.abs(control.top - whole.top) < 1 ? control.left : control.top).toBeGreaterThanOrEqual(
          Math.abs(control.top - whole.top) < 1 ? tools.right : name.bottom,
        );
      }
      const faults = async () => (await axe.run(el)).violations.map((one) => one.id);
      expect(await faults()).toEqual([]);
      await button("Body as JSON").click();
      await editor().fill("{");
      await expect.element(button("Discard text")).toBeVisible();
      expect(await faults()).toEqual([]);
    },
  );
});

test.each([1280, 1000, 920, 360])(
  "the tools of a prompt move nothing as they come, at %i px",
  async (width) => {
    const { el, model } = mount(ready({ values: {} }), reading, width);
    if (width < 900) el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
    const row = () => el.querySelector(".gw-row.full") as HTMLElement;
    const places = () =>
      [...row().querySelectorAll(".lab > *, textarea, .gw-help")].map((one) => {
        const { left, top, bottom } = one.getBoundingClientRect();
        return [one.textContent, left, top, bottom].join();
      });
    const before = [...places(), row().getBoundingClientRect().bottom];
    (field(PROMPT).element() as HTMLElement).focus();
    await expect.element(button("Earlier prompts")).toBeVisible();
    model.put({ values: { [PROMPT]: "A seal" } });
    await expect.element(button(`Reset ${PROMPT}`)).toBeVisible();
    expect([...places(), row().getBoundingClientRect().bottom]).toEqual(before);
    const box = (of: Element | null | undefined) => (of as Element).getBoundingClientRect();
    const badge = box(row().querySelector(".req"));
    expect(badge.bottom).toBeLessThanOrEqual(box(row().querySelector("textarea")).top);
    expect(badge.right).toBeLessThanOrEqual(box(button(`Reset ${PROMPT}`).element()).left);
    expect(box(row().querySelector(".count")).left).toBeGreaterThanOrEqual(
      textEnd(row().querySelector(".gw-help")),
    );
  },
);

test.each([300, 360, 700, 920, 1280])("Undo moves nothing as it comes, at %i px", async (width) => {
  const { el } = mount(ready({ values: { generation_seed: 5 } }), reading, width);
  if (width < 900) el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
  const tops = () =>
    [...el.querySelectorAll(".gw-head.req :is(h3, .post, .route, button), .gw-form textarea")]
      .filter((one) => one.textContent !== "Undo")
      .map((one) => boxOf(one).top);
  const before = tops();
  await button("Reset to defaults").click();
  await expect.element(button("Undo reset")).toBeVisible();
  expect(tops()).toEqual(before);
});

/** Values of a model's fields that are none of their defaults. */
function unusual(modelId: string, links: readonly string[]): Values {
  const spec = catalogue.models.find((one) => one.model_id === modelId);
  const unusualOf = (field: Field) => {
    if (field.is_url) return field.type === "array" ? [...links] : (links[0] ?? "");
    if (field.choices) return field.choices.find((one) => one !== field.default);
    if (field.type === "boolean") return !field.default;
    return field.type === "number" ? Number(field.default ?? 0) + 1 : "A seal";
  };
  return Object.fromEntries((spec?.fields ?? []).map((field) => [field.name, unusualOf(field)]));
}

describe.each([300, 360, 700, 920, 1280])(
  "the tools of a form move none of it as they come, at %i px",
  (width) => {
    test.each([
      ["bfl/flux-1.1-pro", []],
      ["bytedance/seedance-1-pro", []],
      ["bytedance/seedance-1-pro", [SAMPLES[0]?.url ?? ""]],
      ["kling/v1.5-pro", []],
    ])("%s, %j", async (modelId, links) => {
      const spec = catalogue.models.find((one) => one.model_id === modelId);
      const start = ready({
        region: "sandbox",
        host: "http://127.0.0.1:9",
        model_id: modelId,
        model_type: spec?.model_type ?? "image",
        values: unusual(modelId, links),
      });
      const withheld: Kernel = (command) =>
        command.kind === "fetch_module" && command.name === "request" ? null : reading(command);
      const { el, model } = mount(start, withheld, width);
      if (width < 900) el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
      await expect.element(field(PROMPT)).toBeEnabled();
      el.querySelector("[id$=panel-input] .gw-body")?.dispatchEvent(new PointerEvent("pointerenter"));
      const asked = () =>
        model.sent.find(
          (one) => one.kind === "fetch_module" && (one as { name?: string }).name === "request",
        );
      await expect.poll(asked).toBeTruthy();
      const shown = [...el.querySelectorAll<HTMLElement>(".gw-form :is(input, select, textarea, button)")];
      const places = () =>
        shown.map((one) =>
          [one.ariaLabel || one.id.replace(/^gw\d+-/, ""), boxOf(one).left, boxOf(one).top].join(),
        );
      const before = places();
      model.answer(asked()?.id ?? "", { bytes: moduleText("request") as Uint8Array });
      await expect.element(button("Earlier prompts")).toBeVisible();
      if (spec?.fields.some((one) => one.is_url))
        await expect
          .element(page.getByRole("button", { name: /^Sandbox pictures for/ }).first())
          .toBeVisible();
      expect(places()).toEqual(before);
    });
  },
);

const boxOf = (of: Element | null | undefined) => (of as Element).getBoundingClientRect();

/** Where the letters of an element end. */
function textEnd(of: Element | null): number {
  const range = document.createRange();
  range.selectNodeContents(of as Element);
  return range.getBoundingClientRect().right;
}

describe("the place where a text is no JSON", () => {
  test.each([
    ["", 1, 1, "json_object"],
    ["[1]", 1, 1, "json_object"],
    ['{"a" 1}', 1, 6, "json_colon"],
    ['{"a": }', 1, 7, "json_value"],
    ['{"a": 01}', 1, 7, "json_value"],
    ['{"a": 1 "b": 2}', 1, 9, "json_comma_or_brace"],
    ['{"a": [1 2]}', 1, 10, "json_comma_or_bracket"],
    ['{\n"a": "x\n"}', 2, 8, "json_quote"],
    ['{"a": "\\x"}', 1, 8, "json_escape"],
    ['{"a": 1} x', 1, 10, "json_end"],
    ["{a: 1}", 1, 2, "json_name"],
    ['{"a": 1,}', 1, 9, "json_name"],
  ])("of %s is %i:%i", (text, line, column, code) => {
    const fault = findFault(text);
    expect(fault?.code).toBe(code);
    expect(placeOf(text, fault?.at ?? 0)).toEqual({ line, column });
    expect(SENTENCES[code]).toBeDefined();
  });

  test("is found exactly where JSON.parse refuses, for texts with one character changed", () => {
    const whole = JSON.stringify({ a: [1, -2.5e3, true, null, 'x"\\\n\u00e9🦭'], b: { c: {}, d: [] } });
    const isObject = (text: string) => {
      try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null && !Array.isArray(value);
      } catch {
        return false;
      }
    };
    for (let at = 0; at < whole.length; at += 1) {
      for (const other of ["", "x", '"', ",", "}", "1", "\\", "\n", " ", "e"]) {
        const text = whole.slice(0, at) + other + whole.slice(at + 1);
        expect([text, findFault(text) === null]).toEqual([text, isObject(text)]);
      }
    }
  });

  test("a number that a browser would change stays as it was typed", () => {
    expect(readBody('{"generation_seed": 12345678901234567890}')).toEqual({
      generation_seed: "12345678901234567890",
    });
    expect(writeBody(undefined, readBody('{"a": 1.5, "b": "", "c": null}'))).toBe('{\n  "a": 1.5\n}');
  });
});

test("a view whose form was used leaves no listener on its model", async () => {
  const { model, unmount } = await begin();
  await field(PROMPT).fill("A fox");
  unmount();
  expect(model.listenerCount).toBe(0);
});

test("what is a request and what is text is told by the pattern that the kernel gave", () => {
  const is = (text: string) => matches(RULES, "pasted", text);
  expect([is('{"a": 1}'), is(`curl ${LINK}`), is(`created=$(curl -sS ${LINK})`)]).toEqual([true, true, true]);
  expect([is("{a|b}"), is("curl it"), is(`see ${LINK}`)]).toEqual([false, false, false]);
});
