/** Undo and redo by key and by menu: always those of the form, since the browser knows nothing of what the page has set. */

import { stretchOf } from "../../../form/body-text";
import { type Change, changedField } from "../../../form/changes";
import { isSame } from "../../../form/drafts";
import { word } from "../../../form/words";
import { actOf } from "../../../page/keys";
import type { Page } from "../../../page/page";
import { rowsOf } from "../link-list";
import type { FormTools } from "./form-tools";
import { FORM_KEYS } from "./keys";
import { showCaret } from "./show-caret";

const TEXTS = "input, textarea";
/** What a caret has above and below it, at most. */
const LINE_PX = 28;

/** Whether something in the panel is not the form's, but a text of its own, as the values of a sweep are. */
export const isOwnText = (target: Element): boolean =>
  target.matches(TEXTS) && !target.closest(".gw-form, .gw-json-edit");

/** Undo a change, or do it again, and go to where it was. */
export function moveForm(page: Page, { changes }: FormTools, isRedo: boolean): void {
  const texts = new Map(
    [...page.root.querySelectorAll<HTMLInputElement>(TEXTS)].map((one) => [one.id, one.value]),
  );
  const change = changes.move(isRedo);
  if (!change) return;
  page.announce(word(isRedo ? "redone" : "undone"));
  if (!page.store.state.isJson && isOfText(change)) page.goTo("f-json");
  requestAnimationFrame(() => goToChange(page, change, texts)); // it is drawn first
}

/** Whether it is only to be seen in the JSON text, or makes of that what stands for no values. */
function isOfText({ before, after }: Change): boolean {
  if (isSame(before.draft, after.draft)) return false;
  return after.draft?.stands === null || isSame({ ...before, draft: null }, { ...after, draft: null });
}

/** Put the focus where the form has changed, if that is in one place, and the caret at the end of what has. */
function goToChange(page: Page, change: Change, texts: ReadonlyMap<string, string>): void {
  const field = changedField(change);
  const { isJson } = page.store.state;
  const id = isJson ? "f-json" : field === null ? "" : idOf(field, change);
  const found = id && page.root.querySelector<HTMLElement>(`#${CSS.escape(page.id(id))}`);
  if (!found || (isJson && !found.matches(":focus"))) return;
  if (!found.matches(":focus")) found.focus();
  const before = texts.get(found.id);
  if (!found.matches(TEXTS) || before === undefined) return;
  const text = found as HTMLInputElement | HTMLTextAreaElement;
  if (text.value === before) return;
  const at = text.value.length - stretchOf(before, text.value).tail;
  text.setSelectionRange(at, at);
  if (text instanceof HTMLTextAreaElement) bringCaret(text);
}

/** A list of links has a control for each. */
function idOf(field: string, { before, after }: Change): string {
  const [old, links] = [rowsOf(before.values[field]), rowsOf(after.values[field])];
  const changed = links.findIndex((one, at) => one !== old[at]);
  const at = changed < 0 ? links.length - 1 : changed;
  return at > 0 ? `f-${field}-${at + 1}` : `f-${field}`;
}

/** Scroll a text as little as shows its caret. */
function bringCaret(area: HTMLTextAreaElement): void {
  const { scrollTop, clientHeight } = area;
  area.scrollTop = 0;
  showCaret(area);
  const least = area.scrollTop;
  if (least <= scrollTop && scrollTop < least + clientHeight - LINE_PX) area.scrollTop = scrollTop;
}

/** In the field that chooses a model, outside the form, a key takes back that choice, and does it again. */
export function takeModelKey(page: Page, tools: FormTools, event: KeyboardEvent): void {
  const act = actOf(FORM_KEYS, event);
  const { id, value } = event.target as HTMLInputElement;
  const isUntyped = id === page.id("model") && value === page.model.get("model_id");
  if (!isUntyped || (act !== "undo" && act !== "redo")) return;
  event.preventDefault();
  event.stopPropagation();
  const next = tools.changes.next(act === "redo");
  if (next && next.before.modelId !== next.after.modelId) moveForm(page, tools, act === "redo");
}

/** Listen to what is typed in a panel, until the returned function is called. */
export function followTyping(page: Page, tools: FormTools, panel: HTMLElement): () => void {
  const { changes, typing } = tools;
  const begin = (event: InputEvent) => {
    const target = event.target as HTMLElement;
    if (!target.matches(TEXTS) || !panel.contains(target) || isOwnText(target)) return;
    const isRedo = event.inputType === "historyRedo";
    if (!isRedo && event.inputType !== "historyUndo") return typing.begin(event);
    event.preventDefault();
    moveForm(page, tools, isRedo);
  };
  const take = ({ target }: Event) => {
    changes.step = typing.stepOf(target);
  };
  const end = () => {
    changes.seal();
    changes.step = undefined;
    typing.end();
  };
  // a number steps as long as its key is held, all of which is one change
  const hold = ({ repeat, target }: KeyboardEvent) => {
    if (repeat && (target as HTMLElement).matches("[role=spinbutton]")) changes.step = target;
  };
  const release = () => {
    changes.seal();
    changes.step = undefined;
  };
  const pick = (event: KeyboardEvent) => takeModelKey(page, tools, event);
  page.root.addEventListener("beforeinput", begin, true); // the frame stops it
  panel.addEventListener("input", take, true);
  panel.addEventListener("input", end);
  panel.addEventListener("keydown", hold, true);
  panel.addEventListener("keydown", release);
  page.root.addEventListener("keydown", pick);
  return () => {
    page.root.removeEventListener("beforeinput", begin, true);
    panel.removeEventListener("input", take, true);
    panel.removeEventListener("input", end);
    panel.removeEventListener("keydown", hold, true);
    panel.removeEventListener("keydown", release);
    page.root.removeEventListener("keydown", pick);
  };
}
