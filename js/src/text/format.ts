/** How numbers, sizes and sentences are written. */

import type { Messages, ModelSpec, Values } from "../protocol";

const grouped = new Intl.NumberFormat("en-US");
const money = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

export const count = (value: number): string => grouped.format(value);
export const milliseconds = (value: number): string => `${grouped.format(Math.round(value))} ms`;
/** How long something takes, for people: `6.8 s`, `15 s`, `2 min 5 s`. */
export function duration(ms: number, digits = 1): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(digits)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Between which times something lies: `1.9 to 2.3 s`, `8 to 15 s`, `58 s to 2 min 5 s`. */
export function between(low: number, high: number): string {
  const digits = high < 10_000 ? 1 : 0;
  const [from, to] = [duration(low, digits), duration(high, digits)];
  if (from === to) return `about ${to}`;
  return to.includes("min") ? `${from} to ${to}` : `${from.slice(0, -2)} to ${to}`;
}

export const amount = (credits: number): string => money.format(credits);
export const creditCount = (credits: number): string =>
  `${amount(credits)} ${credits === 1 ? "credit" : "credits"}`;
/** What one request with a body costs, in credits, as `ModelSpec.cost_of` reckons it; null where it is not known. */
export function priceOf({ price, fields }: ModelSpec, body: Values): number | null {
  if (!price) return null;
  const isFlat = price.kind === "flat";
  const count = "generation_output_number";
  const usual = fields.find(({ name }) => name === count)?.default ?? 1;
  const times = isFlat ? (body[count] ?? usual) : body.generation_duration;
  const sound = price.kind.endsWith("audio") ? `_${body.generation_generate_audio ? "" : "no"}audio` : "";
  const each = price.credits ?? price.table[`${body.generation_resolution ?? ""}${sound}`];
  if (each === undefined || typeof times !== "number") return null;
  // 0.0045 * 3 * 1000 is a little less than 13.5, which is rounded up as a decimal is.
  return Math.round(Number((each * times * 1000).toPrecision(12))) / 1000;
}

export const plural = (value: number, one: string): string =>
  `${grouped.format(value)} ${value === 1 ? one : `${one}s`}`;

/** The sentence of a code with its braces filled, as `messages.render` does in Python. */
export function sentence(messages: Messages, code: string, values: Record<string, unknown> = {}): string {
  const template = messages[code];
  if (template === undefined) return code;
  return template.replace(/\{(\w+)\}/g, (brace, name: string) =>
    name in values ? String(values[name]) : brace,
  );
}

/** The text of whatever a field holds, as it stands in a control. */
export function asText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** When something was: the time where it was today, else the date too, and the year alone where it was another. */
export function moment(when: string | number): string {
  const [date, today] = [new Date(when), new Date()];
  if (Number.isNaN(date.getTime())) return "";
  if (date.toDateString() === today.toDateString()) return date.toLocaleTimeString("en-GB");
  const isOld = date.getFullYear() !== today.getFullYear();
  const day = date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(isOld ? { year: "numeric" } : {}),
  });
  return isOld ? day : `${day} ${date.toLocaleTimeString("en-GB", { timeStyle: "short" })}`;
}
