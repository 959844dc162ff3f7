/** What a person has brought about, or what goes on without them, is in sight; the focus is where they left it. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { OutputRow } from "../src/protocol";
import { button, field, mount, response, show } from "./mount";
import { drawn } from "./reach";
import { following, listed, modelOf, ready, succeeded } from "./states";

const NARROW = 700;
const shownTab = (el: Element) =>
  el.querySelector<HTMLElement>(".gw-tabs [aria-selected=true]")?.dataset.value;

afterEach(() => page.viewport(1312, 900));

describe("a run that Python sends", () => {
  test("is shown where the panels are tabs, and takes no focus", async () => {
    const { el, model } = mount(ready(), undefined, NARROW);
    await expect.element(button("Send request")).toBeEnabled();
    const cell = document.createElement("textarea");
    el.append(cell);
    cell.focus();
    model.put({ run: following() });
    await expect.element(response()).toBeVisible();
    expect(shownTab(el)).toBe("response");
    expect(document.activeElement).toBe(cell);
  });

  test("leaves the form to the person who is in it", async () => {
    const { el, model } = mount(ready(), undefined, NARROW);
    await expect.element(button("Send request")).toBeEnabled();
    const prompt = field("generation_prompt").element() as HTMLElement;
    prompt.focus();
    model.put({ run: following() });
    await drawn();
    expect(shownTab(el)).toBe("input");
    expect(document.activeElement).toBe(prompt);
  });

  test("is shown by a view that opens while it is under way", async () => {
    const { el } = mount(ready({ run: following() }), undefined, NARROW);
    await expect.poll(() => shownTab(el)).toBe("response");
  });

  test("that has ended leaves a view that opens on its form", async () => {
    const { el } = mount(ready({ run: succeeded() }), undefined, NARROW);
    await expect.element(button("Send request")).toBeEnabled();
    expect(shownTab(el)).toBe("input");
  });
});

describe("on a laptop's page of 768 px", () => {
  // 934 px are left of a window of 1366 px beside the files
  test.each([1280, 934])(
    "an output is 128 px high at least, and JSON begins in sight, %d px",
    async (width) => {
      await page.viewport(1312, 768);
      const { el } = mount(
        ready({ region: "sandbox", run: { ...succeeded(), region: "sandbox" } }),
        undefined,
        width,
      );
      await expect.element(response().getByRole("img")).toBeVisible();
      const [first] = await vi.waitFor(() => {
        const lines = el.querySelectorAll(".gw-json li");
        expect(lines.length).toBeGreaterThan(0);
        return lines;
      });
      await drawn();
      const view = el.querySelector(".gw-res")?.getBoundingClientRect() ?? new DOMRect();
      expect(response().getByRole("img").element().getBoundingClientRect().height).toBeGreaterThanOrEqual(
        128,
      );
      expect(first?.getBoundingClientRect().bottom).toBeLessThanOrEqual(view.bottom);
    },
  );
});

/** How high the first output is, and how much of Response is left below the third line of the JSON. */
async function seen(el: HTMLElement) {
  const box = (of: Element | null | undefined) => of?.getBoundingClientRect() ?? new DOMRect();
  await expect.poll(() => el.querySelectorAll(".gw-json li").length).toBeGreaterThan(2);
  await expect.poll(() => box(el.querySelector(".gw-out :is(img, video)")).height).toBeGreaterThan(40);
  await drawn();
  const third = el.querySelectorAll(".gw-json li")[2];
  return {
    high: box(el.querySelector(".gw-out .pic")).height,
    left: box(el.querySelector(".gw-res")).bottom - box(third).bottom,
  };
}

describe("on a laptop's page of 768 px an output has the height that the JSON's first three lines leave", () => {
  beforeEach(() => page.viewport(1312, 768));
  const many = (count: number, region: string) => {
    const { outputs, ...one } = succeeded();
    const all = Array.from({ length: count }, (_, index) => ({ ...(outputs[0] as OutputRow), index }));
    return ready({ region, run: { ...one, region, outputs: all } });
  };

  test.each([
    [1, 1280, "sandbox", 150],
    [1, 1280, "us", 166],
    [2, 1280, "sandbox", 134],
    [4, 1280, "us", 100],
    [1, 1160, "us", 146],
    [4, 1160, "sandbox", 84],
    [1, 934, "us", 146],
  ])("%d of them, %d px, %s", async (count, width, region, least) => {
    const { el } = mount(many(count, region), undefined, width);
    const { high, left } = await seen(el);
    expect(high).toBeGreaterThanOrEqual(least);
    expect(left).toBeGreaterThanOrEqual(-1);
    expect(left).toBeLessThan(40);
  });

  test("a film", async () => {
    const { el } = await show("film", 1280);
    expect((await seen(el)).left).toBeGreaterThanOrEqual(-1);
  });
});

