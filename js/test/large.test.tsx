import axe from "axe-core";
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { RunRow } from "../src/protocol";
import { frameTime } from "../src/view/large/frame-time";
import type { FakeModel, Kernel } from "./fake-model";
import { film } from "./film";
import { moduleText } from "./further";
import { tallFilm, wideFilm } from "./large-films";
import { button, mount, response } from "./mount";
import { picture } from "./picture";
import { drawn } from "./reach";
import { alert, GENERATION, kernel, listed, PROMPT, ready, runs, succeeded } from "./states";

const four = () =>
  [0, 1, 2, 3].map((index) => ({
    index,
    media_type: "image/png",
    url: `https://files.example.com/${index}.png`,
  }));
const dialog = (place = 1) => page.getByRole("dialog", { name: `Output ${place}`, exact: true });
const stage = () => dialog().getByRole("group", { name: "In full size" });
const picturePx = () => dialog().getByRole("img").element().getBoundingClientRect();
const historyAsked = (model: FakeModel) =>
  model.sent.filter((one) => one.kind === "fetch_module" && one.name === "history");
const press = (keys: string) => userEvent.keyboard(keys);

/** How far, in pixels, what is drawn stands out of its stage, and the stage out of the window. */
function outside(drawn: Element): number {
  const around = stage().element().getBoundingClientRect();
  const box = drawn.getBoundingClientRect();
  return Math.max(
    around.left - box.left,
    around.top - box.top,
    box.right - around.right,
    box.bottom - around.bottom,
    -around.top,
    around.right - innerWidth,
    around.bottom - innerHeight,
  );
}
const WINDOWS = [
  [1366, 768],
  [1280, 800],
  [920, 1100],
  [700, 500],
  [360, 740],
  [360, 560],
] as const;

async function open(start = ready({ run: succeeded(), history_state: listed }), others: Kernel = kernel) {
  const mounted = mount(start, others);
  await expect.element(response().getByRole("img", { name: PROMPT }).first()).toBeVisible();
  await button("Enlarge output 1").first().click({ force: true });
  await expect.element(dialog().getByRole("img", { name: PROMPT })).toBeVisible();
  return mounted;
}

/** The names of the files that the browser is given until `act` is over. */
async function savedBy(act: () => Promise<unknown>, count: number): Promise<string[]> {
  const names: string[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    names.push(this.download);
  };
  try {
    await act();
    await expect.poll(() => names.length).toBe(count);
  } finally {
    HTMLAnchorElement.prototype.click = click;
  }
  return names;
}

