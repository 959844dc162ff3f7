import axe from "axe-core";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { kernelOf, SHEETS } from "./batch";
import type { FakeModel, Kernel } from "./fake-model";
import { moduleText } from "./further";
import { button, mount } from "./mount";
import { drawn } from "./reach";
import { kernel, ready } from "./states";

afterEach(() => vi.restoreAllMocks());

const two = (SHEETS.sheetTwo as () => Parameters<typeof kernelOf>[0])();

/** A kernel that reckons as the real one does, and has a batch of two. */
const sweeping: Kernel = (command) => {
  if (command.kind === "plan_sweep") {
    const count = command.axes.reduce((all, one) => all * one.values.length, 1);
    return { data: { count, credits: count * 0.052, unknown: 0, problem: null } };
  }
  if (command.kind === "send_sweep") return { data: { batch_id: "b_7f3a90c1d2e4b586" } };
  return "batch_id" in command ? kernelOf(two)(command) : kernel(command);
};

const sweep = () => page.getByRole("group", { name: "Sweep" });
const model = (name: string) => sweep().getByRole("button", { name, exact: true });

test("two results beside each other: three actions from the form", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  await button("Sweep").click();
  await model("bfl/flux-schnell").click();
  await button("Send 2").click();
  const sent = kernelModel.commands("send_sweep") as unknown as { axes: unknown; intent_id: string }[];
  expect(sent.map((one) => one.axes)).toEqual([
    [{ name: "model", values: ["bfl/flux-schnell", "bfl/flux-1.1-pro"] }],
  ]);
  expect(sent[0]?.intent_id).toMatch(/^[0-9a-f-]{36}$/);
  await expect.element(button("Send request")).toBeVisible();
  kernelModel.put({ batch_id: "b_7f3a90c1d2e4b586" });
  await expect.element(page.getByRole("region", { name: "Batch b_7f3a90c1d2e4b586" })).toBeVisible();
  await expect.poll(() => page.getByRole("gridcell").elements().length).toBe(2);
});

test("the models that can be varied are those that Send accepts: a base URL takes the sandbox's own", async () => {
  for (const [host_fixed, count] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const { unmount } = mount(ready({ host_fixed }), sweeping);
    await button("Sweep").click();
    await expect.element(model("bfl/flux-schnell")).toBeVisible();
    expect(model("sandbox/contact-sheet").elements()).toHaveLength(count);
    unmount();
  }
});

test("the next sweep begins with what the last one varied", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await model("bfl/flux-schnell").click();
  await button("Send 2").click();
  await button("Sweep").click();
  await expect.element(model("bfl/flux-schnell")).toHaveAttribute("aria-pressed", "true");
  await expect.element(button("Send 2")).toBeEnabled();
});

test("a sweep that was closed begins as it was left, with what was typed, and its model follows the form", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  await sweep().getByRole("textbox").fill("one\n\ntwo\n");
  await button("Add axis").click();
  await sweep().getByRole("combobox", { name: "Field to vary" }).nth(2).selectOptions("repeat");
  await sweep().getByRole("spinbutton").fill("0");
  await button("Close sweep").click();
  kernelModel.put({ model_id: "bfl/flux-schnell" });
  await button("Sweep").click();
  await expect.element(sweep().getByRole("textbox")).toHaveValue("one\n\ntwo\n");
  await expect.element(sweep().getByRole("spinbutton")).toHaveValue(0);
  await expect.element(sweep().getByRole("alert")).toBeVisible();
  await expect.element(model("bfl/flux-schnell")).toHaveAttribute("aria-pressed", "true");
  await expect.element(model("bfl/flux-1.1-pro")).toHaveAttribute("aria-pressed", "false");
  await sweep().getByRole("spinbutton").fill("2");
  await expect.element(button("Send 4")).toBeEnabled();
});

