/** The grid of an own scroller: only what is in sight is drawn, and one element has the focus, whatever is drawn. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { actOf } from "../../page/keys";
import { Control } from "../shared/control";
import { useStore } from "../use-trait";
import { CellView, GAP_PX, type Sizes } from "./cell-view";
import { useSheet } from "./context";
import { type Arrangement, type Grid, listOf, matrixOf } from "./grid";
import { GRID_KEYS } from "./keys";
import type { SheetStore } from "./store";

/** The narrowest and the widest cell, and how many stand side by side. */
const LEAST_PX = 168;
const MOST_PX = 320;
const MOST_IN_LIST = 6;
const MOST_IN_MATRIX = 5;
/** Beside the picture: two lines of facts, and the line that names a cell or a row. */
const FACTS_PX = 52;
const HEAD_PX = 24;
const VIEW_PX = 560;
/** Scrolling asks for cells so often at most. */
const ASK_MS = 80;

interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** `isSame` tells whether two views that are equally large have the same rows and columns in sight. */
function useView(
  scroller: RefObject<HTMLDivElement | null>,
  isSame: RefObject<(one: View, other: View) => boolean>,
): [View, () => void] {
  const [view, setView] = useState<View>({ left: 0, top: 0, width: 0, height: VIEW_PX });
  // Room that a scrollbar took once stays free: cells that grow where it goes would bring it back, without an end.
  const bar = useRef(0);
  const read = () => {
    const one = scroller.current;
    if (!one) return;
    bar.current = Math.max(bar.current, one.offsetWidth - one.clientWidth);
    const now = {
      left: one.scrollLeft,
      top: one.scrollTop,
      width: one.offsetWidth - bar.current,
      height: Math.min(one.clientHeight, VIEW_PX),
    };
    setView((before) =>
      before.width === now.width && before.height === now.height && isSame.current?.(before, now)
        ? before
        : now,
    );
  };
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(read);
    if (scroller.current) watcher.observe(scroller.current);
    read();
    return () => watcher.disconnect();
  }, []);
  return [view, read];
}

function columnsIn(width: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(width / LEAST_PX)));
}

function sizesOf(grid: Grid, width: number, isMatrix: boolean): Sizes {
  const fit = columnsIn(width, isMatrix ? MOST_IN_MATRIX : MOST_IN_LIST);
  const shown = isMatrix && grid.columns > fit ? fit + 0.4 : Math.min(fit, grid.columns);
  const cell = Math.min(MOST_PX, Math.floor(width / shown));
  return { cell, row: cell - GAP_PX + FACTS_PX + HEAD_PX };
}

/** From the first to the last that a stretch touches, of so many that each are so long. */
function touched(from: number, length: number, each: number, count: number): readonly [number, number] {
  const first = Math.max(0, Math.floor(from / each));
  return [Math.min(first, count), Math.min(count, Math.ceil((from + length) / each))];
}

interface Props {
  arrangement: Arrangement | null;
  tab: number;
  onTab: (tab: number) => void;
}

/** The grid as it is drawn in a place so wide, and what of it is in sight. */
function useDrawn({ arrangement, tab }: Props, view: View) {
  const { store } = useSheet();
  const axes = useStore(store, "axes");
  const places = useStore(store, "places");
  const count = useStore(store, "batch")?.count ?? 0;
  const isMatrix = arrangement !== null;
  const inList = Math.min(columnsIn(view.width, MOST_IN_LIST), Math.max(1, count));
  const grid = useMemo(
    () => (arrangement ? matrixOf(axes, arrangement, tab, places) : listOf(count, inList)),
    [axes, arrangement, tab, places, count, inList],
  );
  const width = Math.max(view.width, LEAST_PX);
  const sizes = useMemo(() => sizesOf(grid, width, isMatrix), [grid, width, isMatrix]);
  const headPx = isMatrix ? HEAD_PX : 0;
  const spanOf = ({ left, top, width, height }: View) => ({
    rows: touched(top, Math.max(0, height - headPx), sizes.row, grid.rows),
    columns: touched(left, width, sizes.cell, grid.columns),
  });
  return { grid, sizes, headPx, isMatrix, spanOf, ...spanOf(view) };
}

