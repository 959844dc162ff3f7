/** The run with outputs that stands next to one in the list of runs, or among those that History is narrowed to. */

import type { Modules } from "../../page/modules";
import type { Page } from "../../page/page";
import type { Alert, Answer, Run, RunRow } from "../../protocol";

const PAGE_ROWS = 100;
const MOST_ROWS = 10_000;

/** Its id, or why none was found although there may be one. */
interface Found {
  runId: string | null;
  alert: Alert | null;
}

/** Rows, the newest first, and why there are no more of them although there may be. */
interface Read {
  rows: readonly RunRow[];
  alert: Alert | null;
}

/** Find it, `step` -1 for newer and 1 for older. Rejects as `Link.request` does. */
export async function neighbour(page: Page, run: Run, step: 1 | -1): Promise<Found> {
  const history = page.modules.store.state.loaded.history?.exports as Modules["history"] | undefined;
  const wanted = history?.narrowed(page) ?? null;
  let newer: string | null = null;
  let isPast = false;
  for await (const { rows, alert } of wanted ? narrowed(page, wanted) : all(page)) {
    for (const row of rows) {
      const isSelf = row.run_id === run.run_id;
      // one that does not fit, as after another rating, has its place all the same
      isPast ||= isSelf || (wanted !== null && Date.parse(row.created_at) < Math.floor(run.started_at));
      if (isPast && step < 0) return { runId: newer, alert: newer === null ? alert : null };
      if (isSelf || row.state !== "succeeded") continue;
      if (isPast) return { runId: row.run_id, alert: null };
      newer = row.run_id;
    }
    if (alert) return { runId: null, alert };
  }
  return { runId: wanted && step < 0 ? newer : null, alert: null };
}

async function* all({ link }: Page): AsyncGenerator<Read> {
  for (let offset = 0; offset < MOST_ROWS; offset += PAGE_ROWS) {
    const { data, alert } = await link.request({ kind: "list_runs", limit: PAGE_ROWS, offset });
    const rows = data.rows ?? [];
    yield { rows, alert };
    if (data.is_last ?? rows.length < PAGE_ROWS) return;
  }
}

type Wanted = NonNullable<ReturnType<Modules["history"]["narrowed"]>>;

async function* narrowed({ link }: Page, wanted: Wanted): AsyncGenerator<Read> {
  let after: Answer<"find_runs">["data"]["after"] = null;
  for (let read = 0; read < MOST_ROWS; read += PAGE_ROWS) {
    const { data, alert }: Answer<"find_runs"> = await link.request({
      kind: "find_runs",
      ...wanted,
      limit: PAGE_ROWS,
      after,
    });
    yield { rows: data.rows ?? [], alert: alert?.kind === "note" ? null : alert }; // a note is about single rows
    after = data.after ?? null;
    if (after === null) return;
  }
}
