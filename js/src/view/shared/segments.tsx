/** A row of choices of which one is chosen: radios (regions, Reply or Record) and tabs (type, views, panels). */

import type { ComponentChildren } from "preact";
import { Control } from "./control";

export interface Segment<T extends string> {
  value: T;
  label: ComponentChildren;
  disabled?: boolean;
  controls?: string;
  title?: string | undefined;
}

interface Props<T extends string> {
  kind: "radio" | "tab";
  label: string;
  class: string;
  itemClass?: string;
  items: readonly Segment<T>[];
  value: string;
  disabled?: boolean;
  idFor?: (value: T) => string | undefined;
  onChoose: (value: T) => void;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The choice that a key leads to, round and round. */
function choiceByKey<T>(key: string, usable: readonly T[], from: T): T | undefined {
  const step = STEPS[key];
  const at = usable.indexOf(from);
  const to = key === "Home" ? 0 : key === "End" ? usable.length - 1 : step ? at + step : null;
  return to === null ? undefined : usable[(to + usable.length) % usable.length];
}

export function Segments<T extends string>(props: Props<T>) {
  const { items, value, kind } = props;
  const usable = items.filter((one) => !one.disabled);
  const tabStop = usable.find((one) => one.value === value) ?? usable[0];
  const move = (event: KeyboardEvent) => {
    const next = tabStop && choiceByKey(event.key, usable, tabStop);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    props.onChoose(next.value);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`[data-value="${next.value}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role is one of two, both of which take keys
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name
    <div
      role={kind === "tab" ? "tablist" : "radiogroup"}
      aria-label={props.label}
      class={props.class}
      onKeyDown={move}
    >
      {items.map((one) => (
        <Control
          as="button"
          key={one.value}
          id={props.idFor?.(one.value)}
          role={kind}
          class={props.itemClass}
          data-value={one.value}
          tabIndex={one === tabStop ? 0 : -1}
          disabled={props.disabled || one.disabled || false}
          aria-controls={one.controls}
          title={one.title}
          {...{ [kind === "tab" ? "aria-selected" : "aria-checked"]: one.value === value }}
          onClick={() => props.onChoose(one.value)}
        >
          {one.label}
        </Control>
      ))}
    </div>
  );
}
