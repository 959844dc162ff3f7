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

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export class Drafts {
  readonly #values = new Map<string, Values>();
  readonly #typed = new Map<string, unknown>();
  readonly #takes: Takes;

  constructor(takes: Takes) {
    this.#takes = takes;
  }

  /** Remember a model's whole values; whatever differs from its defaults was typed, here or in Python. */
  keep(spec: ModelSpec, values: Values): void {
    this.#values.set(spec.model_id, values);
    const defaults = defaultsOf(spec);
    for (const [name, value] of Object.entries(values)) {
      if (!isEmpty(value) && !isSame(value, defaults[name])) this.#typed.set(name, value);
    }
  }

  /** Remember one typed value, even one that equals a default. */
  type(name: string, value: unknown): void {
    if (!isEmpty(value)) this.#typed.set(name, value);
  }

  /** The values that a model starts with: typed last, else typed there before, else its default. */
  valuesFor(spec: ModelSpec): Values {
    const draft = this.#values.get(spec.model_id) ?? {};
    const values = { ...defaultsOf(spec), ...draft };
    for (const field of spec.fields) {
      if (!this.#typed.has(field.name)) continue;
      const value = this.#typed.get(field.name);
      if (this.#takes(field, value)) values[field.name] = value;
    }
    return values;
  }

  /** Forget what was typed for a model, so that its defaults stand. */
  forget(spec: ModelSpec): void {
    this.#values.delete(spec.model_id);
    for (const field of spec.fields) this.#typed.delete(field.name);
  }
}
