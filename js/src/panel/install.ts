/** What JupyterLab gets: an icon in the sidebar, a command in the palette, a card in the launcher. */

import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import { type ILabShell, ILayoutRestorer, type JupyterFrontEnd } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { IStateDB } from "@jupyterlab/statedb";
import { playgroundIcon } from "./icon";
import { Memory } from "./memory";
import { PlaygroundPanel } from "./panel";

const OPEN = "genwidget:open";

export async function install(app: JupyterFrontEnd, shell: ILabShell): Promise<void> {
  // The widget manager's plugin must be active first: notebooks get their managers from it before the panel asks.
  await app.resolveOptionalService(IJupyterWidgetRegistry);
  const rendermime = await app.resolveOptionalService(IRenderMimeRegistry);
  if (!rendermime) return;
  const panel = new PlaygroundPanel({
    services: app.serviceManager,
    rendermime,
    tracker: await app.resolveOptionalService(INotebookTracker),
    memory: new Memory(await app.resolveOptionalService(IStateDB)),
    restored: app.restored,
    openNotebook: (path) => app.commands.execute("docmanager:open", { path }),
    fold: () => fold(shell, panel),
  });
  shell.add(panel, "right", { rank: 900, type: "Playground" });
  const restorer = await app.resolveOptionalService(ILayoutRestorer);
  restorer?.add(panel, panel.id);
  await addCommand(app, () => shell.activateById(panel.id));
}

async function addCommand(app: JupyterFrontEnd, open: () => void): Promise<void> {
  app.commands.addCommand(OPEN, {
    label: (args) => (args.isLauncher ? "Playground" : "Open Playground"),
    caption: "Try image and video models, send and see what comes back",
    icon: playgroundIcon,
    execute: open,
  });
  const palette = await app.resolveOptionalService(ICommandPalette);
  palette?.addItem({ command: OPEN, category: "Playground" });
  const launcher = await app.resolveOptionalService(ILauncher);
  launcher?.add({ command: OPEN, args: { isLauncher: true }, category: "Other", rank: 10 });
}

/** Folds up the side that the panel stands on; a person may have moved it to the other. */
function fold(shell: ILabShell, panel: PlaygroundPanel): void {
  if (!panel.isVisible) return;
  if ([...shell.widgets("left")].includes(panel)) shell.collapseLeft();
  else shell.collapseRight();
}
