/** One row of the form: the field's label, its control, and what is wrong with its value. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { isError, type Problem } from "../../form/validate";
import type { Field } from "../../protocol";
import { asText, count } from "../../text/format";
import { Breakable } from "../shared/breakable";
import { useLoaded } from "../shared/further";
import { Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import { Choice, NumberInput, PromptArea, Switch, TextInput } from "./inputs";
import { LinkList } from "./link-list";

export interface ControlProps {
  field: Field;
  value: unknown;
  isOff: boolean;
  /** Ids and states that tie a control to its label and its problem. */
  tie: {
    id: string;
    "aria-required": boolean | undefined;
    "aria-invalid": boolean | undefined;
    "aria-describedby": string | undefined;
  };
  isWrong: boolean;
  write: (value: unknown) => void;
  onBlur: () => void;
}

interface Props {
  field: Field;
  value: unknown;
  problems: readonly Problem[];
  isOff: boolean;
}

const isPrompt = (field: Field): boolean => field.name === "generation_prompt";

/** What draws a field, by its type and facts. */
function controlFor(field: Field): (props: ControlProps) => ComponentChildren {
  if (field.type === "array") return LinkList;
  if (field.type === "boolean") return Switch;
  if (field.choices) return Choice;
  if (field.type === "number") return NumberInput;
  return isPrompt(field) ? PromptArea : TextInput;
}

export function FieldControl({ field, value, problems, isOff }: Props) {
  const page = usePage();
  const id = page.id(`f-${field.name}`);
  const isWrong = problems.some(isError);
  const said = problems.map((one) => one.message).join(" ");
  useEffect(() => {
    if (said) page.announce(`${field.name}: ${said}`);
  }, [page, field.name, said]);
  const tie = {
    id,
    "aria-required": field.required || undefined,
    "aria-invalid": isWrong || undefined,
    "aria-describedby": describedBy(said && `${id}-problem`, field.description && `${id}-help`),
  };
  const Drawn = controlFor(field);
  const tools = useLoaded("request");
  return (
    <div class={`gw-row${isPrompt(field) ? " full" : ""}`}>
      <Label field={field} id={id} />
      {isPrompt(field) ? <Counter field={field} value={value} /> : null}
      <div>
        <Drawn
          field={field}
          value={value}
          isOff={isOff}
          isWrong={isWrong}
          tie={tie}
          write={(next) => page.form.write(field.name, next)}
          onBlur={() => page.touch(field.name)}
        />
        <div class="say">
          {said ? <Problems id={`${id}-problem`} problems={problems} /> : null}
          {field.description ? (
            <p class="gw-help" id={`${id}-help`}>
              {field.description}
            </p>
          ) : null}
        </div>
      </div>
      {tools ? <tools.FieldTools field={field} value={value} isOff={isOff} /> : null}
    </div>
  );
}

const describedBy = (...ids: string[]): string | undefined => ids.filter(Boolean).join(" ") || undefined;

/** A list has no control of its own to be labelled: its label names the group of its rows. */
function Label({ field, id }: { field: Field; id: string }) {
  const name = <Breakable text={field.name} after="_" />;
  return (
    <div class="lab">
      {field.type === "array" ? <span id={`${id}-label`}>{name}</span> : <label for={id}>{name}</label>}
      {field.required ? <span class="gw-b req">required</span> : null}
    </div>
  );
}

function Problems({ id, problems }: { id: string; problems: readonly Problem[] }) {
  return (
    <div id={id}>
      {problems.map((one) => (
        <p class={`gw-bad${isError(one) ? "" : " soft"}`} key={one.code}>
          <Icon name="warn" />
          {one.message}
        </p>
      ))}
    </div>
  );
}

/** Counts code points, as both sides and the API do. */
function Counter({ field, value }: { field: Field; value: unknown }) {
  const length = [...asText(value)].length;
  return (
    <span class="count num">
      {field.max_length === null ? count(length) : `${count(length)} of ${count(field.max_length)}`}
    </span>
  );
}
