/** One axis of a sweep: what it begins with, and the control that its values are chosen or typed in. */

import type { TargetedInputEvent } from "preact";
import type { Page } from "../../page/page";
import type { Field } from "../../protocol";
import { asText, count, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { usePage } from "../use-trait";

export interface AxisDraft {
  /** What it stays known by, whatever is removed before it. */
  id: number;
  name: string;
  values: readonly unknown[];
  /** What stands where they are typed. */
  text?: string | undefined;
  /** Why what was typed gives no values. */
  wrong?: string | undefined;
}

const fieldOf = ({ form }: Page, name: string): Field | undefined =>
  form.spec?.fields.find((one) => one.name === name);

/** An axis as it begins: with what the form has, where that is a choice; twice, where it is how often. */
export function draftOf(page: Page, id: number, name: string): AxisDraft {
  if (name === "repeat") return { id, name, values: [1, 2] };
  const { model } = page;
  const own =
    name === "model" ? model.get("model_id") : (model.get("values")[name] ?? fieldOf(page, name)?.default);
  return { id, name, values: (choicesOf(page, name) ?? []).filter((one) => one === own) };
}

/** The values that can be chosen of an axis; nothing where they are typed. */
export function choicesOf(page: Page, name: string): readonly unknown[] | null {
  if (name === "model") {
    const { form, model } = page;
    const type = model.get("model_type");
    return form.offered.filter((one) => one.model_type === type).map(({ model_id }) => model_id);
  }
  const field = fieldOf(page, name);
  return field?.type === "boolean" ? [true, false] : (field?.choices ?? null);
}

export function Values({ axis, onChange }: { axis: AxisDraft; onChange: (changed: AxisDraft) => void }) {
  const { name, values } = axis;
  const choices = choicesOf(usePage(), name);
  const put = (next: readonly unknown[], text?: string, wrong?: string) =>
    onChange({ ...axis, values: next, text, wrong });
  if (name === "repeat") return <Times axis={axis} onTimes={put} />;
  if (choices === null) return <Lines axis={axis} onLines={put} />;
  const toggle = (one: unknown) =>
    put(choices.filter((each) => (each === one ? !values.includes(one) : values.includes(each))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own in every host
    <div class="choices" role="group" aria-label={`Values of ${name}`}>
      {choices.map((one) => (
        <Control
          as="button"
          key={asText(one)}
          class="gw-btn sm mono"
          aria-pressed={values.includes(one)}
          onClick={() => toggle(one)}
        >
          {asText(one)}
        </Control>
      ))}
    </div>
  );
}

/** So many items the kernel takes of the page at once. */
const MOST_TIMES = 2000;

interface TimesProps {
  axis: AxisDraft;
  onTimes: (values: readonly number[], text: string, wrong?: string) => void;
}

/** What is typed stays as it is: a number that cannot be taken is said, and none is put in its place. */
function Times({ axis, onTimes }: TimesProps) {
  const { messages } = usePage();
  const read = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
    const { value, validity } = currentTarget;
    const asked = Number(value);
    if (Number.isInteger(asked) && asked >= 1 && asked <= MOST_TIMES)
      onTimes(
        Array.from({ length: asked }, (_, at) => at + 1),
        value,
      );
    else if (value || validity.badInput)
      onTimes([], value, sentence(messages, "page_sweep_times", { most: count(MOST_TIMES) }));
    else onTimes([], value);
  };
  return (
    <Control
      as="input"
      class="gw-in"
      type="number"
      min={1}
      max={MOST_TIMES}
      aria-label="How often"
      value={axis.text ?? String(axis.values.length)}
      onInput={read}
    />
  );
}

interface LinesProps {
  axis: AxisDraft;
  onLines: (values: readonly string[], text: string) => void;
}

function Lines({ axis, onLines }: LinesProps) {
  const { name, text = "" } = axis;
  const read = (event: Event) => {
    const typed = (event.target as HTMLTextAreaElement).value;
    const lines = typed.split("\n").map((one) => one.trim());
    onLines(lines.filter(Boolean), typed);
  };
  return (
    <Control
      as="textarea"
      class="gw-in"
      rows={2}
      aria-label={`Values of ${name}, one a line`}
      placeholder="One value a line"
      value={text}
      onInput={read}
    />
  );
}
