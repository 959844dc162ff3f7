/** What is typed in one go, which is undone at once: a word, what is deleted, what is typed until a pause or a jump. */

const PAUSE_MS = 1000;
const DELETES = /^delete(?!ByCut|ByDrag)/;

type Typed = HTMLInputElement | HTMLTextAreaElement;
type Kind = "word" | "delete" | "compose" | "other";

/** One letter, or a line's end; what comes at once, as what is pasted, goes at once. */
function kindOf({ inputType, data, isComposing }: InputEvent): Kind {
  if (isComposing) return "compose";
  if (DELETES.test(inputType)) return "delete";
  const isLetter = inputType === "insertText" && [...(data ?? "")].length === 1;
  return isLetter || inputType === "insertLineBreak" ? "word" : "other";
}

interface Input {
  target: Typed;
  kind: Kind;
  /** Where the caret stood once it was done. */
  at: number | null;
  time: number;
}

export class Typing {
  #step = {};
  #last: Input | undefined;
  #next: Input | undefined;

  /** Something is about to be typed. */
  begin(event: InputEvent): void {
    const target = event.target as Typed;
    const kind = kindOf(event);
    const [last, time] = [this.#last, performance.now()];
    const { value, selectionStart, selectionEnd } = target;
    const before = value.slice(0, selectionStart ?? 0).at(-1) ?? "";
    const isNewWord = kind === "word" && /\s/.test(before) && /\S/.test(event.data ?? "");
    const isIn =
      last?.target === target &&
      last.kind === kind &&
      kind !== "other" &&
      time - last.time < PAUSE_MS &&
      // what is composed stands selected, and is replaced
      (kind === "compose" || (last.at === selectionStart && selectionStart === selectionEnd)) &&
      !isNewWord;
    if (!isIn) this.#step = {};
    this.#next = { target, kind, at: null, time };
  }

  /** The step that belongs to what has just been typed in an element; none where nothing told that it would be. */
  stepOf(target: EventTarget | null): object | undefined {
    return this.#next?.target === target ? this.#step : undefined;
  }

  /** It was typed, and the caret stands where it does now. */
  end(): void {
    this.#last = this.#next && { ...this.#next, at: this.#next.target.selectionStart };
    this.#next = undefined;
  }
}
