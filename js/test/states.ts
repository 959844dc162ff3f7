/** The states of the page as traits and a kernel: what tests begin with, and what the harness draws. */

import { defaultsOf } from "../src/drafts";
import type { Alert, Catalogue, Run, RunRow, TimelineEntry, Traits, Values } from "../src/state";
import offered from "./catalogue.json";
import type { Kernel } from "./fake-model";
import { picture } from "./picture";

export const catalogue = offered as unknown as Catalogue;
export const PROMPT = "A baby seal on Arctic ice at low sun, soft snow light, calm water, 85 mm";
export const GENERATION = "550e8400-e29b-41d4-a716-446655440000";
const ORDER = ["bfl", "replicate", "fal"];
const MODEL = "bfl/flux-1.1-pro";

export function defaults(modelId: string): Values {
  const spec = catalogue.models.find((one) => one.model_id === modelId);
  if (!spec) throw new Error(`the tests' catalogue has no ${modelId}`);
  return defaultsOf(spec);
}

export function traits(changed: Partial<Traits> = {}): Traits {
  const modelId = changed.model_id ?? MODEL;
  return {
    region: "us",
    model_type: "image",
    model_id: modelId,
    values: changed.values ?? defaults(modelId),
    catalogue,
    host: "https://api.us.babysea.ai",
    host_fixed: false,
    locked: false,
    key_hint: "",
    run: null,
    runs: [],
    estimate: null,
    alert: null,
    ...changed,
  };
}

/** With a key locked and everything required filled in. */
export function ready(changed: Partial<Traits> = {}): Traits {
  const modelId = changed.model_id ?? MODEL;
  return traits({
    locked: true,
    key_hint: "bye_a1B2c...",
    values: changed.values ?? { ...defaults(modelId), generation_prompt: PROMPT },
    estimate: { model_id: MODEL, credits: 0.052, balance: 12.48, can_afford: true, known: true },
    ...changed,
  });
}

export function alert(changed: Partial<Alert>): Alert {
  return {
    kind: "error",
    code: "api_error",
    message: "",
    more: "",
    api_code: null,
    request_id: null,
    provider_errors: [],
    details: {},
    scope: "send",
    field: null,
    can_resume: false,
    ...changed,
  };
}

export function entry(label: string, changed: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    at_ms: null,
    label,
    provider: null,
    confirmed: true,
    attempt: null,
    tone: "plain",
    is_now: false,
    ...changed,
  };
}

const guess = (provider: string, label: string, changed: Partial<TimelineEntry> = {}) =>
  entry(label, { provider, confirmed: false, ...changed });

export function run(changed: Partial<Run> = {}): Run {
  return {
    run_id: "run-1",
    intent_id: "run-1",
    state: "sending",
    is_live: true,
    model_type: "image",
    model_id: MODEL,
    region: "us",
    status_code: null,
    started_at: Date.now(),
    post_done: false,
    latency_ms: null,
    total_ms: null,
    lines: { reply: null, record: null },
    generation_id: null,
    provider: null,
    credits: null,
    credits_refunded: false,
    can_cancel: true,
    can_resume: false,
    timeline: [
      entry("Sending request", { at_ms: 0, is_now: true }),
      guess("bfl", "first"),
      guess("replicate", "if bfl fails"),
      guess("fal", "if replicate fails"),
    ],
    retry: null,
    alert: null,
    outputs: [],
    has_reply: false,
    has_record: false,
    is_json: false,
    ...changed,
  };
}

const reply = {
  status: "success",
  request_id: "req_a1b2c3d4",
  message: "Generation initialized",
  timestamp: "2026-04-28T12:00:00.000Z",
  data: {
    model_identifier: MODEL,
    generation_provider_order: ORDER,
    generation_prediction_id: "abc123",
    generation_id: GENERATION,
    generation_initialized: true,
  },
};

const record = {
  account_id: "0f0f6cc8-8e33-4f53-90f8-c59362a5b1bd",
  generation_id: GENERATION,
  model_identifier: MODEL,
  generation_status: "succeeded",
  generation_provider_order: ORDER,
  generation_provider_used: "replicate",
  generation_prediction_id: "abc123",
  generation_prompt: PROMPT,
  generation_ratio: "1:1",
  generation_output_format: "png",
  generation_output_number: 1,
  generation_input_file: null,
  generation_output_file: ["https://files.example.com/550e8400/output.png"],
  generation_created_at: "2026-04-28T12:00:00.000Z",
  generation_completed_at: "2026-04-28T12:00:05.720Z",
  generation_metrics_total_time: 5.72,
  generation_metrics_predict_time: 2.31,
};

const refusal = {
  status: "error",
  request_id: "req_a1b2c3d4",
  error: {
    code: "BSE1004",
    type: "insufficient_credits",
    message: "Insufficient credits. Please upgrade your plan or wait for renewal.",
    retryable: false,
    provider_errors: [
      { provider: "bfl", code: "BSE4006", message: "Provider quota reached", retryable: true },
      { provider: "replicate", code: "BSE4006", message: "Provider quota reached", retryable: true },
      { provider: "fal", code: "BSE4001", message: "Provider refused the request", retryable: false },
    ],
  },
};

const pretty = (body: unknown): string => JSON.stringify(body, null, 2);
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (body: unknown): number => pretty(body).split("\n").length;

