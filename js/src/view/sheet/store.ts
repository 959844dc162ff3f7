/** What one view of a batch knows: the cells in sight, their pictures, and what a person does with them. */

import { NotConnected } from "../../kernel/comm";
import { Store } from "../../page/store";
import type { Answer, Axis, BatchStatus, Cell, CellsNews, Command, Messages } from "../../protocol";
import { sentence } from "../../text/format";
import type { SheetHost } from "./host";

/** How many thumbnails are asked for at once: two rows, so that those in sight do not wait for the screen after it. */
const MOST_ASKED = 12;
/** What is scrolled past gets no pictures: they are asked for once what is in sight has stayed for so long. */
const REST_MS = 200;
/** What was not there is asked for again after so long, then after twice as long each time. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

export interface Picture {
  /** Of which generation it is. */
  made: string;
  /** Empty where there is no picture of it. */
  url: string;
  /** Why there is none. */
  reason: string;
  /** When it is asked for again, where it may come. */
  again: number | null;
  tries: number;
}

export interface SheetState {
  /** A kernel answers. */
  isConnected: boolean;
  batch: BatchStatus | null;
  axes: readonly Axis[];
  places: Int32Array | null;
  cells: ReadonlyMap<number, Cell>;
  pictures: ReadonlyMap<number, Picture>;
  current: number;
  /** What Compare puts beside the current one. */
  marked: number | null;
  opened: number | null;
  compared: readonly [number, number] | null;
  said: string;
  /** What was asked of the batch, until that is answered, or seen in what is told of the batch. */
  steering: BatchStatus["can"][number] | null;
  /** The picks were asked for, and are on their way. */
  isSaving: boolean;
  /** The batch is shown as code. */
  hasCode: boolean;
  /** Why what was asked for was not done. */
  failure: string;
  /** What a person has to do first for what was asked. */
  note: string;
}

const START: SheetState = {
  isConnected: false,
  batch: null,
  axes: [],
  places: null,
  cells: new Map(),
  pictures: new Map(),
  current: 0,
  marked: null,
  opened: null,
  compared: null,
  said: "",
  steering: null,
  isSaving: false,
  hasCode: false,
  failure: "",
  note: "",
};

