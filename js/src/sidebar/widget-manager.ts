/**
 * The one place that leans on `registerWidgetManager`, which upstream keeps only for compatibility.
 *
 * It is the only way to a widget manager that knows every widget package of the page, and that shares a kernel's
 * models with a notebook which already shows some of them. Manager and kernel connection go in pairs: a second
 * manager on one kernel would find every comm taken.
 */

import type { DOMWidgetModel } from "@jupyter-widgets/base";
import {
  type LabWidgetManager,
  registerWidgetManager,
  type WidgetRenderer,
} from "@jupyter-widgets/jupyterlab-manager";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Widget } from "@lumino/widgets";
import type { WidgetContext } from "./kernel-host";
import { noManager, notDrawn, stale, Trouble } from "./notices";

/** How long the models of a kernel may take to come back after a reload. */
const RESTORE_LIMIT_MS = 20_000;

/** Returns the manager of the context's kernel, made now or by the notebook that shows it. */
export async function managerOf(
  context: WidgetContext,
  rendermime: IRenderMimeRegistry,
): Promise<LabWidgetManager> {
  if (typeof registerWidgetManager !== "function") throw new Trouble(noManager);
  await context.sessionContext.ready;
  const manager = await new Promise<LabWidgetManager>((resolve) => {
    // Renderers of before are handed the manager; one that only listens for it learns which it is.
    const listener = {
      set manager(one: LabWidgetManager) {
        resolve(one);
      },
    };
    registerWidgetManager(context, rendermime.clone(), [listener as unknown as WidgetRenderer].values());
  });
  if (manager.isDisposed || manager.kernel?.id !== context.sessionContext.session?.kernel?.id) {
    throw new Trouble(stale);
  }
  return manager;
}

/** Draws one more view of a model that the kernel has, once `prepare` has seen the model. */
export async function viewOf(
  manager: LabWidgetManager,
  modelId: string,
  prepare: (model: DOMWidgetModel) => void,
): Promise<Widget> {
  if (!manager.has_model(modelId)) await restored(manager);
  if (!manager.has_model(modelId)) throw new Trouble(notDrawn);
  try {
    const model = (await manager.get_model(modelId)) as DOMWidgetModel;
    prepare(model);
    const view = await manager.create_view(model);
    return view.luminoWidget;
  } catch (error) {
    console.error("genwidget: the view could not be made.", error);
    throw new Trouble(notDrawn);
  }
}

/** After a reload the manager asks the kernel for its models; until then it knows none. */
function restored(manager: LabWidgetManager): Promise<void> {
  if (manager.restoredStatus) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = window.setTimeout(finish, RESTORE_LIMIT_MS);
    function finish(): void {
      window.clearTimeout(timer);
      manager.restored.disconnect(finish);
      resolve();
    }
    manager.restored.connect(finish);
  });
}
