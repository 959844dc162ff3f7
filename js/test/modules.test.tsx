import { describe, expect, test } from "vitest";
import { commands, page, userEvent } from "vitest/browser";
import { FakeModel } from "./fake-model";
import { moduleText } from "./further";
import { button, mount, mountModel, region, response } from "./mount";
import { kernel, listed, ready, STATES, succeeded } from "./states";

const BROKEN = "the kernel has no such part";
const refused = () => ({ ok: false, alert: { ...alertOf(BROKEN) } });
/** That of the form is asked for where the pointer stands, wherever that is. */
const asked = (model: FakeModel) =>
  model
    .commands("fetch_module")
    .map((one) => (one as { name: string }).name)
    .filter((one) => one !== "request");
const messages = ready().catalogue.messages;
const loading = String(messages.module_loading);

function alertOf(message: string) {
  const { alert } = STATES.refused?.().run ?? {};
  if (!alert) throw new Error("no alert to begin with");
  return { ...alert, message };
}

/** A kernel that keeps the answers for modules back until they are let go. */
function held(model: FakeModel): () => void {
  const waiting: (() => void)[] = [];
  model.modules = (command) => {
    const { id, name } = command as { id: string; name: string };
    waiting.push(() => model.answer(id, { bytes: moduleText(name) as Uint8Array }));
    return null;
  };
  return () => {
    for (const one of waiting.splice(0)) one();
  };
}

function mountHeld(state = ready({ run: succeeded(), history_state: listed })) {
  const model = new FakeModel(state, kernel);
  const release = held(model);
  return { model, release, ...mountModel(model) };
}

describe("a further module", () => {
  test("is asked for at the first use of its part, once, and for what was seen nothing is asked", async () => {
    const { model } = mount(ready({ history_state: listed }));
    await expect.element(button("Send request")).toBeEnabled();
    expect(asked(model)).toEqual([]);
    for (let times = 0; times < 3; times++) await page.getByText("Manage content").click();
    await expect.element(page.getByRole("group", { name: "Content Info" })).toBeVisible();
    await page.getByRole("button", { name: /^History/ }).click();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    expect(asked(model)).toEqual(["manage", "history"]);
  });

  test("is asked for while a run is under way, so that what comes of it is drawn as it comes", async () => {
    const { model } = mount(ready());
    await button("Send request").click();
    await expect.poll(() => asked(model).sort()).toEqual(["json", "result"]);
    await expect.poll(() => response().element().textContent).not.toContain(loading);
  });

  test("leaves a calm word in its place until it is here, and the focus where it was", async () => {
    const { model, release } = mountHeld(ready({ history_state: listed }));
    const history = page.getByRole("button", { name: /^History/ });
    await history.click();
    await expect.element(page.getByText(loading)).toBeVisible();
    await expect.element(history).toHaveFocus();
    await expect.poll(() => asked(model)).toEqual(["history"]);
    release();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await expect.element(history).toHaveFocus();
    expect(page.getByText(loading).query()).toBeNull();
  });

  for (const hasGoneOn of [false, true]) {
    test(`${hasGoneOn ? "leaves the focus of who went on" : "takes the focus to the question that was asked for"}`, async () => {
      const { model, release } = mountHeld();
      await expect.poll(() => asked(model)).toContain("result");
      release();
      await button("Delete Content").click();
      await expect.poll(() => asked(model)).toContain("manage");
      if (hasGoneOn) await button("Copy request").click();
      release();
      await expect.element(button("Keep")).toBeVisible();
      await expect.element(button(hasGoneOn ? "Copy request" : "Keep")).toHaveFocus();
    });
  }

  test("that the kernel refuses says why, and comes with Try again; the focus is not lost", async () => {
    const { model } = mount(ready({ history_state: listed }));
    model.modules = refused;
    await page.getByRole("button", { name: /^History/ }).click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(BROKEN);
    await userEvent.keyboard("{Tab}{Enter}");
    await expect.poll(() => asked(model)).toEqual(["history", "history"]);
    await expect.element(button("Try again")).toHaveFocus();
    model.modules = (command) => ({ bytes: moduleText((command as { name: string }).name) as Uint8Array });
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await expect.poll(() => document.activeElement?.closest(".gw")).not.toBeNull();
  });

  test("that cannot be run says what a security policy has to allow", async () => {
    const { model } = mount(ready());
    model.modules = () => ({ bytes: new TextEncoder().encode("this is no script") });
    await page.getByRole("tab", { name: "Code" }).click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(String(messages.module_blocked));
    await expect.element(button("Try again")).toBeVisible();
  });

  test("that a security policy forbids says so, in a page that forbids it", async () => {
    const frame = document.createElement("iframe");
    frame.style.width = "1280px";
    frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-eval' data:"><main></main>`;
    const isLoaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await isLoaded;
    const inner = frame.contentWindow as Window & typeof globalThis;
    const bytes = new TextEncoder().encode(await commands.builtFile("widget.js"));
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const first = await inner.eval(`import("data:text/javascript;base64,${base64}")`);
    const el = inner.document.querySelector("main");
    const close = first.default.render({
      model: new FakeModel(ready({ history_state: listed }), kernel),
      el,
    });
    const all = (what: string) => [...inner.document.querySelectorAll<HTMLElement>(what)];
    await expect.poll(() => all(".gw-btn.main:enabled").length).toBe(1);
    all(".gw-disc")[1]?.click();
    await expect
      .poll(() => all("[role=alert]").map((one) => one.textContent))
      .toEqual([messages.module_blocked]);
    close();
    frame.remove();
  });

  test("is not waited for where no kernel is, and comes when one answers", async () => {
    const { model } = mount(ready({ history_state: listed }));
    await expect.element(button("Send request")).toBeEnabled();
    model.kernel = () => null;
    model.say("comm:close");
    await page.getByRole("button", { name: /^History/ }).click();
    await expect.element(page.getByText(String(messages.module_waits))).toBeVisible();
    expect(asked(model)).toEqual([]);
    model.kernel = kernel;
    await button("Try again").click();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
  });

  test("that a kernel never answered for is asked of the one that came after it", async () => {
    const { model } = mount(ready({ history_state: listed }));
    await expect.element(button("Send request")).toBeEnabled();
    model.modules = () => null;
    await page.getByRole("button", { name: /^History/ }).click();
    await expect.poll(() => asked(model)).toEqual(["history"]);
    model.say("comm:close");
    await expect.element(page.getByText(String(messages.module_waits))).toBeVisible();
    model.modules = (command) => ({ bytes: moduleText((command as { name: string }).name) as Uint8Array });
    await button("Try again").click();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
  });

  test("is shared by the views of a model, and its rules go with the views", async () => {
    const { model, unmount } = mount(ready({ history_state: listed }));
    const other = mountModel(model);
    const histories = page.getByRole("button", { name: /^History/ });
    await histories.first().click();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await histories.nth(1).click();
    await expect.poll(() => page.getByRole("table", { name: "History" }).elements().length).toBe(2);
    expect(asked(model)).toEqual(["history"]);
    expect(document.querySelectorAll("style.gw-further").length).toBe(2);
    unmount();
    other.unmount();
    expect(document.querySelectorAll("style.gw-further").length).toBe(0);
    expect(region("Response").query()).toBeNull();
  });
});
