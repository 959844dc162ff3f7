import { describe, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import type { Kernel } from "./fake-model";
import { button, field, mount, response } from "./mount";
import { alert, bytesOf, following, kernel, PROMPT, ready, succeeded, traits } from "./states";

const theAlert = () => response().getByRole("alert");
const json = () => response().getByRole("region", { name: "JSON", exact: true });
const radio = (name: string) => response().getByRole("radio", { name, exact: true });

describe("the JSON", () => {
  test("is the reply, and the record once the run has ended, unless the person has chosen", async () => {
    const { model } = mount(ready({ run: following() }));
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(radio("Record")).toBeDisabled();
    model.put({ run: succeeded() });
    await expect.element(json()).toHaveTextContent("generation_provider_used");
    await expect.element(response().getByText("25 lines", { exact: true })).toBeVisible();
    await radio("Reply").click();
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(response().getByText("17 lines", { exact: true })).toBeVisible();
    model.put({ run: { ...succeeded(), credits: 1 } });
    await expect.element(radio("Reply")).toHaveAttribute("aria-checked", "true");
  });

  test("keeps the focus on the switch between reply and record while the other is on its way", async () => {
    mount(ready({ run: succeeded() }));
    await expect.element(json()).toHaveTextContent("generation_provider_used");
    (radio("Record").element() as HTMLElement).focus();
    await userEvent.keyboard("{ArrowLeft}");
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(radio("Reply")).toHaveFocus();
  });

  test("of a run without a generation is shown as it is, and nothing is an error", async () => {
    const answered = { ...following(), state: "answered" as const, is_live: false, generation_id: null };
    mount(ready({ run: answered }));
    await expect.element(json()).toBeVisible();
    await expect.element(theAlert()).not.toBeInTheDocument();
    await expect.element(response().getByText("generation_id", { exact: true })).not.toBeInTheDocument();
  });

  test("is copied whole, as the kernel wrote it", async () => {
    const text = '{\n  "big": 12345678901234567890,\n  "float": 1.0\n}';
    const exact: Kernel = (command) =>
      command.kind === "fetch_body" ? { bytes: bytesOf(text) } : kernel(command);
    mount(ready({ run: following() }), exact);
    await expect.element(button("Copy response")).toBeEnabled();
    await button("Copy response").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe(text);
    await expect.element(json()).toHaveTextContent("12345678901234567890");
  });

  test("that is not kept any more says so", async () => {
    const gone: Kernel = (command) =>
      command.kind === "fetch_body" ? { ok: false, alert: alert({ message: "Not kept." }) } : kernel(command);
    mount(ready({ run: following() }), gone);
    await expect.element(response().getByText("Not kept.")).toBeVisible();
    await expect.element(button("Copy response")).toBeDisabled();
  });
});

describe("Code", () => {
  test("is a second tab: the request as Python, cURL and TypeScript, with copy", async () => {
    const { model } = mount(ready());
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    const code = response().getByRole("region", { name: "Code" });
    await expect.element(code).toHaveTextContent("python: bfl/flux-1.1-pro");
    await radio("cURL").click();
    await expect.element(code).toHaveTextContent("curl: bfl/flux-1.1-pro");
    await button("Copy code").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("curl: bfl/flux-1.1-pro");
    expect(model.commands("export")[0]).toMatchObject({
      region: "us",
      values: { generation_prompt: PROMPT },
    });
  });

  test("follows what is typed", async () => {
    const { model } = mount(ready());
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    await expect.poll(() => model.commands("export").length).toBe(1);
    await field("generation_prompt").fill("walrus");
    await expect
      .poll(() => model.commands("export").at(-1))
      .toMatchObject({ values: { generation_prompt: "walrus" } });
  });

  test("that cannot be written says why", async () => {
    const refuse: Kernel = (command) =>
      command.kind === "export"
        ? { ok: false, alert: alert({ message: "Missing required field: generation_prompt" }) }
        : kernel(command);
    mount(traits(), refuse);
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    await expect.element(response().getByText("Missing required field: generation_prompt")).toBeVisible();
    await expect.element(button("Copy code")).toBeDisabled();
  });
});
