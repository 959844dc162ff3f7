/** The names that are most like a misspelt one, as genwidget/spelling.py finds them; golden files hold both to each other. */

import type { Messages, ModelSpec } from "../protocol";
import { sentence } from "../text/format";

/** How alike two names must be, 0 to 1. */
const ALIKE = 0.6;
/** How much less alike a name may be than the nearest, to be named beside it; and how many models are. */
const ABOUT = 0.05;
const MOST_MODELS = 3;

/** How many characters two texts share: their longest common part, and what its left and right sides share. */
function shared(one: string, other: string): number {
  let [size, at, there] = [0, 0, 0];
  for (let i = 0; i < one.length; i++)
    for (let j = 0; j < other.length; j++) {
      let now = 0;
      while (one[i + now] !== undefined && one[i + now] === other[j + now]) now++;
      if (now > size) [size, at, there] = [now, i, j];
    }
  if (size === 0) return 0;
  const left = shared(one.slice(0, at), other.slice(0, there));
  return left + size + shared(one.slice(at + size), other.slice(there + size));
}

/** What begins every name would make any two alike. */
const stemOf = (name: string): string => name.toLowerCase().replace(/^generation_/, "");

/** Of some names those that are most like a typed one: the nearest, then any about as near, each with how alike it is. */
function nearest(
  typed: string,
  names: readonly string[],
  stem: (name: string) => string,
): [number, string][] {
  const found = names
    .map((name): [number, string] => [likeness(stem(name), stem(typed)), name])
    .filter(([alike]) => alike >= ALIKE)
    .sort(([one, first], [other, second]) => other - one || (stem(first) < stem(second) ? 1 : -1));
  return found.filter(([alike]) => alike >= (found[0]?.[0] ?? 0) - ABOUT);
}

const likeness = (one: string, other: string) => (2 * shared(one, other)) / (one.length + other.length);

/** The name of a model's field that is most like a misspelt one, if any is. */
export function meantBy(spec: ModelSpec, field: string): string | undefined {
  const names = spec.fields.map((one) => one.name);
  return nearest(field, names, stemOf)[0]?.[1];
}

/** What follows the sentence on a misspelt field: the model's name that is most like it, else all names. */
export function hintOf(spec: ModelSpec, field: string, messages: Messages): string {
  const names = meantBy(spec, field);
  const fields = spec.fields.map((one) => one.name).join(", ");
  return names ? sentence(messages, "did_you_mean", { names }) : sentence(messages, "its_fields", { fields });
}

/** The models whose identifiers are most like what was typed. */
export function nearestModels(models: readonly ModelSpec[], typed: string): ModelSpec[] {
  const ids = models.map((one) => one.model_id);
  const meant = nearest(typed, ids, (name) => name.toLowerCase()).slice(0, MOST_MODELS);
  return meant.flatMap(([, id]) => models.find((one) => one.model_id === id) ?? []);
}
