/** The header's choice of kernel: the panel's own, or that of an open notebook. */

import type { INotebookTracker } from "@jupyterlab/notebook";
import { baseName } from "./names";
import { element } from "./notice-view";

/** The path of a notebook, or nothing for the panel's own kernel. */
export type Choice = string | null;

export class KernelPicker {
  readonly node: HTMLSelectElement;

  constructor(
    readonly tracker: INotebookTracker | null,
    onChoice: (choice: Choice) => void,
  ) {
    this.node = element("select", "gw-panel-select");
    this.node.setAttribute("aria-label", "Kernel");
    this.node.dataset.lmSuppressShortcuts = "true";
    this.node.addEventListener("change", () => {
      this.#choice = this.node.value || null;
      onChoice(this.#choice);
    });
    // What is open may have changed by anything; the list is made anew when it is about to be read.
    this.node.addEventListener("pointerdown", () => this.refresh());
    this.node.addEventListener("focus", () => this.refresh());
    tracker?.widgetAdded.connect((_, notebook) => {
      this.refresh();
      notebook.disposed.connect(() => this.refresh());
      notebook.context.pathChanged.connect(() => this.refresh());
    });
    this.refresh();
  }

  choose(choice: Choice): void {
    this.#choice = choice;
    this.refresh();
  }

  refresh(): void {
    const open = this.#paths();
    const paths = this.#choice && !open.includes(this.#choice) ? [...open, this.#choice] : open;
    const options = [
      option("", "Own kernel"),
      ...paths.map((path) => option(path, this.#name(path, paths, open))),
    ];
    const isSame = options.map(fingerprint).join("\n") === [...this.node.options].map(fingerprint).join("\n");
    if (!isSame) this.node.replaceChildren(...options);
    this.node.value = this.#choice ?? "";
  }

  /** A name that two notebooks share is no name: the whole path stands in its place. */
  #name(path: string, paths: string[], open: string[]): string {
    const isShared = paths.some((other) => other !== path && baseName(other) === baseName(path));
    const name = isShared ? path : baseName(path);
    return open.includes(path) ? name : `${name} (not open)`;
  }

  #paths(): string[] {
    const paths = new Set<string>();
    this.tracker?.forEach((notebook) => {
      if (!notebook.isDisposed) paths.add(notebook.context.path);
    });
    return [...paths].sort();
  }

  #choice: Choice = null;
}

function option(value: string, text: string): HTMLOptionElement {
  return new Option(text, value);
}

function fingerprint(one: HTMLOptionElement): string {
  return `${one.value}\t${one.text}`;
}
