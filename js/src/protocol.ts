/**
 * What crosses between the kernel and the page, under the names that the page uses. The types are written from the kernel's
 * own, see protocol.generated.ts.
 */

import type { AnyModel } from "@anywidget/types";
import type {
  Alert,
  AxisPayload,
  BatchPayload,
  CataloguePayload,
  CellPayload,
  CellsMessage,
  EntryPayload,
  EstimatePayload,
  FieldPayload,
  HistoryPayload,
  MadePayload,
  ModelPayload,
  OutputPayload,
  PricePayload,
  Protocol,
  RegionPayload,
  RowPayload,
  RunPayload,
  SampleData,
} from "./protocol.generated";

/** Nothing that the kernel sent is changed in place. */
type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

export type Values = Record<string, unknown>;
export type Messages = CataloguePayload["messages"];
export type Field = Fixed<FieldPayload>;
export type Price = Fixed<PricePayload>;
export type ModelSpec = Fixed<ModelPayload>;
export type ModelType = ModelSpec["model_type"];
export type Standing = Field["standing"][string];
export type RegionRow = Fixed<RegionPayload>;
export type Catalogue = Fixed<CataloguePayload>;
export type TimelineEntry = Fixed<EntryPayload>;
export type OutputRow = Fixed<OutputPayload>;
export type Run = Fixed<RunPayload>;
export type RunState = Run["state"];
/** A row of the list of runs, which is asked for. */
export type RunRow = Fixed<RowPayload>;
export type HistoryState = Fixed<HistoryPayload>;
export type MadeRow = Fixed<MadePayload>;
/** A picture that the sandbox offers as an input. */
export type Sample = Fixed<SampleData>;
export type Estimate = Fixed<EstimatePayload>;
export type Axis = Fixed<AxisPayload>;
export type BatchStatus = Fixed<BatchPayload>;
export type Cell = Fixed<CellPayload>;
/** What the kernel tells of a batch by itself. */
export type CellsNews = Fixed<CellsMessage>;
type FixedAlert = Fixed<Alert>;

export type { FixedAlert as Alert, Protocol };
export type ProviderError = FixedAlert["provider_errors"][number];

/** The synced traits. The browser writes the first four, the kernel the rest. */
export type Traits = Omit<Fixed<Protocol["traits"]>, "values"> & { values: Values };

type WithoutId<C> = C extends unknown ? Omit<C, "id"> : never;
/** A command without its id, which the sender mints. */
export type Command = WithoutId<Protocol["command"]>;
type Kind = Command["kind"];
type OfKind<K extends Kind> = Extract<Command, { kind: K }>;
export type ManageAction = OfKind<"manage">["action"];
/** The values that a sweep varies. */
export type SweepAxes = OfKind<"plan_sweep">["axes"];
export type Language = OfKind<"export">["language"];
export type BodyKind = OfKind<"fetch_body">["which"];

export interface Reply<K extends Kind = Kind> {
  kind: "reply";
  id: string;
  ok: boolean;
  alert: FixedAlert | null;
  /** Empty where what was asked cannot be done. */
  data: Partial<Protocol["answers"][K]>;
  /** Of an answer that came in parts: where it begins, written as JSON, and each of its buffers, with their sizes. */
  spans?: readonly [number, number][];
}

/** What a kernel says every two seconds while a run is under way; with an id it brings a part of that answer. */
export interface Beat {
  kind: "beat";
  id?: string;
}

export interface Answer<K extends Kind = Kind> extends Reply<K> {
  buffers: readonly DataView[];
}

/** The part of anywidget's model that the page uses. */
export interface Model extends Pick<AnyModel<Traits>, "get" | "set" | "save_changes" | "send"> {
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback?: (...args: never[]) => void): void;
  /** The host's; what it has differs from host to host. */
  readonly widget_manager?: unknown;
}
