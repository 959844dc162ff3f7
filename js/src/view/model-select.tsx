/** The model selector: a combobox that filters by lab or identifier and needs no mouse. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { creditCount, plural } from "../format";
import type { ModelSpec } from "../state";
import { Control } from "./control";
import { Icon } from "./icons";
import { usePage, useTrait } from "./use-trait";

const labOf = (modelId: string): string => modelId.split("/", 1)[0] ?? "";
const PAGE_STEP = 8;

/** Models of a type whose identifier holds every typed word; by name, which also puts those of one lab together. */
export function searchModels(models: readonly ModelSpec[], type: string, text: string): ModelSpec[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = models.filter(
    (one) => one.model_type === type && words.every((word) => one.model_id.toLowerCase().includes(word)),
  );
  return found.sort((one, other) => (one.model_id < other.model_id ? -1 : 1));
}

export function ModelSelect({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const modelId = useTrait("model_id");
  const type = useTrait("model_type");
  const isSandbox = useTrait("region") === "sandbox";
  const catalogue = useTrait("catalogue");
  const models = useMemo(
    () => catalogue.models.filter((one) => isSandbox || !one.sandbox_only),
    [catalogue, isSandbox],
  );
  const [isAsked, setAsked] = useState(false);
  const [typed, setTyped] = useState<string | null>(null); // null: the chosen identifier stands in the field
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const isOpen = isAsked && !isOff;
  const text = typed ?? "";
  const found = useMemo(() => (isOpen ? searchModels(models, type, text) : []), [models, type, text, isOpen]);
  const total = models.filter((one) => one.model_type === type).length;
  const at = Math.min(active, found.length - 1);

  const open = () => {
    if (isOpen) return;
    setAsked(true);
    setActive(
      Math.max(
        0,
        searchModels(models, type, "").findIndex((one) => one.model_id === modelId),
      ),
    );
    input.current?.select();
  };
  const close = () => {
    setAsked(false);
    setTyped(null);
  };
  const choose = (spec: ModelSpec | undefined) => {
    close();
    if (spec) page.selectModel(spec.model_id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_STEP,
      PageUp: -PAGE_STEP,
    };
    const step = steps[event.key];
    if (step && !isOpen) open();
    else if (step) setActive(Math.max(0, Math.min(found.length - 1, at + step)));
    else if (event.key === "Enter" && isOpen) choose(found[at]);
    else if (event.key === "Enter") open();
    else if (event.key === "Escape" && isOpen) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="gw-model">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys of the field inside open the list too */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only widens the field's own target */}
      <div
        class={`gw-in${isOff ? " off" : ""}`}
        onClick={() => {
          input.current?.focus();
          open();
        }}
      >
        <label for={page.id("model")}>Model</label>
        <Control
          as="input"
          ref={input}
          id={page.id("model")}
          class="mono"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={page.id("models")}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && at >= 0 ? page.id(`model-${at}`) : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder="Choose a model"
          disabled={isOff}
          value={typed ?? modelId}
          onInput={(event: InputEvent) => {
            setAsked(true);
            setTyped((event.currentTarget as HTMLInputElement).value);
            setActive(0);
          }}
          onBlur={close}
          onKeyDown={onKeyDown}
        />
        <Icon name="down" />
      </div>
      {isOpen ? (
        <Menu
          found={found}
          at={at}
          total={total}
          text={text}
          modelId={modelId}
          type={type}
          onChoose={choose}
        />
      ) : (
        <div id={page.id("models")} role="listbox" aria-label="Models" hidden />
      )}
    </div>
  );
}

interface MenuProps {
  found: readonly ModelSpec[];
  at: number;
  total: number;
  text: string;
  modelId: string;
  type: string;
  onChoose: (spec: ModelSpec) => void;
}

function Menu({ found, at, total, text, modelId, type, onChoose }: MenuProps) {
  const page = usePage();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  }, [at, text]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press here must not take the focus from the field
    <div class="gw-menu" onMouseDown={(event) => event.preventDefault()}>
      <div id={page.id("models")} ref={list} role="listbox" aria-label="Models" class="list">
        {found.flatMap((spec, index) => {
          const lab = labOf(spec.model_id);
          const isFirst = index === 0 || labOf(found[index - 1]?.model_id ?? "") !== lab;
          const option = (
            <Option
              key={spec.model_id}
              id={page.id(`model-${index}`)}
              spec={spec}
              isActive={index === at}
              isChosen={spec.model_id === modelId}
              text={text}
              onChoose={onChoose}
            />
          );
          if (!isFirst) return [option];
          return [
            <div key={`lab ${lab}`} class="lab">
              {lab}
            </div>,
            option,
          ];
        })}
      </div>
      <div class="keys">
        <span>{`${found.length} of ${total} ${type} models`}</span>
        <span>Up, Down to move · Enter to choose · Esc to close</span>
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  spec: ModelSpec;
  isActive: boolean;
  isChosen: boolean;
  text: string;
  onChoose: (spec: ModelSpec) => void;
}

function Option({ id, spec, isActive, isChosen, text, onChoose }: OptionProps) {
  const { price } = spec;
  const isFlat = price?.known && price.kind === "flat" && price.credits !== null;
  const cost = isFlat ? creditCount(price.credits ?? 0) : price?.known ? "priced by time" : "price not known";
  const fields = plural(spec.fields.length, "field");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the combobox, as its pattern asks
    <div
      id={id}
      role="option"
      class={`opt${isActive ? " at" : ""}`}
      aria-selected={isChosen}
      aria-description={`${fields}, ${cost}`}
      onClick={() => onChoose(spec)}
    >
      {isChosen ? <Icon name="check" /> : <i />}
      <span class="id">
        <Marked text={spec.model_id} words={text} />
      </span>
      <span class="n" aria-hidden="true">
        {fields}
      </span>
      <span aria-hidden="true">{cost}</span>
    </div>
  );
}

/** An identifier with the first typed word marked where it stands. */
function Marked({ text, words }: { text: string; words: string }) {
  const word = words.trim().toLowerCase().split(/\s+/)[0] ?? "";
  const from = word ? text.toLowerCase().indexOf(word) : -1;
  if (from < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, from)}
      <b>{text.slice(from, from + word.length)}</b>
      {text.slice(from + word.length)}
    </>
  );
}
