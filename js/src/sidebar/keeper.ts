/** Keeps the panel's own kernel: at most one, found again, started when there is none, ended with the panel. */

import type { ServiceManager } from "@jupyterlab/services";
import { gone, Trouble } from "./notices";
import { endOwnKernel, findOwnKernel, type OwnKernel, startOwnKernel } from "./own-kernel";

export class OwnKernelKeeper {
  constructor(readonly services: ServiceManager.IManager) {}

  get isRunning(): boolean {
    const kernel = this.#kernel?.session.kernel;
    return Boolean(kernel && !kernel.isDisposed && kernel.status !== "dead");
  }

  /** Returns it as soon as it runs; `mayStart` says whether it may be started. */
  async reach(mayStart: boolean): Promise<OwnKernel> {
    await this.#ending;
    // The connection is kept while a notebook's kernel is shown: its widgets are known to this connection alone.
    if (this.#kernel && !this.#kernel.isDisposed) return this.#kernel;
    this.#coming ??= this.#find(mayStart).finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  /** Ends it, also one that is still on its way or was started by an earlier page. */
  end(): Promise<void> {
    this.#ending = this.#end();
    // Whoever opens the panel again only waits for this; why it failed is told to who closed it.
    const ended = this.#ending;
    this.#ending = ended.catch(() => undefined);
    return ended;
  }

  async #find(mayStart: boolean): Promise<OwnKernel> {
    const found = await findOwnKernel(this.services);
    if (!found && !mayStart) throw new Trouble(gone);
    this.#kernel = found ?? (await startOwnKernel(this.services));
    return this.#kernel;
  }

  async #end(): Promise<void> {
    await this.#coming?.catch(() => undefined);
    this.#kernel?.dispose();
    this.#kernel = null;
    await endOwnKernel(this.services);
  }

  #kernel: OwnKernel | null = null;
  #coming: Promise<OwnKernel> | null = null;
  #ending: Promise<void> = Promise.resolve();
}
