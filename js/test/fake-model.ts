/** A model as anywidget gives it, with a kernel behind it that a test writes. */

import type { CellsNews, Command, Model, Reply, Traits } from "../src/protocol";
import { moduleText } from "./further";

type Sent = Command & { id: string; buffers?: readonly Uint8Array[] };
type Said = Partial<Pick<Reply, "ok" | "alert" | "data" | "spans">> & {
  bytes?: Uint8Array;
  parts?: Uint8Array[];
};
type Listener = (...args: never[]) => void;

/** What the kernel answers to a command; `null` is silence. */
export type Kernel = (command: Sent) => Said | null;

const withModules: Kernel = (command) => {
  const bytes = command.kind === "fetch_module" ? moduleText(command.name) : undefined;
  return bytes ? { bytes } : { ok: false };
};

export class FakeModel implements Model {
  readonly sent: Sent[] = [];
  readonly saves: Partial<Traits>[] = [];
  kernel: Kernel = () => ({});
  /** What a kernel that is not silent answers to the question for a further module. */
  modules: Kernel = withModules;
  /** The comm is closed: sending throws, as it does after a kernel's restart. */
  isGone = false;
  widget_manager?: unknown;
  #traits: Traits;
  #unsaved: Partial<Traits> = {};
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(traits: Traits, kernel?: Kernel) {
    this.#traits = { ...traits };
    if (kernel) this.kernel = kernel;
  }

  get<K extends keyof Traits>(name: K): Traits[K] {
    return this.#traits[name];
  }

  set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    this.#unsaved[name] = value;
    this.put({ [name]: value });
  }

  save_changes(): void {
    if (this.isGone) throw new Error("Cannot send");
    this.saves.push(this.#unsaved);
    this.#unsaved = {};
  }

  on(event: string, callback: Listener): void {
    const found = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, found.add(callback));
  }

  off(event: string, callback?: Listener): void {
    if (callback) this.#listeners.get(event)?.delete(callback);
    else this.#listeners.delete(event);
  }

  send(content: unknown, _callbacks?: unknown, buffers?: readonly unknown[]): void {
    if (this.isGone) throw new Error("Cannot send");
    const command = (buffers ? { ...(content as Sent), buffers } : content) as Sent;
    this.sent.push(command);
    const own = this.kernel(command);
    const said = own && command.kind === "fetch_module" ? this.modules(command) : own;
    if (said) queueMicrotask(() => this.#take(command, said));
  }

  /** A kernel tells that a POST is on its way before it answers the click. */
  #take(command: Sent, said: Said): void {
    if (command.kind === "send" && said.ok !== false)
      this.put({ posting: [...this.get("posting"), command.intent_id] });
    this.answer(command.id, said);
  }

  /** Answer a command, at once or later. */
  answer(id: string, { bytes, parts = bytes ? [bytes] : [], ...said }: Said): void {
    const reply: Reply = { kind: "reply", id, ok: true, alert: null, data: {}, ...said };
    const buffers = parts.map((one) => new DataView(one.buffer, one.byteOffset, one.byteLength));
    this.#fire("msg:custom", reply, buffers);
  }

  /** Bring a part of an answer. */
  part(id: string, bytes: Uint8Array): void {
    this.#fire("msg:custom", { kind: "beat", id }, [new DataView(bytes.slice().buffer)]);
  }

  /** Say of a batch's cells what a kernel says by itself. */
  tell(news: CellsNews): void {
    this.#fire("msg:custom", news, []);
  }

  /** Set traits as the kernel does: all of them, then one event for each. */
  put(traits: Partial<Traits>): void {
    const before = this.#traits;
    this.#traits = { ...before, ...traits };
    for (const name of Object.keys(traits) as (keyof Traits)[]) {
      if (before[name] !== traits[name]) this.#fire(`change:${name}`);
    }
  }

  commands(kind: Command["kind"]): Sent[] {
    return this.sent.filter((one) => one.kind === kind);
  }

  /** Say what a kernel says by itself while a run is under way. */
  beat(): void {
    this.#fire("msg:custom", { kind: "beat" }, []);
  }

  /** What the host's model says of its comm. */
  say(event: "comm_live_update" | "comm:close" | "destroy"): void {
    this.#fire(event);
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, one) => sum + one.size, 0);
  }

  #fire(event: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])])
      (listener as (...all: unknown[]) => void)(...args);
  }
}
