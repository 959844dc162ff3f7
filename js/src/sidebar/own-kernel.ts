/** A Python kernel that the panel starts for itself. Its session has a path, so a reloaded page finds it again. */

import type { KernelMessage, ServiceManager, Session } from "@jupyterlab/services";
import { Signal } from "@lumino/signaling";
import type { KernelHost, WidgetContext } from "./kernel-host";
import { noPython, notStarted, Trouble } from "./notices";
import { RestartDetector, renewSubshells } from "./restarts";
import { panelSettings } from "./settings";
import { pythonSpec } from "./specs";

export const SESSION_PATH = "genwidget-playground";

export class OwnKernel implements KernelHost {
  readonly isOwn = true;
  readonly isComing = false;
  readonly name = "Own kernel";
  readonly changed: Signal<KernelHost, void> = new Signal<KernelHost, void>(this);
  readonly restarted: Signal<KernelHost, void> = new Signal<KernelHost, void>(this);
  readonly context: WidgetContext;

  constructor(
    readonly session: Session.ISessionConnection,
    readonly isNew: boolean,
  ) {
    this.context = contextOf(session);
    session.statusChanged.connect(this.#onChange, this);
    session.connectionStatusChanged.connect(this.#onChange, this);
    session.kernelChanged.connect(this.#onChange, this);
    session.disposed.connect(this.#onChange, this);
    session.iopubMessage.connect(this.#onMessage, this);
  }

  get isDisposed(): boolean {
    return this.session.isDisposed;
  }

  /** A session that has ended is not filled again: a new one takes its place. */
  async start(): Promise<void> {}

  dispose(): void {
    Signal.disconnectReceiver(this);
    this.session.dispose();
  }

  #onChange(): void {
    this.changed.emit();
  }

  #onMessage(_: unknown, message: KernelMessage.IIOPubMessage): void {
    const { kernel } = this.session;
    if (kernel && this.#detector.take(kernel, message))
      void renewSubshells(kernel).then(() => this.restarted.emit());
  }

  #detector = new RestartDetector();
}

/** Finds the panel's kernel of before, if it still runs. */
export async function findOwnKernel({ sessions }: ServiceManager.IManager): Promise<OwnKernel | null> {
  await sessions.ready;
  await sessions.refreshRunning();
  const model = [...sessions.running()].find((one) => one.path === SESSION_PATH);
  return model ? new OwnKernel(sessions.connectTo({ model }), false) : null;
}

export async function startOwnKernel(services: ServiceManager.IManager): Promise<OwnKernel> {
  await services.kernelspecs.ready;
  const name = pythonSpec(services.kernelspecs.specs, panelSettings().kernel);
  if (!name) throw new Trouble(noPython);
  try {
    const session = await services.sessions.startNew({
      path: SESSION_PATH,
      name: "Playground",
      // As a console, so that a click on it under Running opens one on this kernel.
      type: "console",
      kernel: { name },
    });
    return new OwnKernel(session, true);
  } catch (error) {
    throw new Trouble(notStarted(error instanceof Error ? error.message : String(error)));
  }
}

/** Ends the panel's kernel, whether this page started it or one before. */
export async function endOwnKernel({ sessions }: ServiceManager.IManager): Promise<void> {
  await sessions.refreshRunning();
  const model = [...sessions.running()].find((one) => one.path === SESSION_PATH);
  if (model) await sessions.shutdown(model.id);
}

/** A session that plays a document: nothing is saved with it. */
function contextOf(session: Session.ISessionConnection): WidgetContext {
  const sessionContext = {
    session,
    ready: Promise.resolve(),
    kernelChanged: session.kernelChanged,
    statusChanged: session.statusChanged,
    connectionStatusChanged: session.connectionStatusChanged,
  };
  return {
    sessionContext,
    path: SESSION_PATH,
    saveState: new Signal<object, string>(session),
    model: { getMetadata: () => undefined, setMetadata: () => undefined, dirty: false },
    urlResolver: { resolveUrl: async (url: string) => url, getDownloadUrl: async (url: string) => url },
  } as unknown as WidgetContext;
}
