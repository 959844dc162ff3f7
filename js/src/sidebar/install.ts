/** What JupyterLab gets: an icon in the sidebar, a command in the palette, a card in the launcher. */

import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import { type ILabShell, ILayoutRestorer, type JupyterFrontEnd } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { IStateDB } from "@jupyterlab/statedb";
import { ITranslator } from "@jupyterlab/translation";
import { type CommandWords, commandWords } from "./command";
import { playgroundIcon } from "./icon";
import { SavedState } from "./saved-state";
import { panelSettings, readSettings } from "./settings";
import { PlaygroundPanel } from "./sidebar";

const OPEN = "genwidget:open";

export async function install(app: JupyterFrontEnd, shell: ILabShell): Promise<void> {
  // The widget manager's plugin must be active first: notebooks get their managers from it before the panel asks.
  await app.resolveOptionalService(IJupyterWidgetRegistry);
  const rendermime = await app.resolveOptionalService(IRenderMimeRegistry);
  if (!rendermime) return;
  await readSettings(app, () => {
    const wasVisible = panel.isVisible;
    add();
    if (wasVisible) shell.activateById(panel.id);
  });
  const panel = new PlaygroundPanel({
    services: app.serviceManager,
    rendermime,
    tracker: await app.resolveOptionalService(INotebookTracker),
    savedState: new SavedState(await app.resolveOptionalService(IStateDB)),
    restored: app.restored,
    openNotebook: (path) => app.commands.execute("docmanager:open", { path }),
    putAway: () => putAway(shell, panel),
  });
  const words = commandWords(await app.resolveOptionalService(ITranslator));
  panel.title.caption = words.title;
  const add = () => shell.add(panel, panelSettings().side, { rank: 900, type: "Playground" });
  add();
  // Only where it is a tab among documents has it a close icon, as they have.
  shell.layoutModified.connect(() => {
    panel.title.closable = panel.isAttached && sideOf(shell, panel) === null;
  });
  const restorer = await app.resolveOptionalService(ILayoutRestorer);
  restorer?.add(panel, panel.id);
  await addCommand(app, words, () => {
    if (!panel.isAttached) add(); // closed where it was a tab; it goes back to where the person had it
    shell.activateById(panel.id);
  });
  if (panelSettings().openAtStart) void app.restored.then(() => shell.activateById(panel.id));
}

async function addCommand(app: JupyterFrontEnd, words: CommandWords, open: () => void): Promise<void> {
  app.commands.addCommand(OPEN, {
    label: words.label,
    caption: words.caption,
    icon: playgroundIcon,
    execute: open,
  });
  const palette = await app.resolveOptionalService(ICommandPalette);
  palette?.addItem({ command: OPEN, category: words.category });
  const launcher = await app.resolveOptionalService(ILauncher);
  launcher?.add({ command: OPEN, args: { isLauncher: true }, category: "Other", rank: 10 });
}

/** The sidebar that the panel stands on; a person may have moved it to the other, or among the documents. */
function sideOf(shell: ILabShell, panel: PlaygroundPanel): "left" | "right" | null {
  const sides = ["left", "right"] as const;
  return sides.find((side) => [...shell.widgets(side)].includes(panel)) ?? null;
}

/** Folds up the sidebar that the panel stands on; elsewhere its tab is closed, and no sidebar is touched. */
function putAway(shell: ILabShell, panel: PlaygroundPanel): void {
  const side = sideOf(shell, panel);
  if (side === null) panel.parent = null;
  else if (!panel.isVisible) return;
  else if (side === "left") shell.collapseLeft();
  else shell.collapseRight();
}
