/** The controls of single values: text, number, switch, choice. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { SEED } from "../../form/form";
import type { Field } from "../../protocol";
import { asText } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import type { ControlProps } from "./field-control";
import { SeedButtons } from "./seed-buttons";

const textOf = (event: Event): string => (event.currentTarget as HTMLInputElement).value;
const box = (props: ControlProps): string =>
  `gw-in${props.isOff ? " off" : ""}${props.isWrong ? " wrong" : ""}`;

const TALLEST_PX = 252;

export function PromptArea(props: ControlProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const text = asText(props.value);
  // the text decides the height
  useLayoutEffect(() => {
    const element = area.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(TALLEST_PX, element.scrollHeight + 2)}px`;
  }, [text]);
  return (
    <Control
      as="textarea"
      {...props.tie}
      ref={area}
      class={`gw-area${props.isWrong ? " wrong" : ""}`}
      disabled={props.isOff}
      value={text}
      onInput={(event: InputEvent) => props.write(textOf(event))}
      onBlur={props.onBlur}
    />
  );
}

export function TextInput(props: ControlProps) {
  return (
    <div class={box(props)}>
      <Control
        as="input"
        {...props.tie}
        type={props.field.is_url ? "url" : "text"}
        class={props.field.is_url ? "mono" : ""}
        placeholder={props.field.is_url ? "https://..." : "not set"}
        autocomplete="off"
        disabled={props.isOff}
        value={asText(props.value)}
        onInput={(event: InputEvent) => props.write(textOf(event))}
        onBlur={props.onBlur}
      />
    </div>
  );
}

/** A number where the text is one as Python would print it, else the text as typed. */
export function readTyped(text: string): string | number {
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

function rangeOf({ minimum, maximum }: Field): string {
  if (minimum !== null && maximum !== null && maximum < 1_000_000) return `${minimum} to ${maximum}`;
  if (minimum !== null) return `from ${minimum}`;
  return maximum === null ? "" : `to ${maximum}`;
}

/** Where a number stands between its bounds, and how to step it. */
function useSteps({ field, value, write }: ControlProps) {
  const { minimum, maximum } = field;
  const now = Number(asText(value));
  const isSet = asText(value).trim() !== "" && Number.isFinite(now);
  const step = field.is_integer ? 1 : 0.1;
  const move = (by: number) => {
    const from = isSet ? now + by : (minimum ?? 0);
    const next = Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, from));
    write(Number(next.toFixed(step < 1 ? 1 : 6)));
  };
  const isLeast = isSet && minimum !== null && now <= minimum;
  const isMost = isSet && maximum !== null && now >= maximum;
  return { step, move, isLeast, isMost, now: isSet ? now : undefined };
}

export function NumberInput(props: ControlProps) {
  const { field, value } = props;
  const { step, move, isLeast, isMost, now } = useSteps(props);
  return (
    <div class={box(props)}>
      <Control
        as="input"
        {...props.tie}
        type="text"
        role="spinbutton"
        aria-valuenow={now}
        aria-valuemin={field.minimum ?? undefined}
        aria-valuemax={field.maximum ?? undefined}
        class="mono num"
        inputmode={step < 1 ? "decimal" : "numeric"}
        autocomplete="off"
        placeholder="not set"
        disabled={props.isOff}
        value={asText(value)}
        onInput={(event: InputEvent) => props.write(readTyped(textOf(event)))}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          move(event.key === "ArrowUp" ? step : -step);
        }}
        onBlur={props.onBlur}
      />
      <span class="range">{rangeOf(field)}</span>
      <Stepper
        name={`Decrease ${field.name}`}
        icon="minus"
        isOff={props.isOff || isLeast}
        onStep={() => move(-step)}
      />
      <Stepper
        name={`Increase ${field.name}`}
        icon="plus"
        isOff={props.isOff || isMost}
        onStep={() => move(step)}
      />
      {field.name === SEED ? <SeedButtons isOff={props.isOff} /> : null}
    </div>
  );
}

function Stepper(props: { name: string; icon: "minus" | "plus"; isOff: boolean; onStep: () => void }) {
  return (
    <Control
      as="button"
      class="gw-ico step"
      tabIndex={-1} // the arrow keys do the same
      aria-label={props.name}
      disabled={props.isOff}
      onClick={props.onStep}
    >
      <Icon name={props.icon} />
    </Control>
  );
}

export function Switch(props: ControlProps) {
  const isTrue = props.value === true;
  const { "aria-invalid": _, ...tie } = props.tie;
  return (
    <Control
      as="button"
      {...tie}
      class="gw-sw"
      role="switch"
      aria-checked={isTrue}
      aria-label={props.field.name}
      disabled={props.isOff}
      onClick={() => props.write(!isTrue)}
      onBlur={props.onBlur}
    >
      {asText(props.value) || "not set"}
    </Control>
  );
}

/** A choice among known values. What stands in `values` is always shown, even where it is none of them. */
export function Choice(props: ControlProps) {
  const { field, value } = props;
  const choices = field.choices ?? [];
  const text = asText(value);
  const isStrange = text !== "" && !choices.some((one) => String(one) === text);
  const canBeUnset = text === "" || field.default === null || field.default === undefined;
  return (
    <div class={box(props)}>
      <Control
        as="select"
        {...props.tie}
        disabled={props.isOff}
        value={text}
        onChange={(event: Event) => props.write(choices.find((one) => String(one) === textOf(event)))}
        onBlur={props.onBlur}
      >
        {canBeUnset ? <option value="">not set</option> : null}
        {isStrange ? <option value={text}>{text}</option> : null}
        {choices.map((one) => (
          <option key={String(one)} value={String(one)}>
            {String(one)}
          </option>
        ))}
      </Control>
      <Icon name="down" />
    </div>
  );
}
