/** What the panel says when there is no playground to show: one sentence each, and the way out of it. */

export type Action = "retry" | "start" | "restart" | "reconnect" | "own" | "open" | "reload";

export interface Notice {
  kind: string;
  sentence: string;
  /** What to type somewhere else, shown as it is to be typed. */
  command?: string;
  /** The way out; a notice without one only waits. */
  actions: Action[];
}

export const ACTION_LABELS: Record<Action, string> = {
  retry: "Try again",
  start: "Start a kernel",
  restart: "Restart",
  reconnect: "Try again",
  own: "Use own kernel",
  open: "Open it",
  reload: "Reload the page",
};

const notice = (kind: string, sentence: string, ...actions: Action[]): Notice => ({
  kind,
  sentence,
  actions,
});

export const closed = notice("closed", "The playground is closed.", "start");
export const starting = notice("starting", "Starting a kernel…");
export const connecting = notice("connecting", "Connecting to the kernel…");
export const busy = notice("busy", "The kernel is busy. The playground appears when it is free.");
export const restarting = notice("restarting", "The kernel is restarting…");
export const slow = notice("slow", "The kernel has not answered yet.", "retry", "restart");
export const dead = notice("dead", "The kernel has died.", "restart");
export const gone = notice("gone", "The kernel of the playground has ended.", "start");
export const disconnected = notice("disconnected", "The connection to the kernel is lost.", "reconnect");
export const reconnecting = notice(
  "reconnecting",
  "Connection to the kernel lost. Reconnecting…",
  "reconnect",
);
export const noPython = notice("no-python", "No Python kernel is installed on this server.", "retry");
export const notDrawn = notice("not-drawn", "The playground could not be drawn.", "retry");
export const stale = notice("stale", "This page has lost track of the kernel's widgets.", "reload");
export const noManager = notice(
  "no-manager",
  "The panel needs a compatible ipywidgets JupyterLab extension (jupyterlab_widgets); none was found.",
  "reload",
);

export const missing: Notice = {
  ...notice(
    "missing",
    "genwidget is not installed in this kernel. In the kernel's environment and a clone of genwidget, run the " +
      "command below. Then try again.",
    "retry",
  ),
  command: 'pip install ".[sandbox]"',
};

export const outdated: Notice = {
  ...notice(
    "outdated",
    "The genwidget in this kernel is too old. In the kernel's environment and a newer clone of genwidget, run the " +
      "command below. Then restart the kernel.",
    "restart",
  ),
  command: 'pip install ".[sandbox]"',
};

export function noKernel(name: string): Notice {
  return notice("no-kernel", `${name} has no kernel.`, "start", "own");
}

export function notOpen(name: string): Notice {
  return notice("not-open", `${name} is not open.`, "open", "own");
}

export function notPython(name: string): Notice {
  return notice("not-python", `The kernel of ${name} does not speak Python.`, "own");
}

export function notStarted(reason: string): Notice {
  return notice("not-started", `The server could not start a kernel: ${reason}`, "retry");
}

export function notEnded(reason: string): Notice {
  return notice("not-ended", `The kernel of the playground could not be ended: ${reason}`, "start");
}

export function failed(name: string, reason: string): Notice {
  return notice("failed", `The kernel could not make the playground (${name}: ${reason}).`, "retry");
}

/** A step on the way to the playground that cannot be taken; what to say is in it. */
export class Trouble extends Error {
  constructor(readonly notice: Notice) {
    super(notice.sentence);
  }
}
