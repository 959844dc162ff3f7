/** What the panel says when there is no playground to show: one sentence each, and the way out of it. */

import { sentence } from "../text/format";
import { SENTENCES } from "./sentences.generated";

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

/** A notice of a kind; its sentence is the one that the table has of it. */
function notice(
  kind: keyof typeof SENTENCES,
  actions: Action[],
  values: Record<string, string> = {},
): Notice {
  return { kind, sentence: sentence(SENTENCES, kind, values), actions };
}

/** In the kernel's environment and a clone of genwidget. */
const INSTALL = 'pip install ".[sandbox]"';

export const closed = notice("closed", ["start"]);
export const starting = notice("starting", []);
export const connecting = notice("connecting", []);
export const busy = notice("busy", []);
export const restarting = notice("restarting", []);
export const slow = notice("slow", ["retry", "restart"]);
export const dead = notice("dead", ["restart"]);
export const gone = notice("gone", ["start"]);
export const disconnected = notice("disconnected", ["reconnect"]);
export const reconnecting = notice("reconnecting", ["reconnect"]);
export const noPython = notice("no_python", ["retry"]);
export const notDrawn = notice("not_drawn", ["retry"]);
export const stale = notice("stale", ["reload"]);
export const noManager = notice("no_manager", ["reload"]);
export const missing: Notice = { ...notice("missing", ["retry"]), command: INSTALL };
export const outdated: Notice = { ...notice("outdated", ["restart"]), command: INSTALL };

export const noKernel = (name: string): Notice => notice("no_kernel", ["start", "own"], { name });
export const notOpen = (name: string): Notice => notice("not_open", ["open", "own"], { name });
export const notPython = (name: string): Notice => notice("not_python", ["own"], { name });
export const notStarted = (reason: string): Notice => notice("not_started", ["retry"], { reason });
export const notEnded = (reason: string): Notice => notice("not_ended", ["start"], { reason });
export const failed = (name: string, reason: string): Notice => notice("failed", ["retry"], { name, reason });

/** A step on the way to the playground that cannot be taken; what to say is in it. */
export class Trouble extends Error {
  constructor(readonly notice: Notice) {
    super(notice.sentence);
  }
}