describe("the large view", () => {
  test("opens by a click on the picture itself, which nothing covers for a right click", async () => {
    mount(ready({ run: succeeded() }));
    const small = response().getByRole("img", { name: PROMPT });
    await expect.element(small).toBeVisible();
    const { left, top, width, height } = small.element().getBoundingClientRect();
    expect(document.elementFromPoint(left + width / 2, top + height / 2)).toBe(small.element());
    await small.click();
    await expect.element(dialog()).toBeVisible();
  });

  test("has prompt and seed below, and nothing that axe finds", async () => {
    const start = ready({ run: succeeded() });
    const seeded: Kernel = (command) =>
      command.kind === "fetch_request"
        ? { data: { body: { ...start.values, generation_seed: 4711 } } }
        : kernel(command);
    const { el } = await open(start, seeded);
    await expect.element(dialog().getByText(PROMPT, { exact: true })).toBeVisible();
    await expect.element(dialog().getByText("64 × 64 · seed 4711")).toBeVisible();
    const { violations } = await axe.run(el.querySelector("dialog") ?? el);
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([]);
  });

  test("takes the focus, and gives it back by Escape, Close and a click beside the picture, again and again", async () => {
    await open();
    await expect.element(stage()).toHaveFocus();
    const beside = () => stage().click({ position: { x: 8, y: 8 } });
    const leaves = [() => press("{Escape}"), () => button("Close").click(), beside];
    for (const leave of leaves) {
      await leave();
      await expect.element(dialog()).not.toBeInTheDocument();
      await expect.element(button("Enlarge output 1")).toHaveFocus();
      await press("{Enter}");
      await expect.element(dialog()).toBeVisible();
    }
  });

  test("sends nothing by the keys of Send", async () => {
    const { model } = await open();
    await press("{Control>}{Enter}{/Control}");
    await press("{Escape}");
    await expect.element(dialog()).not.toBeInTheDocument();
    expect(model.commands("send")).toEqual([]);
  });

  test("is larger by plus, wheel and double click, smaller by minus, and as large as fits by f", async () => {
    await open();
    await expect.element(dialog().getByText("100 %", { exact: true })).toBeVisible();
    await press("+");
    await expect.poll(() => picturePx().width).toBeCloseTo(80, 0);
    await press("-");
    await press("-");
    await expect.poll(() => picturePx().width).toBeCloseTo(51.2, 0);
    await press("f");
    await expect.poll(() => picturePx().width).toBe(64);
    const wheel = new WheelEvent("wheel", { deltaY: -400, bubbles: true, cancelable: true });
    stage().element().dispatchEvent(wheel);
    expect(wheel.defaultPrevented).toBe(true);
    await expect.poll(() => picturePx().width).toBeGreaterThan(100);
    await dialog().getByRole("img").dblClick();
    await expect.poll(() => picturePx().width).toBe(64);
    await button("Zoom in").click();
    await press("z");
    await expect.poll(() => picturePx().width).toBe(64);
  });

  test("keeps what is under the pointer where it is while it zooms", async () => {
    await open();
    const { left, top } = stage().element().getBoundingClientRect();
    const at = { clientX: left + 200, clientY: top + 100 };
    const zoom = (deltaY: number) =>
      stage()
        .element()
        .dispatchEvent(new WheelEvent("wheel", { deltaY, ...at, cancelable: true }));
    zoom(-2100);
    await expect.poll(() => picturePx().width).toBeGreaterThan(1400);
    const share = () => (at.clientX - picturePx().left) / picturePx().width;
    const before = share();
    zoom(-150);
    await expect.poll(() => picturePx().width).toBeGreaterThan(1700);
    expect(Math.abs(share() - before)).toBeLessThan(0.01);
  });

  test("is moved by dragging and by Shift with the arrows, and a drag does not close it", async () => {
    await open();
    for (let times = 0; times < 15; times++) await press("+");
    const one = stage().element();
    await expect.poll(() => one.scrollWidth).toBeGreaterThan(one.clientWidth);
    const before = one.scrollLeft;
    await press("{Shift>}{ArrowRight}{/Shift}");
    await expect.poll(() => one.scrollLeft).toBe(before + 80);
    const img = dialog().getByRole("img").element();
    const at = (clientX: number) => ({ clientX, clientY: 300, button: 0, bubbles: true });
    img.dispatchEvent(new PointerEvent("pointerdown", at(300)));
    window.dispatchEvent(new PointerEvent("pointermove", at(260)));
    window.dispatchEvent(new PointerEvent("pointerup", at(260)));
    one.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(one.scrollLeft).toBe(before + 120);
    await expect.element(dialog()).toBeVisible();
  });

  test("has no tool above another at any width, however short its title", async () => {
    const { innerWidth, innerHeight } = window;
    await open(ready({ run: { ...succeeded(), model_id: "q/i" }, history_state: listed }));
    for (let width = 360; width <= 620; width += 20) {
      await page.viewport(width, 760);
      const all = [...dialog().element().querySelectorAll("header :is(button, a, .which > *)")];
      const boxes = all.map((one) => one.getBoundingClientRect());
      const isOver = (a: DOMRect, b: DOMRect) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      const over = boxes.filter((a, at) => boxes.slice(at + 1).some((b) => isOver(a, b)));
      expect(over, `${width} px`).toEqual([]);
    }
    await page.viewport(innerWidth, innerHeight);
  });

  test("goes through the outputs by the arrows, fetching each once", async () => {
    const { model } = await open(ready({ run: { ...succeeded(), outputs: four() }, history_state: listed }));
    await press("{ArrowRight}");
    await expect.element(dialog(2).getByText("Output 2 of 4")).toBeVisible();
    await button("Next output").click();
    await expect.element(dialog(3)).toBeVisible();
    await press("{ArrowLeft}");
    await expect.element(dialog(2)).toBeVisible();
    expect(model.commands("fetch_output")).toHaveLength(4);
    await press("{Escape}");
    await expect.element(button("Enlarge output 2")).toHaveFocus();
  });

  test("says whose output is on show: its place, its model, and when it was sent", async () => {
    const sent = new Date(2024, 2, 5, 12).getTime();
    await open(ready({ run: { ...succeeded(), started_at: sent } }));
    const said = dialog().element().querySelector("header [aria-live]") as HTMLElement;
    expect(said.innerText.split(/\s*\n\s*/)).toEqual(["Output 1 of 1", "bfl/flux-1.1-pro", "5 Mar 2024"]);
  });

  test("says the size of each output, also of one that the page has drawn already", async () => {
    const { el } = await open(ready({ run: { ...succeeded(), outputs: four() } }));
    await expect.poll(() => el.querySelectorAll(".gw-out img")).toHaveLength(4);
    await Promise.all([...el.querySelectorAll<HTMLImageElement>(".gw-out img")].map((one) => one.decode()));
    for (const place of [2, 3, 4]) {
      await press("{ArrowRight}");
      await expect.element(dialog(place).getByText(/^64 × 64/)).toBeVisible();
      await drawn();
      await drawn();
      await expect.element(dialog(place).getByText(/^64 × 64/)).toBeVisible();
      await expect.element(dialog(place).getByText("100 %", { exact: true })).toBeVisible();
    }
  });

  test("draws a picture as large as fits before its size is known, and says no zoom of it yet", async () => {
    const hold = (event: Event) => event.target instanceof HTMLImageElement && event.stopPropagation();
    const sizes = [picture(), picture(3000, 1000), picture(700, 2400)];
    const large: Kernel = (command) =>
      command.kind === "fetch_output"
        ? {
            data: { media_type: "image/png", filename: "a.png", alt: PROMPT },
            bytes: sizes[command.index] ?? picture(),
          }
        : kernel(command);
    await open(ready({ run: { ...succeeded(), outputs: four().slice(0, 3) } }), large);
    addEventListener("load", hold, true);
    try {
      for (const place of [2, 3]) {
        await press("{ArrowRight}");
        await expect.element(dialog(place).getByRole("img")).toBeInTheDocument();
        const img = dialog(place).getByRole("img").element() as HTMLImageElement;
        await img.decode();
        const around = img.closest(".stage")?.getBoundingClientRect() as DOMRect;
        const box = img.getBoundingClientRect();
        expect(box.width).toBeGreaterThan(100);
        expect(box.width).toBeLessThanOrEqual(around.width);
        expect(box.height).toBeLessThanOrEqual(around.height);
        expect(box.width / box.height).toBeCloseTo(img.naturalWidth / img.naturalHeight, 1);
        expect(dialog(place).getByText("100 %", { exact: true }).elements()).toEqual([]);
      }
    } finally {
      removeEventListener("load", hold, true);
    }
  });

  test("goes past the last output to the next older run with outputs, and back to the newest", async () => {
    const row = (run_id: string, state: string) => ({ run_id, state, prompt: "" });
    const rows = [row("run-1", "succeeded"), row("run-x", "failed"), row("run-2", "succeeded")];
    const older = { ...succeeded(), run_id: "run-2", intent_id: "run-2", model_id: "qwen/image" };
    const withRows: Kernel = (command) => {
      if (command.kind === "list_runs") return { data: { rows: rows as never } };
      if (command.kind === "load_run")
        setTimeout(() => model.put({ run: command.run_id === "run-2" ? older : succeeded() }));
      return kernel(command);
    };
    const { model } = await open(undefined, withRows);
    await press("{ArrowRight}");
    await expect.element(dialog().getByText("qwen/image", { exact: true })).toBeVisible();
    await expect.element(dialog().getByRole("img", { name: PROMPT })).toBeVisible();
    expect(model.commands("load_run")).toMatchObject([{ run_id: "run-2" }]);
    await press("{ArrowDown}");
    await expect.element(page.getByText("No older run with outputs").first()).toBeInTheDocument();
    await press("{ArrowUp}");
    await expect.element(dialog().getByText("bfl/flux-1.1-pro", { exact: true })).toBeVisible();
    await expect.element(dialog().getByRole("img", { name: PROMPT })).toBeVisible();
    await press("{Escape}");
    await expect.element(button("Enlarge output 1")).toHaveFocus();
  });

  describe("while History is narrowed", () => {
    const ledger = [4, 2, 5, null].map((rating, at) => ({
      ...(runs[0] as RunRow),
      run_id: `run-${at + 1}`,
      created_at: new Date(4e11 - at * 60_000).toISOString(),
      rating,
    }));
    const rated: Kernel = (command) => {
      if (command.kind === "list_runs") return { data: { rows: ledger, is_last: true } };
      if (command.kind !== "find_runs") return kernel(command);
      const { ratings = [] } = command;
      const found = ledger.filter(({ rating }) => ratings.length === 0 || ratings.includes(rating));
      const from = command.after?.number ?? 0;
      const after = from + 1 < found.length ? { number: from + 1, at: 1 } : null;
      return { data: { rows: found.slice(from, from + 1), after, also: [] } };
    };
    const shown = (at: number) => ({
      ...succeeded(),
      run_id: `run-${at}`,
      started_at: 4e11 - (at - 1) * 60_000,
    });
    const openAt = async (at: number) => {
      const { model } = mount(ready({ run: shown(at), history_state: listed }), rated);
      await page.getByRole("button", { name: /^History/ }).click();
      await page.getByRole("combobox", { name: "Stars" }).selectOptions("4 or more");
      await button("Enlarge output 1").click({ force: true });
      await expect.element(dialog()).toBeVisible();
      return model;
    };

    test("the next run is the next that History shows", async () => {
      const model = await openAt(1);
      await press("{ArrowDown}");
      await expect.poll(() => model.commands("load_run").at(-1)).toMatchObject({ run_id: "run-3" });
      model.put({ run: shown(3) });
      await press("{ArrowDown}");
      await expect.element(page.getByText("No older run with outputs").first()).toBeInTheDocument();
      await press("{ArrowUp}");
      await expect.poll(() => model.commands("load_run").at(-1)).toMatchObject({ run_id: "run-1" });
    });

    test.each([
      ["{ArrowDown}", 2, "run-3"],
      ["{ArrowUp}", 2, "run-1"],
      ["{ArrowUp}", 4, "run-3"],
    ])("%s goes on from where the run %i would stand, which does not fit", async (key, at, runId) => {
      const model = await openAt(at);
      await press(key);
      await expect.poll(() => model.commands("load_run").at(-1)).toMatchObject({ run_id: runId });
    });
  });

  test("stays closed where another run is found after that, which is then not asked for", async () => {
    const { model } = await open(undefined, (command) =>
      command.kind === "list_runs" ? null : kernel(command),
    );
    await press("{ArrowDown}");
    await expect.poll(() => model.commands("list_runs")).toHaveLength(1);
    await press("{Escape}");
    await expect.element(dialog()).not.toBeInTheDocument();
    const rows = ["run-1", "run-2"].map((run_id) => ({ run_id, state: "succeeded", prompt: "" }));
    model.answer(model.commands("list_runs")[0]?.id ?? "", { data: { rows: rows as never, is_last: true } });
    await drawn();
    expect(model.commands("load_run")).toEqual([]);
    expect(dialog().query()).toBeNull();
  });

  test("stays closed where it was closed between another run and the answer to who asked for it", async () => {
    const older = { ...succeeded(), run_id: "run-2", intent_id: "run-2", model_id: "qwen/image" };
    const { model } = await open(undefined, (command) =>
      command.kind === "load_run" ? null : kernel(command),
    );
    await press("{ArrowDown}");
    await expect.poll(() => model.commands("load_run")).toHaveLength(1);
    model.put({ run: older });
    await expect.element(dialog().getByText("qwen/image", { exact: true })).toBeVisible();
    await press("{Escape}");
    await expect.element(dialog()).not.toBeInTheDocument();
    model.answer(model.commands("load_run")[0]?.id ?? "", {});
    await drawn();
    expect(dialog().query()).toBeNull();
  });

  test("looks on for an older run where fewer came than were asked for", async () => {
    const row = (run_id: string) => ({ run_id, state: "succeeded", prompt: "" }) as never;
    const pages: Kernel = (command) => {
      if (command.kind !== "list_runs") return kernel(command);
      const isFirst = command.offset === 0;
      return { data: { rows: [row(isFirst ? "run-1" : "run-2")], is_last: !isFirst } };
    };
    const { model } = await open(undefined, pages);
    await press("{ArrowRight}");
    await expect.poll(() => model.commands("load_run")).toMatchObject([{ run_id: "run-2" }]);
  });

  test("says why no older run was found where the ledger cannot be read", async () => {
    const message = "The ledger cannot be read.";
    await open(undefined, (command) =>
      command.kind === "list_runs"
        ? { ok: false, alert: alert({ message }), data: { rows: [], is_last: true } }
        : kernel(command),
    );
    await press("{ArrowRight}");
    await expect.element(page.getByText(message).first()).toBeInTheDocument();
    expect(page.getByText("No older run with outputs").elements()).toHaveLength(0);
  });

  test("has the stars of its run, given by a click and by the keys that rate everywhere", async () => {
    const start = { ...succeeded(), rating: 2 };
    const rated: Kernel = (command) => {
      if (command.kind === "rate_run") model.put({ run: { ...start, rating: command.rating } });
      return kernel(command);
    };
    const { model } = await open(ready({ run: start, history_state: listed }), rated);
    const stars = (said: string) => dialog().getByRole("button", { name: `Stars: ${said}`, exact: true });
    await expect.element(stars("2 of 5")).toBeVisible();
    await press("4");
    await expect.element(stars("4 of 5")).toBeVisible();
    await expect.element(dialog().getByText("4 of 5 stars")).toBeInTheDocument();
    await press("x");
    await expect.element(stars("rejected")).toBeVisible();
    await press("0");
    await expect.element(stars("not rated")).toBeVisible();
    await stars("not rated").click({ position: { x: 2, y: 12 } });
    await expect.element(stars("1 of 5")).toBeVisible();
    const asked = [4, 0, null, 1].map((rating) => ({ run_id: "run-1", rating }));
    expect(model.commands("rate_run")).toMatchObject(asked);
    expect(picturePx().width).toBe(64);
  });

  test("says why a rating was refused", async () => {
    const message = "The ledger cannot be written.";
    await open(undefined, (command) =>
      command.kind === "rate_run" ? { ok: false, alert: alert({ message }) } : kernel(command),
    );
    await expect.element(dialog().getByRole("button", { name: /^Stars/ })).toBeVisible();
    await press("3");
    const told = dialog().getByText(message);
    await expect.element(told).toBeVisible();
    expect(told.element().getBoundingClientRect().width).toBeGreaterThan(50);
  });

  test("says that a key rates nothing where no kernel is there", async () => {
    const { model } = await open();
    await expect.element(dialog().getByRole("button", { name: /^Stars/ })).toBeVisible();
    model.say("comm:close");
    await press("3");
    const told = dialog().getByText("Not connected: the run was not rated.");
    await expect.element(told).toBeVisible();
    expect(told.element().getBoundingClientRect().width).toBeGreaterThan(50);
    expect(model.commands("rate_run")).toEqual([]);
  });

  test("keeps a rating that was pressed before its module was here", async () => {
    const { model } = await open(undefined, (command) =>
      command.kind === "fetch_module" && command.name === "history" ? null : kernel(command),
    );
    await expect.poll(() => historyAsked(model)).toHaveLength(1);
    await press("3");
    expect(model.commands("rate_run")).toEqual([]);
    model.answer(historyAsked(model)[0]?.id ?? "", { bytes: moduleText("history") as Uint8Array });
    await expect.poll(() => model.commands("rate_run")).toMatchObject([{ run_id: "run-1", rating: 3 }]);
  });

  test("says why a rating was dropped whose module could not be loaded", async () => {
    const { model } = await open(undefined, (command) =>
      command.kind === "fetch_module" && command.name === "history" ? null : kernel(command),
    );
    await expect.poll(() => historyAsked(model)).toHaveLength(1);
    await press("3");
    const refused = { ok: false, alert: alert({ message: "no such part" }) };
    model.answer(historyAsked(model)[0]?.id ?? "", refused);
    await expect.element(dialog().getByText("no such part")).toBeVisible();
  });

  test("copies the picture, saves it, and saves all", async () => {
    await open(ready({ run: { ...succeeded(), outputs: four() } }));
    await button("Copy picture").click();
    const copied = async () => {
      const [item] = await navigator.clipboard.read();
      return item?.types.includes("image/png") ? (await item.getType("image/png")).size : 0;
    };
    await expect.poll(copied).toBeGreaterThan(50);
    const name = `${GENERATION}-1.png`;
    expect(await savedBy(() => press("s"), 1)).toEqual([name]);
    const all = () => dialog().getByRole("button", { name: "Save all" }).click();
    expect(await savedBy(all, 4)).toEqual([name, name, name, name]);
    const [link] = dialog().getByRole("link", { name: "Open in a tab" }).elements();
    expect(link?.getAttribute("href")).toBe("https://files.example.com/0.png");
    expect(link?.getAttribute("rel")).toContain("noopener");
  });

  test("offers no tab for an address that is no web address", async () => {
    const outputs = [{ index: 0, media_type: "image/png", url: "javascript:alert(1)" }];
    await open(ready({ run: { ...succeeded(), outputs } }));
    expect(dialog().getByRole("link").elements()).toEqual([]);
  });

  test("says why an output is not there", async () => {
    const gone: Kernel = (command) =>
      command.kind === "fetch_output" && command.index === 1
        ? { data: { media_type: "text/html", filename: "a", alt: "" }, bytes: picture() }
        : kernel(command);
    await open(ready({ run: { ...succeeded(), outputs: four().slice(0, 2) } }), gone);
    await press("{ArrowRight}");
    await expect.element(dialog(2).getByText(/^This output is not a picture/)).toBeVisible();
    await expect.element(dialog(2).getByRole("button", { name: "Save", exact: true })).toBeDisabled();
  });
});

