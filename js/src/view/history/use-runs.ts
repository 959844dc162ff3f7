/** The runs that are wanted, read from the kernel page by page, as far as someone has looked. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Answer, RunRow } from "../../protocol";
import { useIsConnected, usePage, useTrait } from "../use-trait";
import { narrow } from "./narrow";
import { asked, type Query } from "./query";

/** How many are asked for at once: some more than a screen has. */
export const STEP = 40;
/** How many shown runs are asked for beside the first page, when something has changed. */
const MOST_BESIDE = 60;

type After = NonNullable<Answer<"find_runs">["data"]["after"]> | null;

interface List {
  query: Query | null;
  rows: readonly RunRow[];
  after: After;
  failure: string | null;
  /** Why the runs behind those that were read are not here. */
  lost: string | null;
}

export interface Runs extends List {
  /** Nothing has been answered yet. */
  isNew: boolean;
  more: () => void;
  /** Ask once more for what could not be read. */
  again: () => void;
  put: (row: RunRow) => void;
}

const NO_LIST: List = { query: null, rows: [], after: null, failure: null, lost: null };

/** `inSight` gives the ids of the runs that are drawn or selected; `onTold` is told of them as they are now, and which are gone. */
export function useRuns(
  query: Query,
  inSight: () => readonly string[],
  onTold: (now: readonly RunRow[], gone: readonly string[]) => void,
): Runs {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const told = useTrait("history_state");
  const [list, setList] = useState(NO_LIST);
  const turns = useRef({ asked: 0, taken: 0, version: "" });
  const sight = useRef(inSight);
  sight.current = inSight;
  // an effect would run after the next frame, and each letter of a search would wait for it
  useLayoutEffect(() => {
    const turn = turns.current;
    if (!isConnected) {
      turn.version = "";
      return;
    }
    turn.asked += 1;
    const { asked: number } = turn;
    const version = `${told.version} ${told.count}`;
    // another search alone changes none of the runs that are shown, so that it need not wait for them
    const also = turn.version === version ? [] : sight.current().slice(0, MOST_BESIDE);
    link.request({ kind: "find_runs", ...asked(query), limit: STEP, also: [...also] }).then((answer) => {
      if (number < turn.taken) return; // a newer list has come before
      turn.taken = number;
      turn.version = version;
      const { rows = [], after = null, also: now = [] } = answer.data;
      const there = new Set(now.map((row) => row.run_id));
      onTold([...rows, ...now], answer.alert ? [] : also.filter((runId) => !there.has(runId)));
      setList((before) => {
        const failure = answer.alert?.message ?? null;
        const fresh = { query, rows, after, failure, lost: null };
        if (before.query !== query || after === null) return fresh;
        return { ...fresh, ...joined(before, rows, after, new Set(also), now) };
      });
    }, ignoreNotConnected);
  }, [link, isConnected, query, told.version, told.count]);
  const { more, again } = useMore(list, setList, query);
  const put = (row: RunRow) =>
    setList((before) => ({
      ...before,
      rows: before.rows.map((one) => (one.run_id === row.run_id ? row : one)),
    }));
  const rows = isConnected ? narrowed(list, query) : list.rows;
  return { ...list, rows, isNew: list.query === null, more, again, put };
}

/** What is certain of a search before its answer is here; where that leaves nothing, all stays till then. */
function narrowed(list: List, query: Query): readonly RunRow[] {
  if (list.query === null || query.search === list.query.search) return list.rows;
  const rows = narrow(list.rows, query.search);
  return rows.length > 0 ? rows : list.rows;
}

/** What reads the runs behind those of a list, once for each end that it has had; and again where that failed. */
function useMore(list: List, setList: (change: (before: List) => List) => void, query: Query) {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const asking = useRef<After>(null);
  const more = () => {
    const { after } = list;
    if (!isConnected || after === null || list.query !== query || asking.current === after) return;
    asking.current = after;
    const fail = (error: unknown) => {
      asking.current = null; // it is asked for again
      ignoreNotConnected(error);
    };
    link.request({ kind: "find_runs", ...asked(query), limit: STEP, after }).then((answer) => {
      const { alert } = answer;
      setList((before) => {
        if (before.after !== after) return before;
        // a note is about single rows
        if (alert && alert.kind !== "note") return { ...before, lost: alert.message };
        const known = new Set(before.rows.map((row) => row.run_id));
        const rows = (answer.data.rows ?? []).filter((row) => !known.has(row.run_id));
        return { ...before, rows: [...before.rows, ...rows], after: answer.data.after ?? null };
      });
    }, fail);
  };
  const again = () => {
    asking.current = null;
    setList((before) => ({ ...before, lost: null }));
    more();
  };
  return { more, again };
}

/** A new first page with what was read behind it, as far as both meet; what is in sight is as it is now. */
function joined(
  before: List,
  rows: readonly RunRow[],
  after: After,
  asked: ReadonlySet<string>,
  also: readonly RunRow[],
): Pick<List, "rows" | "after"> {
  const first = new Set(rows.map((row) => row.run_id));
  const meets = before.rows.findLastIndex((row) => first.has(row.run_id));
  if (meets < 0 || meets === before.rows.length - 1) return { rows, after };
  const now = new Map(also.map((row) => [row.run_id, row]));
  const rest = before.rows
    .slice(meets + 1)
    .flatMap((row) => now.get(row.run_id) ?? (asked.has(row.run_id) ? [] : row));
  return { rows: [...rows, ...rest], after: before.after };
}