test("an axis of another name and back has what was typed, also where it was removed meanwhile", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  const pick = sweep().getByRole("combobox", { name: "Field to vary" }).nth(1);
  const prompts = sweep().getByRole("textbox", { name: /^Values of generation_prompt/ });
  await prompts.fill("one\ntwo");
  await pick.selectOptions("generation_ratio");
  await model("16:9").click();
  await pick.selectOptions("generation_prompt");
  await expect.element(prompts).toHaveValue("one\ntwo");
  await button("Remove generation_prompt").click();
  await button("Close sweep").click();
  await button("Sweep").click();
  await button("Add axis").click();
  await expect.element(prompts).toHaveValue("one\ntwo");
  await pick.selectOptions("generation_ratio");
  await expect.element(model("16:9")).toHaveAttribute("aria-pressed", "true");
});

test("items that are another one over again are counted beside the price, and repeat is none of that", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  await sweep().getByRole("textbox").fill("one\none\ntwo");
  await button("Add axis").click();
  await sweep().getByRole("combobox", { name: "Field to vary" }).nth(2).selectOptions("repeat");
  await expect.element(sweep().getByText("· 2 equal to another")).toBeVisible();
  await sweep().getByRole("textbox").fill("one\ntwo");
  await expect.element(button("Send 4")).toBeEnabled();
  expect(
    sweep()
      .getByText(/equal to another/)
      .elements(),
  ).toHaveLength(0);
});

test("what a sweep lacks to have an item is said beside its Send", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await expect.element(button("Send 1")).toBeEnabled();
  await model("bfl/flux-1.1-pro").click();
  await expect.element(sweep().getByText("Choose or type at least one value of model.")).toBeVisible();
  await button("Remove model").click();
  await expect.element(sweep().getByText("Add an axis: what it varies makes the items.")).toBeVisible();
});

test("a request of a batch that is loaded into the form is awaited by Send", async () => {
  const slow: Kernel = (command) => (command.kind === "load_item" ? null : sweeping(command));
  const { model: kernelModel } = mount(ready({ batch_id: "b_7f3a90c1d2e4b586" }), slow);
  await page.getByRole("button", { name: "Load into form" }).click();
  await expect.element(button("Waiting for the kernel")).toBeVisible();
  await button("Send request").click();
  expect(kernelModel.commands("send")).toHaveLength(0);
  kernelModel.put({ values: { generation_prompt: "Of the batch" } });
  kernelModel.answer(kernelModel.commands("load_item")[0]?.id ?? "", {});
  await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
  await button("Send request").click();
  expect(kernelModel.commands("send")).toMatchObject([{ values: { generation_prompt: "Of the batch" } }]);
});

