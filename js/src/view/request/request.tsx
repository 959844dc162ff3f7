/** The middle panel: the form of the chosen model, and what is sent. */

import { useState } from "preact/hooks";
import type { Problem } from "../../form/validate";
import type { Field, ModelSpec } from "../../protocol";
import { endpointPath } from "../schema/schema";
import { Control, IconButton } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Further } from "../shared/further";
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
  const isJson = usePageState(/* @__KEY__ */ "isJson");
  const path = modelId ? endpointPath(type, modelId) : "";
  return (
    <>
      <header class="gw-head req">
        <h3>Request Body</h3>
        {isOff ? null : <span class="gw-b post">POST</span>}
        <span class={`gw-b route${isOff ? " bad" : ""}`} title={path}>
          <span>{isOff ? page.messages.page_off : path}</span>
        </span>
        <span class="acts">
          <Undo isOff={isOff} />
          <Control
            as="button"
            class="gw-btn sm"
            aria-label="Body as JSON"
            aria-pressed={isJson}
            disabled={!spec}
            onClick={() => page.store.set({ isJson: !isJson })}
          >
            JSON
          </Control>
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
      <Body spec={spec} isOff={isOff} />
      <Foot />
    </>
  );
}

/** The fields, or their values as JSON, and what the further module does around them. */
function Body({ spec, isOff }: { spec: ModelSpec | undefined; isOff: boolean }) {
  const page = usePage();
  const isJson = usePageState(/* @__KEY__ */ "isJson");
  // where something was done here first; behind it, the files that were dropped there before their module was here
  const [used, setUsed] = useState<readonly [EventTarget | null, ...File[]]>();
  const use = (event: Event) => {
    const { dataTransfer: data } = event as DragEvent;
    const files = data?.types.includes("Files") ? data.files : undefined;
    if (files) event.preventDefault();
    if (!used || files?.[0]) setUsed([event.target, ...(files ?? [])]);
  };
  useTrait("values");
  const hasLinks = spec?.fields.some((one) => one.is_url && page.form.checked?.body[one.name]); // pictures, which it shows
  return (
    <Control
      as="div"
      class="gw-body"
      role="group"
      aria-label="Request fields"
      tabIndex={isOff ? 0 : undefined} // what is in it takes no focus then, and it scrolls
      onFocusIn={use}
      onPointerEnter={use}
      onDragEnter={use}
      onDragOver={use}
      onDrop={use}
    >
      {used || isJson || page.form.past[0] || hasLinks ? (
        <Further name="request" isQuiet>
          {({ RequestTools }) => <RequestTools early={used} />}
        </Further>
      ) : null}
      {spec && isJson ? (
        <Further name="request">{({ JsonBody }) => <JsonBody key={spec.model_id} />}</Further>
      ) : null}
      {spec && !isJson ? <Form spec={spec} isOff={isOff} /> : null}
    </Control>
  );
}

function Undo({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const undo = usePageState("undo");
  useTrait("values");
  useTrait("model_id");
  if (!undo || !page.canUndo || isOff) return null;
  return (
    <Control as="button" class="gw-btn sm" aria-label={`Undo ${undo.what}`} onClick={() => page.undoReset()}>
      Undo
    </Control>
  );
}

function Form({ spec, isOff }: { spec: ModelSpec; isOff: boolean }) {
  const page = usePage();
  const values = useTrait("values");
  const touched = usePageState(/* @__KEY__ */ "touched");
  const isAttempted = usePageState(/* @__KEY__ */ "isAttempted");
  const told = usePageState(/* @__KEY__ */ "told");
  const problems = [...(page.form.checked?.problems ?? []), ...told];
  const beside = problems.filter(({ field }) => !spec.fields.some(({ name }) => name === field));
  const shown = (field: Field) => {
    const found = problems.filter((one) => one.field === field.name);
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
      {beside.map((one) => (
        <Further name="request" isQuiet key={one.field}>
          {({ Stray }) => <Stray problem={one} spec={spec} />}
        </Further>
      ))}
    </div>
  );
}

/** An empty required field is called missing only once it was left, or Send was pressed. */
function isMissing({ code }: Problem): boolean {
  return code === "required" || code === "maybe_required";
}
