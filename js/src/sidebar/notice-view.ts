/** Draws a notice: the sentence is announced, the way out is a button. */

import { ACTION_LABELS, type Action, type Notice } from "./notices";

export function drawNotice(notice: Notice, onAction: (action: Action) => void): HTMLElement {
  const box = element("div", "gw-panel-notice");
  box.dataset.kind = notice.kind;
  const sentence = element("p", "gw-panel-sentence", notice.sentence);
  box.append(sentence);
  if (notice.command) box.append(element("code", "gw-panel-command", notice.command));
  const row = element("div", "gw-panel-actions");
  for (const action of notice.actions) row.append(button(ACTION_LABELS[action], () => onAction(action)));
  if (notice.actions.length) box.append(row);
  return box;
}

export function button(label: string, onClick: () => void): HTMLButtonElement {
  const one = element("button", "gw-panel-button", label);
  one.type = "button";
  one.dataset.lmSuppressShortcuts = "true";
  one.addEventListener("click", onClick);
  return one;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
  text = "",
): HTMLElementTagNameMap[K] {
  const one = document.createElement(tag);
  one.className = name;
  one.textContent = text;
  return one;
}
