/** What goes on around the form: pasting, dropping, undoing by key, earlier prompts; and what is said of it. */

import { useLayoutEffect, useState } from "preact/hooks";
import { PROMPT } from "../../../form/form";
import { word } from "../../../form/words";
import { actOf } from "../../../page/keys";
import type { Page } from "../../../page/page";
import type { Field } from "../../../protocol";
import { IconButton } from "../../shared/control";
import { Icon } from "../../shared/icons";
import { usePage, usePageState, useStore, useTrait } from "../../use-trait";
import { type FormTools, toolsOf } from "./form-tools";
import { FORM_KEYS, PROMPT_KEYS } from "./keys";
import { followTyping, isOwnText, moveForm } from "./undoing";
import { useRefusal } from "./use-refusal";

const LINKS = "text/uri-list";

/** Asked by the side panel of every playground in it; whoever prevents it would lose something. */
const LEAVING = "gw-leaving";

const isConnected = (page: Page): boolean => page.store.state.connection === "connected";

const TYPED = "input, textarea, select, [contenteditable]";

interface Props {
  /** An element, and the files that were dropped on it before this was here. */
  early?: readonly [EventTarget | null, ...File[]] | undefined;
}

export function RequestTools({ early }: Props) {
  const page = usePage();
  const tools = toolsOf(page);
  // the model outlives the view, and would keep it
  useLayoutEffect(() => tools.changes.follow(), [tools]);
  const isOver = useHandlers(page, tools);
  useRefusal();
  useReview(tools);
  useLeaving(page, tools);
  useLayoutEffect(() => {
    if (!early) return;
    const [target, ...files] = early;
    if (files.length > 0) void tools.filling.takeFiles(files, linkField(page, target));
  }, [early, page, tools]);
  const notes = useStore(tools.filling.store, "notes");
  const isRefused = useStore(tools.filling.store, "isRefused");
  return (
    <>
      {isOver ? (
        <p class="gw-drop">
          <span>{word("drop")}</span>
        </p>
      ) : null}
      {notes.length > 0 ? (
        <div class={`gw-filled${isRefused ? " bad" : ""}`}>
          <Icon name={isRefused ? "warn" : "info"} />
          <span>
            {notes.map((one) => (
              <p key={one}>{one}</p>
            ))}
          </span>
          <IconButton name="Dismiss" class="sm" onClick={() => tools.filling.dismiss()}>
            <Icon name="close" />
          </IconButton>
        </div>
      ) : null}
    </>
  );
}

/**
 * The browser asks before the page is left, and the side panel before it is closed, while a text stands in it that is
 * not in the form: no kernel has it. A view that comes after this one has it again.
 */
function useLeaving({ root }: Page, tools: FormTools): void {
  const isUnread = useStore(tools.store, "draft")?.stands === null;
  useLayoutEffect(() => {
    if (!isUnread) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    root.addEventListener(LEAVING, ask);
    return () => {
      removeEventListener("beforeunload", ask);
      root.removeEventListener(LEAVING, ask);
    };
  }, [isUnread, root]);
  useLayoutEffect(() => {
    tools.come();
    return () => tools.leave();
  }, [tools]);
}

/** What is said of a refused file or text goes once it no longer holds. */
function useReview({ filling }: FormTools): void {
  const form = [useTrait("values"), useTrait("model_id")];
  const isSent = usePageState(/* @__KEY__ */ "isPosting");
  useLayoutEffect(() => filling.review(isSent), [filling, isSent, ...form]);
}

