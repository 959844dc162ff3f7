import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { pricedOf } from "../src/view/request/price";
import type { Kernel } from "./fake-model";
import { button, mount } from "./mount";
import {
  alert,
  catalogue,
  defaults,
  kernel,
  listed,
  lost,
  PROMPT,
  ready,
  runs,
  succeeded,
  traits,
} from "./states";

const history = () => page.getByRole("button", { name: /^History/ });
const inWindow = (el: Element) => {
  const { top, bottom } = el.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};
const table = () => page.getByRole("table", { name: "History" });

describe("the history", () => {
  const texts = (row: Element | undefined) => [...(row?.children ?? [])].map((one) => one.textContent);

  test("is a table of runs behind a disclosure, which are asked for when it opens", async () => {
    const { model } = mount(ready({ run: succeeded(), history_state: listed }));
    const disclosure = page.getByRole("button", { name: /^History/ });
    await expect.element(disclosure).toHaveTextContent("History 8");
    expect(model.commands("find_runs")).toHaveLength(0);
    await disclosure.click();
    const table = page.getByRole("table", { name: "History" });
    await expect.element(table.getByText(PROMPT).first()).toBeVisible();
    const rows = table.getByRole("row").elements();
    expect(texts(rows[1])).toEqual([
      "",
      "",
      "28 Apr 12:00",
      "bfl/flux-1.1-pro",
      PROMPT,
      "succeeded",
      "replicate",
      "200",
      "5,720 ms",
      "0.052",
      "★★★★☆",
      "Show",
    ]);
    expect(rows[1]).toHaveAttribute("aria-current", "true");
  });

  test("shows another run, and resumes a lost one", async () => {
    const { model } = mount(ready({ run: succeeded(), history_state: listed }));
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByRole("button", { name: /^Show bfl\/flux-schnell/ }).click();
    expect(model.commands("load_run")).toMatchObject([{ run_id: "run-5" }]);
    await page.getByRole("button", { name: /^Resume google\/nano-banana/ }).click();
    expect(model.commands("resume")).toMatchObject([{ run_id: "run-6" }]);
  });

  test("shows the picked run though a POST is in flight", async () => {
    const { model } = mount(ready({ history_state: listed }));
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByRole("button", { name: /^Show bfl\/flux-schnell/ }).click();
    model.put({ run: { ...succeeded(), run_id: "run-5", intent_id: "run-5" } });
    await expect.element(page.getByRole("img", { name: PROMPT, exact: true })).toBeVisible();
    await expect.element(button("Sending...")).toBeDisabled();
  });

  test("is asked for again when something of it has changed, and only while it is open", async () => {
    const { model } = mount(ready({ history_state: listed }));
    await history().click();
    await expect.poll(() => table().getByRole("row").elements().length).toBe(1 + runs.length);
    model.put({ history_state: { ...listed, version: 2 } });
    await expect.poll(() => model.commands("find_runs").length).toBe(2);
    await history().click();
    model.put({ history_state: { ...listed, version: 3 } });
    await expect.element(table()).not.toBeInTheDocument();
    expect(model.commands("find_runs")).toHaveLength(2);
  });

  test("keeps the newer of two lists that come in the wrong order", async () => {
    const asked: string[] = [];
    const { model } = mount(ready({ history_state: listed }), (command) => {
      if (command.kind !== "find_runs") return kernel(command);
      asked.push(command.id);
      return null;
    });
    await history().click();
    await expect.poll(() => asked.length).toBe(1);
    model.put({ history_state: { ...listed, version: 2 } });
    await expect.poll(() => asked.length).toBe(2);
    model.answer(asked[1] ?? "", { data: { rows: runs.slice(0, 2) } });
    model.answer(asked[0] ?? "", { data: { rows: runs } });
    await expect.poll(() => table().getByRole("row").elements().length).toBe(3);
  });

  test("says why the ledger could not be read, beside what the kernel has", async () => {
    mount(ready({ history_state: listed }), (command) => {
      if (command.kind !== "find_runs") return kernel(command);
      return {
        ok: false,
        alert: alert({ message: "The ledger cannot be read" }),
        data: { rows: runs.slice(0, 1) },
      };
    });
    await history().click();
    await expect.element(page.getByText("The ledger cannot be read")).toBeVisible();
    expect(table().getByRole("row").elements()).toHaveLength(2);
  });

  test("is reached by the keyboard", async () => {
    mount(ready({ history_state: listed }));
    (page.getByRole("button", { name: /^History/ }).element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await userEvent.tab();
    await expect.element(page.getByRole("searchbox", { name: "Search runs" })).toHaveFocus();
    for (let at = 0; at < 4; at++) await userEvent.tab();
    await expect.element(page.getByRole("group", { name: "Runs" })).toHaveFocus();
  });
});

describe("what was not sent", () => {
  const TOLD = "The account has too few credits. 5 requests were not made, and nothing was charged.";
  const unsent = (text = TOLD, version = 1) => ({ history_state: { ...listed, version, unsent: text } });

  test("is told once, and sent at one press", async () => {
    const { model } = mount(ready(unsent()));
    await expect.element(page.getByText(TOLD, { exact: true }).last()).toBeVisible();
    await expect.element(page.getByRole("status")).toHaveTextContent(TOLD);
    expect(page.getByRole("alert").elements()).toHaveLength(0);
    await button("Resume").click();
    await expect.poll(() => model.commands("resume_unsent")).toHaveLength(1);
    model.put(unsent("", 2));
    await expect.element(button("Resume")).not.toBeInTheDocument();
  });

  test("is asked for once at a time", async () => {
    const { model } = mount(
      ready({
        history_state: {
          count: 3,
          version: 1,
          waiting: 0,
          unsent: "2 requests were not made.",
          is_under_way: false,
        },
      }),
      (command) => (command.kind === "resume_unsent" ? null : kernel(command)),
    );
    await button("Resume").click();
    await expect.element(button("Resume")).toBeDisabled();
    model.answer(model.commands("resume_unsent")[0]?.id ?? "", {});
    await expect.element(button("Resume")).toBeEnabled();
  });

  test("is offered again only when there is something else to say", async () => {
    const { model } = mount(ready(unsent()));
    await button("Dismiss").click();
    model.put(unsent(TOLD, 2));
    await expect.element(button("Resume")).not.toBeInTheDocument();
    model.put(unsent(TOLD.replace("5", "6"), 3));
    await expect.element(button("Resume")).toBeVisible();
  });

  test("says in Response why it cannot be sent", async () => {
    const message = "Lock a key first.";
    mount(ready(unsent()), (command) =>
      command.kind === "resume_unsent" ? { ok: false, alert: alert({ message }) } : kernel(command),
    );
    await button("Resume").click();
    await expect
      .element(page.getByRole("region", { name: "Response" }).getByRole("alert"))
      .toHaveTextContent(message);
  });
});

describe("what a kernel left under way", () => {
  const strip = () => page.getByText("1 run was under way when its kernel ended.", { exact: true });
  const waiting = (count: number) => ready({ history_state: { ...listed, waiting: count } });

  test("is offered without opening the history, is announced, and is resumed by its id", async () => {
    const { model } = mount(waiting(1));
    await expect.element(strip().last()).toBeVisible();
    await expect
      .element(page.getByRole("status"))
      .toHaveTextContent(/^1 run was under way when its kernel ended\.$/);
    expect(model.commands("resume")).toHaveLength(0);
    expect(model.commands("list_runs")).toHaveLength(0);
    await button("Resume").click();
    await expect.poll(() => model.commands("resume")).toMatchObject([{ run_id: "run-6" }]);
    model.put({ run: lost(), history_state: listed });
    await expect.element(button("Dismiss")).not.toBeInTheDocument();
  });

  test("is shown in the history where it is more than one run", async () => {
    const { model } = mount(waiting(3));
    await expect
      .element(page.getByText("3 runs were under way when their kernel ended.", { exact: true }).last())
      .toBeVisible();
    await expect.element(button("Resume")).not.toBeInTheDocument();
    await button("Show in History").click();
    await expect.element(table()).toBeVisible();
    await expect.element(history()).toHaveFocus();
    expect(model.commands("resume")).toHaveLength(0);
    expect(model.commands("find_runs")).toMatchObject([{ states: ["lost", "expired"] }]);
    await expect.element(page.getByRole("combobox", { name: "State" })).toHaveValue("lost or expired");
    await expect.poll(() => table().getByRole("row").elements().length).toBe(1 + 1);
    await expect.poll(() => inWindow(table().element())).toBe(true);
    await history().click();
    await history().click();
    await expect.element(page.getByRole("combobox", { name: "State" })).toHaveValue("");
  });

  test("is shown in a history that is open already", async () => {
    const { model } = mount(waiting(3));
    await history().click();
    await expect.poll(() => table().getByRole("row").elements().length).toBe(1 + runs.length);
    await button("Show in History").click();
    await expect.poll(() => table().getByRole("row").elements().length).toBe(1 + 1);
    expect(model.commands("find_runs")).toHaveLength(2);
  });

  test("is offered again only when there is more of it", async () => {
    const { model } = mount(waiting(1));
    await button("Dismiss").click();
    await expect.element(button("Resume")).not.toBeInTheDocument();
    model.put({ history_state: { ...listed, version: 2, waiting: 1 } });
    await expect.element(button("Resume")).not.toBeInTheDocument();
    model.put({ history_state: { ...listed, version: 3, waiting: 2 } });
    await expect.element(button("Show in History")).toBeVisible();
  });

  test("says in Response why it cannot be resumed", async () => {
    const message = "This run was sent with another API key. Lock that key to resume it.";
    mount(waiting(1), (command) =>
      command.kind === "resume" ? { ok: false, alert: alert({ message }) } : kernel(command),
    );
    await button("Resume").click();
    await expect
      .element(page.getByRole("region", { name: "Response" }).getByRole("alert"))
      .toHaveTextContent(message);
  });

  test("is not offered by a view without a kernel", async () => {
    const { model } = mount(waiting(1), () => null);
    await expect.poll(() => model.commands("hello").length).toBe(1);
    expect(page.getByText(/under way/).elements()).toHaveLength(0);
  });
});

describe("the estimate", () => {
  test("is asked for once the typing has rested, and only when something of the price has changed", async () => {
    const { model } = mount(ready());
    await expect.poll(() => model.commands("estimate").length).toBe(1);
    await page.getByLabelText("generation_prompt", { exact: true }).fill("another");
    await page.getByRole("combobox", { name: "Model" }).fill("schnell");
    await userEvent.keyboard("{Enter}");
    await expect.poll(() => model.commands("estimate").length).toBe(2);
    expect(model.commands("estimate")[1]).toMatchObject({
      model_id: "bfl/flux-schnell",
      values: { generation_prompt: "another" },
    });
  });

  test.each([
    ["image", "bfl/flux-1.1-pro"],
    ["video", "bytedance/seedance-1-pro"],
  ] as const)("of a form (%s) is asked for anew once a key is locked again", async (model_type, model_id) => {
    const { model } = mount(ready({ model_type, model_id, values: defaults(model_id) }));
    await expect.poll(() => model.commands("estimate").length).toBe(1);
    model.put({ locked: false, key_hint: "", estimate: null, balance: null });
    await expect.element(button("Send request")).toBeDisabled();
    model.put({ locked: true, key_hint: "bye_other" });
    await expect.poll(() => model.commands("estimate").length).toBe(2);
    expect(model.commands("estimate")[1]).toMatchObject({ model_type, model_id });
  });

  test("is not asked for without a key", async () => {
    const { model } = mount(traits());
    await expect.element(page.getByText("0.052 credits", { exact: true })).toBeVisible();
    await page.getByLabelText("generation_prompt", { exact: true }).fill("seal");
    expect(model.commands("estimate")).toHaveLength(0);
  });

  test("tells the price and what is left, and says so where a price is not known", async () => {
    const { model } = mount(ready());
    const foot = page.getByText("0.052 credits ($0.052), 12.48 left");
    await expect.element(foot).toBeVisible();
    model.put({ model_id: "bfl/flux-2-pro" });
    await expect.element(page.getByText("price not known, 12.48 left")).toBeVisible();
    const of = pricedOf("bfl/flux-2-pro", model.get("values"));
    model.put({ estimate: { model_id: "bfl/flux-2-pro", of, credits: 14 } });
    await expect.element(page.getByText("14 credits ($14), only 12.48 left")).toBeVisible();
    model.put({ balance: 20 });
    await expect.element(page.getByText("14 credits ($14), 20 left")).toBeVisible();
  });

  test("is no longer that of the form once what a price hangs on has changed", async () => {
    const sheets = { model_id: "sandbox/contact-sheet", values: { generation_output_number: 1 } };
    const start = ready({ region: "sandbox", estimate: null, ...sheets });
    const { model } = mount(start, (command) => (command.kind === "estimate" ? null : {}));
    await expect.poll(() => model.commands("estimate").length).toBe(1);
    const [first] = model.commands("estimate") as unknown as { of: string }[];
    await page.getByLabelText("generation_output_number", { exact: true }).fill("4");
    await expect.element(page.getByText("0.02 credits", { exact: true })).toBeVisible();
    await expect.poll(() => model.commands("estimate").length).toBe(2);
    const [, second] = model.commands("estimate") as unknown as { of: string }[];
    model.put({ estimate: { model_id: sheets.model_id, of: first?.of ?? "", credits: 0.07 } });
    await expect.element(page.getByText("0.02 credits", { exact: true })).toBeVisible();
    model.put({ estimate: { model_id: sheets.model_id, of: second?.of ?? "", credits: 0.28 } });
    await expect.element(page.getByText("0.28 credits", { exact: true })).toBeVisible();
  });

  test("that failed says why beside a price that is not known, and can be asked for again", async () => {
    let isDown = true;
    const answer: Kernel = (command) =>
      command.kind === "estimate" && isDown
        ? { ok: false, alert: alert({ message: "Could not reach the API" }) }
        : {};
    const { model } = mount(ready({ model_id: "bfl/flux-2-pro", estimate: null }), answer);
    await expect.element(page.getByText("Could not reach the API")).toBeVisible();
    isDown = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => model.commands("estimate").length).toBe(2);
    await expect.poll(() => page.getByText("Could not reach the API").elements().length).toBe(0);
  });

  test("of a film is known by its length, resolution and sound before a key is locked", async () => {
    const modelId = "bytedance/seedance-1.5-pro";
    const table = { "480p_noaudio": 0.02, "480p_audio": 0.05, "720p_audio": 0.1 };
    const kind = "per_second_by_resolution_and_audio" as const;
    const models = catalogue.models.map((one) =>
      one.model_id === modelId ? { ...one, price: { kind, credits: null, table } } : one,
    );
    const values = {
      ...defaults(modelId),
      generation_duration: 8,
      generation_resolution: "480p",
      generation_generate_audio: true,
    };
    const { model } = mount(
      traits({ model_type: "video", model_id: modelId, values, catalogue: { ...catalogue, models } }),
    );
    await expect.element(page.getByText("0.4 credits", { exact: true })).toBeVisible();
    model.put({ values: { ...values, generation_generate_audio: false } });
    await expect.element(page.getByText("0.16 credits", { exact: true })).toBeVisible();
    model.put({ values: { ...values, generation_resolution: "1080p" } });
    await expect.element(page.getByText("price known once a key is locked")).toBeVisible();
    expect(model.commands("estimate")).toHaveLength(0);
    await page.getByRole("combobox", { name: "Model" }).click();
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(page.getByText("0.02 to 0.1 credits a second")).toBeVisible();
  });
});
