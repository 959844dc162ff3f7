/** The rows on the screen of a JSON text whose long lines go on in further rows. */

import { type Folds, type JsonLines, LONGEST_DRAWN } from "./json-lines";

/** One row: a line, and from which character to which. */
export interface Row {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** Rows to lines and back, every row as wide as `columns` characters; 0 where no line is cut into rows. */
export class Wrapped {
  readonly rows: number;
  readonly #folds: Folds;
  readonly #lines: JsonLines;
  readonly #columns: number;
  /** The first row of each line that is drawn; nothing where a line is a row. */
  readonly #firsts: Uint32Array | null;

  constructor(lines: JsonLines, folds: Folds, columns: number) {
    this.#lines = lines;
    this.#folds = folds;
    this.#columns = columns;
    this.#firsts = columns > 0 ? firstRows(lines, folds, columns) : null;
    this.rows = this.#firsts ? (this.#firsts[folds.rows] ?? 0) : folds.rows;
  }

  at(row: number): Row {
    if (!this.#firsts) return { line: this.#folds.lineOf(row), from: 0, to: LONGEST_DRAWN };
    let [low, high] = [0, this.#folds.rows - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const from = (row - (this.#firsts[low] ?? 0)) * this.#columns;
    return { line: this.#folds.lineOf(low), from, to: Math.min(LONGEST_DRAWN, from + this.#columns) };
  }

  /** The first row of a line. */
  rowOf(line: number): number {
    const row = this.#folds.rowOf(line);
    return this.#firsts ? (this.#firsts[row] ?? 0) : row;
  }

  /** Whether a row is the last of its line. */
  ends({ line, to }: Row): boolean {
    return !this.#firsts || to >= Math.min(LONGEST_DRAWN, this.#lines.lengthOf(line));
  }
}

function firstRows(lines: JsonLines, folds: Folds, columns: number): Uint32Array {
  const firsts = new Uint32Array(folds.rows + 1);
  for (let row = 0; row < folds.rows; row++) {
    const length = Math.min(LONGEST_DRAWN, lines.lengthOf(folds.lineOf(row)));
    firsts[row + 1] = (firsts[row] ?? 0) + Math.max(1, Math.ceil(length / columns));
  }
  return firsts;
}
