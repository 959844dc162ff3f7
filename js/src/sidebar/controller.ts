/** Decides which kernel the panel is on: chosen, remembered across a reload, ended with the panel. */

import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { ServiceManager } from "@jupyterlab/services";
import { Keeper } from "./keeper";
import type { Home } from "./kernel-host";
import type { Choice, KernelPicker } from "./kernel-picker";
import { baseName } from "./names";
import { NotebookKernel } from "./notebook-kernel";
import * as notices from "./notices";
import { type Action, failed, type Notice, Trouble } from "./notices";
import type { Scene, Stage } from "./playground-view";
import type { Memory } from "./saved-state";

/** What JupyterLab gives. */
export interface Surroundings {
  services: ServiceManager.IManager;
  tracker: INotebookTracker | null;
  memory: Memory;
  /** Settles when the notebooks of before are open again. */
  restored: Promise<unknown>;
  openNotebook(path: string): Promise<unknown>;
}

export class Director {
  constructor(
    readonly around: Surroundings,
    readonly scene: Scene,
    readonly stage: Stage,
    readonly picker: KernelPicker,
  ) {
    this.#keeper = new Keeper(around.services);
    around.services.kernels.runningChanged.connect((_, models) => void stage.check(models));
    around.tracker?.widgetAdded.connect((_, notebook) => this.#onNotebook(notebook));
  }

  /** Goes where the panel was before the reload; the first time, to a kernel of its own. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { choice, hadOwnKernel } = (await this.around.memory.recall()) ?? {
      choice: null,
      hadOwnKernel: false,
    };
    this.#hasOwnKernel = hadOwnKernel;
    this.picker.choose(choice);
    if (choice) await this.around.restored;
    await this.enter(choice, !hadOwnKernel);
  }

  /** Shows the playground of this kernel; `mayStart` says whether one of its own may be started for it. */
  async enter(choice: Choice, mayStart = true): Promise<void> {
    const turn = ++this.#turn;
    this.stage.leave();
    this.#choice = choice;
    this.picker.choose(choice);
    this.scene.say(choice || this.#hasOwnKernel || !mayStart ? notices.connecting : notices.starting);
    try {
      const home = choice ? this.#notebook(choice) : await this.#keeper.reach(mayStart);
      if (turn !== this.#turn) return;
      this.#hasOwnKernel ||= home.isOwn;
      await this.#remember();
      this.stage.enter(home);
    } catch (error) {
      if (turn === this.#turn) this.scene.say(noticeOf(error));
    }
  }

  async act(action: Action): Promise<void> {
    const { stage } = this;
    if (action === "reload") window.location.reload();
    else if (action === "own") await this.enter(null);
    else if (action === "restart") await this.#restart();
    else if (action === "reconnect") await stage.reconnect();
    else if (action === "retry" && stage.home) stage.retry();
    else if (action === "open" && this.#choice) await this.around.openNotebook(this.#choice);
    else if (action === "start" && stage.home && !stage.home.isOwn) await stage.start();
    else await this.enter(this.#choice);
  }

  /** Ends the kernel that the panel started, and leaves those of notebooks alone. */
  async close(): Promise<void> {
    this.#turn++;
    this.stage.leave();
    this.#isOpen = false;
    this.#hasOwnKernel = false;
    this.scene.say(notices.closed);
    try {
      await this.around.memory.forget();
      await this.#keeper.end();
    } catch (error) {
      this.scene.say(notices.notEnded(String(error)));
    }
  }

  /** A kernel that has died cannot be restarted: another takes its place. */
  async #restart(): Promise<void> {
    const { home } = this.stage;
    if (home?.session?.kernel?.isDisposed === false) return this.stage.restart();
    if (home && !home.isOwn) return this.stage.start();
    await this.#keeper.end();
    return this.enter(null);
  }

  #notebook(path: string): Home {
    const notebook = this.around.tracker?.find((one) => !one.isDisposed && one.context.path === path);
    if (!notebook) throw new Trouble(notices.notOpen(baseName(path)));
    return new NotebookKernel(notebook, this.around.services.kernelspecs);
  }

  /** A notebook that the panel waits for has been opened. */
  #onNotebook(notebook: NotebookPanel): void {
    const isAwaited = this.#isOpen && this.#choice === notebook.context.path;
    if (isAwaited && (!this.stage.home || this.stage.home.isDisposed)) void this.enter(this.#choice);
    notebook.context.pathChanged.connect((context) => {
      if (this.stage.home?.context === context) void this.#renamed(context.path);
    });
  }

  async #renamed(path: string): Promise<void> {
    this.#choice = path;
    this.picker.choose(path);
    await this.#remember();
  }

  async #remember(): Promise<void> {
    await this.around.memory.keep({ choice: this.#choice, hadOwnKernel: this.#hasOwnKernel });
  }

  readonly #keeper: Keeper;
  #choice: Choice = null;
  #isOpen = false;
  #hasOwnKernel = false;
  #turn = 0;
}

function noticeOf(error: unknown): Notice {
  return error instanceof Trouble ? error.notice : failed("page", String(error));
}
