import { describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { Kernel } from "./fake-model";
import { button, field, mount } from "./mount";
import { kernel, lost, ready, succeeded } from "./states";

const SEED = "generation_seed";
const sent = { ...ready().values, [SEED]: 42 };
const withBody =
  (body: unknown): Kernel =>
  (command) =>
    command.kind === "fetch_request" ? { data: { body: body as never } } : kernel(command);
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
    ["without a key", { locked: false }, sent],
    ["for another region", { region: "eu" }, sent],
    ["of a body that is not stored", {}, null],
  ])("is off %s", async (_, traits, body) => {
    const { model } = mount(ready({ run: succeeded(), ...traits }), withBody(body));
    await expect.element(again()).toBeDisabled();
    expect(model.commands("send")).toEqual([]);
  });

  test("is not offered for a run that may still come", async () => {
    mount(ready({ run: lost() }), withBody(sent));
    await expect.element(page.getByText("seed 42", { exact: true })).toBeVisible();
    expect(again().query()).toBeNull();
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
    const first = seed().value;
    expect(first).toMatch(/^\d+$/);
    await button("New random seed").click();
    expect(seed().value).not.toBe(first);
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

  test("is a random one where the shown run told none", async () => {
    mount(ready({ run: succeeded() }));
    await button("Keep seed").click();
    await expect.poll(() => seed().value).toMatch(/^\d+$/);
  });
});
