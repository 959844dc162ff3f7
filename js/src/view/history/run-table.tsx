/** The runs that this playground may see, newest first; any of them can be shown again. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { RunRow } from "../../protocol";
import { milliseconds, moment } from "../../text/format";
import { Control } from "../shared/control";
import { useIsConnected, usePage, useTrait } from "../use-trait";

const TONES: Partial<Record<RunRow["state"], string>> = {
  succeeded: "ok",
  answered: "ok",
  failed: "bad",
  refused: "bad",
  unreached: "bad",
  lost: "lost",
  expired: "lost",
};

/** How many rows are asked for first, and how many more each time. */
const STEP = 100;
/** How many the kernel gives in one answer. */
const MOST = 1000;

interface List {
  rows: readonly RunRow[];
  failure: string | null;
}

const NO_LIST: List = { rows: [], failure: null };

/** The list is asked for while it is open, and again whenever the kernel says that something of it has changed. */
function useList(limit: number): List {
  const page = usePage();
  const isConnected = useIsConnected();
  const told = useTrait("history_state");
  const [list, setList] = useState(NO_LIST);
  const order = useRef({ asked: 0, taken: 0 });
  useEffect(() => {
    if (!isConnected) return;
    order.current.asked += 1;
    const turn = order.current.asked;
    page.link.request({ kind: "list_runs", limit }).then((answer) => {
      if (turn < order.current.taken) return; // a newer list has come before
      order.current.taken = turn;
      setList({ rows: answer.data.rows ?? [], failure: answer.alert?.message ?? null });
    }, ignoreNotConnected);
  }, [page, isConnected, limit, told.version, told.count]);
  return list;
}

const HEADS: [string, string][] = [
  ["time", ""],
  ["model", ""],
  ["prompt", "prompt"],
  ["state", ""],
  ["provider", "wide"],
  ["HTTP", "r mid"],
  ["latency", "r wide"],
  ["total", "r wide"],
  ["credits", "r mid"],
];

export function RunTable() {
  const { count } = useTrait("history_state");
  const [limit, setLimit] = useState(STEP);
  const { rows, failure } = useList(limit);
  const hasMore = rows.length === limit && count > limit && limit < MOST;
  return (
    <>
      {failure === null ? null : (
        <p class="gw-bad" role="alert">
          {failure}
        </p>
      )}
      <Table rows={rows} />
      {hasMore ? (
        <Control as="button" class="gw-btn sm" onClick={() => setLimit(limit + STEP)}>
          Show older runs
        </Control>
      ) : null}
    </>
  );
}

function Table({ rows }: { rows: readonly RunRow[] }) {
  const shown = useTrait("run")?.run_id;
  return (
    <Control as="div" class="gw-hist" role="group" aria-label="Runs" tabIndex={0}>
      <table class="gw-tbl">
        <caption class="vh">History</caption>
        <thead>
          <tr>
            {HEADS.map(([name, kind]) => (
              <th scope="col" class={kind} key={name}>
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="vh">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.run_id} row={row} isShown={row.run_id === shown} />
          ))}
        </tbody>
      </table>
    </Control>
  );
}

function Row({ row, isShown }: { row: RunRow; isShown: boolean }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const act = () => {
    if (row.can_resume) page.resume(row.run_id);
    else page.load(row.run_id);
    page.goTo("view");
  };
  const name = row.state === "unreached" ? "Try again" : row.can_resume ? "Resume" : "Show";
  const time = moment(row.created_at);
  return (
    <tr aria-current={isShown ? "true" : undefined}>
      <td class="num">{time}</td>
      <td class="mono">{row.model_id}</td>
      <td class="prompt" title={row.prompt}>
        {row.prompt}
      </td>
      <td>
        <span class={`st ${TONES[row.state] ?? ""}`}>{row.state}</span>
      </td>
      <td class="mono wide">{row.provider ?? ""}</td>
      <td class="r num mid">{row.status_code ?? ""}</td>
      <td class="r num wide">{row.latency_ms === null ? "" : milliseconds(row.latency_ms)}</td>
      <td class="r num wide">{row.total_ms === null ? "" : milliseconds(row.total_ms)}</td>
      <td class="r num mid">{row.credits === null ? "" : row.credits.toFixed(3)}</td>
      <td>
        <Control
          as="button"
          class="gw-btn sm"
          aria-label={`${name} ${row.model_id} ${time}`}
          disabled={!isConnected || (isShown && !row.can_resume)}
          onClick={act}
        >
          {name}
        </Control>
      </td>
    </tr>
  );
}
