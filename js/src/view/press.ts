/** Which presses count: not the later clicks of a multi-click, a held key's repeats, or what is turned off; whose they are. */

/** Of these each quick click is meant: they choose, open and fold, or go a step on. */
const STEPPING = "[role],[aria-expanded],.step,.find button";

/** Handlers of the whole widget, which see a press before the button does. */
export const onePress = {
  onClickCapture(event: MouseEvent): void {
    const button = buttonOf(event);
    const isMore = event.detail > 1 && !button?.matches(STEPPING);
    if (button && (isMore || button.ariaDisabled)) drop(event);
  },
  onKeyDownCapture(event: KeyboardEvent): void {
    // A held key's repeats would press whatever the first press moved the focus to.
    if (event.repeat && event.key === "Enter" && (buttonOf(event) || event.ctrlKey || event.metaKey)) {
      drop(event);
    }
  },
  /** JupyterLab 4.6 listens at the field itself, and takes a new line and an undo for its own wherever it is in a cell. */
  onbeforeinputCapture(event: InputEvent): void {
    event.stopPropagation();
  },
};

function buttonOf(event: Event): Element | null {
  return event.target instanceof Element ? event.target.closest("button") : null;
}

function drop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
