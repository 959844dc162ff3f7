/** The panel in the sidebar: a header with the choice of kernel, and below it the playground or a notice. */

import { Dialog, showDialog } from "@jupyterlab/apputils";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Message } from "@lumino/messaging";
import { Panel, PanelLayout, Widget } from "@lumino/widgets";
import { PanelController, type Surroundings } from "./controller";
import { playgroundIcon } from "./icon";
import { KernelPicker } from "./kernel-picker";
import { drawNotice, element } from "./notice-view";
import type { Action, Notice } from "./notices";
import { type PanelDisplay, PlaygroundView } from "./playground-view";
import { SENTENCES } from "./sentences.generated";

export interface PanelOptions extends Surroundings {
  rendermime: IRenderMimeRegistry;
  /** Takes the panel out of sight, wherever it stands. */
  putAway(): void;
}

export class PlaygroundPanel extends Widget implements PanelDisplay {
  constructor(readonly options: PanelOptions) {
    super();
    this.id = "genwidget-playground";
    this.addClass("gw-panel");
    // Here, since JupyterLab's own rule for what stands in its sidebars is stronger than a stylesheet's.
    this.node.style.minWidth = "300px";
    this.title.icon = playgroundIcon;
    this.title.caption = "Playground";
    this.#picker = new KernelPicker(options.tracker, (choice) => void this.#controller.enter(choice));
    this.#controller = new PanelController(
      options,
      this,
      new PlaygroundView(this, options.rendermime, options.savedState),
      this.#picker,
    );
    this.#body.addClass("gw-panel-body");
    // What a live region announces is what changes in it, so it stands before the notice does.
    this.#live.setAttribute("role", "status");
    this.#body.addWidget(new Widget({ node: this.#live }));
    const layout = new PanelLayout();
    layout.addWidget(new Widget({ node: this.#header() }));
    layout.addWidget(this.#body);
    this.layout = layout;
  }

  put(view: Widget): void {
    this.#clear();
    this.#view = view;
    this.#body.addWidget(view);
  }

  say(notice: Notice): void {
    if (this.#view) this.#clear();
    this.remark(notice);
  }

  remark(notice: Notice | null): void {
    if (notice === this.#notice) return;
    this.#notice = notice;
    this.#live.hidden = !notice;
    const act = (action: Action) => void this.#controller.act(action);
    this.#live.replaceChildren(...(notice ? [drawNotice(notice, act)] : []));
  }

  /** The first showing connects; hiding the panel leaves its kernel and its state alone. */
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.#controller.open();
  }

  /** Whatever asked for the panel, as the command palette does, gives its own focus back first. */
  protected override onActivateRequest(): void {
    window.requestAnimationFrame(() => this.#picker.node.focus());
  }

  /** Closing ends the kernel that the panel started; an icon in a sidebar stays, a tab elsewhere goes. */
  protected override onCloseRequest(): void {
    void this.#close();
  }

  async #close(): Promise<void> {
    if (this.#isAsking || !(await this.#mayClose())) return;
    void this.#controller.close();
    this.options.putAway();
  }

  async #mayClose(): Promise<boolean> {
    const why = [
      ...(this.#controller.wouldEndRun ? [SENTENCES.under_way] : []),
      ...(this.#wouldLoseText() ? [SENTENCES.unread] : []),
    ];
    if (why.length === 0) return true;
    this.#isAsking = true;
    const buttons = [
      Dialog.cancelButton({ label: SENTENCES.keep }),
      Dialog.warnButton({ label: SENTENCES.close }),
    ];
    try {
      const { button } = await showDialog({ title: SENTENCES.close, body: why.join(" "), buttons });
      return button.accept;
    } finally {
      this.#isAsking = false;
    }
  }

  /** Whether a text stands in the playground that it alone has; one of a notebook's kernel is left to its next view. */
  #wouldLoseText(): boolean {
    const playground = this.node.querySelector(".gw");
    const isAlone = this.#controller.view.host?.isOwn === true;
    return (
      isAlone &&
      playground?.dispatchEvent(new Event("gw-leaving", { bubbles: true, cancelable: true })) === false
    );
  }

  #header(): HTMLElement {
    const header = element("div", "gw-panel-head");
    const label = element("label", "gw-panel-label", "Kernel");
    this.#picker.node.id = `${this.id}-kernel`;
    label.htmlFor = this.#picker.node.id;
    const close = element("button", "gw-panel-close");
    close.type = "button";
    close.title = "Close panel, and end the kernel that it started";
    close.setAttribute("aria-label", "Close panel");
    close.dataset.lmSuppressShortcuts = "true";
    close.innerHTML = CROSS;
    close.addEventListener("click", () => this.close());
    const choice = element("span", "gw-panel-choice");
    choice.innerHTML = CHEVRON;
    choice.prepend(this.#picker.node);
    header.append(label, choice, close);
    return header;
  }

  #clear(): void {
    this.remark(null);
    this.#view?.dispose();
    this.#view = null;
  }

  #isAsking = false;
  #notice: Notice | null = null;
  #view: Widget | null = null;
  readonly #live = element("div", "gw-panel-live");
  readonly #body = new Panel();
  readonly #picker: KernelPicker;
  readonly #controller: PanelController;
}

const CROSS =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4.5 4.5 7 7m0-7-7 7" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg>';
const CHEVRON =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4.5 6.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>';
