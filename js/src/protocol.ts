/**
 * What crosses between the kernel and the page, under the names that the page uses. The types are written from the kernel's
 * own, see protocol.generated.ts.
 */

import type { AnyModel } from "@anywidget/types";
import type {
  Alert,
  CataloguePayload,
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
export type Estimate = Fixed<EstimatePayload>;
type FixedAlert = Fixed<Alert>;

export type { FixedAlert as Alert };
export type ProviderError = FixedAlert["provider_errors"][number];

/** The synced traits. The browser writes the first four, the kernel the rest. */
export type Traits = Omit<Fixed<Protocol["traits"]>, "values"> & { values: Values };

type WithoutId<C> = C extends unknown ? Omit<C, "id"> : never;
/** A command without its id, which the sender mints. */
export type Command = WithoutId<Protocol["command"]>;
type Kind = Command["kind"];
type OfKind<K extends Kind> = Extract<Command, { kind: K }>;
export type ManageAction = OfKind<"manage">["action"];
export type Language = OfKind<"export">["language"];
export type BodyKind = OfKind<"fetch_body">["which"];

export interface Reply<K extends Kind = Kind> {
  kind: "reply";
  id: string;
  ok: boolean;
  alert: FixedAlert | null;
  /** Empty where what was asked cannot be done. */
  data: Partial<Protocol["answers"][K]>;
}

/** What a kernel says every two seconds while a run is under way. */
export interface Beat {
  kind: "beat";
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
