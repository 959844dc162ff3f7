/** The JupyterLab plugin. Voila and Notebook 7 load every labextension: they get this file alone, which keeps quiet there. */

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";

const plugin: JupyterFrontEndPlugin<void> = {
  id: "genwidget:panel",
  description: "The generation playground in the sidebar.",
  autoStart: true,
  optional: [ILabShell],
  activate: async (app: JupyterFrontEnd, shell: ILabShell | null): Promise<void> => {
    if (!shell) return;
    const { install } = await import("./install");
    await install(app, shell);
  },
};

export default plugin;
