/** Where a text is no JSON object, which `JSON.parse` tells in another way in each browser, and in some not at all. */

export interface JsonFault {
  at: number;
  /** The code of the sentence on what is expected there. */
  code: string;
}

const MOST_LEVELS = 200;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.\w+-])/y;
const WORD = /(?:true|false|null)(?!\w)/y;
/** What a string may have: no control characters, and only the escapes that there are. */
const INSIDE = /(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;

class Reader {
  at = 0;
  constructor(readonly text: string) {}

  take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found !== null && found[0] !== "";
  }

  next(): string {
    this.take(SPACE);
    return this.text[this.at] ?? "";
  }

  is(character: string): boolean {
    if (this.next() !== character) return false;
    this.at += 1;
    return true;
  }

  /** The code of what is expected where the reader stands; empty after a whole value. */
  value(level: number): string {
    const next = this.next();
    if (next === "{" || next === "[") {
      if (level > MOST_LEVELS) return "json_deep";
      this.at += 1;
      return next === "{" ? this.members(level) : this.items(level);
    }
    if (next === '"') return this.string();
    return this.take(NUMBER) || this.take(WORD) ? "" : "json_value";
  }

  members(level: number): string {
    if (this.is("}")) return "";
    do {
      if (this.next() !== '"') return "json_name";
      const name = this.string();
      if (name) return name;
      if (!this.is(":")) return "json_colon";
      const value = this.value(level + 1);
      if (value) return value;
    } while (this.is(","));
    return this.is("}") ? "" : "json_comma_or_brace";
  }

  items(level: number): string {
    if (this.is("]")) return "";
    do {
      const value = this.value(level + 1);
      if (value) return value;
    } while (this.is(","));
    return this.is("]") ? "" : "json_comma_or_bracket";
  }

  string(): string {
    this.at += 1;
    this.take(INSIDE);
    const next = this.text[this.at];
    if (next === '"') {
      this.at += 1;
      return "";
    }
    return next === "\\" ? "json_escape" : "json_quote";
  }
}

/** The first place at which a text stops being a JSON object; null where it is one. */
export function findFault(text: string): JsonFault | null {
  const reader = new Reader(text);
  if (reader.next() !== "{") return { at: reader.at, code: "json_object" };
  const code = reader.value(0) || (reader.next() ? "json_end" : "");
  return code ? { at: reader.at, code } : null;
}

/** Line and column of a place, both from 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}