describe("a video in full size", () => {
  const video: Kernel = (command) =>
    command.kind === "fetch_output"
      ? { data: { media_type: "video/mp4", filename: "a.mp4", alt: PROMPT }, bytes: film() }
      : kernel(command);
  const player = () => dialog().getByLabelText(PROMPT, { exact: true }).element() as HTMLVideoElement;

  async function play() {
    mount(ready({ run: succeeded() }), video);
    await button("Enlarge output 1").click();
    await expect.poll(() => player().readyState).toBeGreaterThan(1);
  }

  test("shows a frame before it is played, in its small player too", async () => {
    mount(ready({ run: succeeded() }), video);
    const small = response().getByLabelText(PROMPT, { exact: true });
    await expect.poll(() => (small.element() as HTMLVideoElement).readyState).toBeGreaterThan(1);
  });

  test("loops or not, at the speed that is chosen, and plays by Space", async () => {
    await play();
    expect(player().loop).toBe(true);
    await press("l");
    await expect.poll(() => player().loop).toBe(false);
    await page.getByLabelText("Speed").selectOptions("0.25 ×");
    await expect.poll(() => player().playbackRate).toBe(0.25);
    (stage().element() as HTMLElement).focus();
    await press(" ");
    await expect.poll(() => player().paused).toBe(false);
    await press(" ");
    await expect.poll(() => player().paused).toBe(true);
  });

  test("goes from frame to frame, as long as its own file says that one is", async () => {
    const bytes = film();
    const frame = frameTime(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) ?? 0;
    expect(frame).toBeGreaterThan(0);
    await play();
    const frames = () => Math.floor(player().currentTime / frame);
    await button("Next frame").click();
    await expect.poll(frames).toBe(1);
    await press(",");
    await expect.poll(frames).toBe(0);
  });

  test.each([
    ["wide", wideFilm],
    ["tall", tallFilm],
    ["small", film],
  ])("that is %s lies in its stage with all its controls, whatever the window's size", async (_, bytes) => {
    const shaped: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "video/mp4", filename: "a.mp4", alt: PROMPT }, bytes: bytes() }
        : kernel(command);
    await page.viewport(1312, 900);
    mount(ready({ run: succeeded() }), shaped);
    await button("Enlarge output 1").click();
    await expect.poll(() => player().readyState).toBeGreaterThan(1);
    for (const [width, height] of WINDOWS) {
      await page.viewport(width, height);
      await drawn();
      expect([width, height, outside(player())]).toEqual([width, height, expect.toSatisfy((by) => by < 0.5)]);
      const box = player().getBoundingClientRect();
      expect(Math.min(box.width, box.height)).toBeGreaterThan(100);
    }
    await page.viewport(1312, 900);
  });

  test("of a file that ends early, or none, has no frame time", () => {
    const bytes = film();
    for (const end of [0, 7, 40, 200, 400]) {
      expect(
        frameTime(new DataView(bytes.buffer, bytes.byteOffset, Math.min(end, bytes.byteLength))),
      ).toBeNull();
    }
    expect(frameTime(new DataView(picture().buffer))).toBeNull();
  });
});
