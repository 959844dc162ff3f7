/**
 * Checks values as genwidget/request/validation.py does, from the same facts, rules and sentences, which come as data: the same
 * verdict at each keystroke without the kernel. A golden file holds both sides to each other, character for character.
 */

import type { Field, Messages, ModelSpec, Values } from "../protocol";
import { asText, sentence } from "../text/format";

export type Severity = "error" | "warning" | "note";

export interface Problem {
  field: string;
  code: string;
  message: string;
  severity: Severity;
}

/** Whether it keeps the request from being sent. */
export const isError = ({ severity }: Problem): boolean => severity === "error";

/** A problem told elsewhere than at its field, which it then has to name. */
export const toldOf = ({ field, code, message }: Problem): string =>
  code === "no_such_field" ? message : `${field}: ${message}`;

export interface Checked {
  problems: readonly Problem[];
  /** Names of required fields without a value, in schema order. */
  missing: readonly string[];
  /** The values as read, in schema order; what is sent, if no problem is an error. */
  body: Values;
}

export type Rules = Readonly<Record<string, unknown>>;

interface Fault {
  code: string;
  /** The list's item that is at fault, else the value itself. */
  value: unknown;
}

const patterns = new Map<string, RegExp>();

function pattern(source: string, flags = "u"): RegExp {
  const key = `${flags} ${source}`;
  const known = patterns.get(key) ?? new RegExp(source, flags);
  patterns.set(key, known);
  return known;
}

