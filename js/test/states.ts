/** The states of the page as traits and a kernel: what tests begin with, and what the harness draws. */

import type { RunRow, Traits } from "../src/protocol";
import { pricedOf } from "../src/view/request/price";
import { FakeModel, type Kernel } from "./fake-model";
import { film } from "./film";
import { catalogue, defaults, GENERATION, PROMPT } from "./offer";
import { picture } from "./picture";
import { listed, runs } from "./rows";
import {
  alert,
  bytesOf,
  canceled,
  deleted,
  expired,
  failed,
  filmed,
  following,
  lost,
  pretty,
  record,
  refusal,
  refused,
  reply,
  run,
  sheet,
  succeeded,
  unreached,
} from "./runs";

export * from "./offer";
export * from "./rows";
export * from "./runs";

const ORDER = ["bfl", "replicate", "fal"];
const MODEL = "bfl/flux-1.1-pro";

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
    key_entry: "open",
    key_hint: "",
    run: null,
    posting: [],
    history_state: { count: 0, version: 0, waiting: 0, unsent: "", is_under_way: false },
    estimate: null,
    menu_prices: {},
    balance: null,
    spending: null,
    alert: null,
    batch_id: "",
    ...changed,
  };
}

/** With a key locked and everything required filled in. */
export function ready(changed: Partial<Traits> = {}): Traits {
  const modelId = changed.model_id ?? MODEL;
  const values = changed.values ?? { ...defaults(modelId), generation_prompt: PROMPT };
  return traits({
    locked: true,
    key_hint: "bye_a1B2c...",
    values,
    estimate: { model_id: MODEL, of: pricedOf(MODEL, values), credits: 0.052 },
    balance: 12.48,
    ...changed,
  });
}

/** A kernel that has everything that the states show. */
/** What the kernel says of spending. */
export const SPENT = [
  "Spent from this playground: 0.104 credits ($0.104).",
  "Reserved for its runs that have not ended, or can be resumed: 0.052 credits ($0.052).",
  "Spent by this kernel, from other playgrounds and batches too: 0.364 credits ($0.364).",
  "Spend limit (of this playground): 5 credits ($5); 4.844 credits ($4.844) left.",
];

export const kernel: Kernel = (command) => {
  if (command.kind === "fetch_body")
    return { bytes: bytesOf(pretty(command.which === "record" ? record : reply)) };
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
  if (command.kind === "fetch_spending") return { data: { lines: SPENT } };
  if (command.kind === "fetch_request") return { data: { body: { ...ready().values } } };
  if (command.kind === "usual_time") return { data: { low_ms: 8100, high_ms: 14_900 } };
  if (command.kind === "fetch_schema") return { data: { text: pretty({ title: command.model_id }) } };
  if (command.kind === "list_runs") {
    const waiting = runs.filter((one) => one.can_resume);
    return { data: { rows: (command.waiting ? waiting : runs).slice(0, command.limit) } };
  }
  if (command.kind === "find_runs") {
    const { search = "", states = [] } = command;
    const found = runs.filter(
      (one) =>
        `${one.prompt} ${one.model_id}`.toLowerCase().includes(search) &&
        (states.length === 0 || states.includes(one.state)),
    );
    const also = runs.filter((one) => command.also?.includes(one.run_id));
    return { data: { rows: found.slice(0, command.limit), after: null, also } };
  }
  if (command.kind === "fill_from_run")
    return { data: { model_id: command.model_id, values: { ...command.values }, notes: [] } };
  if (command.kind === "fetch_thumbnail")
    return { data: { media_type: "image/png", reason: "" }, bytes: picture() };
  if (command.kind === "rate_run") {
    const row = runs.find((one) => one.run_id === command.run_id) ?? (runs[0] as RunRow);
    return { data: { row: { ...row, rating: command.rating } } };
  }
  if (command.kind === "manage") {
    const body = { status: "success", request_id: "req_e5f6a7b8", data: record };
    return { data: { status_code: 200, latency_ms: 96, is_json: true }, bytes: bytesOf(pretty(body)) };
  }
  if (command.kind === "plan_sweep") {
    const count = command.axes.reduce((all, one) => all * one.values.length, 1);
    return { data: { count, credits: count * 0.052, unknown: 0, problem: null } };
  }
  if (command.kind === "export_sweep") {
    const axes = command.axes.map(({ name, values }) => `${name}=${values}`);
    return { data: { text: `${command.language}: ${axes.join(" ")}` } };
  }
  if (command.kind === "export") return { data: { text: `${command.language}: ${command.model_id}` } };
  return { data: command.kind === "hello" ? { session: "s-1" } : {} };
};

