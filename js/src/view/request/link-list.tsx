/** A list of links: a row each, with add and remove. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { asText } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import type { ControlProps } from "./field-control";

/** The rows as typed; an empty last row is kept while it is being filled in. */
export function rowsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return asText(value) === "" ? [] : [asText(value)];
}

/** The rows that are drawn, one at least, and what can be done to them. */
function useRows({ value, tie, write }: ControlProps) {
  const page = usePage();
  const rows = rowsOf(value);
  const shown = rows.length > 0 ? rows : [""];
  const put = (links: readonly string[]) => write(links.length > 1 || links[0] ? links : []);
  const idOf = (index: number) => (index === 0 ? tie.id : `${tie.id}-${index + 1}`);
  const next = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (next.current === null) return;
    page.root.querySelector<HTMLElement>(`#${CSS.escape(idOf(next.current))}`)?.focus();
    next.current = null;
  });
  const add = () => {
    next.current = shown.length;
    put([...shown, ""]);
  };
  const remove = (at: number) => {
    next.current = Math.max(0, at - 1);
    put(shown.filter((_, index) => index !== at));
  };
  const change = (at: number, text: string) => put(shown.map((one, index) => (index === at ? text : one)));
  return { shown, isEmpty: rows.length === 0, idOf, add, remove, change };
}

export function LinkList(props: ControlProps) {
  const { field, tie, isOff } = props;
  const { shown, isEmpty, idOf, add, remove, change } = useRows(props);
  const isFull = field.max_items !== null && shown.length >= field.max_items;
  return (
    <fieldset class="gw-links" aria-labelledby={`${tie.id}-label`} aria-describedby={tie["aria-describedby"]}>
      {shown.map((link, index) => (
        <div class="link" key={index}>
          <LinkInput
            {...props}
            id={idOf(index)}
            link={link}
            place={index + 1}
            onText={(text) => change(index, text)}
          />
          <IconButton
            name={`Remove ${field.name} ${index + 1}`}
            disabled={isOff || isEmpty}
            onClick={() => remove(index)}
          >
            <Icon name="close" />
          </IconButton>
        </div>
      ))}
      <Control
        as="button"
        class="gw-btn sm"
        aria-label={`Add ${field.name}`}
        disabled={isOff || isFull}
        onClick={add}
      >
        <Icon name="plus" />
        Add
      </Control>
    </fieldset>
  );
}

interface LinkProps extends ControlProps {
  id: string;
  link: string;
  place: number;
  onText: (text: string) => void;
}

function LinkInput({ id, link, place, onText, ...props }: LinkProps) {
  return (
    <div class={`gw-in${props.isOff ? " off" : ""}${props.isWrong ? " wrong" : ""}`}>
      <Control
        as="input"
        id={id}
        type="url"
        class="mono"
        placeholder="https://..."
        autocomplete="off"
        aria-label={`${props.field.name} ${place}`}
        aria-invalid={props.tie["aria-invalid"]}
        aria-describedby={props.tie["aria-describedby"]}
        disabled={props.isOff}
        value={link}
        onInput={(event: InputEvent) => onText((event.currentTarget as HTMLInputElement).value)}
        onBlur={props.onBlur}
      />
    </div>
  );
}
