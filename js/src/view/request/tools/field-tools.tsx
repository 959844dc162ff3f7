/** Beside a field's name: back to its default, and for a prompt the earlier ones. */

import { defaultsOf, isEmpty } from "../../../form/drafts";
import { PROMPT } from "../../../form/form";
import { word } from "../../../form/words";
import type { Field } from "../../../protocol";
import { Control, IconButton } from "../../shared/control";
import { Drawing, Icon } from "../../shared/icons";
import { usePage, useStore } from "../../use-trait";
import { toolsOf } from "./form-tools";
import { LinkTools } from "./link-tools";
import { PromptMenu } from "./prompt-menu";

const CLOCK = "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM8 4.75V8l2.25 1.5";

interface Props {
  field: Field;
  value: unknown;
  isOff: boolean;
}

export function FieldTools({ field, value, isOff }: Props) {
  const page = usePage();
  const tools = toolsOf(page);
  const isListed = useStore(tools.prompts.store, "listed") !== null;
  const { spec } = page.form;
  const usual = spec ? defaultsOf(spec)[field.name] : undefined;
  const isUsual = isEmpty(value) ? isEmpty(usual) : JSON.stringify(value) === JSON.stringify(usual);
  const reset = () => {
    tools.changes.seal();
    page.form.write(field.name, usual);
    tools.changes.seal();
    page.announce(word("field_default", { field: field.name }));
    page.goTo(`f-${field.name}`);
  };
  return (
    <>
      <span class="gw-tools">
        {isUsual ? null : (
          <IconButton name={`Reset ${field.name}`} class="sm" disabled={isOff} onClick={reset}>
            <Icon name="reset" />
          </IconButton>
        )}
        {field.name === PROMPT ? (
          <Control
            as="button"
            class="gw-ico sm"
            tabIndex={-1} // a key in the prompt does the same
            aria-label="Earlier prompts"
            title={word("prompt_keys")}
            aria-haspopup="listbox"
            aria-expanded={isListed}
            disabled={isOff}
            onMouseDown={(event: MouseEvent) => event.preventDefault()} // the list would close before the press
            onClick={() => tools.prompts.list(field.name)}
          >
            <Drawing path={CLOCK} />
          </Control>
        ) : null}
      </span>
      {field.name === PROMPT ? <PromptMenu field={field.name} /> : null}
      {field.is_url ? <LinkTools field={field} value={value} isOff={isOff} /> : null}
    </>
  );
}
