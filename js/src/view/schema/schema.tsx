/** The left panel: the chosen model's endpoint and its fields, told from the catalogue. */

import { ignoreNotConnected } from "../../kernel/comm";
import type { Field, ModelSpec } from "../../protocol";
import { count, plural } from "../../text/format";
import { Breakable } from "../shared/breakable";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { useIsOff, usePage, useTrait } from "../use-trait";

export const endpointPath = (type: string, modelId: string): string => `/v1/generate/${type}/${modelId}`;

export function SchemaPanel() {
  const page = usePage();
  const isOff = useIsOff();
  useTrait("model_id");
  useTrait("catalogue");
  const spec = page.form.spec;
  const fields = spec?.fields ?? [];
  return (
    <>
      <header class="gw-head">
        <h3>Schema</h3>
        <span class="gw-b">{plural(fields.length, "field")}</span>
        <span class="acts">
          <CopyIcon
            name="Copy schema"
            disabled={isOff || !spec}
            text={() =>
              page.link
                .request({ kind: "fetch_schema", model_id: spec?.model_id ?? "" })
                .then(({ data, alert }) => {
                  page.refuse(alert);
                  return data.text;
                }, ignoreNotConnected)
            }
          />
        </span>
      </header>
      <Control as="div" class="gw-body" role="group" aria-label="Schema fields" tabIndex={0}>
        {spec ? <Endpoint spec={spec} /> : <p class="gw-none quiet">{page.messages.page_no_model}</p>}
        {fields.some((one) => factsOf(one).some((fact) => fact.isInferred)) ? (
          <p class="gw-f" id={page.id("inferred")}>
            <span class="gw-b guess">inferred</span> {page.messages.inferred_means}
          </p>
        ) : null}
        <Group name="Core fields" fields={fields.filter((one) => one.group === "core")} />
        <Group name="Model-specific fields" fields={fields.filter((one) => one.group !== "core")} />
      </Control>
    </>
  );
}

function Endpoint({ spec }: { spec: ModelSpec }) {
  const required = spec.fields.filter((one) => one.required).length;
  return (
    <div class="gw-end">
      <div class="path">
        <span class="gw-b post">POST</span>
        <span>
          <Breakable text={endpointPath(spec.model_type, spec.model_id)} after="/" />
        </span>
      </div>
      <div class="facts">
        <span>
          <b>{required}</b> required
        </span>
        <span>
          <b>{spec.fields.length - required}</b> optional
        </span>
        <span>
          providers <b>{spec.providers.length > 0 ? spec.providers.join(", ") : "not known"}</b>
        </span>
      </div>
    </div>
  );
}

function Group({ name, fields }: { name: string; fields: readonly Field[] }) {
  if (fields.length === 0) return null;
  return (
    <>
      <div class="gw-group">
        <span>{name}</span>
        <span class="num">{fields.length}</span>
      </div>
      {fields.map((field) => (
        <FieldRow key={field.name} field={field} />
      ))}
    </>
  );
}

function FieldRow({ field }: { field: Field }) {
  const facts = factsOf(field);
  const guessed = facts.filter((fact) => fact.isInferred).map((fact) => fact.name);
  return (
    <div class="gw-f">
      <div class="top">
        <h4>
          <Breakable text={field.name} after="_" />
        </h4>
        <span class="gw-b type">{field.type}</span>
        {field.required ? <span class="gw-b req">required</span> : null}
      </div>
      {field.description ? <p>{field.description}</p> : null}
      {facts.length > 0 ? (
        <dl>
          {facts.map((fact) => (
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>{fact.text}</dd>
            </div>
          ))}
          {guessed.length > 0 ? <Inferred names={guessed} /> : null}
        </dl>
      ) : null}
    </div>
  );
}

/** Nobody documented these: they come from looking at what is accepted. */
function Inferred({ names }: { names: readonly string[] }) {
  const { messages } = usePage();
  return (
    <div title={messages.inferred_means}>
      <dt class="gw-b guess">inferred</dt>
      <dd>{names.join(", ")}</dd>
    </div>
  );
}

interface FactShown {
  name: string;
  text: string;
  isInferred: boolean;
}

/** What bounds a field, in one line; a bound that nobody documented says so. */
function factsOf(field: Field): FactShown[] {
  const facts: FactShown[] = [];
  const add = (fact: string, name: string, value: unknown, text: string) => {
    if (value === null || value === undefined) return;
    facts.push({ name, text, isInferred: field.standing[fact] === "inferred" });
  };
  add("minimum", "min", field.minimum, String(field.minimum));
  add("maximum", "max", field.maximum, String(field.maximum));
  add("max_length", "max", field.max_length, `${count(field.max_length ?? 0)} characters`);
  add("max_items", "max", field.max_items, plural(field.max_items ?? 0, "link"));
  add("default", "default", field.default, String(field.default));
  const isSpaced = field.choices?.some((one) => String(one).includes(" "));
  add("choices", "one of", field.choices, (field.choices ?? []).map(String).join(isSpaced ? " | " : " "));
  return facts;
}