describe("Cancel", () => {
  const box = (of: Element) => of.getBoundingClientRect();

  test.each([NARROW, 360])("stays in sight while its place is scrolled, %d px", async (width) => {
    const { el } = await show("following", width);
    el.style.height = "";
    Object.assign(el.style, { maxHeight: "400px", overflow: "auto" });
    const last = el.querySelector("[id$=-panel-response]");
    el.scrollTop = box(last as Element).bottom - box(el).bottom;
    expect(el.scrollTop).toBeGreaterThan(40);
    const cancel = box(button("Cancel").element());
    expect(cancel.top).toBeGreaterThanOrEqual(box(el).top);
    expect(cancel.bottom).toBeLessThanOrEqual(box(el).bottom);
  });

  test.each([
    [1000, 700],
    [900, 768],
  ])("is in sight with the bar and the hint in a cell of a window of %d × %d px", async (width, height) => {
    await page.viewport(width, height);
    const { el } = await show("following", NARROW);
    const last = el.querySelector(".gw-hint") as Element;
    expect(box(last).bottom - box(el).top).toBeLessThanOrEqual(height - 180); // what JupyterLab's own bars leave
  });
});

describe.each([1280, NARROW, 360])("Show in the history, %d px", (width) => {
  beforeEach(() => page.viewport(1312, 600));

  test("brings Response into sight and the focus to it", async () => {
    const { el, model } = await show("history", width);
    model.put({ history_state: listed });
    const show1 = page.getByRole("button", { name: /^Show bfl\/flux-schnell/ });
    show1.element().scrollIntoView({ block: "end" });
    await show1.click();
    model.put({ run: { ...succeeded(), run_id: "run-5", intent_id: "run-5" } });
    await expect.poll(() => document.activeElement?.id.replace(/^gw\d+-/, "")).toBe("view");
    const head = el.querySelector(".gw-head.res")?.getBoundingClientRect();
    expect(head?.top).toBeGreaterThanOrEqual(0);
    expect(head?.bottom).toBeLessThanOrEqual(innerHeight);
    expect(shownTab(el)).toBe("response");
  });
});

describe.each([
  [1280, 600],
  [NARROW, 600],
  [360, 600],
])("what is asked of a generation beside it, in a place of %d × %d px", (width, height) => {
  test.each([
    ["Content Info", "succeeded", ".gw-here .gw-json li"],
    ["Content Info", "failedHere", ".gw-here .gw-bad"],
    ["Delete Content", "succeeded", ".gw-here .danger"],
  ])("%s, %s, comes into sight", async (name, state, what) => {
    const { el } = await show(state === "failedHere" ? "succeeded" : state, width, modelOf(state));
    el.style.height = `${height}px`;
    const view = el.querySelector(".gw-res") as HTMLElement;
    const press = button(name).element() as HTMLElement;
    press.scrollIntoView({ block: "end" });
    press.click();
    await expect.poll(() => el.querySelector(what)).not.toBeNull();
    const box = (of: Element | null) => (of as Element).getBoundingClientRect();
    await expect.poll(() => box(el.querySelector(what)).bottom).toBeLessThanOrEqual(box(view).bottom + 1);
    expect(box(el.querySelector(what)).top).toBeGreaterThanOrEqual(box(view).top);
  });
});

describe.each([
  [300, 560],
  [340, 600],
  [400, 700],
  [700, 500],
])("a sweep, in a place of %d × %d px", (width, height) => {
  test.each(["sweeping", "sweepingEmpty"])("leaves the form a height to be filled in, %s", async (state) => {
    const { el } = await show(state, width);
    const box = (what: string) => (el.querySelector(what) as Element).getBoundingClientRect();
    el.style.height = `${height}px`;
    await expect.poll(() => box(".gw").height).toBe(height);
    const sweep = box(".gw-sweep");
    expect(box("[id$=panel-input] .gw-body").height).toBeGreaterThanOrEqual(38);
    expect(sweep.bottom).toBeLessThanOrEqual(box(".gw-panels ~ *").top + 1);
    expect(box(".gw-sweep .axes").height).toBeGreaterThanOrEqual(38);
  });
});

test.each([1280, 920, 360])("why the form is off stands at its head, at %i px", async (width) => {
  const { el } = await show("ended", width);
  if (width < 900) el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
  const said = el.querySelector(".gw-head.req .route > span") as HTMLElement;
  await expect.element(said).toBeVisible();
  expect(said.textContent).toBe("Not connected.");
  expect(said.scrollWidth).toBeLessThanOrEqual(said.clientWidth);
  expect(said.getBoundingClientRect().right).toBeLessThanOrEqual(
    button("Body as JSON").element().getBoundingClientRect().left,
  );
});
