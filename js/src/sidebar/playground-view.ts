/** Brings the playground of a kernel in the panel, and whatever can go wrong on the way as a notice. */

import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Kernel } from "@jupyterlab/services";
import type { Widget } from "@lumino/widgets";
import type { Model } from "../protocol";
import { KeptForms } from "./kept-forms";
import type { KernelHost } from "./kernel-host";
import * as notices from "./notices";
import { type Notice, Trouble } from "./notices";
import { askForPanel } from "./open-playground";
import type { SavedState } from "./saved-state";
import { managerOf, viewOf } from "./widget-manager";

/** Where things are shown. */
export interface PanelDisplay {
  put(view: Widget): void;
  say(notice: Notice): void;
  /** Says something above the playground, which stays; nothing takes it back. */
  remark(notice: Notice | null): void;
}

/** How long a kernel that is not busy may take before something is offered. */
const PATIENCE_MS = 15_000;

const STARTING: ReadonlySet<Kernel.Status> = new Set(["starting", "restarting", "autorestarting"]);

/** What is waited for: the kernel's start, its turning to the question for the playground, the answer to that. */
type Awaited = "start" | "turn" | "answer";

export class PlaygroundView {
  constructor(
    readonly display: PanelDisplay,
    readonly rendermime: IRenderMimeRegistry,
    savedState: SavedState,
  ) {
    this.#kept = new KeptForms(savedState);
  }

  get host(): KernelHost | null {
    return this.#host;
  }

  /** Whether anything is under way that the panel's own kernel sent, on show or not: a run, a batch. */
  get isRunUnderWay(): boolean {
    const model = this.#own;
    return model !== null && (model.get("history_state").is_under_way || model.get("posting").length > 0);
  }

  /** Shows the playground of this kernel from now on, through restarts and deaths. */
  enter(host: KernelHost): void {
    this.leave();
    this.#host = host;
    host.changed.connect(this.#onChange, this);
    host.restarted.connect(this.#onRestarted, this);
    void this.retry();
  }

  /** Takes everything down; what is still on its way comes to nothing. */
  leave(): void {
    this.#turn++;
    this.#state = "empty";
    this.#host?.changed.disconnect(this.#onChange, this);
    this.#host?.restarted.disconnect(this.#onRestarted, this);
    this.#host = null;
  }

  /**
   * Looks whether the kernel is still the same process. After a restart from elsewhere nothing may come by itself, but
   * the server's list says that something happened, and any answer of the kernel tells which process it is.
   */
  async check(models: Kernel.IModel[]): Promise<void> {
    const kernel = this.#host?.session?.kernel;
    const activity = models.find((one) => one.id === kernel?.id)?.last_activity ?? "";
    const isNews = activity !== this.#lastActivity;
    this.#lastActivity = activity;
    if (kernel && isNews && this.#state === "shown") await kernel.requestKernelInfo();
  }

  async restart(): Promise<void> {
    const kernel = this.#host?.session?.kernel;
    if (kernel) await this.#attempt(notices.restarting, () => kernel.restart());
  }

  async reconnect(): Promise<void> {
    const kernel = this.#host?.session?.kernel;
    if (kernel) await this.#attempt(notices.connecting, () => kernel.reconnect());
  }

  async start(): Promise<void> {
    const host = this.#host;
    if (host) await this.#attempt(notices.starting, () => host.start());
  }

  async retry(): Promise<void> {
    const host = this.#host;
    const kernel = host?.session?.kernel;
    if (!host) return;
    if (!kernel || kernel.isDisposed) this.#explain(host);
    else await this.#show(host, kernel);
  }

  async #show(host: KernelHost, kernel: Kernel.IKernelConnection): Promise<void> {
    const turn = ++this.#turn;
    this.#state = "coming";
    // Nobody else has run anything in a kernel that the panel has just started.
    const isNew = host.isNew && !this.#seen.has(host);
    this.#awaited = isNew || STARTING.has(kernel.status) ? "start" : "turn";
    this.#sayComing(kernel.status);
    const timer = window.setTimeout(() => this.#onSlow(turn, kernel), PATIENCE_MS);
    try {
      const view = await this.#draw(host, kernel, (what) => {
        if (turn !== this.#turn) return;
        this.#awaited = isNew ? "answer" : what;
        this.#sayComing(kernel.status);
      });
      this.#seen.add(host);
      if (turn === this.#turn) this.#put(view);
      else view.dispose();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    } finally {
      window.clearTimeout(timer);
    }
  }

  async #draw(
    host: KernelHost,
    kernel: Kernel.IKernelConnection,
    wait: (what: Awaited) => void,
  ): Promise<Widget> {
    const { language_info } = await kernel.info;
    if (language_info.name !== "python") throw new Trouble(notices.notPython(host.name));
    const manager = await managerOf(host.context, this.rendermime);
    wait("turn");
    const modelId = await askForPanel(kernel, () => wait("answer"));
    return viewOf(manager, modelId, (model) => {
      if (host.isOwn) this.#own = model as unknown as Model;
      this.#kept.take(host.context.path, model);
    });
  }

  #put(view: Widget): void {
    this.#state = "shown";
    this.display.put(view);
  }

  #onChange(): void {
    const host = this.#host;
    if (!host) return;
    const kernel = host.session?.kernel;
    if (kernel?.status === "dead") this.#wait(notices.dead);
    else if (!kernel || kernel.isDisposed) this.#explain(host);
    else if (kernel.connectionStatus === "disconnected") this.#wait(notices.disconnected);
    else if (kernel.connectionStatus === "connecting") this.#onUnsure();
    else this.#onStatus(kernel.status);
  }

