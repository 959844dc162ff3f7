/**
 * The JupyterLab plugin. Voila and Notebook 7 load every labextension: Voila gets no more than what tells of a script that
 * was refused, Notebook 7 also the way out of a playground and the way to insert cells.
 */

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { tellOfBlobScripts } from "./blob-scripts";
import { leaveWidgetByPressOrEscape } from "./leave-widget";

/** How Notebook 7 names itself. */
const NOTEBOOK = "Jupyter Notebook";

const plugin: JupyterFrontEndPlugin<void> = {
  id: "genwidget:panel",
  description: "The generation playground in the sidebar.",
  autoStart: true,
  optional: [ILabShell],
  activate: async (app: JupyterFrontEnd, shell: ILabShell | null): Promise<void> => {
    tellOfBlobScripts(); // at once: a notebook that is restored may draw a widget before anything else is loaded
    if (!shell && app.name !== NOTEBOOK) return;
    leaveWidgetByPressOrEscape();
    const { INotebookTracker } = await import("@jupyterlab/notebook");
    const tracker = await app.resolveOptionalService(INotebookTracker);
    if (tracker) (await import("./insert-below")).answerInserts(tracker);
    if (!shell) return;
    const { install } = await import("./install");
    await install(app, shell);
  },
};

export default plugin;
