/** A batch of any size as its widget has it, with a kernel behind it. */

import type { Cell, Messages, Model } from "../src/protocol";
import { FakeModel, type Kernel } from "./fake-model";
import { catalogue } from "./offer";
import { picture } from "./picture";
import { drawn, until } from "./reach";
import sentences from "./sheet-sentences.json";
import { traits } from "./states";

export interface BatchState {
  count: number;
  axes: { name: string; labels: string[] }[];
  state: string;
  reason: string | null;
  line: string;
  can: ("stop" | "cancel" | "resume" | "retry_failed")[];
  stopping?: "stop" | "cancel" | null;
  places: Int32Array | null;
  cell: (position: number) => Partial<Cell>;
}

export const MESSAGES: Messages = { ...catalogue.messages, ...sentences };

const PROMPTS = ["A baby seal on Arctic ice", "A fox in the first snow", "A lighthouse before a storm"];
const SEEDS = ["1", "2", "3", "4"];
const MODELS = ["bfl/flux-schnell", "bfl/flux-1.1-pro"];

const DONE: BatchState = {
  count: 12,
  axes: [],
  state: "ended",
  reason: null,
  line: "12 of 12 · 0.624 credits",
  can: [],
  places: null,
  cell: (at) => ({ rating: at === 1 ? 4 : at === 2 ? 0 : null }),
};

const AXES = [
  { name: "generation_prompt", labels: PROMPTS },
  { name: "generation_seed", labels: SEEDS },
];

/** The states of a batch's widget: what tests begin with, and what the harness draws. */
export const SHEETS: Record<string, () => BatchState> = {
  sheetList: () => DONE,
  sheetMatrix: () => ({ ...DONE, axes: AXES }),
  sheetTabs: () => ({ ...DONE, count: 24, axes: [{ name: "model", labels: MODELS }, ...AXES] }),
  sheetRunning: () => ({
    ...DONE,
    axes: AXES,
    state: "running",
    line: "5 of 12 · 0.26 credits · 0:14 left",
    can: ["stop", "cancel"],
    cell: (at) => ({ state: at < 5 ? "done" : at < 9 ? "sent" : "planned" }),
  }),
  sheetStopping: () => ({
    ...DONE,
    axes: AXES,
    state: "running",
    line: "5 of 12 · 0.26 credits · stopping: 4 still under way",
    can: ["stop", "cancel"],
    stopping: "stop",
    cell: (at) => ({ state: at < 5 ? "done" : at < 9 ? "sent" : "planned" }),
  }),
  sheetFailed: () => ({
    ...DONE,
    line: "12 of 12 · 2 failed · 0.52 credits",
    can: ["retry_failed"],
    cell: (at) =>
      at === 0 || at === 4
        ? {
            state: "refused",
            can_retry: true,
            error: "The prompt was refused by the provider's content policy.",
          }
        : {},
  }),
  sheetStopped: () => ({
    ...DONE,
    state: "stopped",
    reason: "The account's balance is used up. Top it up; batch.resume() goes on.",
    line: "3 of 12 · 0.156 credits",
    can: ["resume"],
    cell: (at) => ({ state: at < 3 ? "done" : "planned" }),
  }),
  sheetTwo: () => ({
    ...DONE,
    count: 2,
    axes: [{ name: "model", labels: MODELS }],
    line: "2 of 2 · 0.057 credits",
  }),
  sheetSquare: () => ({
    ...DONE,
    count: 4,
    axes: [
      { name: "model", labels: MODELS },
      { name: "generation_prompt", labels: PROMPTS.slice(1) },
    ],
    line: "4 of 4 · 0.114 credits",
  }),
  sheetLarge: () => DONE,
  sheetCompared: () => ({ ...DONE, count: 2, axes: [{ name: "model", labels: MODELS }] }),
  sheetCode: () => ({ ...DONE, axes: AXES }),
  sheetMany: () => ({ ...DONE, count: 10_000, line: "10,000 of 10,000 · 50 credits" }),
  sheetManyAxes: () => ({
    ...DONE,
    count: 10_000,
    line: "10,000 of 10,000 · 50 credits",
    axes: [
      { name: "generation_prompt", labels: Array.from({ length: 100 }, (_, at) => `prompt ${at}`) },
      { name: "generation_seed", labels: Array.from({ length: 100 }, (_, at) => String(at)) },
    ],
  }),
};

export function cellOf({ axes, cell }: BatchState, position: number): Cell {
  const changed = cell(position);
  const state = changed.state ?? "done";
  const isMade = state === "done";
  return {
    position,
    state,
    label: axes.length === 1 ? (axes[0]?.labels[position] ?? "") : `${PROMPTS[position % PROMPTS.length]}`,
    model_id: "bfl/flux-1.1-pro",
    prompt: PROMPTS[position % PROMPTS.length] ?? "",
    seed: String(position),
    credits: isMade ? 0.052 : null,
    price: 0.052,
    made: isMade ? `1 g-${position}` : null,
    outputs: isMade ? 1 : 0,
    is_film: false,
    can_retry: false,
    error: null,
    rating: null,
    ...changed,
  };
}

