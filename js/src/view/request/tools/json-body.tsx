/** The body as JSON, to edit: it follows the form and the form follows it, and the caret stays where it is. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { caretIn, filledOf, readBody, writeBody } from "../../../form/body-text";
import { findFault, type JsonFault, placeOf } from "../../../form/json-fault";
import { word } from "../../../form/words";
import { Control } from "../../shared/control";
import { Icon } from "../../shared/icons";
import { useIsOff, usePage, useStore, useTrait } from "../../use-trait";
import { Stray } from "../misspelt";
import { type ToolsState, toolsOf } from "./form-tools";
import { showCaret } from "./show-caret";

/** What is told of a value that the model has no field for. */
const STRAY = new Set(["no_such_field", "unknown_field"]);
const ANNOUNCE_AFTER_MS = 800;

/** The text that stands in the editor: as typed while it stands for the values, or for none; else written anew. */
function useText() {
  const page = usePage();
  const { store } = toolsOf(page);
  const draft = useStore(store, "draft");
  const values = useTrait("values");
  useTrait("model_id");
  const { spec } = page.form;
  const current = JSON.stringify(filledOf(spec, values));
  const isOwn = draft !== null && (draft.stands === null || draft.stands === current);
  const text = isOwn ? draft.text : writeBody(spec, values);
  const put = (next: ToolsState["draft"]) => store.set({ draft: next });
  const type = (next: string) => {
    if (findFault(next)) {
      put({ text: next, stands: null });
      return;
    }
    const read = readBody(next);
    put({ text: next, stands: JSON.stringify(filledOf(page.form.spec, read)) });
    page.form.restore(read);
  };
  return { text, type, fault: findFault(text), discard: () => put(null) };
}

/** Put a text into the editor without moving its caret among what stays, or what is in sight. */
function useEditor(text: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element || element.value === text) return;
    const { value, selectionStart, selectionEnd, scrollTop } = element;
    const [start, end] = [caretIn(value, text, selectionStart), caretIn(value, text, selectionEnd)];
    element.value = text;
    if (element.matches(":focus")) element.setSelectionRange(start, end);
    element.scrollTop = scrollTop;
  }, [text]);
  // what is said below the text takes from its height, and would leave the caret out of sight
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => element.matches(":focus") && showCaret(element));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return area;
}

export function JsonBody() {
  const page = usePage();
  const isOff = useIsOff();
  const { text, type, fault, discard } = useText();
  const area = useEditor(text);
  const go = (at: number) => {
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const drop = () => {
    area.current?.focus(); // the button that was pressed is gone, and what comes next is typed here
    discard();
  };
  const { checked, spec } = page.form;
  const problems = checked?.problems ?? [];
  return (
    <div class="gw-json-edit">
      <Control
        as="textarea"
        ref={area}
        id={page.id("f-json")}
        class={`gw-area gw-json-body${fault ? " wrong" : ""}`}
        aria-label="Body as JSON text"
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? page.id("json-fault") : undefined}
        spellcheck={false}
        autocomplete="off"
        disabled={isOff}
        onInput={(event: InputEvent) => type((event.currentTarget as HTMLTextAreaElement).value)}
      />
      {fault ? <Fault text={text} fault={fault} go={go} discard={drop} /> : null}
      {problems.map((one) =>
        spec && STRAY.has(one.code) ? <Stray key={one.field} problem={one} spec={spec} /> : null,
      )}
    </div>
  );
}

interface FaultProps {
  text: string;
  fault: JsonFault;
  go: (at: number) => void;
  discard: () => void;
}

/** What is wrong with the text, and where; it is said once the typing has rested. */
function Fault({ text, fault, go, discard }: FaultProps) {
  const page = usePage();
  const values = { ...placeOf(text, fault.at), what: word(fault.code) };
  const said = word("body_not_json", values);
  useEffect(() => {
    const timer = setTimeout(() => page.announce(said), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [page, said]);
  return (
    <div class="gw-bad" id={page.id("json-fault")}>
      <Control as="button" class="gw-go" onClick={() => go(fault.at)}>
        <Icon name="warn" />
        <span>{said}</span>
      </Control>
      <Control as="button" class="gw-btn sm" onClick={discard}>
        Discard text
      </Control>
    </div>
  );
}
