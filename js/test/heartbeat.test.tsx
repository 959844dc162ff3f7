import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { CHECK_MS, PATIENCE_MS } from "../src/kernel/comm";
import type { Traits } from "../src/protocol";
import widget from "../src/widget";
import { FakeModel, type Kernel } from "./fake-model";
import { button, mountModel, show } from "./mount";
import { following, kernel, listed, ready, run, STATES, succeeded } from "./states";

/** What a person must have been told by, in milliseconds. */
const LIMIT_MS = 10_000;

const theAlert = () => page.getByRole("alert").filter({ hasText: /^Not connected/ });

/** A kernel of the host, as JupyterLab's and Voila's widget managers show it. */
class HostedKernel {
  status = "idle";
  connectionStatus = "connected";
  readonly slots = new Map<string, Set<(sender: unknown, value: unknown) => void>>();
  readonly statusChanged = this.#signal("status");
  readonly connectionStatusChanged = this.#signal("connectionStatus");
  readonly disposed = this.#signal("disposed");

  emit(name: "status" | "connectionStatus" | "disposed", value?: string): void {
    if (value !== undefined && name !== "disposed") this[name] = value;
    for (const slot of [...(this.slots.get(name) ?? [])]) slot(this, value);
  }

  #signal(name: string) {
    const slots = new Set<(sender: unknown, value: unknown) => void>();
    this.slots.set(name, slots);
    return {
      connect: (slot: (sender: unknown, value: unknown) => void) => slots.add(slot),
      disconnect: (slot: (sender: unknown, value: unknown) => void) => slots.delete(slot),
    };
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Let this many milliseconds pass, as the page counts them. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A view of a kernel that answers until `die` is called, and of which the host says nothing unless asked to. */
async function live(start = ready({ run: following(), history_state: listed }), host?: HostedKernel) {
  let isAlive = true;
  const kernelThatMayDie: Kernel = (command) => (isAlive ? kernel(command) : null);
  const model = new FakeModel(start, kernelThatMayDie);
  if (host) model.widget_manager = { kernel: host };
  const view = mountModel(model);
  await pass(1000); // for what it fetches to draw the run
  const die = () => {
    isAlive = false;
  };
  return { model, ...view, die };
}

describe("a view that nobody touches", () => {
  for (const [moment, start] of [
    ["in mid-run", () => ready({ run: following(), history_state: listed })],
    ["in mid-POST", () => ready({ run: run(), history_state: listed })],
    ["between two tries", () => STATES.retrying?.() ?? ready()],
  ] as const) {
    test(`says within ten seconds that its kernel fell silent ${moment}, stops its clocks, and can do nothing`, async () => {
      const { el, die } = await live(start());
      expect(el.querySelector(".gw-spin, .now")).not.toBeNull();
      die();
      await pass(LIMIT_MS);
      expect(theAlert().query()).not.toBeNull();
      expect(
        el.querySelectorAll(".gw-spin, .now, .gw-retry, [aria-busy=true], [aria-current=step]").length,
      ).toBe(0);
      const before = el.innerHTML;
      await pass(5000);
      expect(el.innerHTML).toBe(before);
      for (const name of ["Send request", "Cancel"]) {
        const found = button(name).query() as HTMLButtonElement | null;
        expect(found?.disabled ?? true, name).toBe(true);
      }
    });
  }

  test("says it when the POST of its own click is under way and the kernel never had it", async () => {
    const { el, die } = await live(ready());
    die();
    el.querySelector<HTMLElement>(".gw-send button")?.click();
    await pass(LIMIT_MS);
    expect(theAlert().query()).not.toBeNull();
    expect(el.querySelector(".gw-spin")).toBeNull();
  });

  test("asks nothing while beats come, although the main thread answers nothing", async () => {
    const { model, die } = await live();
    const asked = model.commands("beat").length;
    die();
    for (let passed = 0; passed < 2 * LIMIT_MS; passed += 2000) {
      model.beat();
      await pass(2000);
    }
    expect(theAlert().query()).toBeNull();
    expect(model.commands("beat").length).toBe(asked);
  });

  test("is connected again by itself with the next beat", async () => {
    const { model, die } = await live();
    die();
    await pass(LIMIT_MS);
    expect(theAlert().query()).not.toBeNull();
    model.beat();
    await pass(0);
    expect(theAlert().query()).toBeNull();
    expect((button("Cancel").query() as HTMLButtonElement | null)?.disabled).toBe(false);
  });

  test("asks a kernel that fell silent again, and is connected by its answer", async () => {
    const { model, die } = await live();
    die();
    await pass(LIMIT_MS);
    model.kernel = kernel;
    await pass(11_000);
    expect(theAlert().query()).toBeNull();
  });

  test("asks nothing when nothing is under way", async () => {
    const { model } = await live(ready({ run: succeeded(), history_state: listed }));
    await pass(120_000);
    expect(model.commands("beat")).toEqual([]);
  });

  test("asks when somebody turns to it after a while, once", async () => {
    const { model, el, die } = await live(ready());
    await pass(PATIENCE_MS + 1000);
    die();
    window.dispatchEvent(new Event("focus"));
    el.querySelector<HTMLElement>("textarea")?.focus();
    expect(model.commands("beat").length).toBe(1);
    await pass(CHECK_MS);
    expect(theAlert().query()).not.toBeNull();
  });
});

describe("the host's word on its kernel", () => {
  for (const status of ["restarting", "autorestarting", "terminating", "dead"]) {
    test(`${status} is told at once, and a last beat of the old kernel changes nothing`, async () => {
      const host = new HostedKernel();
      const { model, die } = await live(ready(), host);
      die();
      host.emit("status", status);
      await pass(0);
      expect(theAlert().query()?.textContent).toMatch(
        /The kernel behind this view has ended\. Run its cell again/,
      );
      model.beat();
      await pass(0);
      expect(theAlert().query()).not.toBeNull();
    });
  }

  for (const [name, value] of [
    ["status", "starting"],
    ["connectionStatus", "disconnected"],
    ["connectionStatus", "connecting"],
  ] as const) {
    test(`${value} is asked about, and told when nothing answers`, async () => {
      const host = new HostedKernel();
      const { die } = await live(ready(), host);
      host.emit(name, value);
      await pass(CHECK_MS);
      expect(theAlert().query()).toBeNull();
      die();
      await pass(CHECK_MS);
      host.emit(name, value);
      await pass(CHECK_MS);
      expect(theAlert().query()).not.toBeNull();
      host.emit("connectionStatus", "connected");
    });
  }

  test("busy keeps a kernel that is slow to answer from being called dead", async () => {
    const host = new HostedKernel();
    const { die } = await live(ready({ run: following(), history_state: listed }), host);
    host.emit("status", "busy");
    die();
    await pass(2 * LIMIT_MS);
    expect(theAlert().query()).toBeNull();
    host.emit("status", "idle");
    await pass(LIMIT_MS);
    expect(theAlert().query()).not.toBeNull();
  });

  test("its connection has been disposed of, or the comm closed, is told at once", async () => {
    const host = new HostedKernel();
    await live(ready(), host);
    host.emit("disposed");
    await pass(0);
    expect(theAlert().query()).not.toBeNull();
  });

  test("is listened to no longer than the view is there, and need not be there at all", async () => {
    const host = new HostedKernel();
    const { unmount } = await live(ready(), host);
    const count = () => [...host.slots.values()].reduce((sum, one) => sum + one.size, 0);
    expect(count()).toBe(3);
    unmount();
    expect(count()).toBe(0);
    for (const widget_manager of [undefined, null, {}, { kernel: null }, { kernel: { statusChanged: 1 } }]) {
      const model = new FakeModel(ready(), kernel);
      model.widget_manager = widget_manager;
      mountModel(model).unmount();
    }
  });
});

describe("the comm", () => {
  test("that is closed is told at once", async () => {
    const { model } = await live(ready());
    model.say("comm:close");
    await pass(0);
    expect(theAlert().query()).not.toBeNull();
  });

  test("that may be dead is asked about", async () => {
    const { model, die } = await live(ready());
    die();
    model.say("comm_live_update");
    await pass(CHECK_MS);
    expect(theAlert().query()).not.toBeNull();
  });
});

describe("a view that is closed", () => {
  test("says goodbye once, with the name that it said hello with, and leaves no timer and no listener", async () => {
    const { model, unmount } = await live(ready({ run: following(), history_state: listed }));
    unmount();
    await pass(100); // for what Preact had planned
    const [hello] = model.commands("hello");
    const said = model.commands("bye");
    expect(said.map((one) => "view" in one && one.view)).toEqual([hello && "view" in hello && hello.view]);
    expect(model.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const sent = model.sent.length;
    window.dispatchEvent(new Event("focus"));
    document.dispatchEvent(new Event("visibilitychange"));
    await pass(60_000);
    expect(model.sent.length).toBe(sent);
  });
});

test("a model whose comm was closed is emptied once its views have gone", async () => {
  const model = new FakeModel(ready({ run: succeeded() }), kernel);
  widget.initialize({ model });
  const { unmount } = mountModel(model);
  await pass(1000);
  model.say("destroy");
  expect(model.get("catalogue").models.length).toBeGreaterThan(10);
  unmount();
  await pass(0);
  for (const name of ["catalogue", "run", "_esm", "_css"] as (keyof Traits)[]) {
    expect(model.get(name)).toBeNull();
  }
});

/** States that have no kernel to lose. */
const WITHOUT = ["disconnected", "ended"];

describe("a view without its kernel", () => {
  for (const name of Object.keys(STATES).filter((one) => !WITHOUT.includes(one))) {
    test(`has no button that does nothing: ${name}`, async () => {
      vi.useRealTimers();
      const { model, el } = await show(name);
      model.kernel = () => null;
      model.say("comm:close");
      await expect.element(theAlert()).toBeVisible();
      await expect.poll(() => el.querySelector(".gw-send button:enabled")).toBeNull();
      const sent = model.sent.length;
      const isOurs = (one: HTMLElement) => one.textContent?.trim() !== "Try again" && !one.closest("dialog");
      const enabled = [...el.querySelectorAll<HTMLElement>("button:not(:disabled)")].filter(isOurs);
      for (const one of enabled) one.click();
      await expect.poll(() => enabled.length).toBeGreaterThan(0);
      expect(model.sent.slice(sent).map((one) => one.kind)).toEqual([]);
    });
  }
});
