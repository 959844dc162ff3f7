/** A window over the lines of a JSON text: only what is seen is drawn, however long the text is. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Folds, type JsonLines, LONGEST_DRAWN, type Token, tokens } from "../../json/json-lines";
import { type Row, Wrapped } from "../../json/wrapped";
import { count } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";

const ROW_PX = 18;
/** Rows drawn beyond the edges, so that a slow scroll shows no gap. */
const BEYOND = 4;
/** What lies at the right of a line. */
const SIDE_PX = 12;
const LEAST_COLUMNS = 8;
/** What the bars that stay in sight may cover at either edge. */
const COVERED_PX = 2 * ROW_PX;
/** Browsers cut elements that are much higher than this; longer texts scroll in proportion. */
const HIGHEST_PX = 12_000_000;

interface Props {
  name: string;
  lines: JsonLines;
  folds: Folds;
  current: number | null;
  mark: string;
  /** Long lines go on below instead of beyond the edge. */
  isWrapped: boolean;
  onFold: (line: number) => void;
  onChoose: (line: number) => void;
}

interface Seen {
  first: number;
  rows: number;
  offset: number;
}

function seen(scrollTop: number, height: number, rows: number): Seen {
  const whole = rows * ROW_PX;
  const visible = Math.ceil(height / ROW_PX) + 1;
  if (whole <= HIGHEST_PX) {
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - BEYOND);
    return { first, rows: visible + 2 * BEYOND, offset: first * ROW_PX };
  }
  const share = Math.min(1, scrollTop / Math.max(1, HIGHEST_PX - height));
  const first = Math.round(share * (rows - Math.floor(height / ROW_PX))); // at the end the last row is whole
  return { first, rows: visible, offset: scrollTop };
}

/** The scroll position that brings a row into the middle. */
function scrollFor(row: number, height: number, rows: number): number {
  const whole = rows * ROW_PX;
  const wanted = row * ROW_PX - height / 2;
  return whole <= HIGHEST_PX ? wanted : (wanted / whole) * HIGHEST_PX;
}

/** What scrolls the lines, Response as a whole or, in a tool, the window itself; and how far they are past its edge. */
function placeOf(view: Element): [scroller: Element, passed: number] {
  const scroller = view.closest(".gw-res");
  if (!scroller) return [view, view.scrollTop];
  return [scroller, scroller.getBoundingClientRect().top - view.getBoundingClientRect().top];
}

/** Where the window stands; another text starts at its top, and a current line is brought into sight. */
function useScroll({ lines, folds, current, isWrapped }: Props, gutter: number) {
  const view = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, height: 400, columns: LEAST_COLUMNS });
  const columns = isWrapped ? at.columns : 0;
  const wrapped = useMemo(() => new Wrapped(lines, folds, columns), [lines, folds, columns]);
  const rows = wrapped.rows;
  const inPlace = (act: (scroller: Element, passed: number) => (() => void) | undefined) =>
    view.current ? act(...placeOf(view.current)) : undefined;
  const read = () =>
    inPlace(({ clientHeight: height, clientWidth }, passed) => {
      const columns = columnsOf(view.current, clientWidth - gutter - SIDE_PX);
      setAt({ top: Math.max(0, passed), height, columns });
      return undefined;
    });
  useLayoutEffect(
    () =>
      inPlace((scroller) => {
        const watcher = new ResizeObserver(read);
        watcher.observe(scroller);
        scroller.addEventListener("scroll", read);
        return () => {
          watcher.disconnect();
          scroller.removeEventListener("scroll", read);
        };
      }),
    [],
  );
  useLayoutEffect(() => {
    inPlace((scroller, passed) => {
      scroller.scrollTop -= Math.max(0, passed);
      return undefined;
    });
    read();
  }, [lines]);
  useEffect(() => {
    if (current === null) return;
    inPlace((scroller, passed) => {
      const row = wrapped.rowOf(current);
      const top = row * ROW_PX - passed;
      const { clientHeight } = scroller;
      if (top < COVERED_PX || top > clientHeight - COVERED_PX - ROW_PX)
        scroller.scrollTop += scrollFor(row, clientHeight, rows) - passed;
      return undefined;
    });
  }, [current, wrapped]);
  return { view, wrapped, ...seen(at.top, at.height, rows) };
}

/** How many characters have room beside each other; half as many letters of a wide script, which scroll sideways. */
function columnsOf(view: Element | null, room: number): number {
  const list = view?.querySelector("ol");
  const pen = document.createElement("canvas").getContext("2d");
  if (!list || !pen) return LEAST_COLUMNS;
  pen.font = getComputedStyle(list).font;
  return Math.max(LEAST_COLUMNS, Math.floor(room / pen.measureText("0").width));
}

export function JsonWindow(props: Props) {
  const { lines, folds } = props;
  const gutter = Math.max(36, 18 + String(lines.length).length * 7);
  const { view, wrapped, first, rows: drawn, offset } = useScroll(props, gutter);
  const rows = wrapped.rows;
  const last = Math.min(rows, first + drawn);
  return (
    <Control as="div" ref={view} class="view" role="region" aria-label={props.name} tabIndex={0}>
      <div
        class="all"
        style={{ height: `${Math.min(rows * ROW_PX, HIGHEST_PX)}px`, "--gw-gutter": `${gutter}px` }}
      >
        <ol style={{ transform: `translateY(${offset}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, index) => {
            const row = wrapped.at(first + index);
            const isLast = wrapped.ends(row);
            return (
              <Line
                key={`${row.line} ${row.from}`}
                {...props}
                row={row}
                isLast={isLast}
                isFolded={folds.isFolded(row.line)}
              />
            );
          })}
        </ol>
      </div>
    </Control>
  );
}

function Line(props: Props & { row: Row; isLast: boolean; isFolded: boolean }) {
  const { lines, row, isLast, isFolded, current, mark, onFold, onChoose } = props;
  const { line, from, to } = row;
  const whole = lines.line(line);
  const more = isLast ? whole.length - LONGEST_DRAWN : 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: search moves the current line by keys
    <li
      data-n={from === 0 ? line + 1 : ""}
      aria-current={line === current ? "true" : undefined}
      onClick={() => onChoose(line)}
    >
      {from === 0 && lines.opens(line) ? (
        <Control
          as="button"
          class="fold"
          tabIndex={-1}
          aria-expanded={!isFolded}
          aria-label={`Fold line ${line + 1}`}
          onClick={(event: MouseEvent) => {
            event.stopPropagation();
            onFold(line);
          }}
        >
          <Icon name={isFolded ? "right" : "down"} />
        </Control>
      ) : null}
      {cut(tokens(whole.slice(0, LONGEST_DRAWN)), from, to).map(([kind, part], index) => (
        // the parts of one fixed text
        <span key={index} class={kind}>
          <Marked text={part} mark={mark} />
        </span>
      ))}
      {isFolded && isLast ? <span class="p">{` … ${lines.line(lines.closing(line)).trim()}`}</span> : null}
      {more > 0 ? <span class="cut">{` … ${count(more)} more characters`}</span> : null}
    </li>
  );
}

/** The part of a line's tokens that stands in one of its rows. */
function cut(whole: Token[], from: number, to: number): Token[] {
  let at = 0;
  return whole.flatMap(([kind, text]): Token[] => {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += text.length;
    return part ? [[kind, part]] : [];
  });
}

function Marked({ text, mark }: { text: string; mark: string }) {
  const from = mark ? text.toLowerCase().indexOf(mark.toLowerCase()) : -1;
  if (from < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, from + mark.length)}</mark>
      {text.slice(from + mark.length)}
    </>
  );
}
