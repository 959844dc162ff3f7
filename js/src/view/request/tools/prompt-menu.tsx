/** The list of earlier prompts, to choose one from: by key as the list of models is, or with the pointer. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { word } from "../../../form/words";
import { asText } from "../../../text/format";
import { Control } from "../../shared/control";
import { usePage, useStore, useTrait } from "../../use-trait";
import { toolsOf } from "./form-tools";
import type { Prompts } from "./prompts";

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 8,
  PageUp: -8,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export function PromptMenu({ field }: { field: string }) {
  const { prompts } = toolsOf(usePage());
  const listed = useStore(prompts.store, "listed");
  const isNone = listed?.length === 0;
  return listed ? (
    <Listed
      field={field}
      prompts={prompts}
      listed={isNone ? [word("prompt_none")] : listed}
      isNone={isNone}
    />
  ) : null;
}

interface ListedProps {
  field: string;
  prompts: Prompts;
  listed: readonly string[];
  /** What is listed is the sentence that there are none. */
  isNone: boolean;
}

function Listed({ field, prompts, listed, isNone }: ListedProps) {
  const page = usePage();
  const standing = listed.indexOf(asText(useTrait("values")[field]));
  const [at, setAt] = useState(Math.max(0, standing));
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => list.current?.focus(), []);
  useLayoutEffect(() => {
    list.current?.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const take = (event: KeyboardEvent) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey) return;
    const step = STEPS[key];
    if (step) setAt(Math.max(0, Math.min(listed.length - 1, at + step)));
    else if (key === "Enter" || key === " ") prompts.choose(field, at);
    else if (key === "Escape") prompts.leave(field);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="gw-menu gw-prompts">
      <Control
        as="div"
        ref={list}
        class="list"
        role="listbox"
        tabIndex={0}
        aria-label="Earlier prompts"
        aria-activedescendant={page.id(`prompt-${at}`)}
        onKeyDown={take}
        onBlur={() => prompts.close()}
      >
        {listed.map((prompt, place) => (
          <Option
            key={prompt}
            id={page.id(`prompt-${place}`)}
            prompt={prompt}
            isActive={place === at}
            isStanding={place === standing}
            isNone={isNone}
            onChoose={() => prompts.choose(field, place)}
          />
        ))}
      </Control>
    </div>
  );
}

interface OptionProps {
  id: string;
  prompt: string;
  isActive: boolean;
  /** It is what stands in the field. */
  isStanding: boolean;
  /** It says that there are none. */
  isNone: boolean;
  onChoose: () => void;
}

function Option({ id, prompt, isActive, isStanding, isNone, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the list, as its pattern asks
    <div
      id={id}
      role="option"
      class={`opt${isNone ? " quiet" : isActive ? " at" : ""}`}
      dir="auto"
      title={prompt}
      aria-selected={isStanding}
      aria-disabled={isNone || undefined}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {prompt}
    </div>
  );
}
