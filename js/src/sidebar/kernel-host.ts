/** Where a playground lives: a kernel that the panel started, or that of an open notebook. */

import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Session } from "@jupyterlab/services";
import type { ISignal } from "@lumino/signaling";

/** What the widget manager wants of a document; a notebook has it, a kernel of one's own plays it. */
export type WidgetContext = NotebookPanel["context"];

export interface KernelHost {
  readonly isOwn: boolean;
  /** The panel has just started its kernel. */
  readonly isNew: boolean;
  /** As a person knows it. */
  readonly name: string;
  readonly context: WidgetContext;
  readonly session: Session.ISessionConnection | null;
  /** Whether a kernel may still come by itself, as when a notebook is being opened. */
  readonly isComing: boolean;
  readonly isDisposed: boolean;
  /** Something about the session, its kernel or the kernel's status is not as it was. */
  readonly changed: ISignal<KernelHost, void>;
  /** The kernel began anew although nothing announced it. */
  readonly restarted: ISignal<KernelHost, void>;
  /** Gives it a kernel when it has none. */
  start(): Promise<void>;
  /** Stops watching; the kernel goes on. */
  dispose(): void;
}
