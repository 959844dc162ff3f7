/** A field that no model has, given from Python or pasted: what was meant, its value, and buttons that move it or take it out. */

import { hintOf, meantBy } from "../../form/nearest";
import { isError, type Problem } from "../../form/validate";
import { word } from "../../form/words";
import type { ModelSpec } from "../../protocol";
import { asText } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { usePage, useTrait } from "../use-trait";
import { toolsOf } from "./tools/form-tools";

const MOST_SHOWN = 60;
const ELLIPSIS = "…";

/** A value as JSON has it, in one line and no longer than it can be read at a glance. */
function inShort(value: unknown): string {
  const letters = [...(JSON.stringify(value) ?? "")];
  const shown = letters.slice(0, MOST_SHOWN).join("");
  return letters.length > MOST_SHOWN ? shown + ELLIPSIS : shown;
}

interface Props {
  problem: Problem;
  spec: ModelSpec;
}

/** A value that the model has no field for: another model has one of that name, or none does. */
export function Stray({ problem, spec }: Props) {
  if (isError(problem)) return <Misspelt problem={problem} spec={spec} />;
  return (
    <p class="gw-bad soft">
      <Icon name="info" />
      {problem.message}
    </p>
  );
}

function Misspelt({ problem: { field, message }, spec }: Props) {
  const page = usePage();
  const { [field]: value, ...others } = useTrait("values");
  const id = page.id(`f-${field}`);
  const meant = meantBy(spec, field);
  const told = `${id}-problem ${id}-value`;
  const held = meant ? others[meant] : undefined;
  const isReplacing = asText(held) !== "" && JSON.stringify(held) !== JSON.stringify(value);
  const replaces = isReplacing ? word("stray_replaces", { name: meant ?? "" }) : "";
  const use = (name: string) => {
    const { changes } = toolsOf(page);
    changes.seal();
    page.form.restore({ ...others, [name]: value });
    changes.seal();
    page.announce(word(isReplacing ? "stray_replaced" : "stray_used", { field, name }));
    if (page.store.state.isJson) page.focusNext();
    else page.goTo(`f-${name}`);
  };
  return (
    <p class="gw-bad gw-stray">
      <Icon name="warn" />
      <span>
        <span id={`${id}-problem`}>{`${message} ${hintOf(spec, field, page.messages)}`}</span>{" "}
        <span id={`${id}-value`}>{word("stray_value", { value: inShort(value) })}</span>
        {/* unseen: it comes and goes with what the field holds, and would move the buttons */}
        <span class="vh" id={`${id}-held`}>
          {replaces}
        </span>
      </span>
      {meant ? (
        <Control
          as="button"
          class="gw-btn sm"
          aria-describedby={isReplacing ? `${told} ${id}-held` : told}
          aria-label={`Use as ${meant}: ${field}`}
          title={replaces}
          onClick={() => use(meant)}
        >
          {`Use as ${meant}`}
        </Control>
      ) : null}
      <Control
        as="button"
        class="gw-btn sm"
        id={id}
        aria-describedby={told}
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
