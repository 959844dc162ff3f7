/** Notices a kernel that has ended although nobody clicks: by the host's word, or because nothing is heard of it. */

import type { Model } from "../protocol";
import type { Link } from "./comm";
import type { HostKernel } from "./host-kernel";

/** A kernel with a run under way sends a beat every two seconds: so long may none come before it is asked. */
const QUIET_MS = 5000;
/** How often a kernel that fell silent is asked again. */
const RETRY_MS = 10_000;
const TICK_MS = 1000;

export class KernelMonitor {
  readonly #link: Link;
  readonly #isAwaited: () => boolean;
  readonly #stop = new AbortController();

  /** `isAwaited` says whether something is under way in the kernel that this view shows. */
  constructor(model: Model, root: HTMLElement, link: Link, host: HostKernel, isAwaited: () => boolean) {
    this.#link = link;
    this.#isAwaited = isAwaited;
    const { signal } = this.#stop;
    host.watch(
      () => link.lose(),
      () => link.check(),
    );
    const events: [string, () => void][] = [
      ["change:run", () => link.hear()],
      ["change:posting", () => link.hear()],
      ["comm_live_update", () => link.check()],
      ["comm:close", () => link.lose()],
    ];
    for (const [name, act] of events) model.on(name, act);
    const timer = setInterval(this.#tick, TICK_MS);
    window.addEventListener("focus", this.#look, { signal });
    document.addEventListener("visibilitychange", this.#look, { signal });
    root.addEventListener("focusin", this.#look, { signal });
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      for (const [name, act] of events) model.off(name, act);
      host.close();
    });
  }

  close(): void {
    this.#stop.abort();
  }

  readonly #tick = (): void => {
    if (document.hidden) return;
    const { connection, quietMs, askedMs } = this.#link;
    if (connection === "connected" && this.#isAwaited() && quietMs >= QUIET_MS) this.#link.check();
    else if (connection === "silent" && askedMs >= RETRY_MS) this.#link.check();
  };

  /** Somebody turns to the page: what nobody looked at for a while is asked. */
  readonly #look = (): void => {
    if (!document.hidden && this.#link.quietMs >= QUIET_MS) this.#link.check();
  };
}
