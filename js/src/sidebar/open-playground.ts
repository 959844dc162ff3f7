/** Asks a kernel for its playground. Nothing is printed, no name is left behind, no cell is counted. */

import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { failed, missing, outdated, Trouble } from "./notices";
import { panelSettings } from "./settings";

const VIEW = "application/vnd.jupyter.widget-view+json";
/** A failing cell takes the requests queued behind it along with it; so often is the question repeated. */
const MAX_TRIES = 5;

/** The playground of a kernel that has none yet begins at the region that was chosen in the settings. */
function expression(region: string): string {
  return `__import__('genwidget').panel(${region ? JSON.stringify(region) : ""})`;
}

/** What a kernel answers to one user expression. */
export interface Evaluated {
  status: "ok" | "error";
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
}

/**
 * Returns the model id of the kernel's one playground, which is made at the first question; `begin` is called when the
 * kernel turns to it, which it does once it has done what it was asked before.
 */
export async function askForPanel(kernel: Kernel.IKernelConnection, begin: () => void): Promise<string> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { content } = await ask(kernel, begin);
    if (content.status === "ok") {
      return modelId((content.user_expressions as unknown as { panel?: Evaluated }).panel);
    }
    if (content.status === "error") throw new Trouble(failed(content.ename, content.evalue));
  }
  throw new Trouble(failed("aborted", "a failing cell stopped the question"));
}

function ask(kernel: Kernel.IKernelConnection, begin: () => void): Promise<KernelMessage.IExecuteReplyMsg> {
  const future = kernel.requestExecute({
    code: "",
    silent: true,
    store_history: false,
    allow_stdin: false,
    user_expressions: { panel: expression(panelSettings().region) },
  });
  future.onIOPub = begin; // its first message says that the kernel is busy with it
  // `done` waits for the kernel to be idle again, so the playground's own messages have all come by then.
  return future.done;
}

/** Reads the answer; every other one than a widget is a sentence. */
export function modelId(answer: Evaluated | undefined): string {
  if (answer?.status === "ok") {
    const view = answer.data?.[VIEW] as { model_id?: string } | undefined;
    if (view?.model_id) return view.model_id;
    throw new Trouble(failed("answer", "it is no widget"));
  }
  const name = answer?.ename ?? "answer";
  const reason = answer?.evalue ?? "none came";
  if (name === "ModuleNotFoundError" && reason === "No module named 'genwidget'") throw new Trouble(missing);
  if (name === "AttributeError" && reason === "module 'genwidget' has no attribute 'panel'")
    throw new Trouble(outdated);
  throw new Trouble(failed(name, reason));
}
