/**
 * Puts code into a new cell of a notebook, for a view that asks: the view's module knows nothing of JupyterLab, so it asks by
 * an event of the document, which is prevented where the code was put, or could be.
 */

import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";

/** What a view asks: where it stands, and the code; without code it asks whether there is a notebook to take it. */
export const INSERT = "genwidget:insert-below";

interface Asked {
  code?: string;
}

/** The notebook in which a view stands, else the one that was looked at last. */
function notebookOf(tracker: INotebookTracker, view: Node | null): NotebookPanel | null {
  const around = view && tracker.find((one) => one.node.contains(view));
  return around || tracker.currentWidget;
}

/** The place of the cell in whose output a view stands, else of the active one. */
function placeIn({ content }: NotebookPanel, view: Node | null): number {
  const around = content.widgets.findIndex((cell) => view !== null && cell.node.contains(view));
  return around < 0 ? content.activeCellIndex : around;
}

export function answerInserts(tracker: INotebookTracker): void {
  document.addEventListener(INSERT, (event) => {
    const view = event.composedPath()[0];
    const node = view instanceof Node ? view : null;
    const notebook = notebookOf(tracker, node);
    const { code } = ((event as CustomEvent).detail ?? {}) as Asked;
    const cells = notebook?.model?.sharedModel;
    if (!notebook || !cells || notebook.model?.readOnly) return;
    event.preventDefault();
    if (code === undefined) return;
    const at = placeIn(notebook, node) + 1;
    cells.insertCell(at, { cell_type: "code", source: code, metadata: { trusted: true } });
    notebook.content.activeCellIndex = at;
    // the new cell may have no place in the document yet, which its own scrollIntoView would need
    // it rejects where something else is scrolled to meanwhile: the cell is there all the same
    notebook.content.scrollToItem(at, "smart").catch(console.debug);
  });
}
