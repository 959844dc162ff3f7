/** The caret of a text that is longer than its field. */

/** Scroll a text by as much as its caret is below what is in sight: where that is, the same text shows up to there. */
export function showCaret(area: HTMLTextAreaElement): void {
  const copy = area.cloneNode() as HTMLTextAreaElement;
  copy.removeAttribute("id");
  copy.value = area.value.slice(0, area.selectionEnd);
  copy.style.cssText = "position:absolute;visibility:hidden;min-height:0;height:0";
  copy.style.width = `${area.offsetWidth}px`;
  area.after(copy);
  const below = copy.scrollHeight - area.clientHeight;
  copy.remove();
  if (below > area.scrollTop) area.scrollTop = below;
}
