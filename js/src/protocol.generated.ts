/** Written by tests/golden/protocol.py. */

export interface Protocol {
  traits: Traits;
  command:
    | Hello
    | Bye
    | Beat
    | Send
    | Cancel
    | Resume
    | CheckContent
    | LockKey
    | CheckKeyEntry
    | CheckKey
    | UnlockKey
    | Estimate
    | Manage
    | FetchBody
    | FetchOutput
    | LoadRun
    | ListRuns
    | UsualTime
    | FetchRequest
    | Export
    | FetchSchema
    | FetchModule;
  answers: Answers;
}
/**
 * The synced traits. The page writes the first four, the kernel the rest.
 *
 * Attributes:
 *     posting: the runs that the page sent and whose POST is not answered.
 *     key_entry: ``debug_log`` where the kernel writes the page's messages to its log: a key is then not typed there.
 *     balance: of the locked key's account, in credits.
 */
export interface Traits {
  region: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  catalogue: CataloguePayload;
  host: string;
  host_fixed: boolean;
  locked: boolean;
  key_entry: "open" | "debug_log";
  key_hint: string;
  run: RunPayload | null;
  posting: string[];
  history_state: HistoryPayload;
  estimate: EstimatePayload | null;
  balance: number | null;
  spending: SpendingPayload | null;
  alert: Alert | null;
}
/**
 * The ``catalogue`` trait: models, sentences by code, and rules that both sides apply.
 */
export interface CataloguePayload {
  models: ModelPayload[];
  messages: {
    [k: string]: string;
  };
  rules: {
    [k: string]: string | number;
  };
  regions: RegionPayload[];
  sandbox_key: string | null;
  sandbox_offered: boolean;
}
/**
 * One model that may be chosen.
 */
export interface ModelPayload {
  model_id: string;
  model_type: "image" | "video";
  providers: string[];
  price: PricePayload | null;
  sandbox_only: boolean;
  fields: FieldPayload[];
}
/**
 * What a model costs, in credits.
 */
export interface PricePayload {
  kind: "flat" | "per_second" | "per_second_by_resolution" | "per_second_by_resolution_and_audio";
  credits: number | null;
  table: {
    [k: string]: number;
  };
}
/**
 * One field of a model's body, with what is known of it and by which ``standing``; numbers may count in ones.
 */
export interface FieldPayload {
  name: string;
  type: "string" | "number" | "boolean" | "array";
  group: "core" | "specific";
  description: string;
  required: boolean;
  default: unknown;
  choices: (string | boolean | number)[] | null;
  minimum: number | null;
  maximum: number | null;
  max_length: number | null;
  max_items: number | null;
  is_url: boolean;
  is_integer?: true;
  standing: {
    [k: string]: "documented" | "source" | "inferred";
  };
}
/**
 * A region; ``api_url`` is None where the kernel has to find it.
 */
export interface RegionPayload {
  region_id: string;
  label: string;
  api_url: string | null;
}
/**
 * The ``run`` trait: one moment of the shown run. Times are in milliseconds, ``started_at`` of Unix time.
 *
 * Attributes:
 *     is_deleted: at the API; what the kernel has of it stays.
 */
export interface RunPayload {
  run_id: string;
  intent_id: string;
  state:
    | "waiting"
    | "sending"
    | "accepted"
    | "processing"
    | "succeeded"
    | "failed"
    | "canceled"
    | "answered"
    | "refused"
    | "unreached"
    | "lost"
    | "expired";
  is_live: boolean;
  model_type: string;
  model_id: string;
  region: string;
  status_code: number | null;
  started_at: number;
  post_done: boolean;
  latency_ms: number | null;
  total_ms: number | null;
  lines: LinesPayload;
  generation_id: string | null;
  provider: string | null;
  credits: number | null;
  credits_refunded: boolean;
  is_deleted: boolean;
  can_cancel: boolean;
  can_resume: boolean;
  timeline: EntryPayload[];
  countdown: CountdownPayload | null;
  alert: Alert | null;
  outputs: OutputPayload[];
  has_reply: boolean;
  has_record: boolean;
  is_json: boolean;
}
/**
 * How many lines each body has when laid out; None where there is no JSON.
 */
