/** The runs that this playground may see, newest first: found by words and filters, and read as far as is looked. */

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { actOf } from "../../page/keys";
import type { RunRow as Row } from "../../protocol";
import { count, plural, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { Further } from "../shared/further";
import { useIsConnected, usePage, useStore, useTrait } from "../use-trait";
import { Filters } from "./filters";
import { RUN_KEYS } from "./keys";
import { ANY, isAny, type Query, wantedOf } from "./query";
import { type Rating, rate, Stars } from "./rating";
import { HEADS, RunRow } from "./run-row";
import { Selection } from "./selection";
import { type Runs, useRuns } from "./use-runs";
import { useWindow } from "./use-window";

/** So near the end of what was read, more is asked for. */
const NEAR = 10;

export function Gallery() {
  const page = usePage();
  const { query, setQuery, place, bring } = useWanted();
  const { selected, select, follow } = useSelected();
  const [isComparing, setComparing] = useState(false);
  const drawn = useRef<readonly string[]>([]);
  const runs = useRuns(query, () => [...new Set([...selected.keys(), ...drawn.current])], follow);
  const put = (row: Row) => {
    runs.put(row);
    follow([row]);
  };
  const star = useStars(put);
  useEffect(() => bring(runs.query), [runs.query]);
  useTold(runs, query !== ANY);
  const clear = () => {
    follow([], [...selected.keys()]);
    page.root.querySelector<HTMLElement>(".gw-hist")?.focus();
  };
  const done = (rows: readonly Row[]) => {
    if (rows.length === selected.size) page.root.querySelector<HTMLElement>(".gw-hist")?.focus();
    follow(
      [],
      rows.map((row) => row.run_id),
    );
  };
  const leave = () => {
    setComparing(false);
    page.root.querySelector<HTMLElement>(".gw-picked [data-compare]")?.focus();
  };
  return (
    <div class="gw-gallery" ref={place}>
      <Filters query={query} onQuery={setQuery} found={foundOf(runs)} />
      <div class="list">
        <Over runs={runs}>
          {selected.size > 0 ? (
            <Selection
              rows={[...selected.values()]}
              listed={runs.rows}
              onClear={clear}
              onDone={done}
              onCompare={() => setComparing(true)}
            />
          ) : null}
        </Over>
        <Table runs={runs} selected={selected} drawn={drawn} onSelect={select} onRate={star} query={query} />
      </div>
      {isComparing ? (
        <Further name="compare">
          {({ Compare }) => (
            <Compare rows={[...selected.values()]} stars={Stars} onRate={star} onLeave={leave} />
          )}
        </Further>
      ) : null}
    </div>
  );
}

/** Below the list, in a room that is always kept; by keys it comes before the list, which may have no end. */
function Over({ runs, children }: { runs: Runs; children: ComponentChildren }) {
  const { messages } = usePage();
  return (
    <div class="gw-over">
      <div>
        {runs.failure === null ? null : (
          <p class="gw-bad" role="alert">
            {runs.failure}
          </p>
        )}
        {children}
      </div>
      {runs.rows.length > 1 && !children ? <p class="quiet">{messages.page_runs_compare}</p> : null}
    </div>
  );
}

/** What the list is narrowed by until it is closed; what it was opened for comes into sight once it is here. */
function useWanted() {
  const wanted = wantedOf(usePage());
  const query = useStore(wanted, "query");
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => () => wanted.set({ query: ANY }), [wanted]);
  const bring = (listed: Query | null) => {
    if (listed !== query || !wanted.state.isAwaited) return;
    wanted.set({ isAwaited: false });
    place.current?.scrollIntoView({ block: "nearest" });
  };
  return { query, setQuery: (query: Query) => wanted.set({ query }), place, bring };
}

function useSelected() {
  const [selected, setSelected] = useState<ReadonlyMap<string, Row>>(new Map());
  const select = (row: Row) =>
    setSelected((before) => {
      const after = new Map(before);
      if (!after.delete(row.run_id)) after.set(row.run_id, row);
      return after;
    });
  /** Have of them what is known now, and no longer those that are gone. */
  const follow = (now: readonly Row[], gone: readonly string[] = []) =>
    setSelected((before) => {
      const after = new Map(before);
      for (const row of now) if (after.has(row.run_id)) after.set(row.run_id, row);
      for (const runId of gone) after.delete(runId);
      return after;
    });
  return { selected, select, follow };
}

/** How many runs are listed while they are narrowed; with a plus where more of them have not been read yet. */
function foundOf({ query, rows, after }: Runs): string {
  return query === null || isAny(query) ? "" : `${count(rows.length)}${after === null ? "" : "+"}`;
}