  /** The connection comes back by itself or is given up; what is shown may be good again in a moment. */
  #onUnsure(): void {
    if (this.#state === "shown") this.display.remark(notices.reconnecting);
  }

  #onStatus(status: Kernel.Status): void {
    if (this.#state === "shown") this.display.remark(null);
    if (status === "restarting" || status === "autorestarting") this.#wait(notices.restarting);
    else if (status === "terminating") this.#wait(notices.gone);
    else if (this.#state === "coming") this.#sayComing(status);
    else if (this.#state === "waiting") void this.retry();
  }

  /** A kernel is busy with its own start first, and with the playground itself last: neither is what a person ran in it. */
  #sayComing(status: Kernel.Status): void {
    if (this.#awaited === "start") this.display.say(notices.starting);
    else if (this.#awaited === "turn" && status === "busy") this.display.say(notices.busy);
    else this.display.say(notices.connecting);
  }

  /** The kernel is another process than before: what was shown is gone with it. */
  #onRestarted(): void {
    if (this.#state === "shown") void this.retry();
  }

  #onSlow(turn: number, kernel: Kernel.IKernelConnection): void {
    if (turn === this.#turn && kernel.status !== "busy") this.display.say(notices.slow);
  }

  #explain(host: KernelHost): void {
    if (host.isComing) this.#wait(notices.connecting);
    else if (host.isOwn) this.#wait(notices.gone);
    else this.#wait(host.isDisposed ? notices.notOpen(host.name) : notices.noKernel(host.name));
  }

  /** Says why nothing is shown; a kernel that comes to life brings the playground back by itself. */
  #wait(notice: Notice): void {
    this.#turn++;
    this.#state = "waiting";
    this.display.say(notice);
  }

  #fail(error: unknown): void {
    this.#state = "failed";
    const reason = error instanceof Error ? error.message : String(error);
    this.display.say(error instanceof Trouble ? error.notice : notices.failed("page", reason));
  }

  /** Does something about the kernel and looks what came of it. */
  async #attempt(notice: Notice, act: () => Promise<unknown>): Promise<void> {
    this.#wait(notice);
    const turn = this.#turn;
    try {
      await act();
      this.#onChange();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  readonly #kept: KeptForms;
  /** Of the panel's own kernel, which goes on while another is looked at. */
  #own: Model | null = null;
  #host: KernelHost | null = null;
  readonly #seen = new WeakSet<KernelHost>();
  #awaited: Awaited = "start";
  #lastActivity = "";
  /** Counts what was begun: an answer to an earlier question is dropped. */
  #turn = 0;
  #state: "empty" | "coming" | "waiting" | "failed" | "shown" = "empty";
}
