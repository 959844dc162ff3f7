/** One view's page: what it knows besides the traits, and everything that a person can do in it. */

import { Form } from "../form/form";
import type { Problem } from "../form/validate";
import { type Connection, ignoreNotConnected, Link } from "../kernel/comm";
import { KernelMonitor } from "../kernel/heartbeat";
import { HostKernel } from "../kernel/host-kernel";
import type {
  Alert,
  Answer,
  Catalogue,
  Command,
  ManageAction,
  Messages,
  Model,
  ModelType,
  Run,
  SweepAxes,
  Values,
} from "../protocol";
import { saveBlob } from "../text/clipboard";
import { duration, sentence } from "../text/format";
import { keepFocus } from "./focus";
import { ModuleLoader } from "./modules";
import { Store } from "./store";
import { Sending } from "./submit";

export type Panel = "schema" | "input" | "response";

export interface Reason {
  text: string;
  /** The places to go to, the best first; none where one can only wait. */
  to: readonly string[];
}

export interface PageState {
  connection: Connection;
  /** A kernel has answered at least once, so what is shown is not only saved state. */
  wasConnected: boolean;
  /** What this view says about a click that came to nothing. */
  alert: Alert | null;
  /** The kernel's alert that a newer click has put out of date. */
  staleAlert: Alert | null;
  /** The POST of this view's own click is in flight. */
  isPosting: boolean;
  /** What is told at a field of a file that was given to it. */
  told: readonly Problem[];
  /** Fields that were left once, so that an empty one may be called missing. */
  touched: ReadonlySet<string>;
  isAttempted: boolean;
  panel: Panel;
  /** Response shows the request as code instead of what came back. */
  isCode: boolean;
  isManageOpen: boolean;
  /** Which management tool was asked for from a generation, for which one, and what had the focus then. */
  asked: { action: ManageAction; generationId: string; from: Element | null } | null;
  isHistoryOpen: boolean;
  hasShortcuts: boolean;
  /** The foot asks which values are varied. */
  isSweeping: boolean;
  /** Which values it varies, while it asks. */
  axes?: SweepAxes | undefined;
  /** How many runs that a kernel left under way were offered here, and the offer was dismissed. */
  waitingLeft: number;
  /** What was said of runs that were not sent, and was dismissed here. */
  unsentLeft: string;
  announcement: string;
  /** What Reset or a fill took away, and what it left: it can be undone until something else is typed or chosen. */
  undo: { what: "reset" | "fill"; modelId: string; before: Values; after: string } | null;
  /** Request shows its body as JSON. */
  isJson: boolean;
  /** Why the form does not stand for what the person gave: nothing is sent until that has ended. */
  held?: Reason | undefined;
}

const START: PageState = {
  connection: "waiting",
  wasConnected: false,
  alert: null,
  staleAlert: null,
  isPosting: false,
  told: [],
  touched: new Set(),
  isAttempted: false,
  panel: "input",
  isCode: false,
  isManageOpen: false,
  asked: null,
  isHistoryOpen: false,
  hasShortcuts: false,
  isSweeping: false,
  waitingLeft: 0,
  unsentLeft: "",
  announcement: "",
  undo: null,
  isJson: false,
};

/** Where what comes of a request is seen. */
export const RESULT = { panel: "response", isCode: false } as const;

/** The document counts its views: anywidget loads this module once for each model, so a count of the module's own repeats. */
const VIEWS = Symbol.for("genwidget.views");

function countView(): number {
  const counter = document as unknown as { [VIEWS]?: number };
  counter[VIEWS] = (counter[VIEWS] ?? 0) + 1;
  return counter[VIEWS];
}

export class Page {
  readonly model: Model;
  readonly root: HTMLElement;
  readonly store = new Store<PageState>(START);
  readonly link: Link;
  readonly form: Form;
  readonly sending: Sending;
  readonly modules: ModuleLoader;
  readonly #monitor: KernelMonitor;
  readonly #leaveFocus: () => void;
  readonly #prefix: string;
  readonly #holds = new Map<unknown, Reason>();
  /** Rises with each act that is about the form as a whole. */
  #turn = 0;
  #told: Run | null;