describe("the sheet of what was sent", () => {
  const BATCH = { batch_id: "b_7f3a90c1d2e4b586" };
  const sheet = () => page.getByRole("region", { name: `Batch ${BATCH.batch_id}` });

  /** The page in a place of 400 px that scrolls, up to the end of its sweep. */
  async function send(through: (el: HTMLElement, model: FakeModel) => void | Promise<void> = () => {}) {
    const { el, model: kernelModel } = mount(ready(), sweeping);
    await button("Sweep").click();
    await model("bfl/flux-schnell").click();
    await expect.element(button("Send 2")).toBeEnabled();
    el.style.height = "";
    Object.assign(el.style, { maxHeight: "400px", overflow: "auto" });
    (button("Send 2").element() as HTMLElement).scrollIntoView({ block: "center" });
    await button("Send 2").click();
    await expect.element(button("Send request")).toBeVisible();
    const top = el.scrollTop;
    await through(el, kernelModel);
    kernelModel.put(BATCH);
    await expect.poll(() => page.getByRole("gridcell").elements().length).toBe(2);
    return { el, top };
  }

  test("comes into sight also where Response is on its code", async () => {
    const code = page.getByRole("tab", { name: "Code", exact: true });
    const { el } = await send(() => (code.element() as HTMLElement).click()); // a press would be a going on
    await expect.element(code).toHaveAttribute("aria-selected", "true");
    await expect.poll(() => isInSight(el)).toBe(true);
  });

  const isInSight = (el: Element) => {
    const [box, head] = [el.getBoundingClientRect(), sheet().element().getBoundingClientRect()];
    return head.top >= box.top - 1 && head.top < box.bottom - 100;
  };

  test.each(["no-preference", "reduce"] as const)(
    "comes into sight, and its items take the focus, where motion is asked for with %s",
    async (wish) => {
      const asked: unknown[] = [];
      const [{ scrollIntoView }, { matchMedia }] = [Element.prototype, window];
      vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element, how) {
        if (this.matches(".gw-sheet")) asked.push((how as ScrollIntoViewOptions).behavior);
        scrollIntoView.call(this, how);
      });
      vi.spyOn(window, "matchMedia").mockImplementation((query) =>
        matchMedia(query.includes("motion") ? (wish === "reduce" ? "all" : "not all") : query),
      );
      const { el } = await send();
      await expect.poll(() => isInSight(el)).toBe(true);
      expect(new Set(asked)).toEqual(new Set([wish === "reduce" ? "instant" : "smooth"]));
      await expect.element(sheet().getByRole("grid")).toHaveFocus();
    },
  );

  test("takes no focus from elsewhere", async () => {
    const cell = document.createElement("textarea");
    onTestFinished(() => cell.remove());
    const { el } = await send(() => {
      document.body.append(cell);
      cell.focus();
    });
    await expect.poll(() => isInSight(el)).toBe(true);
    await drawn();
    expect(document.activeElement).toBe(cell);
  });

  test("takes the focus also where it comes before the answer to Send, and keeps it", async () => {
    const { model: kernelModel } = mount(ready(), silentAbout("send_sweep"));
    await button("Sweep").click();
    await button("Send 1").click();
    const [sent] = kernelModel.commands("send_sweep");
    kernelModel.put(BATCH);
    await expect.element(sheet().getByRole("grid")).toHaveFocus();
    kernelModel.answer(sent?.id ?? "", { data: BATCH });
    await expect.element(button("Send request")).toBeVisible();
    await drawn();
    await expect.element(sheet().getByRole("grid")).toHaveFocus();
  });

  test("is awaited no more where the kernel went before the answer", async () => {
    const { model: kernelModel } = mount(ready(), silentAbout("send_sweep"));
    await button("Sweep").click();
    await button("Send 1").click();
    await expect.poll(() => kernelModel.commands("send_sweep").length).toBe(1);
    kernelModel.say("comm:close");
    await expect.element(button("Try again")).toBeVisible();
    // no pointer and no key: each would end the waiting by itself
    (button("Try again").element() as HTMLElement).click();
    await expect.element(button("Send 1")).toBeEnabled();
    (button("Send 1").element() as HTMLElement).focus();
    kernelModel.put(BATCH);
    await expect.poll(() => page.getByRole("gridcell").elements().length).toBe(2);
    await drawn();
    await expect.element(button("Send 1")).toHaveFocus();
  });

  test("stays where it is for a person who has scrolled on meanwhile", async () => {
    const { el, top } = await send((el) => {
      el.dispatchEvent(new WheelEvent("wheel", { bubbles: true }));
    });
    await drawn();
    await drawn();
    expect(el.scrollTop).toBe(top);
    await expect.element(button("Sweep")).toHaveFocus();
  });

  test("stays where it is where another view sent it", async () => {
    const { el, model: kernelModel } = mount(ready(), sweeping);
    await expect.element(button("Sweep")).toBeEnabled();
    el.style.height = "";
    Object.assign(el.style, { maxHeight: "400px", overflow: "auto" });
    kernelModel.put(BATCH);
    await expect.poll(() => page.getByRole("gridcell").elements().length).toBe(2);
    await drawn();
    expect(el.scrollTop).toBe(0);
  });
});

