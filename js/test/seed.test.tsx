import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { MESSAGES } from "./batch";
import type { Kernel } from "./fake-model";
import { button, field, mount } from "./mount";
import { alert, kernel, lost, ready, succeeded, unreached } from "./states";

const SEED = "generation_seed";
const sent = { ...ready().values, [SEED]: 42 };
const NOT_STORED = "The body of this run was not stored.";
const withBody =
  (body: unknown): Kernel =>
  (command) =>
    command.kind === "fetch_request"
      ? { data: { body: body as never }, alert: body ? null : alert({ message: NOT_STORED }) }
      : kernel(command);
const again = () => page.getByRole("button", { name: "Again", exact: true });
const seed = () => field(SEED).element() as HTMLInputElement;

describe("Again", () => {
  test("sends the body of the shown run with another seed, by one press, as an intent of its own", async () => {
    const { model } = mount(
      ready({ run: succeeded(), values: { ...sent, generation_prompt: "Else" } }),
      withBody(sent),
    );
    await expect.element(again()).toBeEnabled();
    await again().click();
    const [one] = model.commands("send") as { values: Record<string, unknown>; intent_id: string }[];
    expect(model.commands("send")).toHaveLength(1);
    expect({ ...one?.values, [SEED]: 42 }).toEqual(sent);
    expect(one?.values[SEED]).not.toBe(42);
    expect(one?.values[SEED]).toBeGreaterThanOrEqual(0);
    expect(one?.intent_id).not.toBe("run-1");
    expect(model.get("values").generation_prompt).toBe("Else");
  });

  test("sends the same body where the model takes no seed, though another model is chosen", async () => {
    const body = { generation_prompt: "Schnell" };
    const run = { ...succeeded(), model_id: "bfl/flux-schnell" };
    const { model } = mount(ready({ run }), withBody(body));
    await expect.element(again()).toBeEnabled();
    await again().click();
    expect(model.commands("send")).toMatchObject([{ model_id: "bfl/flux-schnell", values: body }]);
  });

  test("pressed twice at once sends once", async () => {
    const { model } = mount(ready({ run: succeeded() }), withBody(sent));
    await expect.element(again()).toBeEnabled();
    await again().dblClick();
    expect(model.commands("send")).toHaveLength(1);
  });

  test.each([
    ["without a key", { locked: false }, sent, "Please lock your API key first"],
    ["for another region", { region: "eu" }, sent, "It was sent to us: choose that region to send it again."],
    ["of a body that is not stored", {}, null, NOT_STORED],
  ])("is off %s, and says why", async (_, traits, body, why) => {
    const { model } = mount(ready({ run: succeeded(), ...traits }), withBody(body));
    await expect.element(again()).toBeDisabled();
    await expect.element(again()).toHaveAccessibleDescription(why);
    expect(model.commands("send")).toEqual([]);
  });

  const expired = () => ({ ...lost(), state: "expired" as const });
  test.each([lost, unreached, expired])("is not offered for a run that is taken up again", async (run) => {
    mount(ready({ run: run() }), withBody(sent));
    await expect.element(page.getByText("seed 42", { exact: true })).toBeVisible();
    expect(again().query()).toBeNull();
  });
});

describe("the seed that is kept", () => {
  const silent: Kernel = (command) => (command.kind === "fetch_request" ? null : kernel(command));
  const keep = async (of: Kernel = silent) => {
    const { model } = mount(ready({ run: succeeded() }), of);
    await expect.poll(() => model.commands("fetch_request").length).toBe(1); // of the result, which is drawn then
    await button("Keep seed").click();
    const asked = () => model.commands("fetch_request").at(-1)?.id ?? "";
    return { model, answer: (body: unknown) => model.answer(asked(), { data: { body: body as never } }) };
  };

  test("is awaited by Send, which says so", async () => {
    const { model, answer } = await keep();
    await expect.element(button("Waiting for the kernel")).toBeVisible();
    await button("Send request").click();
    expect(model.commands("send")).toHaveLength(0);
    answer(sent);
    await expect.element(field(SEED)).toHaveValue("42");
    await button("Send request").click();
    expect(model.commands("send")).toMatchObject([{ values: { [SEED]: 42 } }]);
  });

  test("gives way to one that was typed meanwhile", async () => {
    const { model, answer } = await keep();
    await field(SEED).fill("7");
    answer(sent);
    await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
    expect(model.get("values")[SEED]).toBe(7);
  });

  test("is not written into the form of a model that was chosen meanwhile", async () => {
    const { model, answer } = await keep();
    await field("Model").click();
    await userEvent.keyboard("bfl/flux-schnell{Enter}");
    expect(model.get("model_id")).toBe("bfl/flux-schnell");
    answer(sent);
    await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
    expect(model.get("values")).not.toHaveProperty(SEED);
  });

  test("stays open, with the reason, where the run's body cannot be read", async () => {
    const message = "The ledger cannot be read.";
    const { model } = await keep((command) =>
      command.kind === "fetch_request" ? { ok: false, alert: alert({ message }) } : kernel(command),
    );
    await expect.element(page.getByText(message).first()).toBeVisible();
    expect(model.get("values")[SEED]).toBeUndefined();
    expect(model.commands("fetch_request")).toHaveLength(2); // once for the result, once for the press
  });
});

describe("the seed", () => {
  test("of a result goes into the form by Use", async () => {
    const { model } = mount(ready({ run: succeeded() }), withBody(sent));
    await button("Use seed 42").click();
    expect(model.get("values")[SEED]).toBe(42);
    await expect.element(button("Use seed 42")).toBeDisabled();
  });

  test("is another one at each throw of the die", async () => {
    mount(ready());
    await button("New random seed").click();
    await expect.poll(() => seed().value).toMatch(/^\d+$/);
    const first = seed().value;
    await button("New random seed").click();
    await expect.poll(() => seed().value).not.toBe(first);
  });

  test("of the shown run is kept by the lock, and any seed will do once it is unlocked", async () => {
    mount(ready({ run: succeeded() }), withBody(sent));
    await expect.element(button("Keep seed")).toHaveAttribute("aria-pressed", "false");
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("42");
    await expect.element(button("Keep seed")).toHaveAttribute("aria-pressed", "true");
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("");
  });

  test("that the lock let go of is back at the next press, and the lock says so", async () => {
    mount(ready({ run: succeeded() }), withBody(sent));
    await button("New random seed").click();
    await expect.element(button("Keep seed")).toHaveAttribute("title", String(MESSAGES.page_seed_free));
    await expect.poll(() => seed().value).toMatch(/^\d+$/);
    const rolled = seed().value;
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("");
    const back = `Another seed each time. Press to keep ${rolled} again.`;
    await expect.element(button("Keep seed")).toHaveAttribute("title", back);
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe(rolled);
  });

  test("of a run that came meanwhile is what the lock keeps, as is one that was typed", async () => {
    const { model } = mount(ready({ run: succeeded() }), withBody(sent));
    await button("New random seed").click();
    await button("Keep seed").click();
    model.put({ run: { ...succeeded(), run_id: "run-2" } });
    await expect.element(button("Keep seed")).toHaveAttribute("title", String(MESSAGES.page_seed_keep));
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("42");
    await field(SEED).fill("0");
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("");
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toBe("0");
  });

  test("is a random one where the shown run told none", async () => {
    mount(ready({ run: succeeded() }));
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toMatch(/^\d+$/);
  });
});