  constructor(model: Model, root: HTMLElement) {
    this.model = model;
    this.root = root;
    this.#leaveFocus = keepFocus(root);
    this.#prefix = `gw${countView()}`;
    this.#told = model.get("run");
    const host = new HostKernel(model);
    this.link = new Link(
      model,
      (connection) => this.#connect(connection),
      () => host.isBusy,
    );
    this.modules = new ModuleLoader(model, this.link, () => this.messages);
    this.#monitor = new KernelMonitor(model, root, this.link, host, () => this.#isAwaiting);
    this.form = new Form(model, () => this.link.save());
    this.sending = new Sending(this);
    model.on("change:run", this.#tell);
    this.link.hello();
  }

  close(): void {
    this.model.off("change:run", this.#tell);
    this.#leaveFocus();
    this.form.close();
    this.sending.close();
    this.#monitor.close();
    this.link.close();
  }

  toggleShortcuts(): void {
    this.store.set({ hasShortcuts: !this.store.state.hasShortcuts });
  }

  /** An id that no other view of the document has. */
  id(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  get catalogue(): Catalogue {
    return this.model.get("catalogue");
  }

  get messages(): Messages {
    return this.catalogue.messages;
  }

  reset(): void {
    this.change("reset", () => this.form.reset());
    this.say(this.store.state.undo ? "page_defaults_undo" : "page_defaults");
  }

  /** Change the whole form, so that it can be undone. */
  change(what: "reset" | "fill", change: () => void): void {
    const [modelId, values, before] = [this.model.get("model_id"), this.model.get("values"), this.written];
    this.#turn++;
    change();
    const after = this.written;
    const undo = after === before ? null : { what, modelId, before: values, after };
    this.store.set({ touched: new Set(), isAttempted: false, undo });
  }

  /** Let nothing be sent for a reason of one's own; without a reason no longer. */
  hold(by: unknown, reason?: Reason): void {
    if (reason) this.#holds.set(by, reason);
    else this.#holds.delete(by);
    this.store.set({ held: [...this.#holds.values()][0] });
  }

  /** Ask for what the form is filled with: nothing is sent before; nothing where a newer act or no answer came instead. */
  async read<C extends Command>(command: C): Promise<Answer<C["kind"]> | undefined> {
    const turn = ++this.#turn;
    this.hold(command, { text: this.messages.wants_hello as string, to: [] });
    const asked = this.link.request(command).catch(ignoreNotConnected);
    const answer = await asked.finally(() => this.hold(command));
    return (turn === this.#turn && answer) || undefined;
  }

  /** The form, as a text that changes with it. */
  get written(): string {
    return JSON.stringify([this.model.get("model_id"), this.model.get("values")]);
  }

  get canUndo(): boolean {
    return this.store.state.undo?.after === this.written;
  }

  /** Bring back what Reset or a fill took away. */
  undoReset(): void {
    const { undo } = this.store.state;
    if (undo) this.form.load(undo.modelId, undo.before);
    this.store.set({ undo: null });
    this.say("page_restored");
    this.#find("reset")?.focus();
  }

  selectModel(modelId: string): void {
    const spec = this.form.select(modelId);
    if (!spec) return;
    this.#turn++;
    this.store.set({ touched: new Set(), isAttempted: false });
    this.say("page_model", { model_id: modelId, count: spec.fields.length });
  }

  selectType(type: ModelType): void {
    const modelId = this.form.modelOf(type);
    if (modelId !== undefined && type !== this.model.get("model_type")) this.selectModel(modelId);
  }

  touch(name: string): void {
    const { touched } = this.store.state;
    if (!touched.has(name)) this.store.set({ touched: new Set(touched).add(name) });
  }

  /** Announce a sentence by its code. */
  say(code: string, values?: Record<string, unknown>): void {
    this.announce(sentence(this.messages, code, values));
  }

  announce(announcement: string): void {
    this.store.set({ announcement });
  }

  /** Hand a file to the browser, and say so. */
  save(blob: Blob, filename: string): void {
    saveBlob(blob, filename);
    this.say("page_saved", { filename });
  }

  show(panel: Panel): void {
    this.store.set({ panel });
  }

  /** The panels stand behind tabs, one at a time. */
  get isNarrow(): boolean {
    const tabs = this.root.querySelector(".gw-tabs");
    return tabs !== null && getComputedStyle(tabs).display !== "none";
  }

  /** Show a refusal in Response. */
  refuse(alert: Alert | null): void {
    if (!alert) return;
    this.store.set({ alert, ...RESULT });
    this.#bringResponse();
  }

  /** Show no alert any more that stands here. */
  dismissAlert(): void {
    this.store.set({ alert: null, staleAlert: this.model.get("alert") });
  }

  /** Move the focus to the first of some places that is there to take it, in the tab where it stands. */
  goTo(...places: readonly string[]): void {
    const [first = ""] = places;
    if (first === "view") this.store.set(RESULT);
    // what is wrong with a name alone is told in either view of the body
    const isJson = first === "f-json" || (this.store.state.isJson && !!this.#find(first));
    if (first.startsWith("f-")) this.store.set({ panel: "input", isJson });
    const go = () => {
      const found = places.map((one) => this.#find(one)).find((one) => one && !one.matches(":disabled"));
      found?.focus();
      if (first === "view") this.#bringResponse();
      return found?.checkVisibility();
    };
    if (!go()) requestAnimationFrame(go); // its tab is drawn first
  }

  /** Bring Response into sight; its upper end where it is higher than the place. */
  #bringResponse(): void {
    const panel = this.#find("panel-response");
    panel?.scrollIntoView({ block: "nearest" });
    panel?.querySelector("header")?.scrollIntoView({ block: "nearest" });
  }

  /** Fill in an example, if need be in the sandbox, and move the focus to what Send still waits for. */
  tryExample(isInSandbox: boolean): void {
    if (isInSandbox) this.form.selectRegion("sandbox");
    this.form.fillExample();
    this.show("input");
    this.say("page_example");
    this.focusNext();
  }

  takeSandbox(): void {
    this.form.selectRegion("sandbox");
    this.focusNext();
  }

  /** Move the focus to what Send still waits for: a field, the key; and to Send where nothing is missing. */
  focusNext(): void {
    const missing = this.form.checked?.missing[0];
    if (missing) this.goTo(`f-${missing}`);
    else if (this.model.get("locked")) this.goTo("send");
    else requestAnimationFrame(() => this.goTo("use-key", "key")); // the button comes with the region
  }

  /** What has the focus, in the view's own tree. */
  get focused(): Element | null {
    return (this.root.getRootNode() as Document | ShadowRoot).activeElement;
  }

  #find(name: string): HTMLElement | null {
    return this.root.querySelector(`#${CSS.escape(this.id(name))}`);
  }

  /** Open a management tool with a generation filled in. */
  manage(action: ManageAction, generationId: string): void {
    this.store.set({ isManageOpen: true, asked: { action, generationId, from: this.focused } });
  }

  load(runId: string): Promise<void> {
    this.sending.leave();
    return this.order({ kind: "load_run", run_id: runId });
  }

  /** Send a command whose effect shows in the traits; a refusal is shown in Response. */
  async order(
    command: { kind: "cancel" | "resume" | "load_run"; run_id: string } | { kind: "resume_unsent" },
  ): Promise<void> {
    this.dismissAlert();
    try {
      const answer = await this.link.request(command);
      if (!answer.ok) this.refuse(answer.alert);
    } catch (error) {
      ignoreNotConnected(error);
    }
  }

  get #isAwaiting(): boolean {
    return this.store.state.isPosting || this.model.get("run")?.is_live === true;
  }

  #connect(connection: Connection): void {
    const isConnected = connection === "connected";
    if (!isConnected) this.modules.forget();
    const isNew = isConnected && !this.store.state.wasConnected;
    this.store.set(isConnected ? { connection, wasConnected: true } : { connection, isPosting: false });
    if (isNew && this.model.get("run")?.is_live) this.#follow();
  }

  /** Turn to what goes on, whoever began it; but not away from what a person is at. */
  #follow(): void {
    if (!this.#find("panel-input")?.matches(":focus-within")) this.show("response");
  }

  /** Say how the shown run goes on; what was said about an earlier click gives way to a newer run. */
  readonly #tell = (): void => {
    const run = this.model.get("run");
    const before = this.#told;
    this.#told = run;
    if (!run) return;
    if (run.run_id !== before?.run_id) {
      this.store.set({ alert: null });
      if (run.is_live) this.#follow();
    } else if (run.state !== before.state) this.say("page_state", { state: run.state, took: tookOf(run) });
    else if (hopOf(run) !== hopOf(before)) this.announce(hopOf(run));
  };
}

/** Who is at work, and which provider failed before it. */
function hopOf({ timeline }: Run): string {
  const at = timeline.findIndex((one) => one.is_now);
  const [now, before] = [timeline[at], timeline[at - 1]];
  if (!now?.provider) return "";
  const said = `${now.provider} ${now.label}`;
  return before?.provider && before.tone === "bad" ? `${before.provider} ${before.label}, ${said}` : said;
}

function tookOf({ is_live, total_ms }: Run): string {
  return is_live || total_ms === null ? "" : ` after ${duration(total_ms)}`;
}
