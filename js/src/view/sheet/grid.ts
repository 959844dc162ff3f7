/** Which item stands where: a plain list in rows, or what was varied across and down, one tab of it. */

import type { Axis } from "../../protocol";

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** What stands above the columns; nothing where they say nothing. */
  readonly heads: readonly string[];
  /** What stands above a row. */
  headOf: (row: number) => string;
  /** The position of the item in a place; -1 where there is none. */
  at: (row: number, column: number) => number;
  /** Where an item is: its row, its column, and its tab. */
  find: (position: number) => readonly [row: number, column: number, tab: number];
}

export function listOf(count: number, columns: number): Grid {
  return {
    rows: Math.ceil(count / columns),
    columns,
    heads: [],
    headOf: () => "",
    at: (row, column) => {
      const position = row * columns + column;
      return column < columns && position < count ? position : -1;
    },
    find: (position) => [Math.floor(position / columns), position % columns, 0],
  };
}

/** Which axes go across and into tabs, by their places among the axes; all others go down. */
export interface Arrangement {
  across: number;
  tabs: number | null;
}

/** The last axis goes across, and of three or more the first into tabs. */
export function usualArrangement(axes: readonly Axis[]): Arrangement {
  return { across: axes.length - 1, tabs: axes.length > 2 ? 0 : null };
}

/** Let another axis go across or into tabs; the one that was there takes its place. */
export function rearranged(now: Arrangement, change: Partial<Arrangement>): Arrangement {
  const next = { ...now, ...change };
  if (next.across !== next.tabs) return next;
  return change.across === undefined ? { ...next, across: now.tabs ?? 0 } : { ...next, tabs: now.across };
}

export function matrixOf(
  axes: readonly Axis[],
  { across, tabs }: Arrangement,
  tab: number,
  places: Int32Array | null,
): Grid {
  const sizes = axes.map(({ labels }) => labels.length);
  const weights = sizes.map((_, at) => sizes.slice(at + 1).reduce((all, one) => all * one, 1));
  const down = axes.map((_, at) => at).filter((at) => at !== across && at !== tabs);
  const size = (at: number) => sizes[at] ?? 1;
  const weight = (at: number) => weights[at] ?? 1;
  const positions = places && inverse(places);
  /** Which value of each axis that goes down a row has. */
  const valuesOf = (row: number) => {
    let left = row;
    return down
      .toReversed()
      .map((axis) => {
        const value = left % size(axis);
        left = Math.floor(left / size(axis));
        return [axis, value] as const;
      })
      .toReversed();
  };
  return {
    rows: down.reduce((all, axis) => all * size(axis), 1),
    columns: size(across),
    heads: axes[across]?.labels ?? [],
    headOf: (row) =>
      valuesOf(row)
        .map(([axis, value]) => axes[axis]?.labels[value] ?? "")
        .join(" · "),
    at: (row, column) => {
      const own = valuesOf(row).reduce((sum, [axis, value]) => sum + value * weight(axis), 0);
      const place = own + column * weight(across) + (tabs === null ? 0 : tab * weight(tabs));
      return positions ? (positions.get(place) ?? -1) : place;
    },
    find: (position) => {
      const place = places?.[position] ?? position;
      const value = (axis: number) => Math.floor(place / weight(axis)) % size(axis);
      const row = down.reduce((sum, axis) => sum * size(axis) + value(axis), 0);
      return [row, value(across), tabs === null ? 0 : value(tabs)];
    },
  };
}

function inverse(places: Int32Array): Map<number, number> {
  return new Map(Array.from(places, (place, position) => [place, position]));
}
