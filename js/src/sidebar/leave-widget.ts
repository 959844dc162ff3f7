/**
 * Lets the focus out of a playground in a notebook. JupyterLab keeps the browser from moving it where a person presses
 * a cell's margin, so a key that was meant for the notebook would press the playground's button, which may be Send.
 */

const WIDGET = ".gw";
const NOTEBOOK = ".jp-Notebook";
const CELL = ".jp-Cell";

const elementOf = (target: EventTarget | null): Element | null => (target instanceof Element ? target : null);

export function leaveWidgetByPressOrEscape(): void {
  document.addEventListener("mousedown", onPress);
  document.addEventListener("keydown", onKey);
}

/** At once: on a busy page the next key is handled before any timer. */
function onPress({ target, defaultPrevented }: MouseEvent): void {
  const held = document.activeElement?.closest(WIDGET);
  const pressed = elementOf(target);
  if (!defaultPrevented || !held || held.contains(pressed) || !pressed?.closest(NOTEBOOK)) return;
  focusCell(pressed);
}

/** As Escape leaves a cell's editor. What is open in the playground is closed by it first, and takes the key. */
function onKey(event: KeyboardEvent): void {
  const from = elementOf(event.target);
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  if (from instanceof HTMLInputElement && from.type === "search" && from.value) return; // it is emptied by the key
  if (from?.closest(WIDGET) && !from.closest("dialog")) focusCell(from);
}

/** A cell takes the focus and none of the keys of its editor, as in the notebook's command mode. */
function focusCell(from: Element): void {
  const cell =
    from.closest<HTMLElement>(CELL) ??
    from.closest(NOTEBOOK)?.querySelector<HTMLElement>(`${CELL}.jp-mod-active`);
  cell?.focus({ preventScroll: true });
}
