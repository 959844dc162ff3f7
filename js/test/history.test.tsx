import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { button, mount } from "./mount";
import { PROMPT, ready, runs, succeeded, traits } from "./states";

describe("the history", () => {
  test("is a table of runs behind a disclosure, with prompts that are asked for when it opens", async () => {
    const { model } = mount(ready({ run: succeeded(), runs }));
    const disclosure = page.getByRole("button", { name: /^History/ });
    await expect.element(disclosure).toHaveTextContent("History 8");
    expect(model.commands("list_runs")).toHaveLength(0);
    await disclosure.click();
    const table = page.getByRole("table", { name: "History" });
    await expect.element(table.getByText(PROMPT).first()).toBeVisible();
    const rows = table.getByRole("row").elements();
    expect([...(rows[1]?.children ?? [])].map((one) => one.textContent)).toEqual([
      "12:00:00",
      "bfl/flux-1.1-pro",
      PROMPT,
      "succeeded",
      "replicate",
      "200",
      "1,240 ms",
      "5,720 ms",
      "0.052",
      "Show",
    ]);
    expect(rows[1]).toHaveAttribute("aria-current", "true");
  });

  test("shows another run, and resumes a lost one", async () => {
    const { model } = mount(ready({ run: succeeded(), runs }));
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByRole("button", { name: /^Show bfl\/flux-schnell/ }).click();
    expect(model.commands("load_run")).toMatchObject([{ run_id: "run-5" }]);
    await page.getByRole("button", { name: /^Resume google\/nano-banana/ }).click();
    expect(model.commands("resume")).toMatchObject([{ run_id: "run-6" }]);
  });

  test("shows the picked run though a POST is in flight", async () => {
    const { model } = mount(ready({ runs }));
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByRole("button", { name: /^Show bfl\/flux-schnell/ }).click();
    model.put({ run: { ...succeeded(), run_id: "run-5", intent_id: "run-5" } });
    await expect.element(page.getByRole("img", { name: PROMPT, exact: true })).toBeVisible();
    await expect.element(button("Sending...")).toBeDisabled();
  });

  test("is reached by the keyboard", async () => {
    mount(ready({ runs }));
    (page.getByRole("button", { name: /^History/ }).element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await userEvent.tab();
    await expect.element(page.getByRole("group", { name: "Runs" })).toHaveFocus();
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

  test("is not asked for without a key", async () => {
    const { model } = mount(traits());
    await expect.element(page.getByText("0.052 credits", { exact: true })).toBeVisible();
    await page.getByLabelText("generation_prompt", { exact: true }).fill("seal");
    expect(model.commands("estimate")).toHaveLength(0);
  });

  test("tells the price and what is left, and says so where a price is not known", async () => {
    const { model } = mount(ready());
    await expect.element(page.getByText("0.052 credits, 12.48 left")).toBeVisible();
    model.put({ model_id: "bfl/flux-2-pro" });
    await expect.element(page.getByText("price not known, 12.48 left")).toBeVisible();
    const estimate = {
      model_id: "bfl/flux-2-pro",
      credits: 14,
      balance: 12.48,
      can_afford: false,
      known: true,
    };
    model.put({ estimate });
    await expect.element(page.getByText("14 credits, only 12.48 left")).toBeVisible();
  });
});
