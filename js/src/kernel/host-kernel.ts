/** The host's own word on its kernel, where it gives one: JupyterLab's, Notebook's and Voila's widget managers do. */

import type { Model } from "../protocol";

interface Signal {
  connect(slot: (sender: unknown, value: unknown) => void): unknown;
  disconnect(slot: (sender: unknown, value: unknown) => void): unknown;
}

/** What this kernel ran has ended with it. */
const ENDED = new Set<unknown>(["restarting", "autorestarting", "terminating", "dead"]);
/** Another process may have taken its place: a restart from elsewhere says no more than this. */
const UNSURE = new Set<unknown>(["starting", "unknown"]);

export class HostKernel {
  readonly #kernel: Record<string, unknown>;
  #disconnects: (() => void)[] = [];

  constructor(model: Model) {
    const manager = model.widget_manager as { kernel?: unknown } | undefined;
    const kernel = manager?.kernel;
    this.#kernel = typeof kernel === "object" && kernel !== null ? (kernel as Record<string, unknown>) : {};
  }

  /** The host hears the kernel, and it is running something. */
  get isBusy(): boolean {
    const { status, connectionStatus } = this.#kernel;
    return status === "busy" && connectionStatus === "connected";
  }

  watch(onEnd: () => void, onDoubt: () => void): void {
    this.#follow("statusChanged", (status) => {
      if (ENDED.has(status)) onEnd();
      else if (UNSURE.has(status)) onDoubt();
    });
    this.#follow("connectionStatusChanged", onDoubt);
    this.#follow("disposed", onEnd);
  }

  close(): void {
    for (const disconnect of this.#disconnects) disconnect();
    this.#disconnects = [];
  }

  #follow(name: string, onValue: (value: unknown) => void): void {
    const signal = this.#kernel[name] as Signal | undefined;
    if (typeof signal?.connect !== "function" || typeof signal.disconnect !== "function") return;
    const slot = (_: unknown, value: unknown) => onValue(value);
    signal.connect(slot);
    this.#disconnects.push(() => signal.disconnect(slot));
  }
}
