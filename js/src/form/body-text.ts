/** The body as JSON text and back: a number that a browser would change stays as it was typed. */

import type { ModelSpec, Values } from "../protocol";
import { isEmpty } from "./drafts";

/** What has a value, in schema order, then what the model has no field for. */
export function filledOf(spec: ModelSpec | undefined, values: Values): Values {
  const known = spec?.fields.map((one) => one.name) ?? [];
  const names = [...known, ...Object.keys(values).filter((name) => !known.includes(name))];
  return Object.fromEntries(
    names.filter((name) => !isEmpty(values[name])).map((name) => [name, values[name]]),
  );
}

export const writeBody = (spec: ModelSpec | undefined, values: Values): string =>
  JSON.stringify(filledOf(spec, values), null, 2);

/** The values of a text that is a JSON object. */
export function readBody(text: string): Values {
  const exact = (_: string, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : source;
  };
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Values;
}

/** Where a caret goes when the text around it becomes another one: it keeps its place among what stays. */
export function caretIn(before: string, after: string, caret: number): number {
  const { head, tail } = stretchOf(before, after);
  if (caret <= head) return caret;
  return caret >= before.length - tail
    ? after.length - (before.length - caret)
    : Math.min(caret, after.length - tail);
}

/** How much two texts have in common at their beginnings, and of the rest at their ends. */
export function stretchOf(before: string, after: string): { head: number; tail: number } {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { head, tail };
}