test("a sweep of one has one item", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await expect.element(sweep().getByText("1 item", { exact: true })).toBeVisible();
});

test("items of which no price is known are not said to cost nothing", async () => {
  const unpriced: Kernel = (command) =>
    command.kind === "plan_sweep" || command.kind === "price_sweep"
      ? { data: { count: 2, credits: 0, unknown: 2, problem: null } }
      : sweeping(command);
  mount(ready(), unpriced);
  await button("Sweep").click();
  await expect.element(sweep().getByText("· price not known")).toBeVisible();
  await expect.element(sweep()).not.toHaveTextContent(/0 credits/);
});

test("the API is asked for the prices that no list has, once a key is locked, and nothing is called unknown before", async () => {
  const surveyed = { count: 2, credits: 0, unknown: 2, problem: null };
  const asked: string[] = [];
  const asking: Kernel = (command) => {
    if (command.kind === "plan_sweep") return { data: surveyed };
    if (command.kind !== "price_sweep") return sweeping(command);
    asked.push(command.id);
    return null;
  };
  const { model: kernelModel } = mount(ready(), asking);
  await button("Sweep").click();
  await expect.poll(() => asked.length).toBe(1);
  await expect.element(button("Send 2")).toBeEnabled();
  await expect.element(sweep()).not.toHaveTextContent("price not known");
  kernelModel.answer(asked[0] ?? "", { data: { ...surveyed, credits: 0.12, unknown: 0 } });
  await expect.element(sweep().getByText("· 0.12 credits")).toBeVisible();
  kernelModel.put({ locked: false });
  await expect.element(sweep().getByText("· price not known")).toBeVisible();
  expect(asked).toHaveLength(1);
});

test("the form's own model follows the form; one that was chosen stays, and that the form's is left out is said", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  const inPlace = sweep().getByText("In place of the form's model");
  const pressed = (name: string) => model(name).element().getAttribute("aria-pressed");
  await button("Sweep").click();
  await expect.poll(() => pressed("bfl/flux-1.1-pro")).toBe("true");
  kernelModel.put({ model_id: "bfl/flux-schnell" });
  await expect.poll(() => pressed("bfl/flux-schnell")).toBe("true");
  expect(pressed("bfl/flux-1.1-pro")).toBe("false");
  await expect.element(inPlace).not.toBeInTheDocument();
  await model("bfl/flux-1.1-pro").click();
  await model("bfl/flux-schnell").click();
  await expect.element(inPlace).toBeVisible();
  kernelModel.put({ model_id: "bfl/flux-1.1-pro" });
  await expect.element(inPlace).not.toBeInTheDocument();
  kernelModel.put({ model_id: "bfl/flux-schnell" });
  await expect.poll(() => pressed("bfl/flux-schnell")).toBe("true");
});

test("axes come from fields of the form; count and cost are said before anything is sent", async () => {
  const { model: kernelModel, el } = mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  const pick = sweep().getByRole("combobox", { name: "Field to vary" });
  await pick.nth(1).selectOptions("generation_seed");
  await sweep().getByRole("textbox").fill("1\n2\n\n 3 ");
  await expect.element(sweep().getByText("3 items")).toBeVisible();
  await expect.element(sweep().getByText("· 0.156 credits")).toBeVisible();
  await expect.element(button("Send 3")).toBeEnabled();
  expect(kernelModel.commands("send_sweep")).toEqual([]);
  await button("Add axis").click();
  await pick.nth(2).selectOptions("repeat");
  await sweep().getByRole("spinbutton", { name: "How often" }).fill("2");
  await expect.element(button("Send 6")).toBeEnabled();
  const { violations } = await axe.run(el, { rules: { region: { enabled: false } } });
  expect(violations.map((one) => [one.id, one.nodes.map((each) => each.html)])).toEqual([]);
  await button("Remove generation_seed").click();
  await expect.element(button("Send 2")).toBeEnabled();
  await button("Close sweep").click();
  await expect.element(button("Send request")).toBeVisible();
});

