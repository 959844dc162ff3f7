/** The middle panel: the form of the chosen model, and what is sent. */

import type { Problem } from "../../form/validate";
import type { Field, ModelSpec } from "../../protocol";
import { endpointPath } from "../schema/schema";
import { Control, IconButton } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Icon } from "../shared/icons";
import { useIsOff, usePage, usePageState, useTrait } from "../use-trait";
import { FieldControl } from "./field-control";
import { Foot } from "./foot";

export function RequestPanel() {
  const page = usePage();
  const isOff = useIsOff();
  const modelId = useTrait("model_id");
  const type = useTrait("model_type");
  useTrait("catalogue");
  const spec = page.form.spec;
  const path = modelId ? endpointPath(type, modelId) : "";
  return (
    <>
      <header class="gw-head req">
        <h3>Request Body</h3>
        <span class="gw-b post">POST</span>
        <span class="gw-b route" title={path}>
          <span>{path}</span>
        </span>
        <span class="acts">
          <Undo isOff={isOff} />
          <CopyIcon
            name="Copy request"
            disabled={!spec}
            text={() => JSON.stringify(page.form.checked?.body ?? {}, null, 2)}
          />
          <IconButton
            id={page.id("reset")}
            name="Reset to defaults"
            disabled={isOff || !spec}
            onClick={() => page.reset()}
          >
            <Icon name="reset" />
          </IconButton>
        </span>
      </header>
      <Control
        as="div"
        class="gw-body"
        role="group"
        aria-label="Request fields"
        tabIndex={isOff ? 0 : undefined} // what is in it takes no focus then, and it scrolls
      >
        {spec ? <Form spec={spec} isOff={isOff} /> : null}
      </Control>
      <Foot />
    </>
  );
}

function Undo({ isOff }: { isOff: boolean }) {
  const page = usePage();
  usePageState("undo");
  useTrait("values");
  if (!page.canUndo || isOff) return null;
  return (
    <Control as="button" class="gw-btn sm" aria-label="Undo reset" onClick={() => page.undoReset()}>
      Undo
    </Control>
  );
}

function Form({ spec, isOff }: { spec: ModelSpec; isOff: boolean }) {
  const page = usePage();
  const values = useTrait("values");
  const touched = usePageState("touched");
  const isAttempted = usePageState("isAttempted");
  const problems = page.form.checked?.problems ?? [];
  const dropped = problems.filter((one) => one.code === "unknown_field");
  const shown = (field: Field) => {
    const found = problems.filter((one) => one.field === field.name && one.code !== "unknown_field");
    const isSeen = touched.has(field.name) || isAttempted;
    return found.filter((one) => isSeen || !isMissing(one));
  };
  return (
    <div class="gw-form" key={spec.model_id}>
      {spec.fields.map((field) => (
        <FieldControl
          key={field.name}
          field={field}
          value={values[field.name]}
          problems={shown(field)}
          isOff={isOff}
        />
      ))}
      {dropped.map((one) => (
        <p class="gw-bad soft" key={one.field}>
          <Icon name="info" />
          {one.message}
        </p>
      ))}
    </div>
  );
}

/** An empty required field is called missing only once it was left, or Send was pressed. */
function isMissing({ code }: Problem): boolean {
  return code === "required" || code === "maybe_required";
}
