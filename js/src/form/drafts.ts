/** Keeps what was typed, so that switching type, model or region and back loses nothing. */

import type { Field, ModelSpec, Values } from "../protocol";

export type Takes = (field: Field, value: unknown) => boolean;

export function defaultsOf(spec: ModelSpec): Values {
  const values: Values = {};
  for (const field of spec.fields) {
    if (field.default !== null && field.default !== undefined) values[field.name] = field.default;
  }
  return values;
}

export function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export class Drafts {
  readonly #values = new Map<string, Values>();
  /** What was written last in each field; of one that was emptied, what is empty. */
  readonly #typed = new Map<string, unknown>();
  readonly #takes: Takes;
  #now: ModelSpec | undefined;

  constructor(takes: Takes) {
    this.#takes = takes;
  }

  /** Remember a model's whole values; what differs from those before was typed, emptied or undone, here or in Python. */
  keep(spec: ModelSpec, values: Values): void {
    const before = (spec === this.#now && this.#values.get(spec.model_id)) || this.valuesFor(spec);
    const defaults = defaultsOf(spec);
    this.#now = spec;
    this.#values.set(spec.model_id, values);
    for (const name of [...spec.fields.map((one) => one.name), ...Object.keys(values)]) {
      const value = values[name];
      if (isSame(value, before[name])) continue;
      if (isSame(value, defaults[name] ?? {})) this.#typed.delete(name);
      else this.type(name, value);
    }
  }

  /** Remember what was written in a field, even where it equals a default. */
  type(name: string, value: unknown): void {
    this.#typed.set(name, value);
  }

  /** The values that a model starts with: typed last, else typed there before, else its default. */
  valuesFor(spec: ModelSpec): Values {
    const values = { ...this.#values.get(spec.model_id) };
    for (const field of spec.fields) {
      const { name } = field;
      const value = this.#typed.get(name);
      if (!isEmpty(value)) {
        if (this.#takes(field, value)) values[name] = value;
      } else if (this.#typed.has(name) && !isEmpty(values[name])) delete values[name];
    }
    return { ...defaultsOf(spec), ...values };
  }
}