describe("an axis", () => {
  const add = async (name: string) => {
    await button("Sweep").click();
    await button("Add axis").click();
    await sweep().getByRole("combobox", { name: "Field to vary" }).nth(1).selectOptions(name);
  };
  const often = () => sweep().getByRole("spinbutton", { name: "How often" });

  test("of how often begins at two, and takes as many as the kernel does", async () => {
    const { model: kernelModel } = mount(ready(), sweeping);
    await add("repeat");
    await expect.element(often()).toHaveValue(2);
    await expect.element(button("Send 2")).toBeEnabled();
    await often().fill("300");
    await expect.element(button("Send 300")).toBeEnabled();
    await button("Send 300").click();
    expect(axesOf(kernelModel.commands("send_sweep")[0])).toMatchObject([{}, { values: { length: 300 } }]);
  });

  test.each(["2001", "0", "-1", "2.5", "1e12"])(
    "of how often keeps %s as it was typed, says what it takes, and sends nothing",
    async (typed) => {
      const { model: kernelModel } = mount(ready(), sweeping);
      await add("repeat");
      await often().fill(typed);
      const says = "repeat takes a whole number from 1 to 2,000.";
      await expect.element(sweep().getByRole("alert")).toHaveTextContent(says);
      await expect.element(often()).toHaveValue(Number(typed));
      await expect.element(sweep().getByRole("button", { name: "Send", exact: true })).toBeDisabled();
      await often().fill("3");
      await expect.element(button("Send 3")).toBeEnabled();
      await expect.element(sweep().getByRole("alert")).not.toBeInTheDocument();
      expect(kernelModel.commands("send_sweep")).toEqual([]);
    },
  );

  test("of a choice begins with what the form has, and else with the model's default", async () => {
    const { model: kernelModel } = mount(
      ready({ values: { generation_prompt: "x", generation_ratio: "16:9" } }),
      sweeping,
    );
    await add("generation_ratio");
    await expect.poll(pressed).toEqual(["bfl/flux-1.1-pro", "16:9"]);
    await sweep().getByRole("button", { name: "1:1", exact: true }).click();
    await button("Send 2").click();
    expect(axesOf(kernelModel.commands("send_sweep")[0])).toMatchObject([
      {},
      { name: "generation_ratio", values: ["1:1", "16:9"] },
    ]);
  });

  test("beyond the fourth is not offered, and that is said", async () => {
    mount(ready(), sweeping);
    await button("Sweep").click();
    const more = sweep().getByRole("button", { name: "Add axis", exact: true });
    for (let at = 1; at < 4; at++) await more.click();
    await expect.element(more).toBeDisabled();
    await expect.element(more).toHaveAccessibleDescription(/^The page varies up to 4 axes at once/);
    await button("Remove model").click();
    await expect.element(more).toBeEnabled();
  });

  test("says which of the form's values it is sent in place of, until it has that too", async () => {
    mount(ready({ values: { generation_prompt: "A fox" } }), sweeping);
    const says = () => sweep().getByText("In place of the form's generation_prompt");
    await add("generation_prompt");
    await expect.element(sweep().getByRole("textbox")).toBeVisible();
    await expect.element(says()).not.toBeInTheDocument(); // it has no values yet
    await sweep().getByRole("textbox").fill("A seal");
    await expect.element(says()).toBeVisible();
    await sweep().getByRole("textbox").fill("A seal\nA fox");
    await expect.element(says()).not.toBeInTheDocument();
    await sweep().getByRole("textbox").fill("A seal");
    await expect.element(says()).toBeVisible();
  });
});

