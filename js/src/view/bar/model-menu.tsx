/** The list below the model selector: the models found, by lab, with fields and price. */

import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { ModelSpec, Price } from "../../protocol";
import { amount, creditCount, plural, sentence } from "../../text/format";
import { Icon } from "../shared/icons";
import { useIsSandbox, usePage, useTrait } from "../use-trait";
import type { Search } from "./model-select";

/** Models of a type whose identifier holds every typed word; by name, which also puts those of one lab together. */
export function searchModels(models: readonly ModelSpec[], type: string, text: string): ModelSpec[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = models.filter(
    (one) => one.model_type === type && words.every((word) => one.model_id.toLowerCase().includes(word)),
  );
  return found.sort((one, other) => (one.model_id < other.model_id ? -1 : 1));
}

export function ModelMenu({ search }: { search: Search }) {
  const { found, isNone, at, total, text } = search;
  const page = usePage();
  const list = useRef<HTMLDivElement>(null);
  const { messages } = page;
  const worth = messages[useIsSandbox() ? "sandbox_credits" : "credit_worth"];
  const type = useTrait("model_type");
  const isOther = !isNone && found[0]?.model_type !== type;
  useEffect(() => {
    list.current?.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  }, [at, text]);
  const isLocked = useTrait("locked");
  useEffect(() => {
    // the kernel asks nothing where no key is locked
    page.link.request({ kind: "ask_menu_prices", model_type: type }).catch(ignoreNotConnected);
  }, [isLocked, type]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press here must not take the focus from the field
    <div class="gw-menu" onMouseDown={(event) => event.preventDefault()}>
      <div id={page.id("models")} ref={list} role="listbox" aria-label="Models" class="list">
        {isNone ? (
          <div class="lab">{messages[found.length > 0 ? "near_models" : "no_model_fits"]}</div>
        ) : null}
        {found.map((spec, index) => {
          const [lab = ""] = spec.model_id.split("/");
          return (
            <Fragment key={spec.model_id}>
              {isNone || found[index - 1]?.model_id.startsWith(`${lab}/`) ? null : (
                <div class="lab">
                  {isOther
                    ? sentence(messages, "other_type", { model_id: spec.model_id, type: spec.model_type })
                    : lab}
                </div>
              )}
              <Option
                id={page.id(`model-${index}`)}
                spec={spec}
                from={isOther || isNone ? 0 : lab.length + 1}
                isActive={index === at}
                search={search}
              />
            </Fragment>
          );
        })}
      </div>
      <div class="keys">
        <span>{`${isOther || isNone ? 0 : found.length} of ${total} ${type} models. ${worth}`}</span>
        <span>{messages.menu_keys}</span>
      </div>
    </div>
  );
}

/** What one picture costs, or a second of film: from the cheapest to the dearest; nothing where no list has a price. */
function menuPrice(price: Price | null): string {
  const all = price ? Object.values(price.credits === null ? price.table : [price.credits]) : [];
  if (all.length === 0) return "";
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const cost = `${low === high ? "" : `${amount(low)} to `}${creditCount(high)}`;
  return price?.kind === "flat" ? cost : `${cost} a second`;
}

interface OptionProps {
  id: string;
  spec: ModelSpec;
  /** Where what is shown of its identifier begins: behind the lab that stands above it. */
  from: number;
  isActive: boolean;
  search: Search;
}

function Option({ id, spec, from, isActive, search }: OptionProps) {
  const isChosen = spec.model_id === useTrait("model_id");
  const isLocked = useTrait("locked");
  const told = useTrait("menu_prices")[spec.model_id];
  const cost = menuPrice(spec.price) || told || (isLocked ? "price once chosen" : "price with a key");
  const fields = plural(spec.fields.length, "field");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the combobox, as its pattern asks
    <div
      id={id}
      role="option"
      class={`opt${isActive ? " at" : ""}`}
      aria-selected={isChosen}
      title={spec.model_id}
      aria-description={`${fields}, ${cost}`}
      onClick={() => search.choose(spec)}
    >
      {isChosen ? <Icon name="check" /> : <i />}
      <span class="id">
        <Marked text={spec.model_id} words={search.text} from={from} />
      </span>
      <span class="n" aria-hidden="true">
        {fields}
      </span>
      <span aria-hidden="true">{cost}</span>
    </div>
  );
}

/** An identifier, of which what stands before a place is read and not seen, with the first typed word marked. */
function Marked({ text, words, from }: { text: string; words: string; from: number }) {
  const word = words.trim().toLowerCase().split(/\s+/)[0] ?? "";
  const at = text.toLowerCase().indexOf(word);
  const start = Math.max(from, at);
  const end = at < 0 ? from : Math.max(from, at + word.length);
  return (
    <>
      <span>{text.slice(0, from)}</span>
      {text.slice(from, start)}
      <b>{text.slice(start, end)}</b>
      {text.slice(end)}
    </>
  );
}