export interface LinesPayload {
  reply: number | null;
  record: number | null;
}
/**
 * One entry of a timeline, at milliseconds since the run began.
 */
export interface EntryPayload {
  at_ms: number | null;
  label: string;
  provider: string | null;
  confirmed: boolean;
  tone: "plain" | "ok" | "bad";
  is_now: boolean;
}
/**
 * What a run waits for, in words, and when that ends, in milliseconds of Unix time.
 */
export interface CountdownPayload {
  label: string;
  at: number;
}
/**
 * What a person reads when something did not happen, or when it is not known whether it did.
 *
 * Attributes:
 *     provider_errors: members of a server's objects, whatever they are.
 *     again: the command that tries again what this is about.
 */
export interface Alert {
  kind: "error" | "warning" | "note";
  code: string;
  message: string;
  more: string;
  api_code: string | null;
  request_id: string | null;
  provider_errors: {
    [k: string]: string | boolean | number;
  }[];
  details: {
    [k: string]: string | boolean | number;
  };
  scope: "send" | "key" | "host" | "note";
  field: string | null;
  can_resume: boolean;
  again: "check_key" | null;
}
/**
 * One output, by its place among those of the run.
 */
export interface OutputPayload {
  index: number;
  url: string;
}
/**
 * How many runs there are, how often something of them has changed, how many a process left under way.
 */
export interface HistoryPayload {
  count: number;
  version: number;
  waiting: number;
}
/**
 * The API's estimate for the form, in credits.
 */
export interface EstimatePayload {
  model_id: string;
  credits: number;
}
/**
 * The spend limit of which the least is left, whose it is, and what is used of it, in credits.
 */
export interface SpendingPayload {
  limit: number;
  used: number;
  whose: string;
}
/**
 * A view was drawn and asks whether a kernel is behind it.
 */
export interface Hello {
  id: string;
  kind: "hello";
  view?: string | null;
}
/**
 * A view has gone.
 */
export interface Bye {
  id: string;
  kind: "bye";
  view: string;
}
/**
 * A view asks whether its kernel is still there.
 */
export interface Beat {
  id: string;
  kind: "beat";
}
/**
 * One press of Send; ``intent_id`` is minted in the page and taken once.
 */
export interface Send {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "send";
  intent_id: string;
  region: string;
}
/**
 * Cancel a run's generation at the API.
 */
export interface Cancel {
  id: string;
  kind: "cancel";
  run_id: string;
}
/**
 * Ask again for a lost or expired run, with its own idempotency key.
 */
export interface Resume {
  id: string;
  kind: "resume";
  run_id: string;
}
/**
 * Look in the content list for what a lost run may have made.
 */
export interface CheckContent {
  id: string;
  kind: "check_content";
  run_id: string;
}
/**
 * Lock a key for a region; the region is the page's, where it is given.
 */
export interface LockKey {
  id: string;
  kind: "lock_key";
  key: string;
  region?: string | null;
}
/**
 * Ask whether a key may be typed, before it is.
 */
export interface CheckKeyEntry {
  id: string;
  kind: "check_key_entry";
}
/**
 * Ask the API again whether it takes the locked key.
 */
export interface CheckKey {
  id: string;
  kind: "check_key";
}
/**
 * Forget the key.
 */
export interface UnlockKey {
  id: string;
  kind: "unlock_key";
}
/**
 * Ask what the form would cost.
 */
export interface Estimate {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "estimate";
}
/**
 * Ask for, cancel or delete any generation of the account.
 */
export interface Manage {
  id: string;
  kind: "manage";
  action: "info" | "cancel" | "delete";
  generation_id: string;
}
/**
 * Fetch the text of a run's reply or of its record.
 */