function statusOf(one: BatchState) {
  const { state, reason, count, line, can, stopping = null } = one;
  const cells = Array.from({ length: Math.min(count, 100) }, (_, at) => cellOf(one, at));
  const ended = cells.filter((cell) => !["planned", "sent"].includes(cell.state)).length;
  return { state, reason, done: count > 100 ? count : ended, count, failed: 0, line, can, stopping };
}

/** The positions of what is shown first, as the kernel has it. */
function firstOf({ axes, count, places }: BatchState): number[] {
  const across = axes.length > 1 ? (axes.at(-1)?.labels.length ?? 1) : 0;
  const isFirst = (place: number) => (across ? place < 3 * across && place % across < 6 : place < 18);
  return Array.from({ length: count }, (_, at) => at).filter((at) => isFirst(places?.[at] ?? at));
}

const codeIn = (language: string) =>
  language === "python"
    ? 'from genwidget import sweep\n\nplan = sweep("bfl/flux-1.1-pro", repeat=12)\nbatch = plan.run(region="us")\n'
    : "cat > plan.toml <<'PLAN'\nmodel = \"bfl/flux-1.1-pro\"\nPLAN\ngenwidget batch run plan.toml\n";

/** What the kernel answers. */
export function kernelOf(one: BatchState): Kernel {
  return (command) => {
    if (command.kind === "open_sheet") {
      const bytes = one.places ? new Uint8Array(one.places.buffer) : undefined;
      const data = {
        batch: statusOf(one),
        axes: one.axes,
        has_places: one.places !== null,
        messages: MESSAGES,
        cells: firstOf(one).map((at) => cellOf(one, at)),
      };
      return bytes ? { data, bytes } : { data };
    }
    if (command.kind === "watch_cells") {
      const cells = command.positions.filter((at) => at < one.count).map((at) => cellOf(one, at));
      return { data: { batch: statusOf(one), cells } };
    }
    if (command.kind === "fetch_thumbnails") {
      const thumbnails = command.positions.map((position) => ({
        position,
        made: cellOf(one, position).made,
        media_type: "image/png",
      }));
      return { data: { thumbnails }, parts: command.positions.map(() => picture()) };
    }
    if (command.kind === "fetch_item_output")
      return { data: { media_type: "image/png", filename: "00001-g.png", alt: "" }, bytes: picture() };
    if (command.kind === "export_batch") return { data: { text: codeIn(command.language) } };
    if (command.kind === "fetch_picks") return { data: { filename: "b_7f3-picks.zip" }, bytes: picture() };
    return {};
  };
}

/** The widget's model of a batch in a state. */
export function batchModel(state: string | BatchState, kernel?: Kernel): FakeModel {
  const one = typeof state === "string" ? SHEETS[state]?.() : state;
  if (!one) throw new Error(`no state ${state}`);
  const model = new FakeModel(traits(), kernel ?? kernelOf(one));
  const own: Record<string, unknown> = { batch_id: "b_7f3a90c1d2e4b586", messages: MESSAGES };
  const get = model.get.bind(model);
  (model as { get: unknown }).get = (name: string) => (name in own ? own[name] : get(name as never));
  return model;
}

/** As the widget's `render` wants it. */
export const asBatchModel = (model: FakeModel) =>
  model as unknown as Parameters<typeof import("../src/sheet").default.render>[0]["model"] & Model;

/** Wait until what is in sight is there, and do what brings a state about. */
export async function reachSheet(state: string, el: HTMLElement): Promise<void> {
  const cells = () => [...el.querySelectorAll<HTMLElement>("[role=gridcell]")];
  await until("the cells", () => cells().length > 0 && cells().every((one) => one.textContent !== "\n"));
  const isDrawn = (one: HTMLElement) => !one.classList.contains("done") || one.querySelector("img");
  await until("the pictures", () => cells().every(isDrawn));
  const grid = el.querySelector<HTMLElement>("[role=grid]");
  const press = (key: string) => grid?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  if (state === "sheetLarge") press(" ");
  if (state === "sheetCompared") press("c");
  if (state === "sheetCode") {
    [...el.querySelectorAll("button")].find((one) => one.textContent === "Code")?.click();
    await until("the code", () => el.querySelector(".gw-code pre"));
  }
  if (["sheetLarge", "sheetCompared"].includes(state))
    await until("a dialog", () => el.querySelector("dialog .stage img"));
  await drawn();
}
