/** The run with outputs that stands next to one in the list of runs. */

import type { Page } from "../../page/page";

const PAGE_ROWS = 100;
const MOST_ROWS = 10_000;

/** Its id, `step` -1 for newer and 1 for older; null where there is none. Rejects as `Link.request` does. */
export async function neighbour({ link }: Page, runId: string, step: 1 | -1): Promise<string | null> {
  let newer: string | null = null;
  let isPast = false;
  for (let offset = 0; offset < MOST_ROWS; offset += PAGE_ROWS) {
    const { data } = await link.request({ kind: "list_runs", limit: PAGE_ROWS, offset });
    const rows = data.rows ?? [];
    for (const row of rows) {
      if (row.run_id === runId) {
        if (step < 0) return newer;
        isPast = true;
      } else if (row.state === "succeeded") {
        if (isPast) return row.run_id;
        newer = row.run_id;
      }
    }
    if (rows.length < PAGE_ROWS) return null;
  }
  return null;
}