type Drawn = ReturnType<typeof useDrawn>;

export function Cells(props: Props) {
  const { store, host } = useSheet();
  const current = useStore(store, "current");
  const scroller = useRef<HTMLDivElement>(null);
  const isSame = useRef<(one: View, other: View) => boolean>(() => false);
  const [view, read] = useView(scroller, isSame);
  const drawn = useDrawn(props, view);
  const { grid, sizes, headPx, isMatrix, rows, columns, spanOf } = drawn;
  // most steps of a scroll bring no other row into sight: then nothing is drawn anew
  isSame.current = (one, other) =>
    String(Object.values(spanOf(one))) === String(Object.values(spanOf(other)));
  useAsking(grid, rows, columns, view.width > 0);
  useInSight(scroller, drawn, current, props.tab);
  useLayoutEffect(read, [grid, sizes]); // what was last drawn of a scroll may be where it was some pixels ago
  const go = useGoing(grid, sizes, view, props.tab, props.onTab);
  const width = { width: `${grid.columns * sizes.cell}px` };
  return (
    <div class="gw-sheet-frame">
      <Control
        as="div"
        ref={scroller}
        class={`gw-sheet-grid${isMatrix ? " matrix" : ""}`}
        role="grid"
        tabIndex={0}
        aria-label="Items"
        aria-rowcount={grid.rows + (isMatrix ? 1 : 0)}
        aria-colcount={grid.columns}
        aria-activedescendant={host.id(`cell-${current}`)}
        aria-describedby={host.id("keys")}
        style={{ height: `${Math.min(VIEW_PX, grid.rows * sizes.row + headPx + 2)}px` }}
        onScroll={read}
        onKeyDown={go}
      >
        {isMatrix ? <Heads drawn={drawn} /> : null}
        <div role="rowgroup" class="canvas" style={{ height: `${grid.rows * sizes.row}px`, ...width }}>
          {range(...rows).map((row) => (
            <Row key={row} row={row} drawn={drawn} />
          ))}
        </div>
      </Control>
    </div>
  );
}

function Heads({ drawn: { grid, sizes, columns } }: { drawn: Drawn }) {
  return (
    <div role="row" aria-rowindex={1} class="heads" style={{ width: `${grid.columns * sizes.cell}px` }}>
      {range(...columns).map((column) => (
        <div
          role="columnheader"
          key={column}
          aria-colindex={column + 1}
          title={grid.heads[column]}
          style={{ left: `${column * sizes.cell}px`, width: `${sizes.cell}px` }}
        >
          {grid.heads[column]}
        </div>
      ))}
    </div>
  );
}

