/** The changes of a form, one after the other, so that each can be undone: Reset, a fill, a switch, what Python set. */

import type { Model, Values } from "../protocol";
import { isSame } from "./drafts";

export interface FormState {
  modelId: string;
  values: Values;
}

interface Change {
  before: FormState;
  after: FormState;
  /** The one field that changed, if it was one. */
  field: string | null;
}

const MOST_CHANGES = 200;

/** The name of the one field in which two states differ; null where it is none or several. */
function changedField(before: FormState, after: FormState): string | null {
  if (before.modelId !== after.modelId) return null;
  const names = new Set([...Object.keys(before.values), ...Object.keys(after.values)]);
  const changed = [...names].filter((name) => !isSame(before.values[name], after.values[name]));
  return changed.length === 1 ? (changed[0] ?? null) : null;
}

export class Changes {
  readonly #model: Model;
  readonly #restore: (state: FormState) => void;
  #now: FormState;
  #done: Change[] = [];
  #undone: Change[] = [];
  #isAsked = false;

  /** `restore` puts a state back. */
  constructor(model: Model, restore: (state: FormState) => void) {
    this.#model = model;
    this.#restore = restore;
    this.#now = this.#read();
  }

  /** Note each change until the returned function is called; what changes while nobody notes it is one change. */
  follow(): () => void {
    this.#settle();
    this.#model.on("change:values", this.#note);
    this.#model.on("change:model_id", this.#note);
    return () => {
      this.#model.off("change:values", this.#note);
      this.#model.off("change:model_id", this.#note);
    };
  }

  /** The field of the last change, if it was of one field alone. */
  get lastField(): string | null {
    return this.#done.at(-1)?.field ?? null;
  }

  /** What was just changed is one change, and nothing that is typed after it belongs to it. */
  seal(): void {
    this.#settle();
    const last = this.#done.at(-1);
    if (last) last.field = null;
  }

  /** Undo the last change; whether there was one. */
  undo(): boolean {
    return this.#move(this.#done, this.#undone, "before");
  }

  redo(): boolean {
    return this.#move(this.#undone, this.#done, "after");
  }

  #move(from: Change[], to: Change[], side: "before" | "after"): boolean {
    this.#settle();
    const change = from.pop();
    if (!change) return false;
    to.push(change);
    this.#now = change[side];
    this.#restore(change[side]);
    return true;
  }

  #read(): FormState {
    return { modelId: this.#model.get("model_id"), values: this.#model.get("values") };
  }

  /** Several traits change together: look once they all have. */
  readonly #note = (): void => {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => this.#settle());
  };

  #settle(): void {
    this.#isAsked = false;
    const [before, after] = [this.#now, this.#read()];
    if (isSame(before, after)) return;
    this.#now = after;
    const field = changedField(before, after);
    const last = this.#done.at(-1);
    if (last && field === null && isSame(last.before, after)) {
      this.#done.pop(); // another button has undone it
      this.#undone.push(last);
      return;
    }
    this.#undone = [];
    if (last && field !== null && last.field === field) {
      last.after = after;
      if (isSame(last.before, after)) this.#done.pop();
    } else {
      this.#done.push({ before, after, field });
      this.#done.splice(0, this.#done.length - MOST_CHANGES);
    }
  }
}
