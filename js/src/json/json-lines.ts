/** Pretty-printed JSON as lines, without a DOM node or a string for each: where lines begin, fold, match, and lie. */

const GROWTH = 2;
/** A line longer than this is drawn in part; copy and download give the whole. */
export const LONGEST_DRAWN = 2000;
/** More matches than this are not counted. */
export const MOST_MATCHES = 10_000;

export class JsonLines {
  readonly text: string;
  readonly #starts: Uint32Array;
  readonly length: number;

  constructor(text: string) {
    this.text = text;
    let starts = new Uint32Array(Math.max(16, text.length >> 4));
    let length = 1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      if (length === starts.length) {
        const larger = new Uint32Array(starts.length * GROWTH);
        larger.set(starts);
        starts = larger;
      }
      starts[length++] = at + 1;
    }
    this.#starts = starts;
    this.length = length;
  }

  line(index: number): string {
    return this.text.slice(this.#starts[index], this.#end(index));
  }

  /** How many characters a line has. */
  lengthOf(index: number): number {
    return this.#end(index) - (this.#starts[index] ?? 0);
  }

  #end(index: number): number {
    return index + 1 < this.length ? (this.#starts[index + 1] ?? 0) - 1 : this.text.length;
  }

  /** The line that holds a position of the text. */
  lineAt(position: number): number {
    let [low, high] = [0, this.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  indent(index: number): number {
    const start = this.#starts[index] ?? 0;
    let at = start;
    while (this.text.charCodeAt(at) === 32) at++;
    return at - start;
  }

  opens(index: number): boolean {
    const last = this.text[this.#end(index) - 1];
    return (last === "{" || last === "[") && index + 1 < this.length;
  }

  /** The line that closes what a line opens: the next one that is indented no deeper. */
  closing(index: number): number {
    const depth = this.indent(index);
    let at = index + 1;
    while (at < this.length - 1 && this.indent(at) > depth) at++;
    return at;
  }

  /** Lines that hold a text, in order, each once; case does not matter. */
  search(text: string): number[] {
    const found: number[] = [];
    if (text === "") return found;
    const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
    for (
      let hit = pattern.exec(this.text);
      hit && found.length < MOST_MATCHES;
      hit = pattern.exec(this.text)
    ) {
      const line = this.lineAt(hit.index);
      if (found[found.length - 1] !== line) found.push(line);
    }
    return found;
  }

  /** Where a line lies, as one would write it: `data.outputs[2].url`. */
  path(index: number): string {
    const parts: string[] = [];
    let depth = this.indent(index);
    if (/^\s*[}\]]/.test(this.line(index))) return this.path(this.#opening(index));
    for (let at = index; depth > 0; ) {
      const parent = this.#parent(at);
      const key = keyOf(this.line(at));
      parts.unshift(key ?? `[${this.#place(parent, at)}]`);
      at = parent;
      depth = this.indent(parent);
    }
    return parts.map((part, at) => (part.startsWith("[") || at === 0 ? part : `.${part}`)).join("");
  }

  /** The value of a line, as one would paste it: a string without its quotes, a list or an object whole. */
  value(index: number): string {
    if (/^\s*[}\]]/.test(this.line(index))) return this.value(this.#opening(index));
    const last = this.opens(index) ? this.closing(index) : index;
    const indent = this.indent(index);
    const whole = this.text.slice((this.#starts[index] ?? 0) + indent, this.#end(last));
    const value = whole.replace(KEY, "").replace(/,\s*$/, "");
    if (!value.startsWith('"')) return value.replaceAll(`\n${" ".repeat(indent)}`, "\n");
    try {
      return String(JSON.parse(value));
    } catch {
      return value; // no JSON, which is shown as it came
    }
  }

  #parent(index: number): number {
    const depth = this.indent(index);
    let at = index - 1;
    while (at > 0 && this.indent(at) >= depth) at--;
    return at;
  }

  #opening(index: number): number {
    const depth = this.indent(index);
    let at = index - 1;
    while (at > 0 && this.indent(at) > depth) at--;
    return at;
  }

  /** The place of an array's item among its siblings. */
  #place(parent: number, index: number): number {
    const depth = this.indent(index);
    let place = 0;
    for (let at = parent + 1; at < index; at++) {
      if (this.indent(at) === depth && !/^\s*[}\]]/.test(this.line(at))) place++;
    }
    return place;
  }
}

/** The key that a line begins with. */
const KEY = /^\s*"((?:[^"\\]|\\.)*)":\s*/;

function keyOf(line: string): string | null {
  const key = KEY.exec(line)?.[1];
  if (key === undefined) return null;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : `["${key}"]`;
}

export type Token = readonly [kind: "k" | "s" | "v" | "p" | "", text: string];

/** A line cut into keys, strings, other values and punctuation, for its colours. */
export function tokens(line: string): Token[] {
  const pattern =
    /("(?:[^"\\]|\\.)*"?)(?=(\s*:)?)|(true|false|null|-?\d[\d.eE+-]*)|([{}[\],:]+)|(\s+|[^\s"{}[\],:]+)/g;
  const found: Token[] = [];
  let hasKey = false;
  for (const [whole, text, colon, value, mark] of line.matchAll(pattern)) {
    if (text !== undefined) {
      const isKey: boolean = colon !== undefined && !hasKey;
      hasKey = hasKey || isKey;
      found.push([isKey ? "k" : "s", whole]);
    } else found.push([value !== undefined ? "v" : mark !== undefined ? "p" : "", whole]);
  }
  return found;
}

/** Which lines are drawn when some are folded: rows on the screen to lines of the text and back. */
export class Folds {
  /** Folded ranges, sorted, none inside another: the lines after `from` up to and with `to` are hidden. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly #lines: JsonLines;

  constructor(lines: JsonLines, ranges: readonly (readonly [number, number])[] = []) {
    this.#lines = lines;
    this.ranges = ranges;
  }

  get rows(): number {
    return this.ranges.reduce((left, [from, to]) => left - (to - from), this.#lines.length);
  }

  lineOf(row: number): number {
    let line = row;
    for (const [from, to] of this.ranges) {
      if (line <= from) break;
      line += to - from;
    }
    return line;
  }

  rowOf(line: number): number {
    let hidden = 0;
    for (const [from, to] of this.ranges) {
      if (line > to) hidden += to - from;
      else if (line > from) return from - hidden;
      else break;
    }
    return line - hidden;
  }

  isFolded(line: number): boolean {
    return this.ranges.some(([from]) => from === line);
  }

  toggle(line: number): Folds {
    if (this.isFolded(line))
      return new Folds(
        this.#lines,
        this.ranges.filter(([from]) => from !== line),
      );
    const to = this.#lines.closing(line);
    const others = this.ranges.filter(([from]) => from < line || from > to);
    return new Folds(
      this.#lines,
      [...others, [line, to] as const].sort((one, other) => one[0] - other[0]),
    );
  }

  /** Unfold whatever hides a line. */
  reveal(line: number): Folds {
    const kept = this.ranges.filter(([from, to]) => line <= from || line > to);
    return kept.length === this.ranges.length ? this : new Folds(this.#lines, kept);
  }

  /** Fold everything that stands two levels deep, so that a long answer shows its outline. */
  static outline(lines: JsonLines): Folds {
    const ranges: [number, number][] = [];
    for (let at = 1; at < lines.length; at++) {
      if (!lines.opens(at) || lines.indent(at) < 2) continue;
      const to = lines.closing(at);
      ranges.push([at, to]);
      at = to;
    }
    return new Folds(lines, ranges);
  }
}