const sent = [
  entry("Request sent", { at_ms: 0 }),
  entry("Accepted", { at_ms: 1240 }),
  entry("started", { at_ms: 1310, provider: "bfl" }),
  entry("failed", { at_ms: 2865, provider: "bfl", tone: "bad" }),
];

export const following = (): Run =>
  run({
    state: "processing",
    status_code: 200,
    post_done: true,
    latency_ms: 1240,
    lines: { reply: lines(reply), record: null },
    generation_id: GENERATION,
    has_reply: true,
    is_json: true,
    timeline: [
      ...sent,
      guess("replicate", "processing", { at_ms: 2865, is_now: true }),
      guess("fal", "if replicate fails"),
    ],
  });

export const succeeded = (): Run => ({
  ...following(),
  state: "succeeded",
  is_live: false,
  can_cancel: false,
  total_ms: 5720,
  provider: "replicate",
  credits: 0.052,
  lines: { reply: lines(reply), record: lines(record) },
  has_record: true,
  outputs: [
    {
      index: 0,
      media_type: "image/png",
      kind: "image",
      url: "https://files.example.com/550e8400/output.png",
    },
  ],
  timeline: [
    ...sent,
    entry("started", { at_ms: 2865, provider: "replicate" }),
    entry("succeeded", { at_ms: 5720, provider: "replicate", tone: "ok" }),
  ],
});

export const refused = (): Run =>
  run({
    state: "refused",
    is_live: false,
    can_cancel: false,
    status_code: 402,
    post_done: true,
    latency_ms: 318,
    total_ms: 318,
    lines: { reply: lines(refusal), record: null },
    has_reply: true,
    is_json: true,
    timeline: [entry("Request sent", { at_ms: 0 }), entry("Refused", { at_ms: 318, tone: "bad" })],
    alert: alert({
      message: refusal.error.message,
      api_code: "BSE1004",
      request_id: "req_a1b2c3d4",
      provider_errors: refusal.error.provider_errors,
    }),
  });

export const lost = (): Run =>
  run({
    state: "lost",
    is_live: false,
    can_cancel: false,
    can_resume: true,
    post_done: true,
    latency_ms: 60_000,
    timeline: [
      entry("Request sent", { at_ms: 0 }),
      entry("No answer within the limit", { at_ms: 60_000, tone: "bad" }),
      entry("May be running at the API", { confirmed: false }),
    ],
    alert: alert({
      kind: "warning",
      code: "request_timed_out",
      message: catalogue.messages.request_timed_out ?? "",
      more: catalogue.messages.may_have_started ?? "",
      can_resume: true,
    }),
  });

const sheet = (): Run => ({
  ...succeeded(),
  outputs: [0, 1, 2, 3].map((index) => ({
    index,
    media_type: "image/png",
    kind: "image",
    url: `http://127.0.0.1:8123/sandbox/files/${index}.png`,
  })),
});

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
    created_at,
    model_id,
    model_type: "image",
    state,
    provider,
    status_code,
    latency_ms,
    total_ms,
    credits,
    can_resume,
  };
});

/** A kernel that has everything that the states show. */
export const kernel: Kernel = (command) => {
  if (command.kind === "fetch_body") return { bytes: bytesOf(pretty(bodyOf(command.run_id, command.which))) };
  if (command.kind === "fetch_output") {
    const data = {
      media_type: "image/png",
      filename: `${GENERATION}-1.png`,
      width: 64,
      height: 64,
      alt: PROMPT,
    };
    return { data, bytes: picture() };
  }
  if (command.kind === "list_runs") {
    return { data: { prompts: Object.fromEntries(runs.map((one) => [one.run_id, PROMPT])) } };
  }
  if (command.kind === "manage") {
    const body = { status: "success", request_id: "req_e5f6a7b8", data: record };
    return { data: { status_code: 200, latency_ms: 96, is_json: true }, bytes: bytesOf(pretty(body)) };
  }
  if (command.kind === "export") return { data: { text: `${command.language}: ${command.model_id}` } };
  return { data: command.kind === "hello" ? { session: "s-1" } : {} };
};

let shownRefusal = false;
export const showRefusal = (is: boolean): void => {
  shownRefusal = is;
};

function bodyOf(_runId: string, which: string): unknown {
  if (which === "record") return record;
  return shownRefusal ? refusal : reply;
}

export const STATES: Record<string, () => Traits> = {
  empty: () => traits(),
  filled: () => ready({ values: { ...ready().values, generation_provider_order: ORDER.join(", ") } }),
  invalid: () => ready({ values: { ...defaults(MODEL), generation_guidance_scale: 42 } }),
  sending: () => ready({ run: run(), runs }),
  following: () => ready({ run: following(), runs }),
  succeeded: () => ready({ run: succeeded(), runs }),
  refused: () => ready({ run: refused(), runs }),
  lost: () => ready({ run: lost(), runs }),
  manage: () => ready({ run: succeeded(), runs }),
  history: () => ready({ run: succeeded(), runs }),
  menu: () => ready({ runs }),
  sandbox: () =>
    traits({ region: "sandbox", host: "http://127.0.0.1:8123", model_id: "sandbox/contact-sheet" }),
  video: () => traits({ model_type: "video", model_id: "bytedance/seedance-1-pro" }),
  sheet: () => ready({ model_id: "sandbox/contact-sheet", region: "sandbox", run: sheet(), runs }),
  retrying: () => ready({ run: run({ retry: { attempt: 2, of: 3, at: Date.now() + 5000 } }) }),
  disconnected: () => ready({ run: succeeded(), runs }),
};
