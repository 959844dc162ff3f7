/** The kernel of an open notebook. It is the notebook's: the panel only shows what lives there, over its connection. */

import type { NotebookPanel } from "@jupyterlab/notebook";
import type { KernelMessage, KernelSpec, Session } from "@jupyterlab/services";
import { Signal } from "@lumino/signaling";
import type { KernelHost, WidgetContext } from "./kernel-host";
import { baseName } from "./names";
import { noPython, Trouble } from "./notices";
import { RestartDetector, renewSubshells } from "./restarts";
import { pythonSpec } from "./specs";

const COMING = new Set<string>(["initializing", "starting"]);

export class NotebookKernel implements KernelHost {
  readonly isOwn = false;
  readonly isNew = false;
  readonly changed: Signal<KernelHost, void> = new Signal<KernelHost, void>(this);
  readonly restarted: Signal<KernelHost, void> = new Signal<KernelHost, void>(this);

  constructor(
    readonly notebook: NotebookPanel,
    readonly specs: KernelSpec.IManager,
  ) {
    const { sessionContext } = notebook;
    sessionContext.statusChanged.connect(this.#onChange, this);
    sessionContext.connectionStatusChanged.connect(this.#onChange, this);
    sessionContext.kernelChanged.connect(this.#onChange, this);
    sessionContext.sessionChanged.connect(this.#onChange, this);
    sessionContext.iopubMessage.connect(this.#onMessage, this);
    notebook.disposed.connect(this.#onChange, this);
  }

  get name(): string {
    return baseName(this.path);
  }

  get path(): string {
    return this.notebook.context.path;
  }

  get context(): WidgetContext {
    return this.notebook.context;
  }

  get session(): Session.ISessionConnection | null {
    return this.isDisposed ? null : this.notebook.sessionContext.session;
  }

  get isComing(): boolean {
    return !this.isDisposed && COMING.has(this.notebook.sessionContext.kernelDisplayStatus);
  }

  get isDisposed(): boolean {
    return this.notebook.isDisposed;
  }

  async start(): Promise<void> {
    await this.specs.ready;
    const name = this.notebook.sessionContext.prevKernelName || pythonSpec(this.specs.specs);
    if (!name) throw new Trouble(noPython);
    await this.notebook.sessionContext.changeKernel({ name });
  }

  dispose(): void {
    Signal.disconnectReceiver(this);
  }

  #onChange(): void {
    this.changed.emit();
  }

  #onMessage(_: unknown, message: KernelMessage.IMessage): void {
    const kernel = this.session?.kernel;
    if (kernel && this.#detector.take(kernel, message))
      void renewSubshells(kernel).then(() => this.restarted.emit());
  }

  #detector = new RestartDetector();
}
