import axe from "axe-core";
import { options } from "preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { commands, page, userEvent } from "vitest/browser";
import "../src/view/sheet-styles.css";
import type { Cell, CellsNews } from "../src/protocol";
import sheet from "../src/sheet";
import { SENTENCES } from "../src/view/shortcuts/words.generated";
import {
  asBatchModel,
  type BatchState,
  batchModel,
  cellOf,
  kernelOf,
  MESSAGES,
  reachSheet,
  SHEETS,
} from "./batch";
import type { FakeModel, Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { moduleText } from "./further";
import { picture } from "./picture";
import { drawn } from "./reach";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function show(state: string | BatchState, width = 1280) {
  const shown = await begin(batchModel(state), width);
  await reachSheet(typeof state === "string" ? state : "", shown.el);
  return { ...shown, grid: shown.el.querySelector("[role=grid]") as HTMLElement };
}

async function begin(model: FakeModel, width = 1280) {
  const el = document.createElement("div");
  el.style.width = `${width}px`;
  document.body.append(el);
  const close = sheet.render({ model: asBatchModel(model), el });
  let isOver = false;
  const unmount = () => {
    if (isOver) return;
    isOver = true;
    close();
    el.remove();
  };
  ends.push(unmount);
  return { model, el, unmount };
}

const state = (name: string, changed: Partial<BatchState> = {}): BatchState => ({
  ...(SHEETS[name] as () => BatchState)(),
  ...changed,
});
const names = (el: HTMLElement) =>
  [...el.querySelectorAll("[role=gridcell]")].map((one) => one.getAttribute("aria-label") ?? "");
const current = (el: HTMLElement) =>
  el.querySelector("[aria-selected=true]")?.getAttribute("aria-label") ?? "";
const button = (name: string) => page.getByRole("button", { name, exact: true });
const asked = (model: FakeModel, kind: Parameters<FakeModel["commands"]>[0]) =>
  model.commands(kind) as unknown as { positions: number[]; position: number; rating: number }[];

/** Wait until there are pictures of all that a view wants, and they are drawn. */
async function haveAll(model: FakeModel): Promise<void> {
  const of = (kind: "watch_cells" | "fetch_thumbnails") =>
    new Set(asked(model, kind).flatMap((one) => one.positions));
  await expect.poll(() => [...of("watch_cells")].every((at) => of("fetch_thumbnails").has(at))).toBe(true);
  await drawn();
}

/** Count the elements of a component that are made; the count begins anew each time it is told. */
function countDrawn(name: string): () => number {
  const before = options.vnode ?? (() => undefined);
  let count = 0;
  options.vnode = (vnode) => {
    if (typeof vnode.type === "function" && vnode.type.name === name) count += 1;
    before(vnode);
  };
  ends.push(() => {
    options.vnode = before;
  });
  return () => {
    const told = count;
    count = 0;
    return told;
  };
}

const RUNNING: CellsNews["batch"] = {
  state: "running",
  reason: null,
  done: 5,
  count: 12,
  failed: 0,
  line: "5 of 12",
  can: [],
  stopping: null,
};

describe("a batch", () => {
  test("asks for all that it is first drawn with at once, and no answer waits for another", async () => {
    const model = batchModel("sheetMany");
    const { kernel } = model;
    model.kernel = () => null;
    const { el } = await begin(model);
    const first = ["hello", "fetch_module", "open_sheet"] as const;
    expect(model.sent.map(({ kind }) => kind).sort()).toEqual([...first].sort());
    model.kernel = (command) => (command.kind === "fetch_thumbnails" ? kernel(command) : null);
    for (const kind of first) {
      const [command] = model.commands(kind);
      if (command)
        model.answer(
          command.id,
          kind === "fetch_module" ? { bytes: moduleText("sheet") as Uint8Array } : (kernel(command) ?? {}),
        );
    }
    // nothing else is answered, and each cell in sight has its facts and its picture
    await reachSheet("sheetMany", el);
    expect(model.commands("open_sheet").length).toBe(1);
  });

  test("is asked for anew where the kernel went before it had answered", async () => {
    const model = batchModel("sheetList");
    const { kernel } = model;
    model.kernel = ({ kind }) => (kind === "hello" ? {} : null);
    const { el } = await begin(model);
    await expect.element(page.getByText(String(MESSAGES.module_loading))).toBeVisible();
    model.say("comm:close");
    await expect.element(page.getByText(String(MESSAGES.sheet_off))).toBeVisible();
    model.kernel = kernel;
    model.say("comm_live_update");
    await reachSheet("sheetList", el);
  });

  test.each(["sheetMany", "sheetManyAxes"])(
    "%s: a step of a scroll draws only what it brings into sight",
    async (name) => {
      const { model, el, grid } = await show(name);
      await haveAll(model);
      const drawnAnew = countDrawn("OneCell");
      const rowPx = el.querySelector<HTMLElement>("[role=gridcell]")?.parentElement?.offsetHeight ?? 0;
      const perRow = el.querySelectorAll("[role=rowgroup] [role=row]:first-child [role=gridcell]").length;
      expect(rowPx).toBeGreaterThan(200);
      grid.scrollTop = 1; // from here on a row begins at each multiple of its height
      await drawn();
      drawnAnew();
      grid.scrollTop = 3;
      await drawn();
      expect(drawnAnew()).toBe(0);
      grid.scrollTop = rowPx + 3;
      await drawn();
      // the row that came, drawn when it came; what was asked for of it is there already
      expect(drawnAnew()).toBeLessThanOrEqual(perRow);
    },
  );

  test("asks for no pictures of what is scrolled past, and for those of where it rests, in sight first", async () => {
    const { model, grid } = await show("sheetMany");
    const fetched = () => asked(model, "fetch_thumbnails").flatMap((one) => one.positions);
    await byFakeTime(async (pass) => {
      const scroll = async (top: number, ms: number) => {
        grid.scrollTop = top;
        grid.dispatchEvent(new Event("scroll"));
        await pass(ms);
      };
      await scroll(3_000, 1_000_000); // the clock of before is forgotten, and what is here has its pictures
      const [watched, before] = [asked(model, "watch_cells").length, fetched().length];
      for (let step = 2; step <= 30; step++) await scroll(step * 3_000, 90);
      expect(asked(model, "watch_cells").length).toBeGreaterThan(watched + 20);
      expect(fetched().length).toBe(before);
      await pass(1_000);
      expect(fetched().slice(before)).toEqual(asked(model, "watch_cells").at(-1)?.positions);
    });
  });

  test.each(Object.keys(SHEETS))(
    "%s: axe finds nothing, in light and dark, wide and narrow",
    async (name) => {
      for (const theme of ["true", "false"])
        for (const width of [1280, 360]) {
          document.body.dataset.jpThemeLight = theme;
          const { el, unmount } = await show(name, width);
          const { violations } = await axe.run(el, { rules: { region: { enabled: false } } });
          expect(violations.map((one) => [one.id, one.nodes.map((each) => each.html)])).toEqual([]);
          expect(el.scrollWidth).toBeLessThanOrEqual(width);
          unmount();
        }
      delete document.body.dataset.jpThemeLight;
    },
  );

  test("says under Stop and Cancel, Resume and Retry failed what each does, and ties it to the button", async () => {
    const says: Record<string, string> = {
      Stop: "Stop: no further item is sent; those under way go on to their end.",
      Cancel: "Cancel: no further item is sent; those under way are canceled where it is not too late.",
      Resume: "Resume: the items that are left are sent.",
      "Retry failed": "Retry failed: the items that failed are sent anew.",
    };
    await begin(batchModel(state("sheetRunning", { can: ["stop", "cancel", "resume", "retry_failed"] })));
    for (const [name, text] of Object.entries(says)) {
      await expect.element(button(name)).toHaveAccessibleDescription(text);
      await expect.element(page.getByText(text)).toBeVisible();
    }
  });

  test.each(["sheetMany", "sheetManyAxes"])(
    "%s: of 10,000 cells 60 elements at most are drawn, and a screen more is asked for",
    async (name) => {
      const { model, el, grid } = await show(name);
      const most = { nodes: 0, cells: 0 };
      for (const top of [0, 131, 3_000, 3_001, 50_777, 1e9, 20_000, 0]) {
        grid.scrollTop = top;
        await drawn();
        most.nodes = Math.max(most.nodes, grid.querySelectorAll("*").length);
        most.cells = Math.max(most.cells, grid.querySelectorAll("[role=gridcell]").length);
      }
      await reachSheet(name, el);
      expect(most.nodes).toBeLessThanOrEqual(60);
      for (const { positions } of asked(model, "watch_cells"))
        expect(positions.length).toBeLessThanOrEqual(2 * most.cells);
      for (const { positions } of asked(model, "fetch_thumbnails"))
        expect(positions.length).toBeLessThanOrEqual(12);
    },
  );

  test("gives back the picture of each cell that is a screen away, and all of them at its end", async () => {
    const made = vi.spyOn(URL, "createObjectURL");
    const given = vi.spyOn(URL, "revokeObjectURL");
    const { el, grid, unmount } = await show("sheetMany");
    for (const top of [2_000, 4_000, 9_000]) {
      grid.scrollTop = top;
      await drawn();
      await reachSheet("sheetMany", el);
    }
    const urls = made.mock.results.map((one) => one.value as string);
    const living = () => urls.filter((url) => !given.mock.calls.some(([one]) => one === url));
    expect(living().length).toBeLessThanOrEqual(2 * el.querySelectorAll("[role=gridcell]").length);
    unmount();
    await expect.poll(living).toEqual([]);
    vi.restoreAllMocks();
  });

  test("shows what was varied as heads, and swaps them at a click", async () => {
    const { el } = await show("sheetMatrix");
    const heads = () => [...el.querySelectorAll("[role=columnheader]")].map((one) => one.textContent);
    expect(heads()).toEqual(["1", "2", "3", "4"]);
    await page.getByRole("radio", { name: "generation_prompt" }).click();
    expect(heads()).toEqual([
      "A baby seal on Arctic ice",
      "A fox in the first snow",
      "A lighthouse before a storm",
    ]);
    const rows = [...el.querySelectorAll("[role=row]")]
      .slice(1)
      .map((row) =>
        [...row.querySelectorAll("[role=gridcell]")].map(
          (one) => Number(/Item (\d+)/.exec(one.ariaLabel ?? "")?.[1]) - 1,
        ),
      );
    expect(rows[1]).toEqual([1, 5, 9]);
  });

  test("shows a third axis as tabs; any of the three goes there", async () => {
    const { el } = await show("sheetTabs");
    const tabs = () =>
      page
        .getByRole("tab")
        .elements()
        .map((one) => one.textContent);
    expect(tabs()).toEqual(["bfl/flux-schnell", "bfl/flux-1.1-pro"]);
    expect(names(el)[0]).toContain("Item 1,");
    await page.getByRole("tab", { name: "bfl/flux-1.1-pro" }).click();
    await expect.poll(() => names(el)[0]).toContain("Item 13");
    const inTabs = page.getByRole("radiogroup", { name: "Axis in tabs" });
    await inTabs.getByRole("radio", { name: "generation_seed" }).click();
    expect(tabs()).toEqual(["1", "2", "3", "4"]);
    expect(
      page
        .getByRole("columnheader")
        .elements()
        .map((one) => one.textContent),
    ).toEqual(["bfl/flux-schnell", "bfl/flux-1.1-pro"]);
  });

  test("leaves the place of a combination empty that was left out", async () => {
    const { el } = await show(state("sheetMatrix", { count: 3, places: new Int32Array([0, 5, 11]) }));
    const cells = [...el.querySelectorAll("[role=gridcell]")];
    expect(cells.length).toBeLessThan(4);
    expect(cells.map((one) => one.getAttribute("aria-colindex"))).toEqual(["1", "2"]);
    el.querySelector<HTMLElement>("[role=grid]")?.focus();
    await userEvent.keyboard("{End}");
    await expect.poll(() => current(el)).toContain("Item 3");
  });
});

describe("a picture that is not there", () => {
  const asksFor = (model: FakeModel) => asked(model, "fetch_thumbnails").map((one) => one.positions.join());
  const one = (told: object): Kernel => {
    const usual = kernelOf(state("sheetTwo"));
    return (command) =>
      command.kind === "fetch_thumbnails"
        ? {
            data: {
              thumbnails: command.positions.map((position) => ({
                position,
                made: `1 g-${position}`,
                ...(position === 1 ? told : { media_type: "image/png" }),
              })),
            },
            parts: command.positions.map((at) => (at === 1 ? new Uint8Array() : picture())),
          }
        : usual(command);
  };

  /** Show a sheet whose first thumbnails are answered when the page's clock is the test's. */
  const answeredBy = async (
    kernel: Kernel,
    act: (
      shown: Awaited<ReturnType<typeof begin>> & { pass: (ms: number) => Promise<unknown> },
    ) => Promise<void>,
  ) => {
    const model = batchModel("sheetTwo", (command) =>
      command.kind === "fetch_thumbnails" ? null : kernel(command),
    );
    const shown = await begin(model);
    await expect.poll(() => asksFor(model)).toEqual(["0,1"]);
    await byFakeTime(async (pass) => {
      model.kernel = kernel;
      const [command] = model.commands("fetch_thumbnails");
      if (command) model.answer(command.id, kernel(command) ?? {});
      await pass(0);
      await act({ ...shown, pass });
    });
  };

  test.each([
    ["that may come", { media_type: null, reason: "The host was not reached.", may_come: true }],
    ["of another round", { made: "2 other", media_type: "image/png" }],
    ["not yet in the ledger", { made: null, media_type: null, reason: "", may_come: true }],
  ])("%s is asked for again, each time after longer, and drawn when it comes", async (_, told) => {
    const { reason = "" } = told as { reason?: string };
    await answeredBy(one(told), async ({ model, el, pass }) => {
      expect(asksFor(model)).toEqual(["0,1"]);
      if (reason) expect(names(el)[1]).toContain("No picture yet: The host was not reached.");
      await pass(700);
      expect(asksFor(model)).toHaveLength(1);
      await pass(300);
      expect(asksFor(model)).toEqual(["0,1", "1"]);
      await pass(1_700);
      expect(asksFor(model)).toHaveLength(2);
      model.kernel = kernelOf(state("sheetTwo"));
      await pass(400);
      expect(asksFor(model)).toEqual(["0,1", "1", "1"]);
      expect(el.querySelectorAll("[role=gridcell] img")).toHaveLength(2);
      await pass(1_000_000);
      expect(asksFor(model)).toHaveLength(3);
    });
  });

  test("is asked for once a minute in the end, and no more once the view is gone", async () => {
    const off = one({ media_type: null, reason: "Off.", may_come: true });
    await answeredBy(off, async ({ model, unmount, pass }) => {
      await pass(600_000);
      const before = asksFor(model).length;
      await pass(600_000);
      expect(asksFor(model).length).toBe(before + 10);
      unmount();
      await pass(600_000);
      expect(asksFor(model).length).toBe(before + 10);
    });
  });

  test("and never will be says so, and is not asked for again", async () => {
    const gone = { media_type: null, reason: "Its link has expired.", may_come: false };
    await answeredBy(one(gone), async ({ model, el, pass }) => {
      await pass(1_000_000);
      expect(asksFor(model)).toEqual(["0,1"]);
      expect(names(el)[1]).toContain("No picture: Its link has expired.");
      expect(el.querySelectorAll("[role=gridcell]")[1]?.getAttribute("data-empty")).toBe(
        "No picture: Its link has expired.",
      );
    });
  });

  test("since the ledger could not be read is asked for again, and the sheet has no alert for it", async () => {
    const usual = kernelOf(state("sheetTwo"));
    const locked: Kernel = (command) =>
      command.kind === "fetch_thumbnails"
        ? { ok: false, alert: { message: "The ledger is locked." } as never }
        : usual(command);
    await answeredBy(locked, async ({ model, el, pass }) => {
      expect(names(el)[0]).toContain("No picture yet: The ledger is locked.");
      expect(el.querySelector("[role=alert]")).toBeNull();
      model.kernel = usual;
      await pass(1_000);
      expect(el.querySelectorAll("[role=gridcell] img")).toHaveLength(2);
    });
  });

  test("in full size, and of two beside each other, says why and is asked for again by a button", async () => {
    for (const key of [" ", "c"]) {
      const { model, el, grid, unmount } = await show("sheetTwo");
      const usual = model.kernel;
      model.kernel = (command) =>
        command.kind === "fetch_item_output"
          ? { ok: false, alert: { message: "The host was not reached." } as never }
          : usual(command);
      grid.focus();
      await userEvent.keyboard(key === " " ? " " : "c");
      const dialog = page.getByRole("dialog");
      await expect.element(dialog.getByText("The host was not reached.").first()).toBeVisible();
      expect(el.querySelector("dialog img")).toBeNull();
      model.kernel = usual;
      for (const again of dialog.getByRole("button", { name: "Try again" }).elements())
        (again as HTMLElement).click();
      await expect.poll(() => el.querySelectorAll("dialog img").length).toBe(key === " " ? 1 : 2);
      unmount();
    }
  });
});

describe("keys", () => {
  test("move from cell to cell, and what is moved to comes into sight", async () => {
    const { el, grid } = await show("sheetMany");
    grid.focus();
    await userEvent.keyboard("{ArrowRight}{ArrowDown}");
    await expect.poll(() => current(el)).toContain("Item 8,");
    await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
    await expect.poll(() => current(el)).toContain("Item 6,");
    await userEvent.keyboard("{End}");
    await expect.poll(() => current(el)).toContain("Item 10000");
    const cell = el.querySelector("[aria-selected=true]");
    expect(grid.getAttribute("aria-activedescendant")).toBe(cell?.id);
    await userEvent.keyboard("{Home}");
    await expect.poll(() => current(el)).toContain("Item 1,");
    expect(document.activeElement).toBe(grid);
  });

  test("rate, reject and take back; what the ledger refuses is taken back, and said", async () => {
    const { model, el, grid } = await show("sheetList");
    grid.focus();
    await userEvent.keyboard("4");
    await expect.poll(() => current(el)).toContain("rated 4");
    await userEvent.keyboard("x");
    await expect.poll(() => current(el)).toContain("rejected");
    await userEvent.keyboard("0");
    await expect.poll(() => current(el)).not.toContain("rejected");
    expect(asked(model, "rate_item").map(({ position, rating }) => [position, rating])).toEqual([
      [0, 4],
      [0, 0],
      [0, null],
    ]);
    model.kernel = () => ({ ok: false, alert: { message: "The ledger is locked." } as never });
    await userEvent.keyboard("5");
    await expect.element(page.getByRole("alert")).toHaveTextContent("The ledger is locked.");
    await expect.poll(() => current(el)).not.toContain("rated");
  });

  test("open an output in full size, go on to the next, rate it there, and come back to it", async () => {
    const { model, el, grid } = await show("sheetList");
    grid.focus();
    await userEvent.keyboard(" ");
    await expect.element(page.getByRole("dialog", { name: "Item 1 in full size" })).toBeVisible();
    await userEvent.keyboard("{ArrowRight}3");
    await expect.element(page.getByRole("heading", { name: "Item 2 of 12" })).toBeVisible();
    await expect.poll(() => asked(model, "rate_item").map((one) => one.position)).toEqual([1]);
    await userEvent.keyboard("{Escape}");
    await expect.poll(() => current(el)).toContain("Item 2,");
    await expect.poll(() => document.activeElement).toBe(grid);
  });

  test("compare two: three actions for any two, one where there are only two; a slider parts them", async () => {
    const { el, grid, unmount } = await show("sheetList");
    const cell = (number: number) => page.getByRole("gridcell", { name: new RegExp(`^Item ${number},`) });
    await cell(2).click();
    await cell(5).click({ modifiers: ["Shift"] });
    grid.focus();
    await userEvent.keyboard("c");
    await expect.element(page.getByRole("dialog", { name: "Items 2 and 5" })).toBeVisible();
    await expect.poll(() => el.querySelectorAll("dialog img").length).toBe(2);
    const slider = page.getByRole("slider");
    (slider.element() as HTMLElement).focus();
    await userEvent.keyboard("{Home}");
    expect(el.querySelector<HTMLElement>("dialog img")?.style.clipPath).toBe("inset(0px 100% 0px 0px)");
    unmount();
    const two = await show("sheetTwo");
    two.grid.focus();
    await userEvent.keyboard("c");
    await expect.element(page.getByRole("dialog", { name: "Items 1 and 2" })).toBeVisible();
  });

  test("compare by marking one, then another", async () => {
    const { el, grid } = await show("sheetList");
    grid.focus();
    await userEvent.keyboard("c");
    await expect.poll(() => current(el)).toContain("marked");
    await expect.element(page.getByText(String(MESSAGES.sheet_second))).toBeInTheDocument();
    await userEvent.keyboard("{ArrowRight}{ArrowRight}c");
    await expect.element(page.getByRole("dialog", { name: "Items 1 and 3" })).toBeVisible();
  });

  test("say no longer what was so: another to choose once two are beside each other, no output of an item that was left", async () => {
    const { model, el, grid } = await show("sheetFailed");
    const said = () => el.querySelector("[aria-live=polite]")?.textContent;
    grid.focus();
    await userEvent.keyboard("{ArrowRight}c");
    await expect.poll(said).toBe(MESSAGES.sheet_second);
    await userEvent.keyboard("{ArrowRight}");
    expect(said()).toBe(MESSAGES.sheet_second);
    await userEvent.keyboard("c");
    await expect.element(page.getByRole("dialog")).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
    expect(el.querySelector(".marked")).toBeNull();
    expect(said()).toBe("");
    await page
      .getByRole("gridcell")
      .nth(4)
      .click({ position: { x: 4, y: 4 } });
    grid.focus();
    await userEvent.keyboard("c");
    await expect.poll(said).toBe(MESSAGES.sheet_nothing_to_open);
    await userEvent.keyboard("{ArrowLeft}");
    await expect.poll(said).toBe("");
    model.say("comm:close");
    await userEvent.keyboard("c");
    await expect.poll(said).toBe(MESSAGES.sheet_off);
  });

  test("at the end of a row go on in a list, and stay in what has rows and columns, as the list of shortcuts says", async () => {
    expect(SENTENCES.grid_right).toMatch(/of a list, also on to the next row/);
    expect(SENTENCES.grid_left).toMatch(/of a list, also back to the row above/);
    for (const [name, isList] of [
      ["sheetList", true],
      ["sheetMatrix", false],
    ] as const) {
      const { el, grid, unmount } = await show(name);
      const rowOf = () =>
        el.querySelector("[aria-selected=true]")?.closest("[role=row]")?.getAttribute("aria-rowindex");
      const columns = Number(grid.getAttribute("aria-colcount"));
      grid.focus();
      const first = rowOf();
      await userEvent.keyboard("{ArrowRight}".repeat(columns));
      await expect.poll(() => current(el)).toContain(`Item ${isList ? columns + 1 : columns},`);
      expect(rowOf() === first).toBe(!isList);
      await userEvent.keyboard(
        isList ? "{ArrowLeft}" : "{ArrowDown}{ArrowLeft}".concat("{ArrowLeft}".repeat(columns)),
      );
      await expect.poll(() => current(el)).toContain(`Item ${isList ? columns : columns + 1},`);
      unmount();
    }
  });

  test("are told by a whole frame, over the heads that stay in place", async () => {
    const { grid } = await show("sheetMatrix");
    const frame = () => getComputedStyle(grid.parentElement as HTMLElement, "::after");
    expect(frame().content).toBe("none");
    await userEvent.tab();
    grid.focus();
    await userEvent.keyboard("{ArrowRight}");
    const { content, borderTopWidth, borderLeftWidth, zIndex, pointerEvents, inset } = frame();
    expect([content, borderTopWidth, borderLeftWidth, pointerEvents, inset]).toEqual([
      '""',
      "2px",
      "2px",
      "none",
      "0px",
    ]);
    const heads = getComputedStyle(grid.querySelector(".heads") as HTMLElement);
    expect(Number(zIndex)).toBeGreaterThan(Number(heads.zIndex));
  });

  test("compare two that are never in sight together", async () => {
    const { el, grid } = await show("sheetMany");
    grid.focus();
    await userEvent.keyboard("c{End}");
    await expect.poll(() => current(el)).toContain("Item 10000,");
    await reachSheet("sheetMany", el);
    await userEvent.keyboard("c");
    await expect.element(page.getByRole("dialog", { name: "Items 1 and 10000" })).toBeVisible();
    await expect.poll(() => el.querySelectorAll("dialog img").length).toBe(2);
  });

  test("in full size, buttons go on too, and end where the items do", async () => {
    const { el } = await show(state("sheetTwo", { cell: () => ({ outputs: 2 }) }));
    await button("Open").click();
    const dialog = page.getByRole("dialog");
    const go = (name: string) => dialog.getByRole("button", { name, exact: true });
    await expect.element(go("Previous")).toBeDisabled();
    for (const item of [1, 2, 2]) {
      await go("Next").click();
      await expect.element(page.getByRole("heading", { name: `Item ${item} of 2` })).toBeVisible();
      await expect.element(go("Previous")).toBeEnabled();
    }
    await expect.element(go("Next")).toHaveAttribute("aria-disabled", "true");
    await go("Previous").click();
    await expect.element(go("Next")).toBeEnabled();
    for (const one of el.querySelectorAll("dialog footer button"))
      expect(one.getBoundingClientRect().height).toBeGreaterThanOrEqual(24);
  });

  test("go on to the first output of the next item, and no other of it is asked for", async () => {
    const { model, grid } = await show(state("sheetList", { cell: () => ({ outputs: 2 }) }));
    grid.focus();
    await userEvent.keyboard(" ");
    const dialog = page.getByRole("dialog");
    await expect.element(dialog.getByRole("img")).toBeVisible();
    await userEvent.keyboard("{ArrowRight}");
    await expect.poll(() => model.commands("fetch_item_output").length).toBe(2);
    await userEvent.keyboard("{ArrowRight}");
    await expect.element(page.getByRole("heading", { name: "Item 2 of 12" })).toBeVisible();
    await expect.element(dialog.getByRole("img")).toBeVisible();
    await drawn();
    expect(model.commands("fetch_item_output")).toMatchObject([
      { position: 0, index: 0 },
      { position: 0, index: 1 },
      { position: 1, index: 0 },
    ]);
  });

  test("and buttons open and compare nothing where no kernel answers, which is said", async () => {
    const { model, el, grid } = await show("sheetFailed");
    grid.focus();
    await userEvent.keyboard("{ArrowRight}");
    for (const name of ["Open", "Compare"]) await expect.element(button(name)).toBeEnabled();
    model.say("comm:close");
    for (const name of ["Open", "Compare", "Load into form"])
      await expect.element(button(name)).toBeDisabled();
    await expect
      .element(page.getByRole("gridcell").nth(4).getByRole("button", { name: "Retry" }))
      .toBeDisabled();
    const said = () => el.querySelector("[aria-live=polite]")?.textContent;
    expect(said()).toBe("");
    await userEvent.keyboard(" ");
    await expect.poll(said).toBe(MESSAGES.sheet_off);
    await userEvent.keyboard("c{ArrowRight}");
    await expect.poll(() => current(el)).toContain("Item 3,");
    expect(el.querySelector("dialog, .marked")).toBeNull();
  });

  test("in full size, what was on its way as the kernel went says so, and can be asked for again", async () => {
    const { model, grid } = await show("sheetList");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "fetch_item_output" ? null : kernel(command));
    grid.focus();
    await userEvent.keyboard(" ");
    const dialog = page.getByRole("dialog");
    await expect.poll(() => model.commands("fetch_item_output").length).toBe(1);
    model.say("comm:close");
    await expect.element(dialog.getByText(String(MESSAGES.sheet_off))).toBeVisible();
    await expect.element(dialog.getByRole("button", { name: "Try again" })).toBeDisabled();
  });

  test("rate without a trace where the ledger refuses it, and what else has changed stays", async () => {
    const { model, el, grid } = await show("sheetList");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "rate_item" ? null : kernel(command));
    grid.focus();
    await userEvent.keyboard("4");
    await expect.poll(() => model.commands("rate_item").length).toBe(1);
    const batch = { state: "ended", reason: null, done: 12, count: 12, failed: 0, line: "", can: [] };
    const cell = { ...cellOf(state("sheetList"), 0), credits: 0.07, rating: 4 };
    model.tell({ kind: "cells", batch_id: "b_7f3a90c1d2e4b586", batch, cells: [cell] } as never);
    await expect.poll(() => current(el)).toContain("0.07");
    const message = "The ledger is locked.";
    const [sent] = model.commands("rate_item");
    model.answer(sent?.id ?? "", { ok: false, alert: { message } as never });
    await expect.element(page.getByRole("alert")).toHaveTextContent(message);
    await expect.poll(() => current(el)).not.toContain("rated");
    expect(current(el)).toContain("0.07");
  });

  test("rate nothing where no kernel answers, and what was on its way to one that went is taken back", async () => {
    const { model, el, grid } = await show("sheetList");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "rate_item" ? null : kernel(command));
    grid.focus();
    await userEvent.keyboard("4");
    await expect.poll(() => current(el)).toContain("rated 4");
    model.say("comm:close");
    await expect.poll(() => current(el)).not.toContain("rated");
    const said = () => el.querySelector("[aria-live=polite]")?.textContent;
    await expect.poll(said).toBe(MESSAGES.sheet_off);
    await expect.element(button("Rate 5")).toBeDisabled();
    await userEvent.keyboard("{ArrowRight}5");
    await expect.poll(() => current(el)).toContain("Item 2,");
    await drawn();
    expect(el.querySelector("[aria-selected=true]")?.textContent).not.toContain("★★★★★");
    expect(said()).toBe(MESSAGES.sheet_off);
    expect(asked(model, "rate_item").map((one) => one.rating)).toEqual([4]);
  });
});