/** Say how many were found, once an answer to what was typed is here. */
function useTold({ rows, after, query }: Runs, isAsked: boolean): void {
  const page = usePage();
  useEffect(() => {
    if (!isAsked || query === null || query === ANY) return;
    const found = plural(rows.length, "run");
    page.say(after === null ? "page_runs_found" : "page_runs_more", { found });
  }, [page, query]);
}

function Heads() {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {HEADS.map(([name, kind]) => (
          <th scope="col" class={kind === "vh" ? "" : kind} key={name}>
            <span class={kind === "vh" ? "vh" : ""}>{name}</span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface TableProps {
  runs: Runs;
  selected: ReadonlyMap<string, Row>;
  drawn: { current: readonly string[] };
  query: Query;
  onSelect: (row: Row) => void;
  onRate: (row: Row, rating: Rating) => void;
}

function Table({ runs, selected, drawn, query, onSelect, onRate }: TableProps) {
  const { messages } = usePage();
  const shown = useTrait("run")?.run_id;
  const isConnected = useIsConnected();
  const { rows, after, more } = runs;
  const { scroller, first, end, before, behind, reveal } = useWindow(rows.length);
  const inSight = rows.slice(first, end);
  drawn.current = inSight.map((row) => row.run_id);
  useEffect(() => {
    if (after !== null && end > rows.length - NEAR) more();
  }, [after, end, rows.length, isConnected]);
  const press = useKeys(rows, { scroller, reveal, onSelect, onRate });
  return (
    <Control
      as="div"
      class="gw-hist"
      role="group"
      aria-label="Runs"
      tabIndex={0}
      ref={scroller}
      onKeyDown={press}
    >
      <table aria-rowcount={after === null ? rows.length + 1 : -1}>
        <caption class="vh">History</caption>
        <Heads />
        <tbody style={{ paddingTop: `${before}px`, paddingBottom: `${behind}px` }}>
          {inSight.map((row, place) => (
            <RunRow
              key={row.run_id}
              row={row}
              at={first + place}
              isShown={row.run_id === shown}
              isSelected={selected.has(row.run_id)}
              onSelect={() => onSelect(row)}
              onRate={(rating) => onRate(row, rating)}
            />
          ))}
        </tbody>
      </table>
      {runs.lost === null ? null : (
        <p class="gw-bad" role="alert">
          {runs.lost}
          <Control as="button" class="gw-btn sm" onClick={runs.again}>
            Try again
          </Control>
        </p>
      )}
      {rows.length > 0 || runs.isNew ? null : (
        <p class="none-here">
          {sentence(messages, isAny(query) ? "page_runs_empty" : "page_runs_none")}
          {query.search.trim() ? ` ${sentence(messages, "page_runs_read")}` : ""}
        </p>
      )}
    </Control>
  );
}

function useStars(put: (row: Row) => void) {
  const page = usePage();
  return async (row: Row, rating: Rating) => {
    const rated = await rate(page, row.run_id, rating);
    if (rated) put(rated);
  };
}

interface KeysProps {
  scroller: RefObject<HTMLDivElement | null>;
  reveal: (at: number) => void;
  onSelect: (row: Row) => void;
  onRate: (row: Row, rating: Rating) => void;
}

function useKeys(rows: readonly Row[], { scroller, reveal, onSelect, onRate }: KeysProps) {
  const go = (at: number) => {
    const row = rows[at];
    if (!row) return;
    reveal(at);
    const place = `[data-run="${CSS.escape(row.run_id)}"]`;
    const focus = () => {
      const next = scroller.current?.querySelector(place);
      const stops = [next?.querySelector<HTMLElement>("[data-main]:enabled"), next?.querySelector("input")];
      stops.find(Boolean)?.focus({ preventScroll: true });
      return next;
    };
    if (!focus()) requestAnimationFrame(focus); // it is drawn first
  };
  return (event: KeyboardEvent) => {
    const run = (event.target as HTMLElement).closest<HTMLElement>("[data-run]")?.dataset.run;
    const at = rows.findIndex((row) => row.run_id === run);
    const row = rows[at];
    const act = actOf(RUN_KEYS, event);
    if (!row || !act) return;
    const acts: Record<keyof typeof RUN_KEYS, () => void> = {
      older: () => go(at + 1),
      newer: () => go(at - 1),
      rate: () => onRate(row, Number(event.key)),
      reject: () => onRate(row, 0),
      unrate: () => onRate(row, null),
      select: () => onSelect(row),
    };
    acts[act]();
    event.preventDefault();
    event.stopPropagation();
  };
}
