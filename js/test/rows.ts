/** Runs as the history lists them. */

import type { HistoryState, RunRow } from "../src/protocol";
import { PROMPT } from "./offer";

const MODEL = "bfl/flux-1.1-pro";

type RowText = [
  time: string,
  model: string,
  state: RunRow["state"],
  provider: string | null,
  ...numbers: (number | null)[],
];

const ROWS: RowText[] = [
  ["12:00:00", MODEL, "succeeded", "replicate", 200, 1240, 5720, 0.052],
  ["11:58:21", MODEL, "canceled", null, 200, 1105, 2018, 0],
  ["11:52:07", "bytedance/seedance-1-pro", "processing", null, 200, 988, null, 0.31],
  ["11:47:40", MODEL, "refused", null, 402, 318, null, null],
  ["11:44:12", "bfl/flux-schnell", "succeeded", "bfl", 200, 640, 1902, 0.005],
  ["11:43:03", "google/nano-banana", "lost", null, null, 60_000, null, null],
  ["11:39:55", "qwen/image", "failed", "fal", 200, 1412, 9260, 0],
  ["11:31:18", "bytedance/seedream-4.5", "succeeded", "fal", 200, 1033, 7485, 0.04],
];

export const runs: RunRow[] = ROWS.map(([time, model_id, state, provider, ...numbers], index) => {
  const [status_code = null, latency_ms = null, total_ms = null, credits = null] = numbers;
  const created_at = `2026-04-28T${time}`;
  const can_resume = state === "lost";
  const run_id = `run-${index + 1}`;
  return {
    run_id,
    prompt: PROMPT,
    created_at,
    model_id,
    model_type: "image",
    region: "us",
    state,
    provider,
    status_code,
    latency_ms,
    total_ms,
    credits,
    can_resume,
    rating: index === 0 ? 4 : index === 4 ? 0 : null,
    is_live: state === "processing",
    is_stored: true,
    can_delete: state === "succeeded" || state === "failed",
  };
});

/** What the kernel tells of these runs before anyone asks for them. */
export const listed: HistoryState = {
  count: runs.length,
  version: 1,
  waiting: 0,
  unsent: "",
  is_under_way: false,
};