/** Listen on the panel; whether something that can be dropped is over it. */
function useHandlers(page: Page, tools: FormTools): boolean {
  const [isOver, setOver] = useState(false);
  useLayoutEffect(() => {
    const panel = page.root.querySelector<HTMLElement>(`#${CSS.escape(page.id("panel-input"))}`);
    if (!panel) return;
    const paste = (event: ClipboardEvent) => takePaste(page, tools, event);
    const press = (event: KeyboardEvent) => takeKey(page, tools, event);
    const drag = (event: DragEvent) => {
      if (!isDroppable(page, event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!panel.contains(event.relatedTarget as Node | null)) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      takeDrop(page, tools, event);
    };
    panel.addEventListener("paste", paste);
    panel.addEventListener("keydown", press);
    const leaveTyping = followTyping(page, tools, panel);
    // Before the form, which takes files itself only as long as this is not here.
    panel.addEventListener("dragenter", drag, true);
    panel.addEventListener("dragover", drag, true);
    panel.addEventListener("dragleave", leave);
    panel.addEventListener("drop", drop, true);
    return () => {
      panel.removeEventListener("paste", paste);
      panel.removeEventListener("keydown", press);
      leaveTyping();
      panel.removeEventListener("dragenter", drag, true);
      panel.removeEventListener("dragover", drag, true);
      panel.removeEventListener("dragleave", leave);
      panel.removeEventListener("drop", drop, true);
    };
  }, [page, tools]);
  return isOver;
}

/** A file or a link; a text is dropped into the field under the pointer, as anywhere, unless it is a request. */
function isDroppable(page: Page, { dataTransfer, target }: DragEvent): boolean {
  const types = dataTransfer?.types ?? [];
  const isLink = types.includes(LINKS) && linkField(page, target) !== undefined;
  return types.includes("Files") || isLink || (types.includes("text/plain") && !isTyped(target));
}

const isTyped = (target: EventTarget | null): boolean => target instanceof Element && target.matches(TYPED);

/** The field in whose row something happened, if it takes links. */
function linkField(page: Page, target: EventTarget | null): Field | undefined {
  const row = target instanceof Element ? target.closest(".gw-row") : null;
  return page.form.spec?.fields.find(
    (one) => one.is_url && row?.querySelector(`[id^="${CSS.escape(page.id(`f-${one.name}`))}"]`),
  );
}

function takePaste(page: Page, tools: FormTools, event: ClipboardEvent): void {
  const { clipboardData: data, target } = event;
  const file = data?.files[0];
  const text = data?.getData("text/plain") ?? "";
  // A body is typed there as anywhere, and a recipe is none.
  const isTypedJson = target instanceof Element && target.matches(".gw-json-body") && /^\s*\{/.test(text);
  const isText = tools.filling.isRequest(text) && (!isTypedJson || tools.filling.isRecipe(text));
  if (!isConnected(page) || (!isText && (!file || text !== ""))) return;
  event.preventDefault();
  event.stopPropagation();
  if (isText) void tools.filling.takeText(text, () => type(page, tools, target, text));
  else void tools.filling.takeFiles([...(data?.files ?? [])], linkField(page, target));
}

/**
 * Put a text where it would have been pasted, and return what is to be said where that place is gone. The focus may
 * have gone elsewhere meanwhile, as to a cell of the notebook: it stays there, and so does what is in there.
 */
function type(page: Page, tools: FormTools, target: EventTarget | null, text: string): string {
  if (!isTyped(target)) return "";
  const place = target as HTMLInputElement | HTMLTextAreaElement;
  if (!place.isConnected) return word("place_gone");
  // So the browser can undo it too.
  if (page.focused === place) place.ownerDocument.execCommand("insertText", false, text);
  else if (place.matches("input, textarea")) {
    tools.changes.seal();
    place.setRangeText(text);
    place.dispatchEvent(new InputEvent("input", { bubbles: true }));
    tools.changes.seal();
  }
  return "";
}

function takeDrop(page: Page, tools: FormTools, event: DragEvent): void {
  if (!isDroppable(page, event) || !isConnected(page)) return;
  event.preventDefault();
  event.stopPropagation();
  const { dataTransfer: data, target } = event;
  const files = [...(data?.files ?? [])];
  const field = linkField(page, target);
  // Of a picture that is dragged from a page, the browser hands over the file too; the API fetches the link itself.
  const link = (data?.getData(LINKS) ?? "").split(/\r?\n/).find((line) => /^https?:/i.test(line));
  if (field && link) tools.filling.use(field, link);
  else if (files.length > 0) void tools.filling.takeFiles(files, field);
  else void tools.filling.takeText(data?.getData("text/plain") ?? "", () => "");
}

function takeKey(page: Page, tools: FormTools, event: KeyboardEvent): void {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return;
  const take = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  const step = actOf(PROMPT_KEYS, event);
  if (step && target.id === page.id(`f-${PROMPT}`)) {
    if (isConnected(page) && tools.prompts.press(step, PROMPT)) take();
    return;
  }
  const act = actOf(FORM_KEYS, event);
  if (!act) return;
  if (act === "prompts") {
    if (target.id !== page.id(`f-${PROMPT}`) || !isConnected(page)) return;
    take();
    void tools.prompts.list(PROMPT);
    return;
  }
  // what is composed ends by itself, and a sweep's texts are no part of the form
  if (event.isComposing || isOwnText(target)) return;
  take();
  moveForm(page, tools, act === "redo");
}
