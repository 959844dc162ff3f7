import { describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import { button, mount, response } from "./mount";
import { alert, kernel, lost, ready, run, succeeded } from "./states";

const check = () => response().getByRole("button", { name: "Check my content list", exact: true });
const MADE = [
  {
    generation_id: "550e8400-e29b-41d4-a716-446655440000",
    generation_status: "succeeded",
    generation_created_at: "2026-04-28T12:00:00.000Z",
  },
];

describe("the content list", () => {
  test("is offered for a lost run alone", async () => {
    const { model } = mount(ready({ run: lost() }));
    await expect.element(check()).toBeVisible();
    for (const other of [run(), succeeded()]) {
      model.put({ run: other });
      await expect.element(check()).not.toBeInTheDocument();
    }
  });

  test("names what the lost run may have made, with the tool that shows it", async () => {
    const { model } = mount(ready({ run: lost() }), (command) =>
      command.kind === "check_content" ? { data: { generations: MADE } } : kernel(command),
    );
    await check().click();
    await expect.element(response().getByText(MADE[0]?.generation_id ?? "")).toBeVisible();
    await expect.element(response().getByText("with the same model and prompt, and not used")).toBeVisible();
    await expect
      .element(page.getByRole("status"))
      .toHaveTextContent("Created from 5 minutes before this run on");
    expect(model.commands("check_content")).toMatchObject([{ run_id: lost().run_id }]);
    await response().getByRole("button", { name: "Content Info", exact: true }).click();
    const asked = page.getByRole("group", { name: "Content Info" }).getByLabelText("generation_id");
    await expect.element(asked).toHaveValue(MADE[0]?.generation_id);
  });

  test("says so where it has nothing", async () => {
    mount(ready({ run: lost() }), (command) =>
      command.kind === "check_content" ? { data: { generations: [] } } : kernel(command),
    );
    await check().click();
    await expect.element(response().getByText("No matching generation found")).toBeVisible();
  });

  test("that cannot be read says why beside what the run says, until it is read or that is dismissed", async () => {
    const refusal = alert({ message: "Please lock your API key first", code: "key_not_locked" });
    let isRefused = true;
    mount(ready({ run: lost() }), (command) => {
      if (command.kind !== "check_content") return kernel(command);
      return isRefused ? { ok: false, alert: refusal } : { data: { generations: MADE } };
    });
    const why = response().getByRole("alert").filter({ hasText: "Please lock your API key first" });
    for (const isRead of [false, true]) {
      isRefused = true;
      await check().click();
      await expect.element(why).toBeVisible();
      await expect.element(response().getByRole("button", { name: "Resume", exact: true })).toBeVisible();
      await expect.element(button("Check my content list")).toBeEnabled();
      isRefused = !isRead;
      await (isRead ? check() : response().getByRole("button", { name: "Dismiss", exact: true })).click();
      await expect.element(why).not.toBeInTheDocument();
      await expect.element(response().getByRole("button", { name: "Resume", exact: true })).toBeVisible();
      expect(document.activeElement).not.toBe(document.body);
    }
  });
});
