/** The run with outputs that stands next to one in the list of runs. */

import type { Page } from "../../page/page";
import type { Alert } from "../../protocol";

const PAGE_ROWS = 100;
const MOST_ROWS = 10_000;

/** Its id, or why none was found although there may be one. */
interface Found {
  runId: string | null;
  alert: Alert | null;
}

/** Find it, `step` -1 for newer and 1 for older. Rejects as `Link.request` does. */
export async function neighbour({ link }: Page, runId: string, step: 1 | -1): Promise<Found> {
  let newer: string | null = null;
  let isPast = false;
  for (let offset = 0; offset < MOST_ROWS; offset += PAGE_ROWS) {
    const { data, alert } = await link.request({ kind: "list_runs", limit: PAGE_ROWS, offset });
    const rows = data.rows ?? [];
    for (const row of rows) {
      if (row.run_id === runId) {
        if (step < 0) return { runId: newer, alert: newer === null ? alert : null };
        isPast = true;
      } else if (row.state === "succeeded") {
        if (isPast) return { runId: row.run_id, alert: null };
        newer = row.run_id;
      }
    }
    if (alert || (data.is_last ?? rows.length < PAGE_ROWS)) return { runId: null, alert };
  }
  return { runId: null, alert: null };
}
