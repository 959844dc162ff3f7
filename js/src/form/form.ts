/** The form's side of a page: the chosen model, its values, and what is wrong with them. */

import type { Model, ModelSpec, ModelType, Traits, Values } from "../protocol";
import { sentence } from "../text/format";
import type { FormState } from "./changes";
import { Drafts, defaultsOf, isEmpty } from "./drafts";
import { type Checked, check, checkField, isError, type Problem } from "./validate";

export const PROMPT = "generation_prompt";
export const SEED = "generation_seed";
/** Where nothing says how large a seed may be. */
const MOST_SEED = 2 ** 31 - 1;

/** What is known of the current values. */
export interface Judged extends Checked {
  /** Its errors but for required fields without a value: with one of them the request has no price. */
  wrong: readonly Problem[];
}

type Written = Partial<Pick<Traits, "region" | "model_type" | "model_id" | "values">>;

export class Form {
  /** What the form was before each of the first changes that were made here: what undoes them is loaded only then. */
  readonly past: Omit<FormState, "draft">[] = [];
  readonly #model: Model;
  readonly #save: () => void;
  readonly #drafts: Drafts;
  readonly #lastOfType = new Map<string, string>();
  #isWriting = false;
  #checked: { spec: ModelSpec; values: Values; result: Judged } | null = null;

  constructor(model: Model, save: () => void) {
    this.#model = model;
    this.#save = save;
    this.#drafts = new Drafts((field, value) => {
      const { rules, messages } = model.get("catalogue");
      return !checkField(field, value, rules, messages).some(isError);
    });
    model.on("change:values", this.#follow);
    model.on("change:model_id", this.#follow);
    this.#follow();
  }

  close(): void {
    this.#model.off("change:values", this.#follow);
    this.#model.off("change:model_id", this.#follow);
  }

  get spec(): ModelSpec | undefined {
    return this.find(this.#model.get("model_id"));
  }

  /** A random seed that a model takes, another than the one given; undefined where it takes none. */
  seedFor(modelId: string, other?: unknown): number | undefined {
    const field = this.find(modelId)?.fields.find(({ name }) => name === SEED);
    if (!field) return undefined;
    const least = field.minimum ?? 0;
    const room = (field.maximum ?? MOST_SEED) - least;
    const seed = least + Math.floor(Math.random() * (room + 1));
    return seed === other ? least + ((seed - least + 1) % (room + 1)) : seed;
  }

  /** The current values, checked as the kernel will check them; kept until either changes. */
  get checked(): Judged | null {
    const spec = this.spec;
    if (!spec) return null;
    const values = this.#model.get("values");
    if (this.#checked?.spec !== spec || this.#checked.values !== values) {
      const { rules, messages, models } = this.#model.get("catalogue");
      const { problems, ...rest } = check(spec, values, rules, messages);
      const isStray = ({ field, code }: Problem) =>
        code === "unknown_field" && !models.some(({ fields }) => fields.some(({ name }) => name === field));
      const judged = problems.map((one) => {
        if (!isStray(one)) return one;
        const code = "no_such_field";
        const named = { model_id: spec.model_id, field: one.field, hint: "" };
        return { ...one, code, severity: "error" as const, message: sentence(messages, code, named) };
      });
      const wrong = judged.filter((one) => isError(one) && one.code !== "required");
      this.#checked = { spec, values, result: { ...rest, problems: judged, wrong } };
    }
    return this.#checked.result;
  }

  write(name: string, value: unknown): void {
    const { [name]: _, ...rest } = this.#model.get("values");
    this.#set({ values: value === undefined ? rest : { ...rest, [name]: value } });
    this.#drafts.type(name, value);
  }

  /** Fill in what is required and empty: a prompt by an example of its type, all else by what the field takes first. */
  fillExample(): void {
    const spec = this.spec;
    const { messages } = this.#model.get("catalogue");
    const values = { ...this.#model.get("values") };
    for (const field of spec?.fields ?? []) {
      if (!this.checked?.missing.includes(field.name)) continue;
      const known = field.default ?? field.choices?.[0] ?? field.minimum;
      const value = field.name === PROMPT ? messages[`example_${spec?.model_type}`] : known;
      if (!isEmpty(value)) values[field.name] = value;
    }
    this.#set({ values });
  }

  /** Bring back the model's defaults, and forget what was typed for it. */
  reset(): void {
    const spec = this.spec;
    if (spec) this.#set({ values: defaultsOf(spec) });
  }

  /** Take other values as a whole. */
  restore(values: Values): void {
    this.#set({ values });
  }

  /** Take another model with its values. */
  load(modelId: string, values: Values): void {
    const spec = this.find(modelId);
    if (spec) this.#set({ model_type: spec.model_type, model_id: modelId, values });
  }

  /** Choose a model; what was typed goes along where it takes it. */
  select(modelId: string): ModelSpec | undefined {
    const spec = this.find(modelId);
    if (!spec || modelId === this.#model.get("model_id")) return undefined;
    this.#set({ model_type: spec.model_type, model_id: modelId, values: this.#drafts.valuesFor(spec) });
    return spec;
  }

  /** The model with which a type goes on: the one chosen last, else its first. */
  modelOf(type: ModelType): string | undefined {
    const { models } = this.#model.get("catalogue");
    const last = this.find(this.#lastOfType.get(type) ?? "");
    return (last ?? models.find((one) => one.model_type === type))?.model_id;
  }

  selectRegion(regionId: string): void {
    this.#set({ region: regionId });
  }

  /** The models that may be sent to where requests go: the sandbox's own not to a region, but to any base URL. */
  get offered(): ModelSpec[] {
    const model = this.#model;
    const hasOwn = model.get("region") === "sandbox" || model.get("host_fixed");
    return model.get("catalogue").models.filter((one) => hasOwn || !one.sandbox_only);
  }

  /** A model of the catalogue. */
  find(modelId: string): ModelSpec | undefined {
    return this.#model.get("catalogue").models.find((one) => one.model_id === modelId);
  }

  #set(traits: Written): void {
    this.past.push({ modelId: this.#model.get("model_id"), values: this.#model.get("values") });
    this.#isWriting = true;
    for (const [name, value] of Object.entries(traits) as [keyof Written, never][])
      this.#model.set(name, value);
    this.#isWriting = false;
    this.#follow();
    this.#save();
  }

  /** Remember the current model and values, whoever wrote them. */
  readonly #follow = (): void => {
    const spec = this.spec;
    if (this.#isWriting || !spec) return;
    this.#lastOfType.set(spec.model_type, spec.model_id);
    this.#drafts.keep(spec, this.#model.get("values"));
  };
}