test("the code in Response is that of the sweep while it is open, and of the request again", async () => {
  localStorage.removeItem("genwidget.language");
  const { model: kernelModel } = mount(ready(), sweeping);
  await page.getByRole("tab", { name: "Code", exact: true }).click();
  const code = page.getByRole("region", { name: "Code", exact: true });
  const language = (name: string) => page.getByRole("radio", { name, exact: true });
  await language("TypeScript").click();
  await expect.element(code).toHaveTextContent("typescript: bfl/flux-1.1-pro");
  await button("Sweep").click();
  await model("bfl/flux-schnell").click();
  await expect.element(code).toHaveTextContent("python: model=bfl/flux-schnell,bfl/flux-1.1-pro");
  await button("Add axis").click();
  const pick = sweep().getByRole("combobox", { name: "Field to vary" });
  await pick.nth(1).selectOptions("generation_seed");
  await sweep().getByRole("textbox").fill("1\n2");
  await expect.element(code).toHaveTextContent("generation_seed=1,2");
  expect(kernelModel.commands("export_sweep").at(-1)).toMatchObject({ region: "us", language: "python" });
  await expect.element(language("cURL")).not.toBeInTheDocument();
  await language("Shell").click();
  await expect.element(code).toHaveTextContent("shell: model=");
  await button("Close sweep").click();
  await expect.element(code).toHaveTextContent("curl: bfl/flux-1.1-pro");
  await expect.element(language("TypeScript")).toBeVisible();
});

test("what an item would be refused for is said, and nothing can be sent", async () => {
  const faulty: Kernel = (command) =>
    command.kind === "plan_sweep"
      ? { data: { count: 2, credits: 0, unknown: 0, problem: "Must be at most 10." } }
      : sweeping(command);
  const { model: kernelModel } = mount(ready(), faulty);
  await button("Sweep").click();
  await expect.element(sweep().getByRole("alert")).toHaveTextContent("Must be at most 10.");
  await expect.element(button("Send 2")).toBeDisabled();
  await sweep().getByRole("combobox").first().selectOptions("generation_seed");
  (sweep().getByRole("textbox").element() as HTMLElement).focus();
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(kernelModel.commands("send")).toEqual([]);
});

test("a sweep that the kernel refuses says why, and keeps what was chosen", async () => {
  const refusing: Kernel = (command) =>
    command.kind === "send_sweep"
      ? { ok: false, alert: { message: "The ledger is locked." } as never }
      : sweeping(command);
  mount(ready(), refusing);
  await button("Sweep").click();
  await model("bfl/flux-schnell").click();
  await button("Send 2").click();
  await expect.element(sweep().getByRole("alert")).toHaveTextContent("The ledger is locked.");
  await expect.element(model("bfl/flux-schnell")).toHaveAttribute("aria-pressed", "true");
});

const silentAbout =
  (kind: string): Kernel =>
  (command) =>
    command.kind === kind ? null : sweeping(command);
const axesOf = (one: unknown) => (one as { axes: unknown } | undefined)?.axes;
const pressed = () =>
  sweep()
    .getByRole("button", { pressed: true })
    .elements()
    .map((one) => one.textContent);

test("lines that were typed stay in sight when an axis before them is removed", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  await sweep().getByRole("textbox").fill("one\ntwo");
  await button("Remove model").click();
  await expect.element(button("Send 2")).toBeEnabled();
  await expect.element(sweep().getByRole("textbox")).toHaveValue("one\ntwo");
  await button("Send 2").click();
  expect(axesOf(kernelModel.commands("send_sweep")[0])).toEqual([
    { name: "generation_prompt", values: ["one", "two"] },
  ]);
});

