/** What crosses between the kernel and the page, as genwidget/widget declares it: traits, commands, replies. */

export type ModelType = "image" | "video";
export type Standing = "documented" | "source" | "inferred";
export type Values = Record<string, unknown>;

export interface Field {
  name: string;
  type: "string" | "number" | "boolean" | "array";
  group: "core" | "specific";
  description: string;
  required: boolean;
  default: unknown;
  choices: readonly (string | number | boolean)[] | null;
  minimum: number | null;
  maximum: number | null;
  max_length: number | null;
  max_items: number | null;
  is_url: boolean;
  is_integer?: boolean | null;
  standing: Record<string, Standing>;
}

export interface Price {
  kind: "flat" | "per_second" | "per_second_by_resolution" | "per_second_by_resolution_and_audio";
  credits: number | null;
  table: Record<string, number>;
}

export interface ModelSpec {
  model_id: string;
  model_type: ModelType;
  providers: readonly string[];
  price: Price | null;
  sandbox_only: boolean;
  live: boolean;
  required: readonly string[];
  fields: readonly Field[];
}

export interface RegionRow {
  region_id: string;
  label: string;
  api_url: string | null;
}

export type Messages = Record<string, string>;

export interface Catalogue {
  models: readonly ModelSpec[];
  messages: Messages;
  rules: Record<string, unknown>;
  regions: readonly RegionRow[];
  sandbox_key: string | null;
  sandbox_offered: boolean;
  version: string;
}

export interface ProviderError {
  provider?: string;
  code?: string;
  message?: string;
  retryable?: boolean;
}

export interface Alert {
  kind: "error" | "warning" | "note";
  code: string;
  message: string;
  more: string;
  api_code: string | null;
  request_id: string | null;
  provider_errors: readonly ProviderError[];
  details: Record<string, unknown>;
  scope: "send" | "key" | "host" | "note";
  field: string | null;
  can_resume: boolean;
  /** The command that tries again what this is about. */
  again?: "check_key" | null;
}

export const RUN_STATES = [
  "waiting",
  "sending",
  "accepted",
  "processing",
  "succeeded",
  "failed",
  "canceled",
  "answered",
  "refused",
  "unreached",
  "lost",
  "expired",
] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface TimelineEntry {
  at_ms: number | null;
  label: string;
  provider: string | null;
  confirmed: boolean;
  attempt: number | null;
  tone: "plain" | "ok" | "bad";
  is_now: boolean;
}

export interface OutputRow {
  index: number;
  media_type: string | null;
  kind: "image" | "video";
  url: string;
}

export type BodyKind = "reply" | "record";

export interface Run {
  run_id: string;
  intent_id: string;
  state: RunState;
  is_live: boolean;
  model_type: string;
  model_id: string;
  region: string;
  status_code: number | null;
  started_at: number;
  post_done: boolean;
  latency_ms: number | null;
  total_ms: number | null;
  lines: Record<BodyKind, number | null>;
  generation_id: string | null;
  provider: string | null;
  credits: number | null;
  credits_refunded: boolean;
  /** At the API: what the kernel has of it stays. */
  is_deleted: boolean;
  can_cancel: boolean;
  can_resume: boolean;
  timeline: readonly TimelineEntry[];
  countdown: { label: string; at: number } | null;
  alert: Alert | null;
  outputs: readonly OutputRow[];
  has_reply: boolean;
  has_record: boolean;
  is_json: boolean;
}

/** A row of the list of runs, which is asked for. */
export interface RunRow {
  run_id: string;
  /** Its beginning, where it is long. */
  prompt: string;
  created_at: string | number;
  model_id: string;
  model_type: string;
  state: RunState | "deleted";
  provider: string | null;
  status_code: number | null;
  latency_ms: number | null;
  total_ms: number | null;
  credits: number | null;
  can_resume: boolean;
}

/** How many runs there are, how often something of them has changed, how many a kernel left under way. */
export interface HistoryState {
  count: number;
  version: number;
  waiting: number;
}

/** A generation that a lost run may have made, as the account's content list has it. */
export interface MadeRow {
  generation_id: string;
  generation_status: string | null;
  generation_created_at: string | null;
}

export interface Estimate {
  model_id: string;
  credits: number;
}

/** The synced traits. The browser writes the first four, the kernel the rest. */
export interface Traits {
  region: string;
  model_type: string;
  model_id: string;
  values: Values;
  catalogue: Catalogue;
  host: string;
  host_fixed: boolean;
  locked: boolean;
  /** `debug_log` where the kernel writes the page's messages to its log: a key is then not typed here. */
  key_entry: "open" | "debug_log";
  key_hint: string;
  run: Run | null;
  /** The runs that the page sent and whose POST is not answered. */
  posting: readonly string[];
  history_state: HistoryState;
  estimate: Estimate | null;
  /** Of the locked key's account, in credits. */
  balance: number | null;
  /** Of the spend limit of which the least is left; null without one. */
  spending: Spending | null;
  alert: Alert | null;
}

/** A spend limit and what is used of it, in credits; `whose` are the words for it in a sentence. */
export interface Spending {
  limit: number;
  used: number;
  whose: string;
}

interface Intent {
  region: string;
  model_type: string;
  model_id: string;
  values: Values;
}

export type ManageAction = "info" | "cancel" | "delete";
export const LANGUAGES = ["python", "curl", "typescript"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Command =
  | { kind: "hello" | "bye"; view: string }
  | { kind: "beat" | "unlock_key" | "check_key" | "check_key_entry" | "refresh_catalogue" }
  | { kind: "list_runs"; limit?: number; waiting?: boolean }
  | ({ kind: "send"; intent_id: string } & Intent)
  | { kind: "cancel" | "resume" | "load_run" | "check_content" | "fetch_request"; run_id: string }
  | { kind: "usual_time"; region: string; model_type: string; model_id: string }
  | { kind: "lock_key"; key: string; region: string }
  | { kind: "estimate"; model_type: string; model_id: string; values: Values }
  | { kind: "manage"; action: ManageAction; generation_id: string }
  | { kind: "fetch_body"; run_id: string; which: BodyKind }
  | { kind: "fetch_output"; run_id: string; index: number }
  | { kind: "fetch_schema"; model_id: string }
  | { kind: "fetch_module"; name: string }
  | ({ kind: "export"; language: Language } & Intent);

export interface Reply {
  kind: "reply";
  id: string;
  ok: boolean;
  alert: Alert | null;
  data: Record<string, unknown>;
}

/** What a kernel says every two seconds while a run is under way. */
export interface Beat {
  kind: "beat";
}

export interface Answer extends Reply {
  buffers: readonly DataView[];
}

/** The part of anywidget's model that the page uses. */
export interface Model {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback?: (...args: never[]) => void): void;
  send(content: unknown): void;
  /** The host's; what it has differs from host to host. */
  readonly widget_manager?: unknown;
}
