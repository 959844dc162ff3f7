/** Does in a view what brings a state about that traits alone do not. */

import { page } from "vitest/browser";

export async function reach(state: string, el: Element): Promise<void> {
  const view = page.elementLocator(el);
  const button = (name: string | RegExp) => view.getByRole("button", { name, exact: true });
  if (state === "invalid") await button("Send request").click();
  if (state === "manage") await button("Manage content").click();
  if (state === "history") await button(/^History/).click();
  if (state === "menu") await view.getByRole("combobox", { name: "Model" }).fill("flux");
}