/** Whether the whole text has the form of a rule. */
export function matches(rules: Rules, name: string, text: string): boolean {
  return typeof rules[name] === "string" && pattern(`^(?:${rules[name]})$`).test(text);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isBlank = (value: unknown, rules: Rules): boolean => isText(value) && matches(rules, "blank", value);
const lengthOf = (text: string): number => [...text].length;

export function check(spec: ModelSpec, values: Values, rules: Rules, messages: Messages): Checked {
  const problems = spec.fields.flatMap((field) => checkField(field, values[field.name], rules, messages));
  const known = new Set(spec.fields.map((field) => field.name));
  for (const name of Object.keys(values).sort()) {
    if (known.has(name)) continue;
    const message = sentence(messages, "unknown_field", { model_id: spec.model_id, field: name });
    problems.push({ field: name, code: "unknown_field", message, severity: "note" });
  }
  const body: Values = {};
  for (const field of spec.fields) {
    const value = read(field, values[field.name], rules);
    if (value !== null) body[field.name] = value;
  }
  const missing = problems.filter((one) => one.code === "required").map((one) => one.field);
  return { problems, missing, body };
}

/** The problem of one field, if any: an error by what is known for sure, else a warning by what is inferred too. */
export function checkField(field: Field, typed: unknown, rules: Rules, messages: Messages): Problem[] {
  const value = read(field, typed, rules);
  const sure = faultOf(field, value, rules, false);
  const fault = sure ?? faultOf(field, value, rules, true);
  if (!fault) return [];
  const code = sure ? fault.code : `maybe_${fault.code}`;
  const message = sentence(messages, code, measures(field, fault, rules));
  return [{ field: field.name, code, message, severity: sure ? "error" : "warning" }];
}

/** What was typed as the field's type, as far as it can be read; null for a value that is empty. */
export function read(field: Field, value: unknown, rules: Rules): unknown {
  if (value === null || value === undefined || isBlank(value, rules)) return null;
  if (Array.isArray(value) && value.length === 0) return null;
  if (field.type === "number") return readNumber(value, rules);
  if (field.type === "boolean") return value === "true" ? true : value === "false" ? false : value;
  const tidy = (item: unknown) => (field.is_url && isText(item) ? trim(item, rules) : item);
  if (field.type === "string") return tidy(value);
  const items = isText(value) ? [value] : value;
  if (!Array.isArray(items)) return value;
  const kept = items.filter((item) => item !== null && item !== undefined && !isBlank(item, rules));
  return kept.length > 0 ? kept.map(tidy) : null;
}

function readNumber(value: unknown, rules: Rules): unknown {
  if (isText(value) ? !isExact(value, rules) : typeof value !== "number") return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  return number === 0 ? 0 : number; // no minus zero, which JSON would lose
}

/** Whether a text is a number, and the text that JSON has for its double has the same decimal value. */
function isExact(text: string, rules: Rules): boolean {
  if (!matches(rules, "number", text)) return false;
  const number = Number(text);
  return Number.isFinite(number) && decimal(text) === decimal(String(number));
}

/** The signed digits of a number without zeros at either end, and the power of ten that follows them. */
function decimal(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^ *([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))? *$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  const power = Number(exponent) - fraction.length + digits.length - end;
  return end === 0 ? "0" : `${sign === "-" ? "-" : ""}${digits.slice(0, end)}e${power}`;
}

function trim(text: string, rules: Rules): string {
  return text.replace(pattern(`^${rules.blank}`), "").replace(pattern(`(?:${rules.blank})$`), "");
}

function faultOf(field: Field, value: unknown, rules: Rules, isAdvisory: boolean): Fault | null {
  const isKnown = (fact: string) => isAdvisory || field.standing[fact] !== "inferred";
  if (value === null) return field.required && isKnown("required") ? { code: "required", value } : null;
  const choices = isKnown("choices") ? field.choices : null;
  const code = (found: string | false | null): Fault | null => (found ? { code: found, value } : null);
  if (field.type === "boolean") return code(typeof value !== "boolean" && "not_boolean");
  if (field.type === "number") {
    if (isText(value) && matches(rules, "number", value)) return code("not_exact");
    if (typeof value !== "number" || !Number.isFinite(value)) return code("not_number");
    if (choices) return code(!choices.includes(value) && "one_of");
    if (isKnown("minimum") && field.minimum !== null && value < field.minimum) return code("at_least");
    return code(isKnown("maximum") && field.maximum !== null && value > field.maximum && "at_most");
  }
  const limit = (isKnown("max_length") && field.max_length) || Number(rules.text_limit);
  if (field.type === "string") return code(faultOfText(field, value, rules, limit, choices));
  if (!Array.isArray(value)) return code("not_list");
  if (isKnown("max_items") && field.max_items !== null && value.length > field.max_items)
    return code("too_many");
  for (const item of value) {
    const found = faultOfText(field, item, rules, limit, choices);
    if (found) return { code: found === "not_text" ? "not_url" : found, value: item };
  }
  return null;
}

function faultOfText(
  field: Field,
  value: unknown,
  rules: Rules,
  limit: number,
  choices: Field["choices"],
): string | null {
  if (!isText(value) || pattern("\\p{Cs}").test(value)) return "not_text";
  if (lengthOf(value) > limit) return "too_long";
  if (choices && !choices.includes(value)) return "one_of";
  return field.is_url && !matches(rules, "url", value) ? "not_url" : null;
}

/** How much of a typed number a sentence quotes. */
const QUOTED = 40;

/** What the sentences name: the bound that was passed, how far the value goes, the choices, the number and its double. */
function measures(field: Field, fault: Fault, rules: Rules): Record<string, string> {
  const bounds: Record<string, number | null> = {
    at_least: field.minimum,
    at_most: field.maximum,
    too_long: field.max_length,
    too_many: field.max_items,
  };
  const count = Array.isArray(fault.value)
    ? fault.value.length
    : isText(fault.value)
      ? lengthOf(fault.value)
      : 0;
  const typed = asText(fault.value).replace(/^ +| +$/g, "");
  return {
    value: typed.length <= QUOTED ? typed : `${typed.slice(0, QUOTED)}…`,
    sent: String(Number(typed)),
    bound: shown(bounds[fault.code] ?? Number(rules.text_limit)),
    count: shown(count),
    choices: (field.choices ?? []).map(shown).join(asText(rules.choice_separator)),
  };
}

function shown(value: string | number | boolean): string {
  return Number.isInteger(value) ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(value);
}
