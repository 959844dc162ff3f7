/** Notices a kernel that began anew by the session id in its own messages: a restart from elsewhere may not say so. */

import type { CommsOverSubshells, Kernel, KernelMessage } from "@jupyterlab/services";

export class RestartDetector {
  /** Takes one message of the kernel; returns whether it comes from another process than those before it. */
  take(kernel: Kernel.IKernelConnection, message: KernelMessage.IMessage): boolean {
    if (!isFromKernel(message)) return false;
    const wasAnother = this.#kernel === kernel.id && this.#session !== message.header.session;
    this.#kernel = kernel.id;
    this.#session = message.header.session;
    return wasAnother;
  }

  #kernel = "";
  #session = "";
}

/** The server speaks for a kernel that restarts or has died, with a session id of its own. */
function isFromKernel(message: KernelMessage.IMessage): boolean {
  if (message.header.msg_type !== "status") return false;
  const { execution_state } = message.content as KernelMessage.IStatusMsg["content"];
  return ["starting", "idle", "busy"].includes(execution_state);
}

/**
 * Gives the widgets of a restarted kernel a subshell that exists.
 *
 * The connection sends them over a subshell that it made in the process before, unless it saw the restart; the kernel
 * drops what comes for a subshell it does not know.
 */
export async function renewSubshells(kernel: Kernel.IKernelConnection): Promise<void> {
  const mode = kernel.commsOverSubshells;
  if (!mode || mode === DISABLED) return;
  kernel.commsOverSubshells = DISABLED;
  // Each comm lets go of the subshell in promises of its own, and would keep it if switched back before they settle.
  await new Promise((resolve) => window.setTimeout(resolve));
  if (!kernel.isDisposed) kernel.commsOverSubshells = mode;
}

const DISABLED = "disabled" as CommsOverSubshells;
