import { afterEach, describe, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { between, duration } from "../src/text/format";
import type { Kernel } from "./fake-model";
import { button, mount, response } from "./mount";
import { entry, following, kernel, lost, ready, refused, run, succeeded } from "./states";

afterEach(() => {
  vi.useRealTimers();
});

/** The clocks of page and kernel are moved by the test; what is drawn is drawn as ever. */
function holdClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ["performance", "Date", "setInterval", "clearInterval"] });
  return (ms) => vi.advanceTimersByTime(ms);
}

const clock = () => response().element().querySelector(".gw-time b")?.textContent;
const bar = () => response().element().querySelector(".gw-time")?.textContent ?? "";
const live = () => response().element().querySelector("[aria-current=step] b")?.textContent;
const usually =
  (low_ms: number, high_ms: number): Kernel =>
  (command) =>
    command.kind === "usual_time" ? { data: { low_ms, high_ms } } : kernel(command);

describe("the clock", () => {
  test("runs from the click to the end, in the bar and in the live row, and asks the kernel nothing", async () => {
    const pass = holdClock();
    const { model } = mount(ready());
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.poll(clock).toBe("0.0 s");
    pass(4200);
    await expect.poll(() => [clock(), live()]).toEqual(["4.2 s", "4.2 s"]);
    const id = (model.commands("send")[0] as { intent_id: string }).intent_id;
    model.put({ run: { ...following(), run_id: id, intent_id: id } });
    await expect.poll(live).toBe("4.2 s");
    pass(61_000);
    await expect.poll(() => [clock(), live()]).toEqual(["1 min 5 s", "1 min 5 s"]);
    const ticks = model.sent.filter(
      (one) => !["beat", "estimate", "fetch_body", "fetch_module", "fetch_request"].includes(one.kind),
    );
    expect(ticks.map((one) => one.kind)).toEqual(["hello", "send", "usual_time"]);
    model.put({ run: { ...succeeded(), run_id: id, intent_id: id, total_ms: 6840 } });
    await expect.poll(bar).toBe("made in 6.8 s");
    expect(live()).toBeUndefined();
    pass(5000);
    expect(bar()).toBe("made in 6.8 s");
  });

  test("counts where motion is reduced too: it is no animation", async () => {
    const pass = holdClock();
    mount(ready({ run: following() }));
    await expect.poll(live).toMatch(/s$/);
    const before = Number.parseFloat(live() ?? "");
    pass(3000);
    await expect.poll(() => Number.parseFloat(live() ?? "") - before).toBeCloseTo(3, 1);
    const row = response().element().querySelector("[aria-current=step] b");
    expect(row?.getAnimations({ subtree: true })).toEqual([]);
  });

  test("stands still, and out of the way, where no kernel tells how it goes on", async () => {
    const { model } = mount(ready({ run: following() }));
    await expect.poll(live).toMatch(/s$/);
    model.say("comm:close");
    await expect.poll(() => [live(), bar()]).toEqual([undefined, ""]);
  });

  test("leaves the header to the POST: its milliseconds stay when the generation ends", async () => {
    const { model } = mount(ready({ run: following() }));
    const header = () => response().element().querySelector("header .ms")?.textContent;
    await expect.poll(header).toBe("1,240 ms");
    model.put({ run: succeeded() });
    await expect.poll(bar).toBe("made in 5.7 s");
    expect(header()).toBe("1,240 ms");
  });

  test("says how long it took that ended otherwise, and nothing where nobody knows", async () => {
    const { model } = mount(ready({ run: { ...succeeded(), state: "failed" } }));
    await expect.poll(bar).toBe("failed after 5.7 s");
    model.put({ run: { ...refused(), total_ms: 318 } });
    await expect.poll(bar).toBe("refused after 0.3 s");
    model.put({ run: lost() });
    await expect.poll(bar).toBe("");
  });
});

describe("what is usual", () => {
  test("leaves the bar of a narrow Response one line", async () => {
    const { el } = mount(ready(), usually(8100, 14_900), 300);
    el.querySelector<HTMLElement>('.gw-tabs [data-value="input"]')?.click();
    await button("Send request").click();
    await expect.element(response().getByText("usually 8 to 15 s", { exact: true })).toBeInTheDocument();
    expect(el.querySelector(".gw-time")?.getBoundingClientRect().height).toBeLessThan(20);
  });

  test("is asked for once while a run is waited for, and goes with its end", async () => {
    const { model } = mount(ready(), usually(8100, 14_900));
    expect(model.commands("usual_time")).toHaveLength(0);
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(response().getByText("usually 8 to 15 s", { exact: true })).toBeVisible();
    const id = (model.commands("send")[0] as { intent_id: string }).intent_id;
    model.put({ run: { ...run(), run_id: id, intent_id: id } });
    model.put({ run: { ...following(), run_id: id, intent_id: id } });
    await expect.element(response().getByText("usually 8 to 15 s", { exact: true })).toBeVisible();
    expect(model.commands("usual_time")).toMatchObject([
      { region: "us", model_type: "image", model_id: "bfl/flux-1.1-pro" },
    ]);
    model.put({ run: { ...succeeded(), run_id: id, intent_id: id } });
    await expect.element(response().getByText(/usually/)).not.toBeInTheDocument();
  });

  test("is that of the run shown, not of the form", async () => {
    const { model } = mount(ready({ run: { ...following(), model_id: "qwen/image", region: "eu" } }));
    await expect
      .poll(() => model.commands("usual_time"))
      .toMatchObject([{ region: "eu", model_id: "qwen/image" }]);
  });

  test("is not said where runs are too few, or the ledger cannot be read", async () => {
    for (const answer of [{}, { ok: false }]) {
      const { model, unmount } = mount(ready({ run: following() }), (command) =>
        command.kind === "usual_time" ? answer : kernel(command),
      );
      await expect.poll(() => model.commands("usual_time").length).toBe(1);
      await expect.poll(bar).toMatch(/^\d+\.\d s$/);
      unmount();
    }
  });
});

describe("what is announced", () => {
  const status = () => page.getByRole("status");

  test("is each hop from one provider to the next, and the end with its time", async () => {
    const { model } = mount(ready({ run: following() }));
    const hops = (...timeline: ReturnType<typeof entry>[]) =>
      model.put({ run: { ...following(), timeline } });
    const at = (provider: string, label: string, changed = {}) => entry(label, { provider, ...changed });
    await expect.poll(live).toMatch(/s$/);
    hops(at("bfl", "failed", { tone: "bad" }), at("fal", "started", { is_now: true }));
    await expect.element(status()).toHaveTextContent("bfl failed, fal started");
    const many = [
      at("fal", "failed", { tone: "bad" }),
      at("wave", "processing", { is_now: true, confirmed: false }),
    ];
    hops(...many);
    await expect.element(status()).toHaveTextContent("fal failed, wave processing");
    model.put({ run: succeeded() });
    await expect.element(status()).toHaveTextContent("Generation succeeded after 5.7 s");
  });
});

describe("a time for people", () => {
  test.each([
    [0, "0.0 s"],
    [6840, "6.8 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 0 s"],
    [125_400, "2 min 5 s"],
  ])("of %d ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test.each([
    [8100, 14_900, "8 to 15 s"],
    [1900, 2320, "1.9 to 2.3 s"],
    [5010, 5020, "about 5.0 s"],
    [58_000, 125_400, "58 s to 2 min 5 s"],
    [61_000, 125_400, "1 min 1 s to 2 min 5 s"],
  ])("between %d and %d ms is %s", (low, high, text) => {
    expect(between(low, high)).toBe(text);
  });
});