test("a model of another type is taken out when the type changes, and the form's own is pressed", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  await button("Sweep").click();
  await model("bfl/flux-schnell").click();
  await expect.element(button("Send 2")).toBeEnabled();
  await page.getByRole("tab", { name: "Video" }).click();
  await expect.poll(pressed).toEqual([kernelModel.get("model_id")]);
  await expect
    .element(sweep().getByRole("status"))
    .toHaveTextContent(/does not have it: bfl\/flux-schnell, bfl\/flux-1.1-pro$/);
  await button("Send 1").click();
  expect(axesOf(kernelModel.commands("send_sweep")[0])).toEqual([
    { name: "model", values: [kernelModel.get("model_id")] },
  ]);
});

test("values that are no choices of the model now are taken out, and that is said until the next choice", async () => {
  const { model: kernelModel } = mount(
    ready({ model_type: "video", model_id: "google/veo-2", values: { generation_prompt: "x" } }),
    sweeping,
  );
  await button("Sweep").click();
  await button("Add axis").click();
  await sweep().getByRole("combobox").nth(1).selectOptions("generation_duration");
  await expect.poll(pressed).toEqual(["google/veo-2", "5"]);
  await sweep().getByRole("button", { name: "6", exact: true }).click();
  await expect.element(button("Send 2")).toBeEnabled();
  kernelModel.put({ model_id: "kling/v1.5-pro" });
  await expect.poll(pressed).toEqual(["kling/v1.5-pro", "5"]);
  await expect.element(sweep().getByRole("status")).toHaveTextContent(/: 6$/);
  await button("Send 1").click();
  expect(axesOf(kernelModel.commands("send_sweep")[0])).toEqual([
    { name: "model", values: ["kling/v1.5-pro"] },
    { name: "generation_duration", values: [5] },
  ]);
});

test("an axis of a field that the model now does not have is taken out", async () => {
  const { model: kernelModel } = mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  await sweep().getByRole("combobox").nth(1).selectOptions("generation_seed");
  await sweep().getByRole("textbox").fill("1\n2");
  await expect.element(button("Send 2")).toBeEnabled();
  kernelModel.put({ model_id: "bfl/flux-schnell" });
  await expect.element(sweep().getByRole("status")).toHaveTextContent(/: generation_seed$/);
  await expect.element(button("Send 1")).toBeEnabled();
});

test("a sweep whose Send is under way is not sent again by closing and opening it", async () => {
  const { model: kernelModel } = mount(ready(), silentAbout("send_sweep"));
  await button("Sweep").click();
  await button("Send 1").click();
  await button("Close sweep").click();
  await button("Sweep").click();
  await expect.element(sweep().getByText("1 item", { exact: true })).toBeVisible();
  await expect.element(sweep().getByRole("button", { name: "Sending..." })).toBeDisabled();
  const [sent] = kernelModel.commands("send_sweep");
  kernelModel.answer(sent?.id ?? "", { data: { batch_id: "b_7f3a90c1d2e4b586" } });
  await expect.element(button("Send 1")).toBeEnabled();
  await expect.element(sweep()).toBeVisible();
});

test("what was said of a sweep that was refused goes once the form has changed", async () => {
  const { model: kernelModel } = mount(ready(), (command) =>
    command.kind === "send_sweep"
      ? { ok: false, alert: { message: "The prompt is too long." } as never }
      : sweeping(command),
  );
  await button("Sweep").click();
  await button("Send 1").click();
  await expect.element(sweep().getByRole("alert")).toHaveTextContent("The prompt is too long.");
  kernelModel.put({ values: { generation_prompt: "short" } });
  await expect.element(sweep().getByRole("alert")).not.toBeInTheDocument();
});

test("the answer to a sweep takes no focus from elsewhere", async () => {
  const { model: kernelModel } = mount(ready(), silentAbout("send_sweep"));
  await button("Sweep").click();
  await button("Send 1").click();
  const cell = document.createElement("textarea");
  document.body.append(cell);
  onTestFinished(() => cell.remove());
  cell.focus();
  const [sent] = kernelModel.commands("send_sweep");
  kernelModel.answer(sent?.id ?? "", { data: { batch_id: "b_7f3a90c1d2e4b586" } });
  await expect.element(button("Send request")).toBeVisible();
  expect(document.activeElement).toBe(cell);
});

