import { afterEach, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { moment } from "../src/text/format";
import { button, field, mount, region, response } from "./mount";
import {
  canceled,
  deleted,
  following,
  GENERATION,
  kernel,
  listed,
  lost,
  PROMPT,
  ready,
  run,
  runs,
  succeeded,
  traits,
} from "./states";

afterEach(() => {
  vi.useRealTimers();
});

/** What it says, without its buttons. */
const whose = () => {
  const one = response().element().querySelector(".gw-whose")?.cloneNode(true) as Element | undefined;
  for (const each of one?.querySelectorAll("button") ?? []) each.remove();
  return one?.textContent;
};
const CHANGED = "form has changed since";

describe("Response says whose it is:", () => {
  const sent: Record<string, unknown> = { ...ready().values, generation_seed: 42 };
  const asked = (body: unknown) => (command: Parameters<typeof kernel>[0]) =>
    command.kind === "fetch_request" ? { data: { body } } : kernel(command);

  test("the model, one line of the prompt, the seed", async () => {
    const { model, el } = mount(ready({ run: following(), values: sent }), asked(sent));
    await expect.poll(whose).toBe(`bfl/flux-1.1-proseed 42${PROMPT}`);
    model.put({ run: { ...succeeded(), outputs: [] } });
    const line = el.querySelector(".gw-whose p");
    expect(line?.getBoundingClientRect().height).toBeLessThan(20);
    expect(model.commands("fetch_request")).toHaveLength(1);
  });

  test("of each run its own", async () => {
    const { model } = mount(ready({ run: succeeded() }), (command) =>
      command.kind === "fetch_request"
        ? { data: { body: { generation_prompt: `Prompt of ${command.run_id}` } } }
        : kernel(command),
    );
    await expect.poll(whose).toContain("Prompt of run-1");
    model.put({ run: { ...succeeded(), run_id: "run-5", intent_id: "run-5", model_id: "qwen/image" } });
    await expect.poll(whose).toContain("Prompt of run-5");
    expect(whose()).toContain("qwen/image");
  });

  test.each([300, 360, 400])("the prompt beside that, cut by an ellipsis alone (%i px)", async (width) => {
    for (const seed of [{}, { generation_seed: 42 }]) {
      const body = { ...ready().values, ...seed };
      const { el, unmount } = mount(ready({ run: succeeded(), values: body }), asked(body), width);
      await page.getByRole("tab", { name: "response" }).click();
      await expect.poll(whose).toContain(PROMPT);
      const box = () => el.querySelector(".gw-whose") as HTMLElement;
      const high = box().offsetHeight;
      await page.getByRole("tab", { name: "input" }).click();
      await field("generation_prompt").fill("Another");
      await page.getByRole("tab", { name: "response" }).click();
      await expect.poll(whose).toContain(CHANGED);
      const prompt = box().querySelector("p") as HTMLElement;
      const badge = box().querySelector(".gw-b") as HTMLElement;
      const [left, right] = [prompt.getBoundingClientRect(), badge.getBoundingClientRect()];
      expect(left.right).toBeLessThanOrEqual(right.left);
      expect(left.top).toBeLessThan(right.bottom);
      expect(left.bottom).toBeGreaterThan(right.top);
      expect(left.width).toBeGreaterThan(60);
      expect(box().offsetHeight).toBe(high);
      unmount();
    }
  });

  test("and whether the form has changed since: in a value, in what is left out, in the model", async () => {
    const { model } = mount(ready({ run: succeeded(), values: sent }), asked(sent));
    await expect.poll(whose).toContain(PROMPT);
    expect(whose()).not.toContain(CHANGED);
    await field("generation_prompt").fill("Another");
    await expect.poll(whose).toContain(CHANGED);
    await field("generation_prompt").fill(PROMPT);
    await expect.poll(whose).not.toContain(CHANGED);
    const { generation_ratio: _, ...rest } = sent;
    model.put({ values: rest });
    await expect.poll(whose).toContain(CHANGED);
    model.put({ values: { ...sent, generation_seed: 43 } });
    await expect.poll(whose).toContain(CHANGED);
    const { generation_seed: __, ...unseeded } = sent;
    model.put({ values: unseeded });
    await expect.poll(whose).not.toContain(CHANGED);
    model.put({ values: { ...sent } });
    await expect.poll(whose).not.toContain(CHANGED);
    model.put({ model_id: "bfl/flux-schnell" });
    await expect.poll(whose).toContain(CHANGED);
  });

  test("the model alone where the body was not stored", async () => {
    mount(ready({ run: succeeded() }), asked(null));
    await expect.poll(whose).toBe("bfl/flux-1.1-pro");
  });
});

describe("after a delete, Response", () => {
  test("says deleted, and offers nothing that is dead", async () => {
    const { model } = mount(ready({ run: deleted(), history_state: listed }));
    await expect.element(response().getByText("This generation was deleted", { exact: true })).toBeVisible();
    await expect.element(response().getByText(GENERATION, { exact: true }).first()).toBeVisible();
    const dead = ["Cancel", "Resume", "Save", "Copy link", "Cancel Generation", "Delete Content"];
    const offered = () =>
      response()
        .getByRole("button")
        .elements()
        .map((one) => one.getAttribute("aria-label") ?? one.textContent?.trim() ?? "");
    for (const one of [
      deleted(),
      { ...lost(), is_deleted: true, can_resume: false, alert: deleted().alert },
    ]) {
      model.put({ run: one });
      await expect.poll(() => offered().filter((name) => dead.includes(name))).toEqual([]);
    }
    model.put({ run: { ...following(), is_deleted: true, can_cancel: false } });
    await expect.poll(() => offered().filter((name) => dead.includes(name))).toEqual([]);
    expect(model.commands("fetch_output")).toEqual([]);
  });
});

describe("after a cancel, Response", () => {
  test("says what came back, and raises no alarm", async () => {
    mount(ready({ run: canceled(), history_state: listed }), kernel, 700);
    expect(page.getByRole("tab", { name: "response" }).element().querySelector(".bad")).toBeNull();
    await page.getByRole("tab", { name: "response" }).click();
    await expect
      .element(response().getByText("What it cost came back: 0.052 credits ($0.052)."))
      .toBeVisible();
    await expect.element(response().getByRole("alert")).not.toBeInTheDocument();
  });
});

describe("there is one Cancel:", () => {
  const cancels = () =>
    response()
      .getByRole("button", { name: /^Cancel/ })
      .elements()
      .map((one) => one.textContent);

  test("while a run is under way its own, and of one that may go on the tool's", async () => {
    const { model } = mount(ready({ run: run() }));
    await expect.poll(cancels).toEqual(["Cancel"]);
    model.put({ run: following() });
    await expect.poll(cancels).toEqual(["Cancel"]);
    model.put({ run: { ...following(), state: "expired", is_live: false, can_cancel: false } });
    await expect.poll(cancels).toEqual(["Cancel Generation"]);
  });
});

describe("each button that sends", () => {
  test.each([
    ["a locked key", () => ready({ run: succeeded() })],
    ["no key", () => traits()],
  ])("has a name of its own, with %s", async (_, start) => {
    const { el } = mount(start());
    await button("Manage content").click();
    await expect.element(page.getByRole("group", { name: "Delete Content" })).toBeVisible();
    const texts = /^(Send request|Sending\.\.\.|Lock API key to send)$/;
    const sends = [...el.querySelectorAll("button")].filter((one) =>
      texts.test(one.textContent?.trim() ?? ""),
    );
    const names = sends.map((one) => one.getAttribute("aria-label") ?? one.textContent?.trim());
    expect(names).toHaveLength(4);
    expect(new Set(names).size).toBe(4);
    expect(names[0]).toBe("Send request");
    for (const one of sends)
      expect(one.getAttribute("aria-label") ?? one.textContent).toContain(one.textContent);
  });
});

describe("Reset", () => {
  const values = { ...ready().values, generation_seed: 42, generation_guidance_scale: 7 };

  test("can be undone, which restores the values exactly, and the focus goes to Reset", async () => {
    const { model } = mount(ready({ values }));
    await button("Reset to defaults").click();
    await expect
      .element(page.getByRole("status"))
      .toHaveTextContent("Defaults restored, which can be undone");
    expect(model.get("values")).not.toEqual(values);
    await button("Undo reset").click();
    expect(model.get("values")).toEqual(values);
    await expect.element(field("generation_prompt")).toHaveValue(PROMPT);
    await expect.element(button("Reset to defaults")).toHaveFocus();
    await expect.element(button("Undo reset")).not.toBeInTheDocument();
    expect(model.saves.at(-1)).toMatchObject({ values });
  });

  test("that changed nothing offers no Undo", async () => {
    mount(traits());
    await button("Reset to defaults").click();
    await expect.element(page.getByRole("status")).toHaveTextContent(/^Defaults restored$/);
    await expect.element(button("Undo reset")).not.toBeInTheDocument();
  });

  test("is past undoing once something else is typed or chosen", async () => {
    const { model } = mount(ready({ values }));
    await button("Reset to defaults").click();
    await expect.element(button("Undo reset")).toBeVisible();
    await field("generation_prompt").fill("New");
    await expect.element(button("Undo reset")).not.toBeInTheDocument();
    await button("Reset to defaults").click();
    await expect.element(button("Undo reset")).toBeVisible();
    model.put({ model_id: "bfl/flux-schnell", values: {} });
    await expect.element(button("Undo reset")).not.toBeInTheDocument();
  });
});

describe("the history", () => {
  test("has the time of today's runs, the date of others, and the year of old ones", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(2026, 10, 27, 9, 30) });
    const at = (...parts: [number, number, number, number, number]) => moment(new Date(...parts).getTime());
    expect(at(2026, 10, 27, 9, 5)).toBe("09:05:00");
    expect(at(2026, 10, 26, 23, 59)).toBe("26 Nov 23:59");
    expect(at(2026, 0, 2, 8, 0)).toBe("2 Jan 08:00");
    expect(at(2025, 10, 27, 9, 5)).toBe("27 Nov 2025");
    expect(moment("soon")).toBe("");
  });

  test.each([1280, 700, 360, 300])("shows time, model, prompt, state and action at %d px", async (width) => {
    mount(ready({ run: succeeded(), history_state: listed }), kernel, width);
    await page.getByRole("button", { name: /^History/ }).click();
    const table = page.getByRole("table", { name: "History" });
    const row = table.getByRole("row").nth(1);
    await expect.element(row).toBeVisible();
    for (const text of ["28 Apr 12:00", "bfl/flux-1.1-pro", PROMPT, "succeeded"])
      await expect.element(row.getByText(text, { exact: true })).toBeVisible();
    const cells = [...row.element().children].filter((one) => one.getClientRects().length > 0);
    const prompt = cells.find((one) => one.textContent === PROMPT);
    expect(prompt?.getBoundingClientRect().width).toBeGreaterThan(90);
    const { right } = region("Playground").element().getBoundingClientRect();
    for (const cell of cells) expect(cell.getBoundingClientRect().right).toBeLessThanOrEqual(right);
    await expect.element(row.getByRole("button", { name: /^Show/ })).toBeVisible();
    expect(runs).toHaveLength(table.getByRole("row").elements().length - 1);
  });
});

test("a row of the history is reached and shown by keys in a narrow place too", async () => {
  const { model } = mount(ready({ run: succeeded(), history_state: listed }), kernel, 360);
  await page.getByRole("button", { name: /^History/ }).click();
  const show = page.getByRole("button", { name: /^Show bfl\/flux-schnell/ });
  await expect.element(show).toBeVisible();
  (show.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  expect(model.commands("load_run")).toMatchObject([{ run_id: "run-5" }]);
});
