import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Traits } from "../src/protocol";
import type { Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { button, field, mount, response } from "./mount";
import {
  alert,
  catalogue,
  defaults,
  following,
  kernel,
  kernelOf,
  lost,
  PROMPT,
  ready,
  refused,
  run,
  succeeded,
  traits,
} from "./states";

const message = (code: string): string => catalogue.messages[code] ?? code;
const theAlert = () => response().getByRole("alert");

async function press(start: Traits, answer?: Kernel) {
  const mounted = mount(start, answer);
  await expect.element(button("Send request")).toBeEnabled();
  await button("Send request").click();
  return mounted;
}

describe("Send", () => {
  test("is disabled without a locked key and without a model", async () => {
    const { model } = mount(traits());
    await expect.element(button("Send request")).toBeDisabled();
    model.put({ locked: true });
    await expect.element(button("Send request")).toBeEnabled();
    model.put({ model_id: "" });
    await expect.element(button("Send request")).toBeDisabled();
  });

  test("carries the page's own values and an id that it mints", async () => {
    const { model } = await press(ready());
    const [sent] = model.commands("send");
    expect(sent).toMatchObject({
      kind: "send",
      region: "us",
      model_type: "image",
      model_id: "bfl/flux-1.1-pro",
      values: { ...defaults("bfl/flux-1.1-pro"), generation_prompt: PROMPT },
    });
    expect(sent && "intent_id" in sent ? sent.intent_id : "").toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is not canceled in place of the run before it, which is shown until it comes", async () => {
    const { model } = mount(ready({ run: { ...following(), post_done: true } }));
    await expect.element(response().getByRole("button", { name: "Cancel", exact: true })).toBeEnabled();
    await button("Send request").click();
    await expect.element(response().getByRole("button", { name: "Cancel", exact: true })).toBeDisabled();
    expect(model.commands("cancel")).toHaveLength(0);
    const [sent] = model.commands("send") as unknown as { intent_id: string }[];
    const next = { ...following(), run_id: "next", intent_id: sent?.intent_id ?? "", post_done: true };
    model.put({ posting: [], run: next });
    await response().getByRole("button", { name: "Cancel", exact: true }).click();
    expect(model.commands("cancel")).toMatchObject([{ run_id: "next" }]);
  });

  test("shows no alert of the run before it", async () => {
    mount(ready({ run: refused() }));
    await expect.element(theAlert()).toBeVisible();
    await button("Send request").click();
    await expect.element(theAlert()).not.toBeInTheDocument();
  });

  test("takes a double click as one intent, and a later click as another", async () => {
    const { model } = mount(ready());
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").dblClick();
    expect(model.commands("send")).toHaveLength(1);
    await expect.element(button("Sending...")).toBeDisabled();
    const id = (model.commands("send")[0] as { intent_id: string }).intent_id;
    model.put({ run: { ...following(), run_id: id, intent_id: id } });
    await button("Send request").click();
    const ids = model.commands("send").map((one) => (one as { intent_id: string }).intent_id);
    expect(new Set(ids).size).toBe(2);
  });

  test("is at hand again when its POST is answered, though another run is shown", async () => {
    const { model } = await press(ready());
    const id = (model.commands("send")[0] as { intent_id: string }).intent_id;
    model.put({ run: succeeded(), posting: [id] });
    await expect.element(button("Sending...")).toBeVisible();
    model.put({ posting: [] });
    await expect.element(button("Send request")).toBeEnabled();
  });

  test("is at hand again when its POST was answered before the kernel could tell that it is on its way", async () => {
    const held: string[] = [];
    const { model } = await press(ready(), (command) => {
      if (command.kind !== "send") return kernel(command);
      held.push(command.id);
      return null;
    });
    model.put({ run: succeeded() });
    await expect.element(button("Sending...")).toBeVisible();
    model.answer(held[0] ?? "", { data: {} });
    await expect.element(button("Send request")).toBeEnabled();
  });

  test("is at hand again when the kernel refuses, and the refusal stands in Response", async () => {
    await press(ready(), (command) => {
      if (command.kind !== "send") return kernel(command);
      return { ok: false, alert: alert({ code: "key_not_locked", message: message("key_not_locked") }) };
    });
    await expect.element(theAlert()).toHaveTextContent("Please lock your API key first");
    await expect.element(button("Send request")).toBeEnabled();
  });

  test("follows Ctrl+Enter and Cmd+Enter", async () => {
    const { model } = mount(ready());
    await expect.element(button("Send request")).toBeEnabled();
    await field("generation_prompt").click();
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(model.commands("send")).toHaveLength(1);
    model.put({
      run: { ...following(), intent_id: (model.commands("send")[0] as { intent_id: string }).intent_id },
    });
    await userEvent.keyboard("{Meta>}{Enter}{/Meta}");
    await expect.poll(() => model.commands("send").length).toBe(2);
  });

  test("leaves Ctrl+Enter in the management tools alone", async () => {
    const { model } = mount(ready());
    await button("Manage content").click();
    await page
      .getByRole("group", { name: "Content Info" })
      .getByLabelText("generation_id", { exact: true })
      .click();
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(model.commands("send")).toHaveLength(0);
  });
});

describe("before sending, the first check that fails gives the alert:", () => {
  const cases: [string, Partial<Traits>, string][] = [
    ["the key", { locked: false, model_type: "audio" }, "Please lock your API key first"],
    ["the model type", { model_type: "audio", model_id: "a?b" }, "Invalid model type"],
    ["the endpoint path", { model_id: "bfl/../x" }, "Invalid endpoint path"],
    ["an identifier with a question mark", { model_id: "bfl/flux?x" }, "Invalid endpoint path"],
    ["an identifier with an encoded slash", { model_id: "bfl/flux%2fx" }, "Invalid endpoint path"],
    ["the model", { model_id: "bfl/unheard-of" }, "Unknown model"],
    ["the model, of the other type", { model_type: "video" }, "Unknown model"],
    ["the model, of the sandbox alone", { model_id: "sandbox/contact-sheet" }, "Unknown model"],
    [
      "required fields, before bounds",
      { values: { generation_guidance_scale: 99 } },
      "Missing required field: generation_prompt",
    ],
    [
      "bounds",
      { values: { generation_prompt: "a", generation_guidance_scale: 99 } },
      "generation_guidance_scale: Must be at most 20",
    ],
  ];
  for (const [name, changed, sentence] of cases) {
    test(name, async () => {
      const values = { generation_prompt: "a" };
      const { model } = mount(traits({ locked: true, ...changed, values: changed.values ?? values }));
      await expect.poll(() => model.commands("hello").length).toBe(1);
      await page.getByRole("combobox", { name: "Model" }).click();
      await userEvent.keyboard("{Escape}{Control>}{Enter}{/Control}");
      await expect.element(theAlert()).toHaveTextContent(sentence);
      expect(theAlert().element().textContent).toBe(sentence);
      await expect.element(response().getByText("Nothing was sent.")).toBeVisible();
      expect(model.commands("send")).toHaveLength(0);
    });
  }

  test("a missing field takes the focus, and the foot names what is missing in schema order", async () => {
    const start = ready({ model_type: "video", model_id: "bytedance/seedance-1-pro", values: {} });
    const { model } = await press(start);
    expect(model.commands("send")).toHaveLength(0);
    await expect.element(field("generation_prompt")).toHaveFocus();
    await expect
      .element(page.getByText("Fill required: generation_prompt, generation_duration"))
      .toBeVisible();
    await expect
      .element(field("generation_prompt"))
      .toHaveAccessibleDescription(expect.stringContaining("Required"));
  });

  test("a value that is only doubted is sent", async () => {
    const { model } = await press(ready({ values: { generation_prompt: "a", generation_seed: 2 ** 31 } }));
    expect(model.commands("send")).toHaveLength(1);
  });
});

describe("the Response header", () => {
  const title = () => response().getByRole("heading", { name: "Response" });
  const badge = () => response().getByText("JSON", { exact: true });

  test("keeps its title, JSON badge and copy button in every state, and nothing else moves them", async () => {
    const { model } = mount(ready());
    const places = () =>
      [title(), badge(), button("Copy response")].map((one) => {
        const { left, top } = one.element().getBoundingClientRect();
        return [Math.round(left), Math.round(top)];
      });
    await expect.element(title()).toBeVisible();
    const before = places();
    for (const one of [run(), following(), succeeded(), refused(), lost()]) {
      model.put({ run: one });
      await expect.element(badge()).toBeVisible();
      expect(places(), one.state).toEqual(before);
    }
  });

  test("shows no status before there is a response, then the status, latency and lines", async () => {
    const { model } = mount(ready());
    const header = () => response().element().querySelector("header")?.textContent;
    await expect.poll(header).toBe("ResponseJSON");
    model.put({ run: following() });
    await expect.element(response().getByText("200", { exact: true })).toBeVisible();
    await expect.element(response().getByText("1,240 ms", { exact: true }).first()).toBeVisible();
    await expect.element(response().getByText("17 lines", { exact: true })).toBeVisible();
  });

  test.each([
    [null, "Sending request"],
    [{ limit: 5, used: 0.42, whose: "of this playground" }, "Checking the spend limit"],
  ])("says at the click what the kernel does first, where the spend limit is %j", async (spending, label) => {
    await press(ready({ spending }), (command) => (command.kind === "send" ? null : kernel(command)));
    await expect.element(response().getByRole("listitem")).toHaveTextContent(label);
  });

  test("runs a stopwatch while the POST is in flight, and redraws it five times a second or more", async () => {
    await byFakeTime(async (pass) => {
      const { el } = mount(ready({ run: run() }));
      await pass(100);
      const shown = el.querySelector(".gw-meta .ms");
      if (!shown) throw new Error("no stopwatch");
      const seen: string[] = [];
      const watcher = new MutationObserver(() => seen.push(shown.textContent ?? ""));
      watcher.observe(shown, { characterData: true, childList: true, subtree: true });
      await pass(1000);
      watcher.disconnect();
      expect(seen.length).toBeGreaterThanOrEqual(5);
      for (const one of seen) expect(one).toMatch(/^\d{1,3}(,\d{3})* ms$/);
    });
  });

  test("goes on with a run that was begun long before the page was there", async () => {
    mount(ready({ run: run({ started_at: Date.now() - 185_000 }) }));
    await expect
      .element(
        response()
          .getByText(/^3 min \d+ s$/)
          .first(),
      )
      .toBeVisible();
  });

  test("does not trust a kernel whose clock differs", async () => {
    const behind = 3_600_000;
    const late: Kernel = (command) =>
      command.kind === "hello" ? { data: { now: Date.now() - behind } } : kernel(command);
    mount(ready({ run: run({ started_at: Date.now() - behind }) }), late);
    await expect.element(button("Sending...")).toBeVisible();
    const shown = () => response().element().querySelector(".ms")?.textContent ?? "";
    await expect.poll(shown).toMatch(/^\d{1,2}(,\d{3})? ms$/); // under a hundred seconds
  });

  test("shows the lines and the status of an error too", async () => {
    mount(ready({ run: refused() }), kernelOf("refused"));
    await expect.element(response().getByText("402", { exact: true })).toBeVisible();
    await expect.element(response().getByText("30 lines", { exact: true })).toBeVisible();
  });

  test("says one line in the singular, and none where the answer is no JSON", async () => {
    const { model } = mount(ready({ run: { ...following(), lines: { reply: 1, record: null } } }));
    await expect.element(response().getByText("1 line", { exact: true })).toBeVisible();
    model.put({ run: { ...lost(), status_code: 502 } });
    await expect.element(response().getByText("502", { exact: true })).toBeVisible();
    await expect.element(response().getByText(/\d lines?$/)).not.toBeInTheDocument();
  });

  test("shows nothing of an older run while a new one is on its way", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    await expect.element(response().getByText("200", { exact: true })).toBeVisible();
    await button("Send request").click();
    await expect.element(response().getByText("200", { exact: true })).not.toBeInTheDocument();
    await expect.element(response().getByRole("list", { name: "Timeline" })).toBeVisible();
    await expect.element(button("Copy response")).toBeDisabled();
    expect(model.commands("send")).toHaveLength(1);
  });
});
