import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { Connection } from "../src/kernel/comm";
import { Link, mintId, NotConnected, PATIENCE_MS } from "../src/kernel/comm";
import { PART_BYTES, requestWith } from "../src/view/request/tools/upload";
import { FakeModel, type Kernel } from "./fake-model";
import { button, field, mount, mountModel } from "./mount";
import { ready, traits } from "./states";

const silence: Kernel = () => null;

function linked(kernel?: Kernel) {
  const model = new FakeModel(traits(), kernel);
  const told: Connection[] = [];
  const link = new Link(model, (connection) => told.push(connection));
  return { model, link, told };
}

describe("the link to the kernel", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is connected once the kernel answers hello", async () => {
    const { link, told } = linked();
    link.hello();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["connected"]);
  });

  test("is silent when hello has no answer in five seconds, and not before", async () => {
    const { link, told } = linked(silence);
    link.hello();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(["silent"]);
  });

  test("is connected again when a late answer comes", async () => {
    const { model, link, told } = linked(silence);
    link.hello();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    model.answer(model.sent[0]?.id ?? "", {});
    expect(told).toEqual(["silent", "connected"]);
  });

  test("asks hello when a command is slow, since the API may be the slow one", async () => {
    const { model, link, told } = linked((command) => (command.kind === "hello" ? {} : null));
    const asked = link.request({ kind: "list_runs" });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(model.sent.map((one) => one.kind)).toEqual(["list_runs", "hello"]);
    expect(told).toEqual(["connected"]);
    model.answer(model.sent[0]?.id ?? "", { data: { prompts: {} } });
    await expect(asked).resolves.toMatchObject({ ok: true });
  });

  test("is gone when a message cannot be sent", async () => {
    const { model, link, told } = linked();
    model.isGone = true;
    await expect(link.request({ kind: "unlock_key" })).rejects.toThrow(NotConnected);
    expect(told).toEqual(["gone"]);
  });

  test("gives an answer only to who asked", async () => {
    const { model, link } = linked(silence);
    const [one, other] = [link.request({ kind: "list_runs" }), link.request({ kind: "list_runs" })];
    const [first, second] = model.sent;
    model.answer("another view's", { data: { n: 0 } });
    model.answer(second?.id ?? "", { data: { n: 2 } });
    model.answer(first?.id ?? "", { data: { n: 1 } });
    expect((await one).data).toEqual({ n: 1 });
    expect((await other).data).toEqual({ n: 2 });
  });

  test("puts an answer together that came in parts, and gives it to who asked alone", async () => {
    vi.useRealTimers();
    const { model, link } = linked(silence);
    const [asked, other] = [link.request({ kind: "list_prompts" }), link.request({ kind: "list_prompts" })];
    const id = model.sent[0]?.id ?? "";
    const text = new TextEncoder().encode(
      JSON.stringify({ kind: "reply", id, ok: true, data: { prompts: ["é"] } }),
    );
    const whole = new Uint8Array([...text, 1, 2, 3, 4]);
    const spans: [number, number][] = [
      [0, text.length],
      [text.length, 3],
      [text.length + 3, 1],
      [text.length + 4, 0],
    ];
    model.part(id, whole.slice(0, 5));
    model.part("another view's", whole);
    model.part(id, whole.slice(5, text.length + 1));
    model.answer(id, { spans, bytes: whole.slice(text.length + 1) });
    model.answer(model.sent[1]?.id ?? "", { data: { prompts: [] } });
    const { data, buffers } = await asked;
    expect(data).toEqual({ prompts: ["é"] });
    expect(buffers.map((one) => one.byteLength)).toEqual([3, 1, 0]);
    expect(buffers[0]?.getUint8(2)).toBe(3);
    expect(buffers[1]?.getUint8(0)).toBe(4);
    expect((await other).data).toEqual({ prompts: [] });
  });

  test("sends a file ahead of its command in parts that every host takes, one after the other", async () => {
    vi.useRealTimers();
    const { model, link } = linked(() => ({}));
    const content = Uint8Array.from({ length: 2 * PART_BYTES + 5 }, (_, at) => at % 251);
    const command = { kind: "add_input", region: "sandbox", filename: "seal.png" } as const;
    await requestWith(link, command, content);
    expect(model.sent.map((one) => one.kind)).toEqual(["put_part", "put_part", "add_input"]);
    expect(model.sent[2]).toMatchObject({ ...command, size: content.length });
    expect(new Set(model.sent.map((one) => "upload" in one && one.upload)).size).toBe(1);
    const parts = model.sent.map((one) => one.buffers?.[0] ?? new Uint8Array());
    expect(Math.max(...parts.map((one) => one.buffer.byteLength))).toBe(PART_BYTES);
    expect(await new Blob(parts as BlobPart[]).arrayBuffer()).toEqual(content.buffer);
    await requestWith(link, command, content.slice(0, PART_BYTES));
    expect(model.sent.map((one) => one.kind).slice(3)).toEqual(["add_input"]);
    expect(model.sent[3]).not.toHaveProperty("upload");
  });

  test("mints ids in the form of a version 4 UUID where the page is not served securely", () => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    try {
      expect(mintId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(mintId()).not.toBe(mintId());
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("a view without its kernel", () => {
  test("says so, disables its controls, and shows nothing that was saved as if it were live", async () => {
    vi.useFakeTimers();
    const { model } = mount(ready(), silence);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    vi.useRealTimers();
    const alert = page.getByRole("alert");
    await expect.element(alert).toHaveTextContent(/^Not connected\..*Run its cell again/);
    for (const one of [
      button("Send request"),
      field("generation_prompt"),
      field("API key"),
      button("Lock API key"),
    ]) {
      await expect.element(one).toBeDisabled();
    }
    await expect.element(page.getByText("No response kept")).toBeVisible();
    model.answer(model.sent[0]?.id ?? "", {});
    await expect.element(alert).not.toBeInTheDocument();
    await expect.element(button("Send request")).toBeEnabled();
  });

  test("says so when a click cannot be sent", async () => {
    const { model } = mount(ready());
    await expect.element(button("Send request")).toBeEnabled();
    // Nothing else is sent before the click.
    await expect.poll(() => model.commands("estimate").length).toBe(1);
    model.isGone = true;
    await button("Send request").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(/^Not connected/);
    await expect.element(button("Send request")).toBeDisabled();
    model.isGone = false;
    await button("Try again").click();
    await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
  });

  test("sends nothing before the kernel has said hello", async () => {
    const { model } = mount(ready(), silence);
    await expect.element(button("Send request")).toBeDisabled();
    expect(model.sent.map((one) => one.kind)).toEqual(["hello"]);
  });
});

describe("views of one model", () => {
  test("leave no listener behind", () => {
    const { model, unmount } = mount();
    expect(model.listenerCount).toBeGreaterThan(0);
    unmount();
    expect(model.listenerCount).toBe(0);
  });

  test("follow each other's values", async () => {
    const { model, el } = mount();
    const other = mountModel(model);
    const [prompt] = [el.querySelector("textarea")];
    if (!prompt) throw new Error("no prompt");
    await page.elementLocator(prompt).fill("seal");
    await expect.poll(() => other.el.querySelector("textarea")?.value).toBe("seal");
  });

  test("a change between the first draw and the subscription is not lost", async () => {
    const model = new FakeModel(traits());
    const get = model.get.bind(model);
    let isChanged = false;
    // The first read is the draw's; the kernel answers right after it.
    model.get = ((name: never) => {
      const value = get(name);
      if (name === "host" && !isChanged) {
        isChanged = true;
        model.put({ host: "https://api.eu.babysea.ai" });
      }
      return value;
    }) as typeof model.get;
    mountModel(model);
    await expect.element(page.getByText("https://api.eu.babysea.ai")).toBeVisible();
  });
});