const films: (command: Parameters<Kernel>[0]) => ReturnType<Kernel> | undefined = ({ kind }) => {
  const data = { media_type: "video/mp4", filename: `${GENERATION}-1.mp4`, alt: PROMPT };
  return kind === "fetch_output" ? { data, bytes: film() } : undefined;
};

/** The longest that is said of how long a model takes. */
const slow: (command: Parameters<Kernel>[0]) => ReturnType<Kernel> | undefined = ({ kind }) =>
  kind === "usual_time" ? { data: { low_ms: 58_000, high_ms: 125_000 } } : undefined;

/** What the kernel answers in a state otherwise than in all of them. */
const ANSWERS: Record<string, (command: Parameters<Kernel>[0]) => ReturnType<Kernel> | undefined> = {
  refused: ({ kind }) => (kind === "fetch_body" ? { bytes: bytesOf(pretty(refusal)) } : undefined),
  found: ({ kind }) => {
    const one = { generation_id: GENERATION, generation_status: "succeeded", generation_created_at: null };
    return kind === "check_content" ? { data: { generations: [one] } } : undefined;
  },
  older: (command) => {
    if (command.kind !== "find_runs") return undefined;
    const rows = Array.from({ length: 100 }, (_, at) => ({ ...(runs[0] as RunRow), run_id: `old-${at}` }));
    const after = command.after ? null : { number: 7, at: 1 };
    return { data: { rows: command.after ? [] : rows, after, also: [] } };
  },
  compared: (command) => {
    if (command.kind !== "fetch_request") return undefined;
    const seed = Number(command.run_id.at(-1));
    return {
      data: {
        body: { ...ready().values, generation_seed: seed, generation_ratio: seed > 1 ? "1:1" : "16:9" },
      },
    };
  },
  sending: slow,
  following: slow,
  retrying: slow,
  sweepingEmpty: ({ kind }) =>
    kind === "plan_sweep" || kind === "price_sweep"
      ? { data: { count: 2, credits: 0, unknown: 2, problem: "Item 1, generation_prompt: Required." } }
      : undefined,
  film: films,
  enlargedFilm: films,
  seeded: ({ kind }) =>
    kind === "fetch_request" ? { data: { body: { ...ready().values, generation_seed: 42 } } } : undefined,
  unpriced: ({ kind }) => (kind === "estimate" ? UNREACHED : undefined),
  unfetched: ({ kind }) => (kind === "fetch_output" ? UNREACHED : undefined),
  toolFailed: ({ kind }) => (kind === "manage" ? UNREACHED : undefined),
  failedHere: ({ kind }) => (kind === "manage" ? UNREACHED : undefined),
};
const UNREACHED = { ok: false, alert: unreached().alert };

/** The kernel of a state. */
export function kernelOf(state: string, others: Kernel = kernel): Kernel {
  return (command) => {
    const own = ANSWERS[state]?.(command);
    return own === undefined ? others(command) : own;
  };
}

/** What concerns the whole widget, and is no error. */
const noted = alert({ kind: "note", scope: "note", message: catalogue.messages.live_models_failed ?? "" });
const FIELD = "generation_input_file";
/** With links in the form, of which one is none. */
const linked = (links: readonly string[]) => ready({ values: { ...ready().values, [FIELD]: links } });

