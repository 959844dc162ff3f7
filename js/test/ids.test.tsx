import { describe, expect, test } from "vitest";
import { commands, page, userEvent } from "vitest/browser";
import type Widget from "../src/widget";
import { FakeModel } from "./fake-model";
import { idFaults, references } from "./ids";
import { mountModel, region, show } from "./mount";
import { kernel, modelOf, ready, STATES, traits } from "./states";

/** The widget from a module of its own, as anywidget loads it for each model. */
async function load(script: string): Promise<typeof Widget> {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const loaded = await import(/* @vite-ignore */ url);
  URL.revokeObjectURL(url);
  return loaded.default;
}

describe("every state", () => {
  for (const name of Object.keys(STATES)) {
    for (const width of [1280, 700]) {
      test(`${name} names only elements of its own view, ${width} px`, async () => {
        const { el } = await show(name, width);
        const other = mountModel(modelOf(name), width);
        await expect.poll(() => idFaults(el)).toEqual([]);
        expect(idFaults(other.el)).toEqual([]);
        expect(references(el)).toBeGreaterThan(10);
      });
    }
  }
});

test("two playgrounds from two modules, and two views of one, share no id", async () => {
  const models = [new FakeModel(ready({ values: {} }), kernel), new FakeModel(traits(), kernel)];
  const request = new TextEncoder().encode(await commands.builtFile("modules/request.js"));
  for (const model of models)
    model.modules = (command) =>
      "name" in command && command.name === "request" ? { bytes: request } : { ok: false };
  const hosts = [...models, models[0]].map(() => document.createElement("div"));
  document.body.append(...hosts);
  const script = await commands.builtFile("widget.js");
  const ends: (() => void)[] = [];
  const modules = new Set<typeof Widget>();
  for (const [index, el] of hosts.entries()) {
    const widget = await load(script);
    modules.add(widget);
    ends.push(widget.render({ model: models[index % 2] as FakeModel, el }));
  }
  expect(modules.size).toBe(3);
  await expect.element(region("Playground").nth(2)).toBeVisible();
  for (const el of hosts) expect(idFaults(el)).toEqual([]);
  for (const [index, el] of hosts.entries()) {
    const label = [...el.querySelectorAll("label")].find((one) => one.textContent === "generation_prompt");
    if (!label) throw new Error("no label");
    await page.elementLocator(label).click();
    await userEvent.keyboard(String(index));
  }
  expect(models.map((one) => one.get("values").generation_prompt)).toEqual(["02", "1"]);
  // Each has the tools of its form from a module that was handed its own preact.
  for (const el of hosts) await expect.poll(() => el.querySelector(".gw-tools")).not.toBeNull();
  for (const end of ends) end();
  for (const el of hosts) el.remove();
});
