/** Decides which kernel the panel is on: chosen, remembered across a reload, ended with the panel. */

import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { ServiceManager } from "@jupyterlab/services";
import { OwnKernelKeeper } from "./keeper";
import type { KernelHost } from "./kernel-host";
import type { Choice, KernelPicker } from "./kernel-picker";
import { baseName } from "./names";
import { NotebookKernel } from "./notebook-kernel";
import * as notices from "./notices";
import { type Action, failed, type Notice, Trouble } from "./notices";
import type { PanelDisplay, PlaygroundView } from "./playground-view";
import { NOTHING, type SavedState } from "./saved-state";

/** What JupyterLab gives. */
export interface Surroundings {
  services: ServiceManager.IManager;
  tracker: INotebookTracker | null;
  savedState: SavedState;
  /** Settles when the notebooks of before are open again. */
  restored: Promise<unknown>;
  openNotebook(path: string): Promise<unknown>;
}

export class PanelController {
  constructor(
    readonly around: Surroundings,
    readonly display: PanelDisplay,
    readonly view: PlaygroundView,
    readonly picker: KernelPicker,
  ) {
    this.#keeper = new OwnKernelKeeper(around.services);
    around.services.kernels.runningChanged.connect((_, models) => void view.check(models));
    around.tracker?.widgetAdded.connect((_, notebook) => this.#onNotebook(notebook));
  }

  /** Goes where the panel was before the reload, or before it was closed; the first time, to a kernel of its own. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const turn = ++this.#turn;
    await this.#renaming;
    const { choice, hadOwnKernel, wasClosed } = (await this.around.savedState.recall()) ?? NOTHING;
    this.#hasOwnKernel = hadOwnKernel;
    this.picker.choose(choice);
    if (choice) await this.around.restored;
    if (turn !== this.#turn) return; // closed meanwhile, or another was chosen
    const isGone = wasClosed && choice !== null && !this.#hasKernel(choice);
    await this.enter(isGone ? null : choice, !hadOwnKernel);
  }

  /** Shows the playground of this kernel; `mayStart` says whether one of its own may be started for it. */
  async enter(choice: Choice, mayStart = true): Promise<void> {
    const turn = ++this.#turn;
    this.#leave();
    this.#choice = choice;
    this.picker.choose(choice);
    this.display.say(choice || this.#hasOwnKernel || !mayStart ? notices.connecting : notices.starting);
    try {
      const host = choice ? this.#notebook(choice) : await this.#keeper.reach(mayStart);
      if (turn !== this.#turn) return;
      this.#hasOwnKernel ||= host.isOwn;
      await this.#remember();
      if (turn === this.#turn) this.view.enter(host);
      else stopWatching(host);
    } catch (error) {
      if (turn === this.#turn) this.display.say(noticeOf(error));
    }
  }

  async act(action: Action): Promise<void> {
    const { view } = this;
    if (action === "reload") window.location.reload();
    else if (action === "own") await this.enter(null);
    else if (action === "restart") await this.#restart();
    else if (action === "reconnect") await view.reconnect();
    else if (action === "retry" && view.host) view.retry();
    else if (action === "open" && this.#choice) await this.around.openNotebook(this.#choice);
    else if (action === "start" && view.host && !view.host.isOwn) await view.start();
    else await this.enter(this.#choice);
  }

  /** Whether closing the panel ends a kernel that still follows a run. */
  get wouldEndRun(): boolean {
    return this.#keeper.isRunning && this.view.isRunUnderWay;
  }

  /** Ends the kernel that the panel started, and leaves those of notebooks alone. */
  async close(): Promise<void> {
    this.#turn++;
    this.#leave();
    this.#isOpen = false;
    this.#hasOwnKernel = false;
    this.display.say(notices.closed);
    try {
      await this.#remember();
      await this.#keeper.end();
    } catch (error) {
      this.display.say(notices.notEnded(String(error)));
    }
  }

  #leave(): void {
    const { host } = this.view;
    this.view.leave();
    if (host) stopWatching(host);
  }

  /** A kernel that has died cannot be restarted: another takes its place. */
  async #restart(): Promise<void> {
    const { host } = this.view;
    if (host?.session?.kernel?.isDisposed === false) return this.view.restart();
    if (host && !host.isOwn) return this.view.start();
    await this.#keeper.end();
    return this.enter(null);
  }

  #notebook(path: string): KernelHost {
    const notebook = this.around.tracker?.find((one) => !one.isDisposed && one.context.path === path);
    if (!notebook) throw new Trouble(notices.notOpen(baseName(path)));
    return new NotebookKernel(notebook, this.around.services.kernelspecs);
  }

  /** Whether a notebook is open with a kernel, or one that comes by itself. */
  #hasKernel(path: string): boolean {
    try {
      const host = this.#notebook(path);
      const isComing = host.isComing;
      const kernel = host.session?.kernel;
      host.dispose();
      return isComing || Boolean(kernel && !kernel.isDisposed && kernel.status !== "dead");
    } catch {
      return false;
    }
  }

  /** A notebook that the panel waits for has been opened. */
  #onNotebook(notebook: NotebookPanel): void {
    const isAwaited = this.#isOpen && this.#choice === notebook.context.path;
    if (isAwaited && (!this.view.host || this.view.host.isDisposed)) void this.enter(this.#choice);
    let { path } = notebook.context;
    notebook.context.pathChanged.connect((context) => {
      const before = path;
      const now = context.path;
      path = now;
      this.#renaming = this.#renaming.then(() => this.#onRenamed(before, now));
    });
  }

  /** The notebook that the panel is on, or was on when it was closed, has another path now. */
  async #onRenamed(before: string, path: string): Promise<void> {
    const choice = this.#isOpen ? this.#choice : (await this.around.savedState.recall())?.choice;
    if (choice !== before) return;
    this.#choice = path;
    this.picker.choose(path);
    await this.#remember();
  }

  async #remember(): Promise<void> {
    await this.around.savedState.keep({
      choice: this.#choice,
      hadOwnKernel: this.#hasOwnKernel,
      wasClosed: !this.#isOpen,
    });
  }

  readonly #keeper: OwnKernelKeeper;
  #choice: Choice = null;
  /** Settles when every rename so far is written down. */
  #renaming: Promise<unknown> = Promise.resolve();
  #isOpen = false;
  #hasOwnKernel = false;
  #turn = 0;
}

/** Of the panel's own kernel the connection is kept: its widgets are known to that alone. */
function stopWatching(host: KernelHost): void {
  if (!host.isOwn) host.dispose();
}

function noticeOf(error: unknown): Notice {
  return error instanceof Trouble ? error.notice : failed("page", String(error));
}