export interface FetchBody {
  id: string;
  kind: "fetch_body";
  run_id: string;
  which: "reply" | "record";
}
/**
 * Fetch the bytes of one output.
 */
export interface FetchOutput {
  id: string;
  kind: "fetch_output";
  run_id: string;
  index: number;
}
/**
 * Show another run.
 */
export interface LoadRun {
  id: string;
  kind: "load_run";
  run_id: string;
}
/**
 * Ask for the list of runs, newest first; ``waiting`` asks for those that a process left under way.
 */
export interface ListRuns {
  id: string;
  kind: "list_runs";
  limit?: number;
  offset?: number;
  waiting?: boolean;
}
/**
 * Ask how long a model usually takes in a region.
 */
export interface UsualTime {
  id: string;
  kind: "usual_time";
  region: string;
  model_type: string;
  model_id: string;
}
/**
 * Fetch the body that a run sent.
 */
export interface FetchRequest {
  id: string;
  kind: "fetch_request";
  run_id: string;
}
/**
 * Write the request as code.
 */
export interface Export {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "export";
  language: "python" | "curl" | "typescript";
  region: string;
}
/**
 * Ask for the JSON Schema of a model's body, to copy it.
 */
export interface FetchSchema {
  id: string;
  kind: "fetch_schema";
  model_id: string;
}
/**
 * Fetch the text of a further module of the page, a script, at its first use.
 */
export interface FetchModule {
  id: string;
  kind: "fetch_module";
  name: string;
}
export interface Answers {
  hello: NoData;
  bye: NoData;
  beat: NoData;
  send: NoData;
  cancel: NoData;
  resume: NoData;
  check_content: MadeData;
  lock_key: NoData;
  check_key_entry: NoData;
  check_key: NoData;
  unlock_key: NoData;
  estimate: NoData;
  manage: ManageData;
  fetch_body: NoData;
  fetch_output: OutputData;
  load_run: NoData;
  list_runs: RowsData;
  usual_time: UsualTimeData;
  fetch_request: RequestData;
  export: TextData;
  fetch_schema: TextData;
  fetch_module: NoData;
}
/**
 * Nothing: that it is answered is all.
 */
export interface NoData {}
/**
 * What a lost run may have made.
 */
export interface MadeData {
  generations: MadePayload[];
}
/**
 * A generation that a lost run may have made, as the account's content list has it.
 */
export interface MadePayload {
  generation_id: string;
  generation_status: string | null;
  generation_created_at: string | null;
}
/**
 * How the API answered a management tool; its JSON, laid out, is the buffer.
 */
export interface ManageData {
  status_code: number;
  latency_ms: number;
}
/**
 * What the bytes of an output are, and how they are named.
 */
export interface OutputData {
  media_type: string;
  filename: string;
  alt: string;
}
/**
 * Rows of the list of runs, newest first.
 */
export interface RowsData {
  rows: RowPayload[];
}
/**
 * A row of the list of runs; ``prompt`` is its beginning.
 */
export interface RowPayload {
  run_id: string;
  created_at: string;
  model_id: string;
  state:
    | "waiting"
    | "sending"
    | "accepted"
    | "processing"
    | "succeeded"
    | "failed"
    | "canceled"
    | "answered"
    | "refused"
    | "unreached"
    | "lost"
    | "expired"
    | "deleted";
  provider: string | null;
  status_code: number | null;
  latency_ms: number | null;
  total_ms: number | null;
  credits: number | null;
  can_resume: boolean;
  prompt: string;
}
/**
 * Between which times half of a model's runs took; nothing where too little is known.
 */
export interface UsualTimeData {
  low_ms?: number;
  high_ms?: number;
}
/**
 * The body that a run sent.
 */
export interface RequestData {
  body: {
    [k: string]: unknown;
  };
}
/**
 * A text to copy or to show.
 */
export interface TextData {
  text: string;
}
