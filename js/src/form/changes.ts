/** The changes of a form, one after the other, so that each can be undone: Reset, a fill, a switch, what Python set. */

import type { Model, Values } from "../protocol";
import { isSame } from "./drafts";

/** A JSON text as it was typed, while it stands for the form's values or for none. */
export type Draft = { text: string; stands: string | null } | null;

export interface FormState {
  modelId: string;
  values: Values;
  draft: Draft;
}

export interface Change {
  before: FormState;
  after: FormState;
}

interface Done extends Change {
  /** What was typed in one go is one change. */
  step: unknown;
}

/** What a person sees and changes. */
export interface Followed {
  model: Model;
  draft: () => Draft;
  /** What the form was before each change that was made while nobody noted them; the last ones go once they are noted. */
  past: Pick<FormState, "modelId" | "values">[];
  restore: (state: FormState) => void;
}

const MOST_CHANGES = 200;

/** The name of the one field in which two states differ; null where it is none or several. */
export function changedField({ before, after }: Change): string | null {
  if (before.modelId !== after.modelId) return null;
  const names = new Set([...Object.keys(before.values), ...Object.keys(after.values)]);
  const changed = [...names].filter((name) => !isSame(before.values[name], after.values[name]));
  return changed.length === 1 ? (changed[0] ?? null) : null;
}

/** Whether one letter more or less stands in a field: what is typed before anything can tell that it is. */
function isOneLetter(change: Change): boolean {
  const field = changedField(change) ?? "";
  const [one, other] = [change.before, change.after].map(({ values }) => String(values[field] ?? ""));
  const [short = "", long = ""] = [one ?? "", other ?? ""].sort((a, b) => a.length - b.length);
  return long.length === short.length + 1 && long.startsWith(short);
}

export class Changes {
  /** What is typed right now belongs to it. */
  step: unknown;
  readonly #of: Followed;
  #now: FormState;
  readonly #done: Done[] = [];
  readonly #undone: Done[] = [];
  #isAsked = false;

  constructor(of: Followed) {
    this.#of = of;
    const now = this.#read();
    const past = of.past.map((one) => ({ ...one, draft: now.draft }));
    this.#now = past[0] ?? now;
    for (const after of [...past.slice(1), now]) {
      const change = { before: this.#now, after };
      if (!isSame(this.#now, after)) this.#add(change, isOneLetter(change) && changedField(change));
    }
  }

  /** Note each change until the returned function is called; what changes while nobody notes it is one change. */
  follow(): () => void {
    const { model } = this.#of;
    this.seal();
    model.on("change:values", this.note);
    model.on("change:model_id", this.note);
    return () => {
      model.off("change:values", this.note);
      model.off("change:model_id", this.note);
    };
  }

  /** Several traits change together: look once they all have. */
  readonly note = (): void => {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => this.seal());
  };

  /** What was just changed is one change, and what comes after it another. */
  seal(): void {
    this.#isAsked = false;
    this.#of.past.splice(1);
    const [before, after] = [this.#now, this.#read()];
    if (isSame(before, after)) return;
    const change = { before, after };
    const last = this.#done.at(-1);
    const isOfValues = isSame(before.draft, after.draft) && changedField(change) === null;
    if (last && !this.step && isOfValues && isSame(last.before, after)) {
      this.#now = after;
      this.#undone.push(...this.#done.splice(-1)); // another button has undone it
    } else this.#add(change, this.step);
  }

  /** The change that is undone next, or done again. */
  next(isRedo: boolean): Change | undefined {
    this.seal();
    return (isRedo ? this.#undone : this.#done).at(-1);
  }

  /** Undo the last change, or do the last one that was undone again; what was changed, from what to what. */
  move(isRedo: boolean): Change | undefined {
    this.seal();
    const [from, to] = isRedo ? [this.#undone, this.#done] : [this.#done, this.#undone];
    const change = from.pop();
    if (!change) return undefined;
    to.push(change);
    for (const one of this.#done.slice(-1)) one.step = undefined; // what is typed now is no part of it
    const { before, after } = change;
    this.#of.restore(isRedo ? after : before);
    this.#now = this.#read();
    return isRedo ? { before, after } : { before: after, after: before };
  }

  #add({ before, after }: Change, step: unknown): void {
    this.#now = after;
    this.#undone.length = 0;
    const last = this.#done.at(-1);
    if (last && step && last.step === step) {
      last.after = after;
      if (isSame(last.before, after)) this.#done.pop();
      return;
    }
    this.#done.push({ before, after, step });
    this.#done.splice(0, this.#done.length - MOST_CHANGES);
  }

  #read(): FormState {
    const { model, draft } = this.#of;
    return { modelId: model.get("model_id"), values: model.get("values"), draft: draft() };
  }
}
