/** Keeps the focus in the view: where what has it goes away, what is nearest and left takes it. */

const STOPS = "button, input, select, textarea, video, [tabindex]";
const SCROLLER = "div[tabindex='0']";

export class Focus {
  readonly #root: HTMLElement;
  readonly #watcher = new MutationObserver(() => this.#check());
  #at: HTMLElement | null = null;
  /** What stood around it, from the inside out, and what could take the focus, in the order of Tab. */
  #around: HTMLElement[] = [];
  #order: HTMLElement[] = [];

  constructor(root: HTMLElement) {
    this.#root = root;
    root.addEventListener("focusin", this.#take);
    root.addEventListener("focusout", this.#leave);
    const attributeFilter = ["hidden", "disabled", "data-shown"];
    this.#watcher.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter });
  }

  close(): void {
    this.#watcher.disconnect();
    this.#root.removeEventListener("focusin", this.#take);
    this.#root.removeEventListener("focusout", this.#leave);
  }

  readonly #take = (event: Event): void => {
    const at = event.target as HTMLElement;
    this.#at = at;
    this.#around = [];
    for (let one = at.parentElement; one && !one.matches(".gw"); one = one.parentElement)
      this.#around.push(one);
    this.#order = [...this.#root.querySelectorAll<HTMLElement>(STOPS)];
  };

  /** Where the focus goes nowhere, what had it may be on its way out: that shows only after. */
  readonly #leave = (event: FocusEvent): void => {
    if (event.relatedTarget) this.#at = null;
    else queueMicrotask(() => this.#check() || this.#forget());
  };

  #forget(): void {
    if (!this.#at?.matches(":focus")) this.#at = null;
  }

  /** Tell whether what had the focus is gone. */
  #check(): boolean {
    const at = this.#at;
    // a button that is turned off keeps the focus until the person leaves it
    if (!at || (at.localName === "button" ? this.#isSeen(at) : this.#isUsable(at))) return false;
    const { activeElement, body } = at.ownerDocument;
    this.#at = null;
    if (!activeElement || activeElement === body || activeElement === at) {
      this.#nearest(at)?.focus({ preventScroll: true });
    }
    return true;
  }

  #nearest(lost: HTMLElement): HTMLElement | undefined {
    const find = (all: HTMLElement[]) => all.find((one) => this.#isUsable(one));
    for (const one of this.#around.filter((around) => this.#isUsable(around))) {
      const found = one.matches(SCROLLER) ? one : find([...one.querySelectorAll<HTMLElement>(SCROLLER)]);
      if (found) return found;
    }
    const at = this.#order.indexOf(lost);
    return find(this.#order.slice(at + 1)) ?? find(this.#order.slice(0, at).reverse());
  }

  #isUsable(one: HTMLElement): boolean {
    return this.#isSeen(one) && !one.matches(":disabled");
  }

  #isSeen(one: HTMLElement): boolean {
    return this.#root.contains(one) && one.checkVisibility();
  }
}
