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
    | ResumeUnsent
    | CheckContent
    | LockKey
    | CheckKeyEntry
    | CheckKey
    | UnlockKey
    | Estimate
    | AskMenuPrices
    | Manage
    | FetchBody
    | FetchOutput
    | LoadRun
    | ListRuns
    | FindRuns
    | RateRun
    | ForgetRun
    | DeleteRun
    | FetchThumbnail
    | FillFromRun
    | UsualTime
    | FetchRequest
    | Export
    | PutPart
    | Paste
    | AddInput
    | FetchInput
    | ListInputs
    | ListPrompts
    | FetchSchema
    | FetchSpending
    | FetchModule
    | PlanSweep
    | PriceSweep
    | SendSweep
    | ExportSweep
    | ExportBatch
    | OpenSheet
    | WatchCells
    | FetchThumbnails
    | FetchItemOutput
    | RateItem
    | RetryItem
    | LoadItem
    | SteerBatch
    | FetchPicks;
  answers: Answers;
  cells: CellsMessage;
}
/**
 * The synced traits. The page writes the first four, the kernel the rest.
 *
 * Attributes:
 *     posting: the runs that the page sent and whose POST is not answered.
 *     key_entry: ``debug_log`` where the kernel writes the page's messages to its log: a key is then not typed there.
 *     menu_prices: what models cost that no list has a price of, in words, by model.
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
  menu_prices: {
    [k: string]: string;
  };
  balance: number | null;
  spending: SpendingPayload | null;
  alert: Alert | null;
  batch_id: string;
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
 *     rating: 1 to 5, 0 for rejected, None for no opinion.
 *     is_deleted: at the API; what the kernel has of it stays.
 *     post_facts: sentences about the POST: its phases, what is left of the rate limit.
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
    | "unsent"
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
  rating: number | null;
  is_deleted: boolean;
  can_cancel: boolean;
  can_resume: boolean;
  timeline: EntryPayload[];
  post_facts: string[];
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
 *
 * ``unsent`` says how many were not sent, and why; empty where there are none. ``is_under_way`` says whether this
 * kernel follows a run that was sent from here, by itself or in a batch.
 */
export interface HistoryPayload {
  count: number;
  version: number;
  waiting: number;
  unsent: string;
  is_under_way: boolean;
}
/**
 * The API's estimate for the form, in credits; ``of`` is what the page called the form when it asked.
 */
