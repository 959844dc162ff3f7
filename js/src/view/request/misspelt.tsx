/** A field that no model has, given from Python or pasted: what was meant, and a button that takes it out. */

import { hintOf } from "../../form/nearest";
import type { Problem } from "../../form/validate";
import type { ModelSpec } from "../../protocol";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { usePage } from "../use-trait";

export function Misspelt({ problem: { field, message }, spec }: { problem: Problem; spec: ModelSpec }) {
  const page = usePage();
  const id = page.id(`f-${field}`);
  return (
    <p class="gw-bad">
      <Icon name="warn" />
      <span id={`${id}-problem`}>{`${message} ${hintOf(spec, field, page.messages)}`}</span>
      <Control
        as="button"
        class="gw-btn sm"
        id={id}
        aria-describedby={`${id}-problem`}
        aria-label={`Leave out ${field}`}
        onClick={() => {
          page.form.write(field, undefined);
          page.focusNext();
        }}
      >
        Leave out
      </Control>
    </p>
  );
}
