/** A list of links: a row each, with add and remove. */

import { asText } from "../format";
import { Control, IconButton } from "./control";
import type { ControlProps } from "./field-control";
import { Icon } from "./icons";
import { usePage } from "./use-trait";

/** The rows as typed; an empty last row is kept while it is being filled in. */
export function rowsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return asText(value) === "" ? [] : [asText(value)];
}

export function LinkList(props: ControlProps) {
  const page = usePage();
  const { field, tie } = props;
  const rows = rowsOf(props.value);
  const shown = rows.length > 0 ? rows : [""];
  const isFull = field.max_items !== null && shown.length >= field.max_items;
  const write = (next: readonly string[]) =>
    props.write(next.some((one) => one !== "") || next.length > 1 ? next : []);
  const rowId = (index: number) => (index === 0 ? tie.id : `${tie.id}-${index + 1}`);
  const focus = (index: number) => {
    requestAnimationFrame(() =>
      page.root.querySelector<HTMLElement>(`#${CSS.escape(rowId(index))}`)?.focus(),
    );
  };
  const add = () => {
    write([...shown, ""]);
    focus(shown.length);
  };
  const remove = (at: number) => {
    write(shown.filter((_, index) => index !== at));
    focus(Math.max(0, at - 1));
  };
  return (
    <fieldset class="gw-links" aria-labelledby={`${tie.id}-label`} aria-describedby={tie["aria-describedby"]}>
      {shown.map((link, index) => (
        // a row is its place in the list
        <div class="link" key={index}>
          <div class={`gw-in${props.isOff ? " off" : ""}${props.isWrong ? " wrong" : ""}`}>
            <Control
              as="input"
              id={rowId(index)}
              type="url"
              class="mono"
              placeholder="https://..."
              autocomplete="off"
              aria-label={`${field.name} ${index + 1}`}
              aria-invalid={tie["aria-invalid"]}
              aria-describedby={tie["aria-describedby"]}
              disabled={props.isOff}
              value={link}
              onInput={(event: InputEvent) => {
                const text = (event.currentTarget as HTMLInputElement).value;
                write(shown.map((one, at) => (at === index ? text : one)));
              }}
              onBlur={props.onBlur}
            />
          </div>
          <IconButton
            name={`Remove ${field.name} ${index + 1}`}
            disabled={props.isOff || rows.length === 0}
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
        disabled={props.isOff || isFull}
        onClick={add}
      >
        <Icon name="plus" />
        Add
      </Control>
    </fieldset>
  );
}