describe("what comes and what is asked for", () => {
  test("cells follow what the kernel tells, and a picture follows another generation", async () => {
    const { model, el } = await show("sheetRunning");
    const one = state("sheetRunning");
    const before = model.commands("fetch_thumbnails").length;
    const told = { ...cellOf(one, 5), state: "done", made: "1 g-5", credits: 0.052, outputs: 1 } as Cell;
    const batch = {
      state: "running",
      reason: null,
      done: 6,
      count: 12,
      failed: 0,
      line: "6 of 12",
      can: [] as never[],
      stopping: null,
    };
    model.kernel = (command) => kernelOf({ ...one, cell: () => ({}) })(command);
    model.tell({ kind: "cells", batch_id: "b_7f3a90c1d2e4b586", batch, cells: [told] });
    await expect.poll(() => names(el)[5]).toContain("done · 0.052");
    await expect.element(page.getByText("running · 6 of 12")).toBeVisible();
    await expect.poll(() => model.commands("fetch_thumbnails").length).toBe(before + 1);
    expect(asked(model, "fetch_thumbnails").at(-1)?.positions).toEqual([5]);
    await expect.poll(() => el.querySelectorAll("[role=gridcell] img").length).toBe(6);
    model.tell({ kind: "cells", batch_id: "b_other", batch: { ...batch, line: "another" }, cells: [] });
    await drawn();
    expect(page.getByText("another").query()).toBeNull();
  });

  test("what was deleted says so in its cell and where it was compared, and is offered no more", async () => {
    const one = state("sheetList");
    const { model, el, grid } = await show(one);
    const tell = (position: number) => {
      const cell = { ...cellOf(one, position), state: "deleted", made: null, outputs: 0 } as Cell;
      const batch = { ...RUNNING, count: one.count };
      model.tell({ kind: "cells", batch_id: "b_7f3a90c1d2e4b586", batch, cells: [cell] });
    };
    await haveAll(model);
    grid.focus();
    await userEvent.keyboard("c{ArrowRight}c");
    await expect.poll(() => el.querySelectorAll("dialog img").length).toBe(2);
    tell(1);
    const dialog = page.getByRole("dialog");
    await expect.element(dialog.getByText("deleted", { exact: true })).toBeVisible();
    await expect.poll(() => el.querySelectorAll("dialog img").length).toBe(1);
    await userEvent.keyboard("{Escape}");
    for (const name of ["Open", "Compare", "Rate 1"]) await expect.element(button(name)).toBeDisabled();
    grid.focus();
    await userEvent.keyboard("{ArrowLeft}c");
    await expect.poll(() => el.querySelector(".marked")).not.toBeNull();
    tell(0);
    await expect.poll(() => names(el)[0]).toContain("deleted");
    await expect.poll(() => el.querySelector(".marked")).toBeNull();
    expect(el.querySelectorAll("[data-empty=deleted]").length).toBe(2);
    expect(page.getByText(String(MESSAGES.sheet_second)).query()).toBeNull();
  });

  test("a failed cell says its sentence and is begun anew from there", async () => {
    const { model } = await show("sheetFailed");
    await page.getByRole("gridcell").nth(4).getByRole("button", { name: "Retry" }).click();
    expect(asked(model, "retry_item").map((one) => one.position)).toEqual([4]);
  });

  test("a batch is steered by what may be asked of it, and picks are saved", async () => {
    const { model } = await show("sheetRunning");
    await button("Stop").click();
    await button("Cancel").click();
    expect(model.commands("steer_batch").map((one) => (one as unknown as { action: string }).action)).toEqual(
      ["stop", "cancel"],
    );
    await button("Save picks").click();
    await expect.element(page.getByText("Saved: b_7f3-picks.zip")).toBeVisible();
    await button("Load into form").click();
    await expect.element(page.getByText(/^Loaded into the form/)).toBeVisible();
  });

  test("picks are asked for once, and that they are on their way is said", async () => {
    const { model } = await show("sheetList");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "fetch_picks" ? null : kernel(command));
    await button("Save picks").click();
    await expect.element(button("Saving...")).toBeDisabled();
    const [asked] = model.commands("fetch_picks");
    model.answer(asked?.id ?? "", { ok: false, alert: { kind: "api", message: "No disk." } as never });
    await expect.element(button("Save picks")).toBeEnabled();
    expect(model.commands("fetch_picks")).toHaveLength(1);
  });

  test("what is said of an act is seen in a narrow place too", async () => {
    await show("sheetList", 360);
    await button("Load into form").click();
    const said = page.getByText(/^Loaded into the form/);
    await expect.element(said).toBeVisible();
    expect(said.element().getBoundingClientRect().width).toBeGreaterThan(100);
  });

  test("Stop is off from the press on, says that it is stopping, and Cancel can still be pressed", async () => {
    const { model, el } = await show("sheetRunning");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "steer_batch" ? null : kernel(command));
    const line = "5 of 12 · 0.26 credits · stopping: 4 still under way";
    const batch = { state: "running", reason: null, done: 5, count: 12, failed: 0, line } as const;
    const can = ["stop", "cancel"] as const;
    const answer = (stopping: "stop" | "cancel") =>
      model.answer(model.commands("steer_batch").at(-1)?.id ?? "", {
        data: { batch: { ...batch, can: [...can], stopping }, cells: [] },
      });
    await button("Stop").click();
    await expect.element(button("Stopping...")).toBeDisabled();
    await expect.element(button("Cancel")).toBeEnabled();
    answer("stop");
    await expect.element(page.getByText(line, { exact: true }).first()).toBeVisible();
    await expect.poll(() => el.querySelector("[aria-live=polite]")?.textContent).toBe(line);
    await expect.element(button("Stopping...")).toBeDisabled();
    await expect.element(button("Stopping...")).toHaveAccessibleDescription(/those under way go on/);
    await button("Cancel").click();
    answer("cancel");
    await expect.element(button("Canceling...")).toBeDisabled();
    await expect.element(button("Stop")).toBeDisabled();
    expect(model.commands("steer_batch")).toHaveLength(2);
  });

  test("Cancel is asked for while Stop is unanswered, and is off until that is answered", async () => {
    const { model } = await show("sheetRunning");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "steer_batch" ? null : kernel(command));
    await button("Stop").click();
    await button("Cancel").click();
    await expect.element(button("Canceling...")).toBeDisabled();
    await expect.element(button("Stop")).toBeDisabled();
    const batch = { ...RUNNING, can: ["stop", "cancel"] as ("stop" | "cancel")[] };
    const [stop, cancel] = model.commands("steer_batch");
    model.answer(stop?.id ?? "", { data: { batch: { ...batch, stopping: "stop" }, cells: [] } });
    await drawn();
    await expect.element(button("Canceling...")).toBeDisabled();
    model.answer(cancel?.id ?? "", { ok: false, alert: { kind: "api", message: "No." } as never });
    await expect.element(button("Cancel")).toBeEnabled();
  });

  test("the batch goes on from its sheet though the answer to Stop is lost", async () => {
    const { model } = await show("sheetRunning");
    const { kernel } = model;
    model.kernel = (command) => (command.kind === "steer_batch" ? null : kernel(command));
    await button("Stop").click();
    await expect.element(button("Stopping...")).toBeDisabled();
    const told = (batch: Partial<CellsNews["batch"]>) =>
      model.tell({
        kind: "cells",
        batch_id: "b_7f3a90c1d2e4b586",
        batch: { ...RUNNING, can: ["stop", "cancel"], ...batch },
        cells: [],
      });
    told({ done: 6 }); // of before the press
    await drawn();
    await expect.element(button("Stopping...")).toBeDisabled();
    told({ state: "stopped", can: ["resume"] });
    await expect.element(button("Resume")).toBeEnabled();
  });

  test("what was asked before the connection was lost can be asked again once it is back", async () => {
    const { model, el } = await show("sheetRunning");
    const { kernel } = model;
    const named = (name: string) =>
      [...el.querySelectorAll("button")].find((one) => one.textContent === name);
    await byFakeTime(async (pass) => {
      await pass(1_000_000); // the clock of before is forgotten
      model.kernel = () => null;
      named("Stop")?.click();
      named("Save picks")?.click();
      await pass(0);
      expect([named("Stopping...")?.disabled, named("Saving...")?.disabled]).toEqual([true, true]);
      await pass(20_000);
      expect(el.textContent).toContain(String(MESSAGES.sheet_off));
      model.kernel = kernel;
      model.beat();
      await pass(0);
      expect([named("Stop")?.disabled, named("Save picks")?.disabled]).toEqual([false, false]);
    });
  });

  test("what is asked of a batch and refused can be asked again", async () => {
    const { model } = await show("sheetRunning");
    const { kernel } = model;
    model.kernel = (command) =>
      command.kind === "steer_batch"
        ? { ok: false, alert: { kind: "api", message: "It has ended." } as never }
        : kernel(command);
    await button("Stop").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent("It has ended.");
    await expect.element(button("Stop")).toBeEnabled();
  });

  test("what runs across and what the tabs are is said by titles", async () => {
    await show("sheetTabs");
    for (const [name, code] of [
      ["Across", "sheet_across"],
      ["Tabs", "sheet_tabs"],
    ] as const)
      await expect
        .element(page.getByText(name, { exact: true }))
        .toHaveAttribute("title", String(MESSAGES[code]));
  });

  test("picks that there are not are told as what makes some, which is no error and goes with the next act", async () => {
    const { model, el, grid } = await show("sheetList");
    const { kernel } = model;
    const note = { kind: "note", message: "Give items stars first." } as never;
    model.kernel = (command) =>
      command.kind === "fetch_picks" ? { ok: false, alert: note } : kernel(command);
    await button("Save picks").click();
    const told = page.getByText("Give items stars first.");
    await expect
      .poll(() => told.elements().filter((one) => one.matches(".gw-sheet-note:not(.bad)")))
      .toHaveLength(1);
    expect(el.querySelector("[aria-live=polite]")?.textContent).toBe("Give items stars first.");
    expect(el.querySelector("[role=alert]")).toBeNull();
    grid.focus();
    await userEvent.keyboard("4");
    await expect.element(told).not.toBeInTheDocument();
  });

  test("a batch is shown as code in the language that was chosen last, copied, and inserted below", async () => {
    const { el, model } = await show("sheetList");
    const inserted: string[] = [];
    const take = (event: Event) => {
      event.preventDefault();
      const { code } = (event as CustomEvent).detail;
      if (code) inserted.push(code);
    };
    document.addEventListener("genwidget:insert-below", take);
    ends.push(() => document.removeEventListener("genwidget:insert-below", take));
    localStorage.setItem("genwidget.language", "python");
    expect(model.commands("export_batch")).toEqual([]);
    await button("Code").click();
    await expect.element(button("Code")).toHaveAttribute("aria-expanded", "true");
    const code = page.getByRole("region", { name: "Code" });
    await expect.element(code).toHaveTextContent("plan = sweep(");
    expect(code.element().querySelector(".text")).not.toBeNull();
    await button("Insert below").click();
    await expect.poll(() => inserted).toEqual([expect.stringContaining("plan.run(")]);
    await expect.element(page.getByText(String(MESSAGES.page_inserted))).toBeInTheDocument();
    await page.getByRole("radio", { name: "Shell" }).click();
    await expect.element(code).toHaveTextContent("genwidget batch run");
    await button("Insert below").click();
    await expect.poll(() => inserted.at(-1)).toMatch(/^%%bash\ncat > plan/);
    await button("Copy code").click();
    await expect.poll(() => el.querySelector("[aria-live]")?.textContent).toMatch(/^Cop/);
    await button("Code").click();
    await expect.element(code).not.toBeInTheDocument();
    await button("Code").click();
    await expect.element(code).toHaveTextContent("genwidget batch run");
    const { violations } = await axe.run(el, { rules: { region: { enabled: false } } });
    expect(violations.map((one) => one.id)).toEqual([]);
  });

  test("a batch that cannot be given as code says why", async () => {
    const why = "52 items that are no sweep are too many to list.";
    const model = batchModel(state("sheetList"));
    const { kernel } = model;
    model.kernel = (command) =>
      command.kind === "export_batch" ? { ok: false, alert: { message: why } as never } : kernel(command);
    await begin(model);
    await button("Code").click();
    await expect.element(page.getByText(why)).toBeVisible();
    await expect.element(button("Copy code")).toBeDisabled();
  });

  test("a kernel that is gone is said, and one that comes back is asked for all anew", async () => {
    const { model } = await show("sheetList");
    const watched = model.commands("watch_cells").length;
    model.say("comm:close");
    await expect.element(page.getByText(String(MESSAGES.sheet_off))).toBeVisible();
    await expect.element(button("Save picks")).toBeDisabled();
    expect(model.commands("watch_cells").length).toBe(watched);
  });

  test("the look of a batch as it is built has no rule for what stands outside of one", async () => {
    const look = new CSSStyleSheet();
    look.replaceSync(await commands.builtFile("sheet.css"));
    const all = (rules: CSSRuleList): CSSStyleRule[] =>
      [...rules].flatMap((one) => {
        if (one instanceof CSSStyleRule) return [one, ...all(one.cssRules)];
        return one instanceof CSSMediaRule ? all(one.cssRules) : [];
      });
    const rules = all(look.cssRules);
    expect(rules.length).toBeGreaterThan(50);
    const selectors = rules.flatMap(({ selectorText }) =>
      selectorText
        .replace(/\((?:[^()]|\([^()]*\))*\)/g, (one) => (one === "(.gw.gw-sheet)" ? one : ""))
        .split(","),
    );
    expect(selectors.filter((one) => !one.includes(":where(.gw.gw-sheet)"))).toEqual([]);
  });

  test("a sheet that is not loaded says why, and is tried again", async () => {
    const model = batchModel("sheetList");
    model.modules = () => ({ ok: false, alert: { message: "no such part" } as never });
    const el = document.createElement("div");
    document.body.append(el);
    ends.push(sheet.render({ model: asBatchModel(model), el }), () => el.remove());
    await expect.element(page.getByRole("alert")).toHaveTextContent("no such part");
    model.modules = () => ({ bytes: moduleText("sheet") as Uint8Array });
    await button("Try again").click();
    await expect.element(page.getByRole("grid")).toBeVisible();
  });
});
