/** A window over the lines of a JSON text: only what is seen is drawn, however long the text is. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Folds, type JsonLines, LONGEST_DRAWN, tokens } from "../../json/json-lines";
import { count } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";

const ROW_PX = 18;
/** Rows drawn beyond the edges, so that a slow scroll shows no gap. */
const BEYOND = 4;
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
function useScroll({ lines, folds, current }: Props) {
  const view = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, height: 400 });
  const rows = folds.rows;
  const inPlace = (act: (scroller: Element, passed: number) => (() => void) | undefined) =>
    view.current ? act(...placeOf(view.current)) : undefined;
  const read = () =>
    inPlace(({ clientHeight: height }, passed) => {
      setAt({ top: Math.max(0, passed), height });
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
      const top = folds.rowOf(current) * ROW_PX - passed;
      const { clientHeight } = scroller;
      if (top < COVERED_PX || top > clientHeight - COVERED_PX - ROW_PX)
        scroller.scrollTop += scrollFor(folds.rowOf(current), clientHeight, rows) - passed;
      return undefined;
    });
  }, [current, folds, rows]);
  return { view, ...seen(at.top, at.height, rows) };
}

export function JsonWindow(props: Props) {
  const { lines, folds } = props;
  const { view, first, rows: drawn, offset } = useScroll(props);
  const rows = folds.rows;
  const last = Math.min(rows, first + drawn);
  const gutter = `${Math.max(36, 18 + String(lines.length).length * 7)}px`;
  return (
    <Control as="div" ref={view} class="view" role="region" aria-label={props.name} tabIndex={0}>
      <div class="all" style={{ height: `${Math.min(rows * ROW_PX, HIGHEST_PX)}px`, "--gw-gutter": gutter }}>
        <ol style={{ transform: `translateY(${offset}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, index) => {
            const line = folds.lineOf(first + index);
            return <Line key={line} {...props} line={line} isFolded={folds.isFolded(line)} />;
          })}
        </ol>
      </div>
    </Control>
  );
}

function Line({
  lines,
  line,
  isFolded,
  current,
  mark,
  onFold,
  onChoose,
}: Props & { line: number; isFolded: boolean }) {
  const whole = lines.line(line);
  const text = whole.slice(0, LONGEST_DRAWN);
  const more = whole.length - text.length;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: search moves the current line by keys
    <li data-n={line + 1} aria-current={line === current ? "true" : undefined} onClick={() => onChoose(line)}>
      {lines.opens(line) ? (
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
      {tokens(text).map(([kind, part], index) => (
        // the parts of one fixed text
        <span key={index} class={kind}>
          <Marked text={part} mark={mark} />
        </span>
      ))}
      {isFolded ? <span class="p">{` … ${lines.line(lines.closing(line)).trim()}`}</span> : null}
      {more > 0 ? <span class="cut">{` … ${count(more)} more characters`}</span> : null}
    </li>
  );
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