export const STATES: Record<string, () => Traits> = {
  empty: () => traits(),
  filled: () => ready({ values: { ...ready().values, generation_provider_order: ORDER.join(", ") } }),
  invalid: () => ready({ values: { ...defaults(MODEL), generation_guidance_scale: 42 } }),
  limited: () => ready({ spending: { limit: 0.5, used: 0.468, whose: "of this playground" } }),
  sweeping: () => ready(),
  sweepingEmpty: () => traits({ values: defaults(MODEL) }),
  sending: () => ready({ run: run(), history_state: listed }),
  following: () => ready({ run: following(), history_state: listed }),
  succeeded: () => ready({ run: succeeded(), history_state: listed }),
  deleted: () => ready({ run: deleted(), history_state: listed }),
  canceled: () => ready({ run: canceled(), history_state: listed }),
  failed: () => ready({ run: failed(), history_state: listed }),
  changed: () =>
    ready({
      run: succeeded(),
      history_state: listed,
      values: { ...ready().values, generation_prompt: "Else" },
    }),
  refused: () => ready({ run: refused(), history_state: listed }),
  lost: () => ready({ run: lost(), history_state: listed }),
  unreached: () => ready({ run: unreached(), history_state: listed }),
  keyRefused: () =>
    traits({
      alert: alert({
        scope: "key",
        code: "key_refused",
        message: "Not valid for US",
        more: "The key was not found, or it belongs to another region.",
      }),
    }),
  manage: () => ready({ run: succeeded(), history_state: listed }),
  history: () => ready({ run: succeeded(), history_state: listed }),
  picked: () => ready({ run: succeeded(), history_state: listed }),
  lettingGo: () => ready({ run: succeeded(), history_state: listed }),
  notFound: () => ready({ run: succeeded(), history_state: listed }),
  compared: () => ready({ run: succeeded(), history_state: listed }),
  shortcuts: () => ready({ run: succeeded(), history_state: listed }),
  menu: () => ready({ history_state: listed }),
  sandbox: () =>
    traits({ region: "sandbox", host: "http://127.0.0.1:8123", model_id: "sandbox/contact-sheet" }),
  video: () => traits({ model_type: "video", model_id: "bytedance/seedance-1-pro" }),
  sheet: () =>
    ready({ model_id: "sandbox/contact-sheet", region: "sandbox", run: sheet(), history_state: listed }),
  waiting: () => ready({ history_state: { ...listed, waiting: 1 } }),
  retrying: () => ready({ run: run({ countdown: { label: "Try 2 of 3 in", at: Date.now() + 5000 } }) }),
  disconnected: () => ready({ run: succeeded(), history_state: listed }),
  ended: () => ready({ run: following(), history_state: listed }),
  typed: () => traits(),
  keyClosed: () => traits({ key_entry: "debug_log" }),
  noModel: () => traits({ model_id: "", values: {} }),
  noSandbox: () => traits({ region: "sandbox", catalogue: { ...catalogue, sandbox_key: null } }),
  noted: () => ready({ alert: noted }),
  unchecked: () => ready({ alert: { ...noted, again: "check_key" } }),
  dropped: () =>
    ready({ values: { ...ready().values, generation_duration: 5, generation_generate_audio: true } }),
  misspelt: () => ready({ values: { ...ready().values, generation_promt: "calm", generation_mood: "low" } }),
  links: () => linked(["https://a.example/1.png", "b"]),
  short: () => ready({ balance: 0.01 }),
  unpriced: () => ready({ model_id: "qwen/image", estimate: null }),
  reset: () => ready(),
  elsewhere: () => ready(),
  film: () =>
    ready({ run: filmed(), model_type: "video", model_id: "bytedance/seedance-1-pro", estimate: null }),
  expired: () => ready({ run: expired(), history_state: listed }),
  found: () => ready({ run: { ...lost(), alert: alert({ message: "m", request_id: "req_1" }) } }),
  unfetched: () => ready({ run: succeeded() }),
  unfolded: () => ready({ run: succeeded() }),
  enlarged: () => ready({ run: succeeded() }),
  seeded: () => ready({ run: succeeded(), values: { ...ready().values, generation_seed: 7 } }),
  enlargedFilm: () => ready({ run: filmed() }),
  enlargedSheet: () => ready({ run: sheet() }),
  searching: () => ready({ run: succeeded() }),
  reading: () => ready({ run: succeeded() }),
  code: () => ready({ run: succeeded() }),
  moved: () => ready({ run: succeeded(), history_state: listed }),
  tall: () => ready({ run: succeeded(), history_state: listed }),
  asking: () => ready({ run: succeeded() }),
  tool: () => ready({ run: succeeded() }),
  toolFailed: () => ready({ run: succeeded() }),
  infoHere: () => ready({ run: succeeded() }),
  askingHere: () => ready({ run: succeeded() }),
  failedHere: () => ready({ run: succeeded() }),
  older: () =>
    ready({ history_state: { count: 300, version: 1, waiting: 0, unsent: "", is_under_way: false } }),
  loading: () => ready({ run: succeeded(), history_state: listed }),
  notLoaded: () => ready({ run: succeeded(), history_state: listed }),
  hosted: () => ready({ host: "https://generation-gateway.internal.example.com:8443/api", host_fixed: true }),
  waits: () => ready({ history_state: { ...listed, waiting: 2 } }),
};

/** The model of a state, with its kernel. */
export function modelOf(state: string): FakeModel {
  const start = STATES[state];
  if (!start) throw new Error(`no such state: ${state}`);
  const model = new FakeModel(start(), kernelOf(state));
  return set(model, state);
}

/** What is so of a state's model beside its traits. */
export function set(model: FakeModel, state: string): FakeModel {
  model.isGone = state === "disconnected";
  if (state === "loading") model.modules = () => null;
  if (state === "notLoaded") model.modules = () => UNREACHED;
  return model;
}
