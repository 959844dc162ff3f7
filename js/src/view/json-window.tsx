/** A window over the lines of a JSON text: only what is seen is drawn, however long the text is. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../format";
import { type Folds, type JsonLines, LONGEST_DRAWN, tokens } from "../json-lines";
import { Control } from "./control";
import { Icon } from "./icons";

const ROW_PX = 18;
/** Rows drawn beyond the edges, so that a slow scroll shows no gap. */
const BEYOND = 4;
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

/** Where the window stands; another text starts at its top, and a current line is brought into sight. */
function useScroll({ lines, folds, current }: Props) {
  const view = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, height: 400 });
  const rows = folds.rows;
  const read = () => {
    const element = view.current;
    if (element) setAt({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(read);
    if (view.current) watcher.observe(view.current);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (view.current) view.current.scrollTop = 0;
    read();
  }, [lines]);
  useEffect(() => {
    const element = view.current;
    if (current === null || !element) return;
    const row = folds.rowOf(current);
    const { scrollTop, clientHeight } = element;
    const isSeen = row * ROW_PX >= scrollTop && (row + 1) * ROW_PX <= scrollTop + clientHeight;
    if (!isSeen) element.scrollTop = scrollFor(row, clientHeight, rows);
  }, [current, folds, rows]);
  return { view, read, ...seen(at.top, at.height, rows) };
}

export function JsonWindow(props: Props) {
  const { lines, folds } = props;
  const { view, read, first, rows: drawn, offset } = useScroll(props);
  const rows = folds.rows;
  const last = Math.min(rows, first + drawn);
  const gutter = `${Math.max(36, 18 + String(lines.length).length * 7)}px`;
  return (
    <Control
      as="div"
      ref={view}
      class="view"
      role="region"
      aria-label={props.name}
      tabIndex={0}
      onScroll={read}
    >
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
