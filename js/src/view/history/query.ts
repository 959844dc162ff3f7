/** Which runs are wanted, as the filters have it and as the kernel is asked. */

import type { Page } from "../../page/page";
import { Store } from "../../page/store";
import type { Command, RunRow } from "../../protocol";

type FindRuns = Extract<Command, { kind: "find_runs" }>;

export interface Query {
  search: string;
  state: string;
  modelId: string;
  stars: string;
  since: string;
  until: string;
}

export const ANY: Query = { search: "", state: "", modelId: "", stars: "", since: "", until: "" };

/** The choices of a state, each with the states of runs that it means. */
export const STATES: Record<string, readonly RunRow["state"][]> = {
  succeeded: ["succeeded", "answered"],
  "under way": ["waiting", "sending", "accepted", "processing"],
  failed: ["failed"],
  refused: ["refused"],
  canceled: ["canceled"],
  "lost or expired": ["lost", "expired"],
  unreached: ["unreached"],
  unsent: ["unsent"],
  deleted: ["deleted"],
};

/** Those that a kernel left under way are in it. */
export const LEFT: Query = { ...ANY, state: "lost or expired" };

interface Wanted {
  query: Query;
  /** They are to be seen once they are here. */
  isAwaited: boolean;
}

const WANTED = new WeakMap<Page, Store<Wanted>>();

/** What a page's history is narrowed by while it is open. */
export function wantedOf(page: Page): Store<Wanted> {
  const wanted = WANTED.get(page) ?? new Store<Wanted>({ query: ANY, isAwaited: false });
  WANTED.set(page, wanted);
  return wanted;
}

/** The choices of stars, each with the ratings that it means. */
export const STARS: Record<string, readonly (number | null)[]> = {
  "5 stars": [5],
  "4 or more": [4, 5],
  "3 or more": [3, 4, 5],
  rated: [1, 2, 3, 4, 5],
  "not rated": [null],
  rejected: [0],
};

const DAY_MS = 86_400_000;

/** The first moment of a day where the person is, in Unix seconds; null where none is named. */
function dayStart(day: string, later = 0): number | null {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return day ? new Date(year, month - 1, date).getTime() / 1000 + (later * DAY_MS) / 1000 : null;
}

export function asked(query: Query): Omit<FindRuns, "kind"> {
  return {
    search: query.search,
    states: [...(STATES[query.state] ?? [])],
    model_id: query.modelId || null,
    ratings: [...(STARS[query.stars] ?? [])],
    since: dayStart(query.since),
    until: dayStart(query.until, 1),
  };
}

export const isAny = (query: Query): boolean =>
  (Object.keys(ANY) as (keyof Query)[]).every((name) => query[name].trim() === "");

/** What the kernel is asked for the runs that History shows; null where it shows all. */
export function narrowed(page: Page): ReturnType<typeof asked> | null {
  const { query } = wantedOf(page).state;
  return isAny(query) ? null : asked(query);
}
