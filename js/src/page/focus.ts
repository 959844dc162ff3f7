/** Keeps the focus in a view: where what has it goes away, what is nearest and left takes it. */

const STOPS = "button,input,select,textarea,[tabindex]";
const SCROLLER = "div[tabindex='0']";

/** Watch over the focus until the returned function is called. */
export function keepFocus(root: HTMLElement): () => void {
  let at: HTMLElement | null = null;
  /** What stood around it, from the inside out, and what could take the focus, in the order of Tab. */
  let around: HTMLElement[] = [];
  let order: HTMLElement[] = [];
  const all = (of: Element, what: string) => [...of.querySelectorAll<HTMLElement>(what)];
  const isSeen = (one: HTMLElement) => root.contains(one) && one.checkVisibility();
  const isUsable = (one: HTMLElement) => isSeen(one) && !one.matches(":disabled");
  const nearest = (lost: HTMLElement) => {
    for (const one of around.filter(isUsable)) {
      const found = one.matches(SCROLLER) ? one : all(one, SCROLLER).reverse().find(isUsable);
      if (found) return found;
    }
    const place = order.indexOf(lost);
    return order.slice(place).find(isUsable) ?? order.slice(0, place).reverse().find(isUsable);
  };
  const check = () => {
    // a button that is turned off keeps the focus until the person leaves it
    if (!at || (at.localName === "button" ? isSeen : isUsable)(at)) return;
    const lost = at;
    const { activeElement, body } = lost.ownerDocument;
    at = null;
    if (activeElement === body || activeElement === lost) nearest(lost)?.focus({ preventScroll: true });
  };
  const come = (event: FocusEvent) => {
    at = event.target as HTMLElement;
    around = [];
    for (let one = at.parentElement; one && !one.matches(".gw"); one = one.parentElement) around.push(one);
    order = all(root, STOPS);
  };
  const leave = (event: FocusEvent) => {
    if (event.relatedTarget) at = null;
    // where the focus goes nowhere, what had it may be on its way out: that shows only after
    else
      queueMicrotask(() => {
        check();
        if (!at?.matches(":focus")) at = null;
      });
  };
  const watcher = new MutationObserver(check);
  watcher.observe(root, { subtree: true, childList: true, attributes: true });
  root.addEventListener("focusin", come);
  root.addEventListener("focusout", leave);
  return () => {
    // the host keeps the element of a view that is gone, and with it whatever listens to it
    root.removeEventListener("focusin", come);
    root.removeEventListener("focusout", leave);
    watcher.disconnect();
  };
}
