/** The model selector: a combobox that filters by lab or identifier and needs no mouse. */

import { useRef, useState } from "preact/hooks";
import type { ModelSpec } from "../../protocol";
import { Control } from "../shared/control";
import { useLoaded, usePreload } from "../shared/further";
import { Icon } from "../shared/icons";
import { usePage, useTrait } from "../use-trait";
import { ModelMenu, searchModels } from "./model-menu";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** Whether the list is open, and what is typed; without a text the chosen identifier stands in the field. */
function useTyped() {
  const [isAsked, setAsked] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const close = () => {
    setAsked(false);
    setTyped(null);
  };
  const look = (text: string) => {
    setAsked(true);
    setTyped(text);
    setActive(0);
  };
  return { isAsked, setAsked, typed, active, setActive, close, look };
}

/** What is found, which of it is active, and what can be done. */
function useSearch(isOff: boolean) {
  const page = usePage();
  const modelId = useTrait("model_id");
  const type = useTrait("model_type");
  useTrait("region");
  useTrait("catalogue");
  const models = page.form.offered;
  const { isAsked, setAsked, typed, active, setActive, close, look } = useTyped();
  const isOpen = isAsked && !isOff;
  const text = typed ?? "";
  const fit = isOpen ? search(models, type, text) : [];
  const isNone = isOpen && fit.length === 0;
  const found = useNearest(isNone, models, text) ?? fit;
  const at = Math.min(active, found.length - 1);
  const open = () => {
    const all = searchModels(models, type, "");
    setAsked(true);
    setActive(
      Math.max(
        0,
        all.findIndex((one) => one.model_id === modelId),
      ),
    );
  };
  const choose = (spec: ModelSpec | undefined) => {
    if (!spec) return; // what was typed stays, below it that nothing fits
    close();
    page.selectModel(spec.model_id);
  };
  const move = (step: number) => setActive(Math.max(0, Math.min(found.length - 1, at + step)));
  const shown = typed ?? modelId;
  const total = models.filter((one) => one.model_type === type).length;
  return { isOpen, isNone, shown, text, found, at, total, open, close, look, choose, move };
}

/** The models of a type that are meant; where it has none, the first of the other type. */
function search(models: readonly ModelSpec[], type: string, text: string): ModelSpec[] {
  const found = searchModels(models, type, text);
  if (found.length > 0) return found;
  return searchModels(models, type === "image" ? "video" : "image", text).slice(0, 1);
}

/** Where nothing fits, what may be meant, once the module that knows it is here. */
function useNearest(isNone: boolean, models: readonly ModelSpec[], text: string): ModelSpec[] | undefined {
  const request = useLoaded("request");
  usePreload("request", isNone);
  return isNone ? request?.nearestModels(models, text) : undefined;
}

export type Search = ReturnType<typeof useSearch>;

/** Take a key; false where it is none of ours. */
function take(key: string, search: Search): boolean {
  const step = STEPS[key];
  if (!search.isOpen && (step || key === "Enter")) search.open();
  else if (step) search.move(step);
  else if (key === "Enter") search.choose(search.found[search.at]);
  else if (key === "Escape" && search.isOpen) search.close();
  else return false;
  return true;
}

export function ModelSelect({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const search = useSearch(isOff);
  return (
    <div class="gw-model">
      <Field isOff={isOff} search={search} />
      {search.isOpen ? (
        <ModelMenu search={search} />
      ) : (
        <div id={page.id("models")} role="listbox" aria-label="Models" hidden />
      )}
    </div>
  );
}

function Field({ isOff, search }: { isOff: boolean; search: Search }) {
  const page = usePage();
  const input = useRef<HTMLInputElement>(null);
  const open = () => {
    if (search.isOpen) return;
    input.current?.focus();
    input.current?.select();
    search.open();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys of the field inside open the list too
    // biome-ignore lint/a11y/noStaticElementInteractions: only widens the field's own target
    <div class={`gw-in${isOff ? " off" : ""}`} onClick={open}>
      <label for={page.id("model")}>Model</label>
      <Control
        as="input"
        ref={input}
        id={page.id("model")}
        class="mono"
        role="combobox"
        aria-expanded={search.isOpen}
        aria-controls={page.id("models")}
        aria-autocomplete="list"
        aria-activedescendant={search.isOpen && search.at >= 0 ? page.id(`model-${search.at}`) : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="Choose a model"
        disabled={isOff}
        value={search.shown}
        onInput={(event: InputEvent) => search.look((event.currentTarget as HTMLInputElement).value)}
        onBlur={search.close}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.ctrlKey || event.metaKey || event.isComposing || !take(event.key, search)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Icon name="down" />
    </div>
  );
}