function Row({ row, drawn }: { row: number; drawn: Drawn }) {
  const { store, host } = useSheet();
  const cells = useStore(store, "cells");
  const pictures = useStore(store, "pictures");
  const current = useStore(store, "current");
  const marked = useStore(store, "marked");
  const { grid, sizes, isMatrix, columns } = drawn;
  const head = grid.headOf(row);
  const draw = () => (
    <div
      role="row"
      aria-rowindex={row + (isMatrix ? 2 : 1)}
      style={{ top: `${row * sizes.row}px`, height: `${sizes.row}px` }}
    >
      {isMatrix ? (
        <div role="rowheader" title={head}>
          {head}
        </div>
      ) : null}
      {range(...columns)
        .map((column) => [column, grid.at(row, column)] as const)
        .filter(([, position]) => position >= 0)
        .map(([column, position]) => (
          <CellView
            key={position}
            id={host.id(`cell-${position}`)}
            position={position}
            column={column}
            sizes={sizes}
            hasLabel={!isMatrix}
            cell={cells.get(position)}
            picture={pictures.get(position)}
            isCurrent={position === current}
            isMarked={position === marked}
          />
        ))}
    </div>
  );
  // a row that is drawn already stays as it is while others come into sight
  return useMemo(draw, [host, cells, pictures, current, marked, row, grid, sizes, isMatrix, ...columns]);
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** Ask for what is in sight and for a screen more, in the direction in which it moves; not at each step of a scroll. */
function useAsking(
  grid: Grid,
  [firstRow, endRow]: readonly [number, number],
  [firstColumn, endColumn]: readonly [number, number],
  isMeasured: boolean,
): void {
  const { store } = useSheet();
  const last = useRef(0);
  const before = useRef(firstRow);
  useEffect(() => {
    if (!isMeasured) return;
    const screen = endRow - firstRow;
    const isUp = firstRow < before.current;
    before.current = firstRow;
    const ahead = isUp
      ? range(Math.max(0, firstRow - screen), firstRow)
      : range(endRow, Math.min(grid.rows, endRow + screen));
    const rows = [...range(firstRow, endRow), ...ahead];
    const positions = rows.flatMap((row) =>
      range(firstColumn, endColumn)
        .map((column) => grid.at(row, column))
        .filter((position) => position >= 0),
    );
    const ask = () => {
      last.current = performance.now();
      store.show(positions);
    };
    const wait = Math.max(0, last.current + ASK_MS - performance.now());
    const timer = setTimeout(ask, wait);
    return () => clearTimeout(timer);
  }, [store, grid, firstRow, endRow, firstColumn, endColumn, isMeasured]);
}

/** Keep the current cell in sight when it becomes another one. */
function useInSight(
  scroller: RefObject<HTMLDivElement | null>,
  { grid, sizes, headPx, isMatrix }: Drawn,
  current: number,
  tab: number,
): void {
  useLayoutEffect(() => {
    const one = scroller.current;
    if (!one) return;
    const [row, column, own] = grid.find(current);
    if (isMatrix && own !== tab) return;
    const [top, left] = [row * sizes.row, column * sizes.cell];
    const room = one.clientHeight - headPx;
    one.scrollTop = Math.max(Math.min(one.scrollTop, top), top + Math.min(0, sizes.row - room));
    one.scrollLeft = Math.max(Math.min(one.scrollLeft, left), left + sizes.cell - one.clientWidth);
  }, [current, grid, tab, isMatrix]);
}

type Place = readonly [row: number, column: number];

/** Where the keys go from a place: a list goes on in the next row, a matrix ends at its edge. */
function placesFrom([row, column]: Place, grid: Grid, page: number) {
  const [lastRow, lastColumn] = [grid.rows - 1, grid.columns - 1];
  const isList = grid.heads.length === 0;
  const right: Place =
    isList && column === lastColumn ? [row + 1, 0] : [row, Math.min(lastColumn, column + 1)];
  const left: Place =
    isList && column === 0 && row > 0 ? [row - 1, lastColumn] : [row, Math.max(0, column - 1)];
  return {
    right,
    left,
    down: [Math.min(lastRow, row + 1), column] as Place,
    up: [Math.max(0, row - 1), column] as Place,
    pageDown: [Math.min(lastRow, row + page), column] as Place,
    pageUp: [Math.max(0, row - page), column] as Place,
    first: [0, 0] as Place,
    last: [lastRow, lastColumn] as Place,
  };
}

/** What the keys do. */
function useGoing(grid: Grid, sizes: Sizes, view: View, tab: number, onTab: (tab: number) => void) {
  const { store } = useSheet();
  return (event: KeyboardEvent) => {
    const act = actOf(GRID_KEYS, event);
    if (!act || event.target !== event.currentTarget) return;
    const { current } = store.state;
    const [row, column, own] = grid.find(current);
    const places = placesFrom([row, column], grid, Math.max(1, Math.floor(view.height / sizes.row)));
    const acts: Record<Exclude<keyof typeof GRID_KEYS, keyof typeof places>, () => void> = {
      ...ratingActs(store, current, event),
      open: () => store.enlarge(current),
      compare: () => store.compare(),
    };
    event.preventDefault();
    if (grid.heads.length > 0 && own !== tab) onTab(own);
    if (act in places) go(places[act as keyof typeof places]);
    else acts[act as keyof typeof acts]();
  };
  function go([row, column]: Place): void {
    // the last row of a list may be short
    const found = [column, ...range(0, column).reverse()]
      .map((one) => grid.at(row, one))
      .find((one) => one >= 0);
    if (found !== undefined) store.move(found);
  }
}

export const ratingActs = (store: SheetStore, position: number, { key }: KeyboardEvent) => ({
  rate: () => store.rate(position, Number(key)),
  reject: () => store.rate(position, 0),
  unrate: () => store.rate(position, null),
});
