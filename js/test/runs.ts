/** Runs in every state, with the bodies that came with them. */

import type { Alert, Run, TimelineEntry } from "../src/protocol";
import { catalogue, GENERATION, PROMPT } from "./offer";

const ORDER = ["bfl", "replicate", "fal"];
const MODEL = "bfl/flux-1.1-pro";

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
    again: null,
    ...changed,
  };
}

export function entry(label: string, changed: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    at_ms: null,
    label,
    provider: null,
    confirmed: true,
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
    rating: null,
    is_deleted: false,
    can_cancel: true,
    can_resume: false,
    timeline: [
      entry("Sending request", { at_ms: 0, is_now: true }),
      guess("bfl", "first"),
      guess("replicate", "if bfl fails"),
      guess("fal", "if replicate fails"),
    ],
    post_facts: [],
    countdown: null,
    alert: null,
    outputs: [],
    has_reply: false,
    has_record: false,
    is_json: false,
    ...changed,
  };
}

export const reply = {
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

export const record = {
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

export const refusal = {
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

export const pretty = (body: unknown): string => JSON.stringify(body, null, 2);
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
    post_facts: [
      "POST: connection reused, written in 0 ms, first byte after 1210 ms, read in 2 ms",
      "Rate limit: 57 of 60 requests left",
    ],
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

export const sheet = (): Run => ({
  ...succeeded(),
  outputs: [0, 1, 2, 3].map((index) => ({
    index,
    url: `http://127.0.0.1:8123/sandbox/files/${index}.png`,
  })),
});

const MESSAGES = catalogue.messages;

export const unreached = (): Run => ({
  ...lost(),
  state: "unreached",
  timeline: [...sent, entry("Not reached", { at_ms: 2018, tone: "bad" })],
  alert: alert({
    code: "unreachable",
    message: "Could not reach api.us.babysea.ai",
    more: `Its name was not found. ${MESSAGES.nothing_sent}`,
    can_resume: true,
  }),
});

/** What is left of a run whose generation was deleted: the kernel tells of no outputs. */
export const deleted = (): Run => ({
  ...succeeded(),
  is_deleted: true,
  outputs: [],
  alert: alert({
    kind: "note",
    code: "generation_deleted",
    message: MESSAGES.generation_deleted ?? "",
    more: MESSAGES.deleted_means ?? "",
  }),
});

export const canceled = (): Run => ({
  ...following(),
  state: "canceled",
  is_live: false,
  can_cancel: false,
  credits_refunded: true,
  total_ms: 2018,
  timeline: [...sent, entry("Canceled", { at_ms: 2018 })],
  alert: alert({
    kind: "note",
    code: "generation_canceled",
    message: MESSAGES.generation_canceled ?? "",
    more: "What it cost came back: 0.052 credits ($0.052).",
  }),
});

export const failed = (): Run => ({
  ...succeeded(),
  state: "failed",
  outputs: [],
  credits_refunded: true,
  timeline: [...sent, entry("failed", { at_ms: 5720, provider: "replicate", tone: "bad" })],
  alert: alert({
    code: "generation_failed",
    message: MESSAGES.generation_failed ?? "",
    more: "NSFW content detected",
    api_code: "BSE4003",
  }),
});

export const expired = (): Run => ({
  ...following(),
  state: "expired",
  is_live: false,
  can_cancel: false,
  can_resume: true,
  timeline: [...sent, entry("Stopped following", { at_ms: 600_000, confirmed: false })],
  alert: alert({
    kind: "warning",
    code: "deadline_passed",
    message: "Stopped following after 10 min",
    more: MESSAGES.deadline_explained ?? "",
    can_resume: true,
  }),
});

/** A run that made a film. */
export const filmed = (): Run => ({
  ...succeeded(),
  model_type: "video",
  model_id: "bytedance/seedance-1-pro",
  credits: 0.31,
  outputs: [{ index: 0, url: "https://files.example.com/550e8400/output.mp4" }],
});
