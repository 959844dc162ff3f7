import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Values } from "../src/protocol";
import { button, field, mount, region } from "./mount";
import { catalogue, defaults, ready, traits } from "./states";

const VIDEO = "bytedance/seedance-1-pro";
const form = () => region("Request Body");
const combobox = () => page.getByRole("combobox", { name: "Model", exact: true });

async function chooseModel(modelId: string) {
  await combobox().fill(modelId);
  await userEvent.keyboard("{Enter}");
}

describe("the form", () => {
  test("labels every field of every model by its name on the wire", async () => {
    for (const { model_id, model_type, fields } of catalogue.models) {
      const { unmount } = mount(traits({ model_id, model_type, region: "sandbox" }));
      await expect.element(combobox()).toHaveValue(model_id);
      for (const { name, type } of fields) {
        const control = type === "array" ? form().getByRole("group", { name, exact: true }) : field(name);
        expect(control.elements().length, `${model_id} ${name}`).toBe(1);
      }
      unmount();
    }
  });

  test("counts the prompt in code points", async () => {
    mount();
    await field("generation_prompt").fill("🦭🦭");
    await expect.element(form().getByText("2 of 5,000")).toBeVisible();
  });

  test("writes each value into the trait, field by field", async () => {
    const { model } = mount();
    await field("generation_prompt").fill("a seal");
    await page.getByLabelText("generation_ratio", { exact: true }).selectOptions("16:9");
    await page.getByRole("switch", { name: "generation_moderation" }).click();
    expect(model.get("values")).toEqual({
      ...defaults("bfl/flux-1.1-pro"),
      generation_prompt: "a seal",
      generation_ratio: "16:9",
      generation_moderation: true,
    });
    expect(model.saves.at(-1)).toEqual({ values: model.get("values") });
  });

  test("follows values, model and type that Python assigns", async () => {
    const { model } = mount();
    model.put({ values: { generation_prompt: "from a cell", generation_guidance_scale: 7 } });
    await expect.element(field("generation_prompt")).toHaveValue("from a cell");
    await expect.element(field("generation_guidance_scale")).toHaveValue("7");
    model.put({ model_type: "video", model_id: VIDEO, values: defaults(VIDEO) });
    await expect.element(field("generation_duration")).toHaveValue("5");
    await expect.element(page.getByRole("tab", { name: "Video" })).toHaveAttribute("aria-selected", "true");
  });

  test("keeps a number as it is typed, and hands Python a number where it is one", async () => {
    const { model } = mount();
    for (const [text, value] of [
      ["7", 7],
      ["7.", "7."],
      ["7.50", "7.50"],
      ["1_000", "1_000"],
      ["9007199254740992", 2 ** 53],
      ["9007199254740993", "9007199254740993"],
      ["1e-400", "1e-400"],
      ["-0", "-0"],
      ["", ""],
    ] as const) {
      await field("generation_guidance_scale").fill(text);
      await expect.element(field("generation_guidance_scale")).toHaveValue(text);
      expect(model.get("values").generation_guidance_scale).toBe(value);
    }
  });

  test("steps numbers, and stops at their bounds", async () => {
    const { model } = mount(ready({ values: { generation_num_inference_steps: 99 } }));
    const more = button("Increase generation_num_inference_steps");
    await more.click();
    expect(model.get("values").generation_num_inference_steps).toBe(100);
    await expect.element(more).toBeDisabled();
    await field("generation_num_inference_steps").click();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(model.get("values").generation_num_inference_steps).toBe(98);
    await button("Increase generation_seed").click();
    expect(model.get("values").generation_seed).toBe(0);
    await button("Increase generation_guidance_scale").click();
    expect(model.get("values").generation_guidance_scale).toBe(0);
  });

  test("shows a passed bound at once, tied to its control and announced", async () => {
    mount();
    await field("generation_guidance_scale").fill("42");
    const control = field("generation_guidance_scale");
    await expect.element(control).toHaveAttribute("aria-invalid", "true");
    await expect.element(control).toHaveAccessibleDescription(expect.stringContaining("Must be at most 20"));
    await expect
      .element(page.getByRole("status"))
      .toHaveTextContent("generation_guidance_scale: Must be at most 20");
  });

  test("refuses a number that would arrive as another one, with the kernel's sentence", async () => {
    const { model } = mount(ready());
    const sentence = "Cannot be sent exactly: 9007199254740993 would become 9007199254740992";
    await field("generation_seed").fill("9007199254740993");
    await expect
      .element(field("generation_seed"))
      .toHaveAccessibleDescription(expect.stringContaining(sentence));
    await button("Send request").click();
    await expect.element(field("generation_seed")).toHaveFocus();
    expect(model.commands("send")).toEqual([]);
  });

  test("calls a required field missing only once it was left", async () => {
    mount();
    await expect.element(page.getByText("Fill required: generation_prompt")).toBeVisible();
    await expect.element(field("generation_prompt")).not.toHaveAttribute("aria-invalid");
    await field("generation_prompt").click();
    await userEvent.tab();
    await expect
      .element(field("generation_prompt"))
      .toHaveAccessibleDescription(expect.stringContaining("Required"));
  });

  test("warns of a bound that is only inferred, without refusing", async () => {
    mount(traits({ values: { generation_prompt: "a", generation_seed: 2 ** 31 } }));
    await expect
      .element(field("generation_seed"))
      .toHaveAccessibleDescription(
        expect.stringContaining("May be refused: 2,147,483,647 is the highest value known (inferred)"),
      );
    await expect.element(field("generation_seed")).not.toHaveAttribute("aria-invalid");
  });

  test("says which keys the model does not have", async () => {
    mount(traits({ values: { generation_prompt: "a", generation_duration: 2 } }));
    await expect
      .element(
        form().getByText("bfl/flux-1.1-pro has no field generation_duration; it is left out of the request"),
      )
      .toBeVisible();
  });

  test("refuses a field that no model has, as Python does, until it is left out", async () => {
    const { model } = mount(ready({ values: { ...ready().values, generation_promt: "a" } }));
    const sentence = "bfl/flux-1.1-pro has no field generation_promt.";
    await expect.element(form().getByText(`${sentence} Did you mean generation_prompt?`)).toBeVisible();
    await button("Send request").click();
    const out = button("Leave out generation_promt");
    await expect.element(out).toHaveFocus();
    expect(model.commands("send")).toEqual([]);
    await out.click();
    await expect.poll(() => model.get("values")).not.toHaveProperty("generation_promt");
    await button("Send request").click();
    expect(model.commands("send")).toHaveLength(1);
  });

  test("shows what a misspelt field holds, shortened, and moves it into the field that is meant", async () => {
    const typed = `A seal ${"on ice ".repeat(20)}`;
    const { model } = mount(
      ready({ values: { ...ready().values, generation_prompt: "Old", generation_promt: typed } }),
    );
    await expect.element(form().getByText(/Its value: "A seal on ice .{30,50}…$/)).toBeVisible();
    const use = button("Use as generation_prompt: generation_promt");
    const replaces = "Use as replaces what generation_prompt holds; Undo restores that.";
    await expect.element(form().getByText(replaces, { exact: true })).toBeVisible();
    await expect.element(use).toHaveAccessibleDescription(expect.stringContaining(replaces));
    await use.click();
    await expect.element(field("generation_prompt")).toHaveFocus();
    await expect.element(field("generation_prompt")).toHaveValue(typed);
    expect(model.get("values")).not.toHaveProperty("generation_promt");
    const told = "The value of generation_promt is in generation_prompt now, in place of what it held;";
    await expect.element(page.getByText(told, { exact: false })).toBeInTheDocument();
    await userEvent.keyboard("{Control>}z{/Control}");
    await expect.element(field("generation_prompt")).toHaveValue("Old");
    await expect.element(use).toBeVisible();
  });

  test("says nothing of a replacement where the field that is meant is empty", async () => {
    mount(ready({ values: { generation_promt: "A seal" } }));
    await expect.element(form().getByText(/^Its value: "A seal"/)).toBeVisible();
    expect(
      form()
        .getByText(/replaces/)
        .elements(),
    ).toEqual([]);
    await button("Use as generation_prompt: generation_promt").click();
    const told = "The value of generation_promt is in generation_prompt now.";
    await expect.element(page.getByText(told, { exact: true })).toBeInTheDocument();
  });

  test("says how many fields are to be mended where one alone is named", async () => {
    mount(ready({ values: { ...ready().values, generation_promt: "calm", generation_mood: "low" } }));
    const reason = page.getByRole("button", {
      name: /^bfl\/flux-1\.1-pro has no field generation_(mood|promt)\.?/,
    });
    await expect.element(reason).toHaveTextContent(/ \(1 of 2\)$/);
    await button("Leave out generation_promt").click();
    await expect.element(reason).toHaveTextContent(/generation_mood\.$/);
  });

  test("adds and removes links, each row with a name of its own", async () => {
    const { model } = mount(traits({ model_id: "google/nano-banana" }));
    const links = () => model.get("values").generation_input_file;
    await page.getByLabelText("generation_input_file 1", { exact: true }).fill("https://a.example/1.png");
    await button("Add generation_input_file").click();
    await expect.element(page.getByLabelText("generation_input_file 2", { exact: true })).toHaveFocus();
    await userEvent.keyboard("ftp://b");
    expect(links()).toEqual(["https://a.example/1.png", "ftp://b"]);
    await expect
      .element(page.getByLabelText("generation_input_file 2", { exact: true }))
      .toHaveAccessibleDescription(
        expect.stringContaining("Must be a link that begins with http:// or https://"),
      );
    await button("Remove generation_input_file 1").click();
    expect(links()).toEqual(["ftp://b"]);
    await button("Remove generation_input_file 1").click();
    expect(links()).toEqual([]);
  });

  test("shows a value that is no choice, rather than another one", async () => {
    mount(traits({ values: { generation_ratio: "2:1" } }));
    await expect.element(field("generation_ratio")).toHaveDisplayValue("2:1");
    await expect.element(field("generation_ratio")).toHaveAttribute("aria-invalid", "true");
  });

  test("Reset to defaults brings the model's defaults back", async () => {
    const { model } = mount(ready({ values: { generation_prompt: "a", generation_guidance_scale: 7 } }));
    await button("Reset to defaults").click();
    expect(model.get("values")).toEqual(defaults("bfl/flux-1.1-pro"));
    await expect.element(field("generation_prompt")).toHaveValue("");
  });

  test("copies the request as JSON with every field that has a value", async () => {
    mount(traits({ values: { generation_prompt: " a ", generation_seed: "7", generation_ratio: "" } }));
    await button("Copy request").click();
    await expect
      .poll(() => navigator.clipboard.readText())
      .toBe(JSON.stringify({ generation_prompt: " a ", generation_seed: 7 }, null, 2));
    await expect.element(page.getByRole("status")).toHaveTextContent("Copy request: copied");
    const icon = () => button("Copy request").element().querySelector("path")?.getAttribute("d");
    const checkIcon = icon();
    await expect.poll(icon).not.toBe(checkIcon);
  });
});

describe("what was typed", () => {
  const typed = async (values: Values, then: () => Promise<void>) => {
    const { model } = mount(traits());
    model.put({ values: { ...model.get("values"), ...values } });
    await then();
    return model.get("values");
  };

  test("is kept where the new model has the field and takes the value", async () => {
    const values = await typed({ generation_prompt: "seal", generation_output_format: "webp" }, () =>
      chooseModel("google/nano-banana"),
    );
    expect(values.generation_prompt).toBe("seal");
    expect(values).not.toHaveProperty("generation_guidance_scale");
    const spec = catalogue.models.find((one) => one.model_id === "google/nano-banana");
    const takes = spec?.fields
      .find((one) => one.name === "generation_output_format")
      ?.choices?.includes("webp");
    expect(values.generation_output_format).toBe(takes ? "webp" : "png");
  });

  test("comes back when one comes back, also through a model that has no such field", async () => {
    const values = await typed({ generation_prompt: "seal", generation_guidance_scale: 7 }, async () => {
      await chooseModel("bfl/flux-schnell");
      await field("generation_prompt").fill("walrus");
      await chooseModel("bfl/flux-1.1-pro");
    });
    expect(values.generation_guidance_scale).toBe(7);
    expect(values.generation_prompt).toBe("walrus");
  });

  test("is not lost by switching the type and back, which remembers the model of each", async () => {
    const { model } = mount();
    await chooseModel("bfl/flux-2-pro");
    await field("generation_prompt").fill("seal");
    await page.getByRole("tab", { name: "Video", exact: true }).click();
    expect(model.get("model_type")).toBe("video");
    expect(model.get("values").generation_prompt).toBe("seal");
    await chooseModel("kling/v1.5-pro");
    await page.getByRole("tab", { name: "Image", exact: true }).click();
    expect(model.get("model_id")).toBe("bfl/flux-2-pro");
    await page.getByRole("tab", { name: "Video", exact: true }).click();
    expect(model.get("model_id")).toBe("kling/v1.5-pro");
  });

  test("does not follow where it is refused: the new model's default stands", async () => {
    const models = catalogue.models.map((spec) => ({
      ...spec,
      fields: spec.fields.map((one) =>
        spec.model_id === "bfl/flux-schnell" && one.name === "generation_ratio"
          ? { ...one, choices: ["1:1"] }
          : one,
      ),
    }));
    const { model } = mount(traits({ catalogue: { ...catalogue, models } }));
    await page.getByLabelText("generation_ratio", { exact: true }).selectOptions("16:9");
    await chooseModel("bfl/flux-schnell");
    expect(model.get("values").generation_ratio).toBe("1:1");
    await chooseModel("bfl/flux-1.1-pro");
    expect(model.get("values").generation_ratio).toBe("16:9");
  });

  const PICTURE = { generation_input_file: ["https://a.b/c.png"] };
  const WHOLE = { generation_prompt: "seal", generation_seed: 9, ...PICTURE };
  const filled = (values: Values) => [
    values.generation_seed || undefined,
    values.generation_input_file ?? [],
  ];

  test("and was taken out comes back with no model, whether it was there before or not", async () => {
    const { model } = mount(traits({ values: WHOLE }));
    await chooseModel("bfl/flux-2-pro");
    expect(filled(model.get("values"))).toEqual([9, PICTURE.generation_input_file]);
    await chooseModel("bfl/flux-1.1-pro");
    await button("Remove generation_input_file 1").click();
    await field("generation_seed").fill("");
    for (const modelId of [
      "bfl/flux-2-pro",
      "bfl/flux-schnell",
      "bfl/flux-1.1-pro",
      "bytedance/seedream-4.5",
    ]) {
      await chooseModel(modelId);
      expect(filled(model.get("values"))).toEqual([undefined, []]);
    }
    expect(model.get("values").generation_prompt).toBe("seal");
  });

  test.each(["of the same model", "of another model"])(
    "by a fill that was undone comes back with no model: %s",
    async (which) => {
      const { model } = mount(traits({ values: { generation_prompt: "mine" } }));
      const before = { model_id: model.get("model_id"), values: model.get("values") };
      const other = which === "of the same model" ? before.model_id : "bfl/flux-2-pro";
      model.put({ model_id: other, values: { ...WHOLE, generation_prompt: "theirs" } });
      model.put(before);
      for (const modelId of ["bytedance/seedream-4.5", "bfl/flux-2-pro", "bfl/flux-1.1-pro"]) {
        await chooseModel(modelId);
        expect(filled(model.get("values"))).toEqual([undefined, []]);
        expect(model.get("values").generation_prompt).toBe("mine");
      }
    },
  );

  test("and was taken out by Reset comes back with no model, and all of it by Undo", async () => {
    const { model } = mount(traits({ values: WHOLE }));
    await chooseModel("bfl/flux-2-pro");
    await button("Reset to defaults").click();
    await chooseModel("bfl/flux-1.1-pro");
    expect(filled(model.get("values"))).toEqual([undefined, []]);
    await button("Reset to defaults").click();
    model.put({ values: WHOLE });
    await chooseModel("bfl/flux-2-pro");
    expect(model.get("values")).toMatchObject(WHOLE);
  });

  test("is left alone by a change of region", async () => {
    const { model } = mount(ready());
    const before = model.get("values");
    await page.getByRole("radio", { name: "EU", exact: true }).click();
    expect(model.get("region")).toBe("eu");
    expect(model.get("values")).toBe(before);
  });

  test("stands in none of the browser's storages, nor does the key", async () => {
    mount();
    await field("generation_prompt").fill("canary-body");
    await field("API key").fill("bye_canary-key");
    await button("Lock API key").click();
    const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]);
    expect(stored).not.toContain("canary");
  });
});