export interface EstimatePayload {
  model_id: string;
  of: string;
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
 * Send what waited for its turn and was not sent, and again what the account's credits did not pay.
 */
export interface ResumeUnsent {
  id: string;
  kind: "resume_unsent";
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
 * Ask what the form would cost; the estimate comes with ``of``, by which the page knows what it is of.
 */
export interface Estimate {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "estimate";
  of?: string;
}
/**
 * Ask what the models of a type cost that no list has a price of; the prices come as a trait, each when known.
 */
export interface AskMenuPrices {
  id: string;
  kind: "ask_menu_prices";
  model_type: string;
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
 * Ask for a page of runs, newest first, by words of prompt and model and by filters; what is empty leaves all.
 *
 * ``ratings`` may have 0 for rejected and null for not rated; ``since`` and ``until`` are Unix seconds; ``after`` is
 * where the page before ended; ``also`` names runs that are shown already, and may have changed.
 */
export interface FindRuns {
  id: string;
  kind: "find_runs";
  search?: string;
  states?: string[];
  model_id?: string | null;
  ratings?: (number | null)[];
  since?: number | null;
  until?: number | null;
  after?: Cursor | null;
  limit?: number;
  /**
   * @maxItems 100
   */
  also?: string[];
}
/**
 * Where a page of runs ends.
 */
export interface Cursor {
  number: number;
  at: number;
}
/**
 * Rate a run from 1 to 5, reject it by 0, or take that back by null.
 */
export interface RateRun {
  id: string;
  kind: "rate_run";
  run_id: string;
  rating: number | null;
}
/**
 * Delete what the ledger has of a run.
 */
export interface ForgetRun {
  id: string;
  kind: "forget_run";
  run_id: string;
}
/**
 * Delete the generation of a run at the API, with the locked key.
 */
export interface DeleteRun {
  id: string;
  kind: "delete_run";
  run_id: string;
}
/**
 * Fetch a small picture of the first output of a run.
 */
export interface FetchThumbnail {
  id: string;
  kind: "fetch_thumbnail";
  run_id: string;
}
/**
 * Ask for the form that a run's request fills; the values are those of the form so far.
 */
export interface FillFromRun {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "fill_from_run";
  run_id: string;
  region: string;
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
 * Take bytes of a file, the buffer, ahead of the command that they belong to, which names the same upload.
 */
export interface PutPart {
  id: string;
  kind: "put_part";
  upload: string;
}
/**
 * Read what was pasted or dropped. A key may be in it, so its bytes are the buffer, which no kernel's log has.
 */
export interface Paste {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  kind: "paste";
  upload?: string | null;
  size?: number | null;
  region: string;
}
/**
 * Keep a picture of this machine as an input in the sandbox; its bytes are the buffer.
 */
export interface AddInput {
  id: string;
  kind: "add_input";
  upload?: string | null;
  size?: number | null;
  region: string;
  filename: string;
}
/**
 * Fetch an input picture that the sandbox has; any other is for the browser.
 */
export interface FetchInput {
  id: string;
  kind: "fetch_input";
  region: string;
  url: string;
}
/**
 * Ask for the pictures that the sandbox offers as inputs.
 */
export interface ListInputs {
  id: string;
  kind: "list_inputs";
  region: string;
}
/**
 * Ask for the prompts of the runs that may be seen, newest first, each once.
 */
export interface ListPrompts {
  id: string;
  kind: "list_prompts";
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
 * Fetch in words what was spent from this playground and by this kernel.
 */
export interface FetchSpending {
  id: string;
  kind: "fetch_spending";
}
/**
 * Fetch the text of a further module of the page, a script, at its first use.
 */
export interface FetchModule {
  id: string;
  kind: "fetch_module";
  name: string;
}
/**
 * Ask how many items a sweep has, and what they cost by the list.
 */
export interface PlanSweep {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  axes: SweepAxis[];
  kind: "plan_sweep";
}
/**
 * A field, ``model`` or ``repeat``, and the values that it takes one after the other.
 */
export interface SweepAxis {
  name: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  values: [unknown, ...unknown[]];
}
/**
 * Ask the same, with what the API tells of prices that no list has.
 */
export interface PriceSweep {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  axes: SweepAxis[];
  kind: "price_sweep";
}
/**
 * One press of Send for a sweep; ``intent_id`` is minted in the page and taken once.
 */
export interface SendSweep {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  axes: SweepAxis[];
  kind: "send_sweep";
  intent_id: string;
  region: string;
}
/**
 * Write a sweep as code.
 */
export interface ExportSweep {
  id: string;
  model_type: string;
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  axes: SweepAxis[];
  kind: "export_sweep";
  language: "python" | "shell";
  region: string;
}
/**
 * Ask for a batch as code that plans its items again: Python, or a plan and the command that runs it.
 */
export interface ExportBatch {
  id: string;
  batch_id: string;
  kind: "export_batch";
  language: "python" | "shell";
}
/**
 * Ask what a sheet is drawn with: axes, sentences, how far the batch is.
 */
export interface OpenSheet {
  id: string;
  batch_id: string;
  kind: "open_sheet";
}
/**
 * Ask for the cells that a view shows, and from now on for their changes, in place of those of before.
 */
export interface WatchCells {
  id: string;
  batch_id: string;
  kind: "watch_cells";
  view: string;
  /**
   * @maxItems 400
   */
  positions: number[];
}
/**
 * Fetch small pictures of what items made.
 */
export interface FetchThumbnails {
  id: string;
  batch_id: string;
  kind: "fetch_thumbnails";
  /**
   * @minItems 1
   * @maxItems 32
   */
  positions: [number, ...number[]];
}
/**
 * Fetch the bytes of one output of an item.
 */
export interface FetchItemOutput {
  id: string;
  batch_id: string;
  kind: "fetch_item_output";
  position: number;
  index: number;
}
/**
 * Note what a person thinks of an item: 1 to 5, 0 for rejected, None for no opinion.
 */
export interface RateItem {
  id: string;
  batch_id: string;
  kind: "rate_item";
  position: number;
  rating: number | null;
}
/**
 * Begin an item anew that failed.
 */
export interface RetryItem {
  id: string;
  batch_id: string;
  kind: "retry_item";
  position: number;
}
/**
 * Put what an item sent into the form.
 */
export interface LoadItem {
  id: string;
  batch_id: string;
  kind: "load_item";
  position: number;
}
/**
 * Stop a batch, cancel what is under way, go on, or begin anew what failed.
 */
export interface SteerBatch {
  id: string;
  batch_id: string;
  kind: "steer_batch";
  action: "stop" | "cancel" | "resume" | "retry_failed";
}
/**
 * Fetch the files of the picks as one ZIP file.
 */
export interface FetchPicks {
  id: string;
  batch_id: string;
  kind: "fetch_picks";
}
export interface Answers {
  hello: HelloData;
  bye: NoData;
  beat: HelloData;
  send: NoData;
  cancel: NoData;
  resume: NoData;
  resume_unsent: NoData;
  check_content: MadeData;
  lock_key: NoData;
  check_key_entry: NoData;
  check_key: NoData;
  unlock_key: NoData;
  estimate: NoData;
  ask_menu_prices: NoData;
  manage: ManageData;
  fetch_body: NoData;
  fetch_output: OutputData;
  load_run: NoData;
  list_runs: RowsData;
  find_runs: FoundData;
  rate_run: RowData;
  forget_run: NoData;
  delete_run: RowData;
  fetch_thumbnail: ThumbnailData;
  fill_from_run: FilledData;
  usual_time: UsualTimeData;
  fetch_request: RequestData;
  export: TextData;
  put_part: NoData;
  paste: FilledData;
  add_input: LinkData;
  fetch_input: NoData;
  list_inputs: SamplesData;
  list_prompts: PromptsData;
  fetch_schema: TextData;
  fetch_spending: SpendingData;
  fetch_module: NoData;
  plan_sweep: SweepData;
  price_sweep: SweepData;
  send_sweep: BatchData;
  export_sweep: TextData;
  export_batch: TextData;
  open_sheet: SheetData;
  watch_cells: CellsData;
  fetch_thumbnails: ThumbnailsData;
  fetch_item_output: OutputData;
  rate_item: NoData;
  retry_item: NoData;
  load_item: NoData;
  steer_batch: CellsData;
  fetch_picks: FileData;
}
/**
 * What the kernel's clock shows, in Unix milliseconds: the page's may differ.
 */
export interface HelloData {
  now: number;
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
 * Rows of the list of runs, newest first; fewer than were asked for may come although ``is_last`` is false.
 */
export interface RowsData {
  rows: RowPayload[];
  is_last: boolean;
}
/**
 * A row of the list of runs; ``prompt`` is its beginning, ``rating`` 0 where it was rejected.
 *
 * Attributes:
 *     is_live: it is under way.
 *     is_stored: its body is kept, so that it can be filled into the form and sent again.
 *     can_delete: it has a generation that was not deleted.
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
    | "unsent"
    | "lost"
    | "expired"
    | "deleted";
  provider: string | null;
  status_code: number | null;
  latency_ms: number | null;
  total_ms: number | null;
  credits: number | null;
  can_resume: boolean;
  rating: number | null;
  prompt: string;
  model_type: string;
  region: string;
  is_live: boolean;
  is_stored: boolean;
  can_delete: boolean;
}
/**
 * Runs that were found, the newest first, and where the next page begins; the runs that were asked for beside.
 */
export interface FoundData {
  rows: RowPayload[];
  after: CursorPayload | null;
  also: RowPayload[];
}
/**
 * Where a page of runs ends.
 */
export interface CursorPayload {
  number: number;
  at: number;
}
/**
 * One row of the list of runs.
 */
export interface RowData {
  row: RowPayload;
}
/**
 * What the bytes of a thumbnail are; without bytes, why there is none, and whether there may be one later.
 */
export interface ThumbnailData {
  media_type: string;
  reason: string;
  may_come: boolean;
}
/**
 * A form as what was pasted fills it, and sentences on what was filled in and what was left out.
 */
export interface FilledData {
  model_id: string;
  values: {
    [k: string]: unknown;
  };
  notes: string[];
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
/**
 * The link of a picture.
 */
export interface LinkData {
  url: string;
}
/**
 * The pictures that the sandbox offers as inputs; none elsewhere.
 */
export interface SamplesData {
  samples: SampleData[];
}
/**
 * A picture that the sandbox offers as an input; ``note`` says what it is for.
 */
export interface SampleData {
  name: string;
  url: string;
  note: string;
}
/**
 * Prompts, newest first.
 */
export interface PromptsData {
  prompts: string[];
}
/**
 * What was spent and what limits leave, in sentences.
 */
export interface SpendingData {
  lines: string[];
}
/**
 * How many items a sweep has, what those cost whose price is known, how many have none, and the first fault.
 */
export interface SweepData {
  count: number;
  credits: number;
  unknown: number;
  problem: string | null;
}
/**
 * The batch that was begun.
 */
export interface BatchData {
  batch_id: string;
}
/**
 * What a sheet is drawn with.
 *
 * Attributes:
 *     axes: the outermost first; an item's place among all combinations counts through the last axis first.
 *     has_places: whether the buffer has the place of each item, as 32-bit integers; else it is its position.
 *     cells: the first ones, so that the first screen waits for nothing else; not their changes.
 */
export interface SheetData {
  batch: BatchPayload;
  axes: AxisPayload[];
  has_places: boolean;
  messages: {
    [k: string]: string;
  };
  cells: CellPayload[];
}
/**
 * How far a batch is.
 *
 * Attributes:
 *     line: the same for people: how many are done, what they have cost, how much time is left.
 *     can: what may be asked of it now.
 *     stopping: what was asked of it and is being done: nothing new is sent, what is under way ends or is canceled.
 */
export interface BatchPayload {
  state: string;
  reason: string | null;
  done: number;
  count: number;
  failed: number;
  line: string;
  can: ("stop" | "cancel" | "resume" | "retry_failed")[];
  stopping: ("stop" | "cancel") | null;
}
/**
 * What was varied, and its values as texts.
 */
export interface AxisPayload {
  name: string;
  labels: string[];
}
/**
 * One item as its cell shows it.
 *
 * Attributes:
 *     label: what sets it apart: its values on the axes, else its prompt.
 *     prompt: its beginning.
 *     made: what its picture is of, which is another one once the item was begun anew; None where there is none.
 *     outputs: how many files it has made.
 *     error: why it did not end in files.
 *     rating: 1 to 5, 0 for rejected, None for no opinion.
 */
export interface CellPayload {
  position: number;
  state: string;
  label: string;
  model_id: string;
  prompt: string;
  seed: string | null;
  credits: number | null;
  price: number | null;
  made: string | null;
  outputs: number;
  is_film: boolean;
  can_retry: boolean;
  error: string | null;
  rating: number | null;
}
/**
 * Cells, of those that were asked for, and how far the batch is.
 */
export interface CellsData {
  batch: BatchPayload;
  cells: CellPayload[];
}
/**
 * Small pictures; each has a buffer, in the same order.
 */
export interface ThumbnailsData {
  thumbnails: ThumbnailPayload[];
}
/**
 * A small picture.
 *
 * Where there is none, ``media_type`` is None and its buffer is empty; ``reason`` then says why, and ``may_come``
 * whether there may be one later.
 */
export interface ThumbnailPayload {
  position: number;
  made: string | null;
  media_type: string | null;
  reason: string;
  may_come: boolean;
}
/**
 * The name of the file that the buffer is.
 */
export interface FileData {
  filename: string;
}
/**
 * What the kernel tells of by itself: cells that have changed.
 */
export interface CellsMessage {
  batch: BatchPayload;
  cells: CellPayload[];
  kind: "cells";
  batch_id: string;
}