test("a sweep that comes late takes no focus from a person who types, and Ctrl+Enter sends nothing before", async () => {
  const { model: kernelModel } = mount(ready(), silentAbout("fetch_module"));
  await button("Sweep").click();
  await expect.element(button("Send request")).not.toBeInTheDocument();
  const prompt = page.getByLabelText("generation_prompt", { exact: true });
  (prompt.element() as HTMLElement).focus();
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(kernelModel.commands("send")).toEqual([]);
  const asked = kernelModel
    .commands("fetch_module")
    .filter((one) => (one as { name?: string }).name === "sheet");
  kernelModel.answer(asked[0]?.id ?? "", { bytes: moduleText("sheet") as Uint8Array });
  await expect.element(button("Send 1")).toBeEnabled();
  await expect.element(prompt).toHaveFocus();
});

test("another field to vary is chosen without a loss of the focus, and its values are typed anew", async () => {
  mount(ready(), sweeping);
  await button("Sweep").click();
  await button("Add axis").click();
  const pick = sweep().getByRole("combobox", { name: "Field to vary" }).nth(1);
  await sweep().getByRole("textbox").fill("one\ntwo");
  (pick.element() as HTMLElement).focus();
  await pick.selectOptions("generation_seed");
  await expect.element(sweep().getByRole("textbox")).toHaveAccessibleName(/^Values of generation_seed/);
  await expect.element(pick).toHaveFocus();
  await expect.element(sweep().getByRole("textbox")).toHaveValue("");
});

test("Tab goes through the foot of the form as the eye does", async () => {
  mount(ready(), sweeping);
  await expect.element(button("Sweep")).toBeEnabled();
  const lefts = ["Sweep", "Send request"].map((one) => button(one).element().getBoundingClientRect().left);
  expect(lefts).toEqual([...lefts].sort((one, other) => one - other));
  (button("Sweep").element() as HTMLElement).focus();
  await userEvent.tab();
  await expect.element(button("Send request")).toHaveFocus();
});

test.each([1100, 1000, 920])(
  "all of a sweep of two axes is in sight in a low window, at %i px",
  async (width) => {
    onTestFinished(() => page.viewport(1312, 900));
    await page.viewport(1366, 768);
    const { el } = mount(ready(), sweeping, width);
    await button("Sweep").click();
    await button("Add axis").click();
    const typed = sweep().getByRole("textbox");
    await typed.fill("one");
    await expect.element(button("Send 1")).toBeEnabled();
    const isWhole = (one: Element) => one.scrollHeight <= one.clientHeight;
    const { clientHeight } = typed.element();
    await typed.fill("one\ntwo");
    expect(typed.element().clientHeight).toBe(clientHeight);
    for (const one of [typed.element(), el.querySelector(".axes"), sweep().element()])
      expect(isWhole(one as Element)).toBe(true);
    expect(el.querySelector("[id$=panel-input] .gw-body")?.clientHeight).toBeGreaterThan(38);
    await typed.fill("one\ntwo\nthree");
    expect(typed.element().clientHeight).toBeGreaterThan(clientHeight);
  },
);

test("of a sweep of three axes enough of the form stays in sight to read it", async () => {
  onTestFinished(() => page.viewport(1312, 900));
  await page.viewport(1366, 768);
  const { el } = mount(ready(), sweeping, 1000);
  await button("Sweep").click();
  for (const axes of [2, 3]) {
    await button("Add axis").click();
    await expect.poll(() => el.querySelectorAll(".axis").length).toBe(axes);
  }
  const form = el.querySelector("[id$=panel-input] .gw-body");
  expect(form?.clientHeight).toBeGreaterThan(150);
  await expect.element(sweep().getByRole("button", { name: /^Send/ })).toBeInViewport({ ratio: 1 });
});