export class SheetStore extends Store<SheetState> {
  readonly #host: SheetHost;
  readonly #leave: () => void;
  #messages: Messages;
  /** What is in sight, and a screen more; pictures of all else are given back, and most cells. */
  #wanted: readonly number[] = [];
  #isFetching = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isMoving = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(host: SheetHost) {
    super(START);
    this.#host = host;
    this.#messages = host.messages;
    this.#leave = host.listen((news) => this.#hear(news));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
    this.#leave();
    for (const { url } of this.state.pictures.values()) URL.revokeObjectURL(url);
  }

  /** No answer may come any more to what was asked before the connection changed. */
  connect(isConnected: boolean): void {
    this.set({ isConnected, steering: null, isSaving: false });
    if (isConnected) this.#unsay("sheet_off");
    if (isConnected) this.open();
  }

  say(code: string, values?: Record<string, unknown>): void {
    this.set({ said: this.sentence(code, values) });
  }

  /** Take back what is no longer so. */
  #unsay(code: string): void {
    if (this.state.said === this.sentence(code)) this.set({ said: "" });
  }

  sentence(code: string, values?: Record<string, unknown>): string {
    return sentence(this.#messages, code, values);
  }

  /** Ask for all that is drawn; also once a kernel is back. */
  async open(): Promise<void> {
    const answer = await this.#ask({ kind: "open_sheet", batch_id: this.#host.batchId });
    if (!answer?.ok) return;
    const { batch = null, axes = [], has_places, messages, cells = [] } = answer.data;
    if (messages) this.#messages = messages;
    const [buffer] = answer.buffers;
    // a view into a message may stand at an odd address
    const places =
      has_places && buffer
        ? new Int32Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength))
        : null;
    this.set({ batch, axes, places, cells: this.#with(cells) });
    if (this.#wanted.length > 0) await this.#watch();
  }

  /** Show other cells: ask for them, and for pictures of them; the first ones first. */
  async show(positions: readonly number[]): Promise<void> {
    if (positions.join() === this.#wanted.join()) return;
    if (this.#wanted.length > 0) this.#move();
    this.#wanted = positions;
    const wanted = new Set(positions);
    const { cells, pictures } = this.state;
    for (const [at, { url }] of pictures) if (!wanted.has(at)) URL.revokeObjectURL(url);
    this.set({
      cells: within(cells, this.#kept),
      pictures: within(pictures, wanted),
    });
    this.#fetch();
    await this.#watch();
  }

  /** Whose cells are kept: of what is wanted, and of what a person is at, wherever it is. */
  get #kept(): ReadonlySet<number> {
    const { current, marked, compared } = this.state;
    return new Set([...this.#wanted, current, ...(marked === null ? [] : [marked]), ...(compared ?? [])]);
  }

  #move(): void {
    this.#isMoving = true;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#isMoving = false;
      this.#fetch();
    }, REST_MS);
  }

  async #watch(): Promise<void> {
    const { batchId, viewId } = this.#host;
    const positions = [...this.#wanted];
    const answer = await this.#ask({ kind: "watch_cells", batch_id: batchId, view: viewId, positions });
    if (answer?.ok) this.#take(answer.data.batch, answer.data.cells ?? []);
  }

  #hear(news: CellsNews): void {
    if (news.batch_id !== this.#host.batchId) return;
    const kept = this.#kept;
    this.#take(
      news.batch,
      news.cells.filter(({ position }) => kept.has(position)),
    );
  }

  #take(batch: BatchStatus | undefined, news: readonly Cell[]): void {
    const cells = this.#with(news);
    const { marked, cells: before } = this.state;
    this.set(batch ? { batch, cells, steering: this.#stillAsked(batch) } : { cells });
    // what was marked was deleted, or is made anew
    if (marked !== null && before.get(marked)?.made && !cells.get(marked)?.made) {
      this.set({ marked: null });
      this.#unsay("sheet_second");
    }
    this.#fetch();
  }

  /** What was asked of the batch and is not to be seen in its news: the answer to it may be lost. */
  #stillAsked(batch: BatchStatus): SheetState["steering"] {
    const { batch: before, steering } = this.state;
    // that it stops was asked before Cancel
    const isOvertaken = steering === "cancel" && batch.stopping === "stop";
    return isOvertaken || (before && shapeOf(batch) === shapeOf(before)) ? steering : null;
  }

  /** The cells with others; what has not changed stays the same object, and is not drawn again. */
  #with(news: readonly Cell[]): ReadonlyMap<number, Cell> {
    const before = this.state.cells;
    const changed = news.filter((one) => !isSame(one, before.get(one.position)));
    return changed.length > 0
      ? new Map([...before, ...changed.map((one) => [one.position, one] as const)])
      : before;
  }

  /** Ask for the pictures that are missing, some at a time; later for those that may come later. */
  async #fetch(): Promise<void> {
    if (this.#isFetching || this.#isMoving) return;
    this.#isFetching = true;
    clearTimeout(this.#timer);
    try {
      for (let missing = this.#missing(); missing.length > 0 && !this.#isMoving; missing = this.#missing()) {
        const positions = missing.slice(0, MOST_ASKED);
        const [first = 0, ...rest] = positions;
        const answer = await this.#ask({
          kind: "fetch_thumbnails",
          batch_id: this.#host.batchId,
          positions: [first, ...rest],
        });
        if (!answer || this.#isClosed) return;
        this.#draw(positions, answer);
      }
      this.#fetchLater();
    } finally {
      this.#isFetching = false;
    }
  }

  #draw(positions: readonly number[], answer: Answer<"fetch_thumbnails">): void {
    const told = answer.data.thumbnails ?? [];
    const pictures = new Map(this.state.pictures);
    const wanted = new Set(this.#wanted);
    for (const position of positions) {
      const made = this.state.cells.get(position)?.made;
      if (!made || !wanted.has(position)) continue;
      const at = told.findIndex((one) => one.position === position);
      const one = told[at];
      const before = pictures.get(position);
      URL.revokeObjectURL(before?.url ?? "");
      const content = answer.buffers[at] as DataView<ArrayBuffer> | undefined;
      const type = one?.made === made && one.media_type;
      const url = type && content ? URL.createObjectURL(new Blob([content], { type })) : "";
      const tries = before?.made === made ? before.tries + 1 : 1;
      // of another round than the cell, it is of one whose news is under way
      const mayCome = !url && (one?.made !== made || one.may_come);
      const again = mayCome ? performance.now() + Math.min(2 ** (tries - 1) * FIRST_MS, LONGEST_MS) : null;
      pictures.set(position, { made, url, tries, again, reason: one?.reason ?? answer.alert?.message ?? "" });
    }
    this.set({ pictures });
  }

  #missing(): number[] {
    const { cells, pictures } = this.state;
    return this.#wanted.filter((at) => {
      const made = cells.get(at)?.made;
      const { made: known, again = null } = pictures.get(at) ?? {};
      return made && (known !== made || (again !== null && again <= performance.now()));
    });
  }

  #fetchLater(): void {
    const times = this.#wanted.flatMap((at) => this.state.pictures.get(at)?.again ?? []);
    if (times.length === 0) return;
    const wait = Math.min(...times) - performance.now();
    this.#timer = setTimeout(() => this.#fetch(), wait);
  }

  // What a person does.

  async rate(position: number, rating: number | null): Promise<void> {
    const cell = this.state.cells.get(position);
    if (!cell?.made) return;
    if (!this.state.isConnected) {
      this.say("sheet_off");
      return;
    }
    this.#take(undefined, [{ ...cell, rating }]);
    if (rating === null) this.say("sheet_unrated");
    else if (rating === 0) this.say("sheet_rejected");
    else this.say("sheet_rated", { rating });
    const command = { kind: "rate_item", batch_id: this.#host.batchId, position, rating } as const;
    const answer = await this.#ask(command, true);
    const now = this.state.cells.get(position);
    // what else has changed of it meanwhile stays
    if (!answer?.ok && now?.rating === rating) this.#take(undefined, [{ ...now, rating: cell.rating }]);
  }

  async retry(position: number): Promise<void> {
    await this.#ask({ kind: "retry_item", batch_id: this.#host.batchId, position }, true);
  }

  async load(position: number): Promise<void> {
    const answer = await this.#ask({ kind: "load_item", batch_id: this.#host.batchId, position }, true);
    if (answer?.ok) this.say("sheet_loaded", { label: this.state.cells.get(position)?.label ?? "" });
  }

  async steer(action: BatchStatus["can"][number]): Promise<void> {
    this.set({ steering: action });
    const answer = await this.#ask(
      { kind: "steer_batch", batch_id: this.#host.batchId, action },
      true,
    ).finally(() => {
      // something else may have been asked meanwhile
      if (this.state.steering === action) this.set({ steering: null });
    });
    if (!answer?.ok) return;
    const { batch } = answer.data;
    this.#take(batch, []);
    if (batch?.stopping) this.set({ said: batch.line });
  }

  /** The file of an output, with the name that it is saved by; null where there is none, which is said. */
  async output(position: number, index = 0): Promise<File | null> {
    const command = { kind: "fetch_item_output", batch_id: this.#host.batchId, position, index } as const;
    const answer = await this.#ask(command, true);
    if (!answer?.ok) return null;
    const { filename = "output", media_type: type = "" } = answer.data;
    return new File(answer.buffers as DataView<ArrayBuffer>[], filename, { type });
  }

  async picks(): Promise<File | null> {
    this.set({ isSaving: true });
    const command = { kind: "fetch_picks", batch_id: this.#host.batchId } as const;
    const answer = await this.#ask(command, true).finally(() => this.set({ isSaving: false }));
    if (!answer?.ok) return null;
    const parts = answer.buffers as DataView<ArrayBuffer>[];
    return new File(parts, answer.data.filename ?? "picks.zip", { type: "application/zip" });
  }

  /** Make another item the current one. */
  move(position: number, change: Partial<SheetState> = {}): void {
    if (position !== this.state.current) this.#unsay("sheet_nothing_to_open");
    this.set({ ...change, current: position });
  }

  enlarge(position: number): void {
    const { cells, isConnected } = this.state;
    if (!isConnected) this.say("sheet_off");
    else if (cells.get(position)?.made) this.move(position, { opened: position });
    else this.say("sheet_nothing_to_open");
  }

  /** Put the current picture beside the marked one; of two that there are, beside the other. */
  compare(): void {
    const { current, marked, batch, cells, isConnected } = this.state;
    if (!isConnected) this.say("sheet_off");
    else if (!cells.get(current)?.made) this.say("sheet_nothing_to_open");
    else if (batch?.count === 2) this.#beside(0, 1);
    else if (marked === null || marked === current) {
      this.set({ marked: current });
      this.say("sheet_second");
    } else this.#beside(marked, current);
  }

  #beside(one: number, other: number): void {
    this.set({ compared: [one, other], marked: null });
    this.#unsay("sheet_second");
  }

  /** Send a command; what is refused is said, and a kernel that is not there says so itself. */
  async #ask<C extends Command>(command: C, isByPerson = false) {
    if (isByPerson) this.set({ failure: "", note: "" });
    try {
      const answer = await this.#host.request(command);
      const { kind, message = "" } = answer.alert ?? {};
      if (kind === "note") this.set({ note: message, said: message });
      // why a picture is not there is said in its place
      else if (answer.alert && command.kind !== "fetch_thumbnails") this.set({ failure: message });
      return answer;
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error;
      if (isByPerson) this.say("sheet_off");
      return null;
    }
  }
}

function isSame(one: Cell, other: Cell | undefined): boolean {
  return Object.entries(one).every(([key, value]) => other?.[key as keyof Cell] === value);
}

/** What of a batch its buttons depend on. */
const shapeOf = ({ state, can, stopping }: BatchStatus) => [state, stopping, ...can].join();

/** What is wanted of all; all itself where that is everything. */
function within<T>(all: ReadonlyMap<number, T>, wanted: ReadonlySet<number>): ReadonlyMap<number, T> {
  const kept = [...all].filter(([at]) => wanted.has(at));
  return kept.length === all.size ? all : new Map(kept);
}
