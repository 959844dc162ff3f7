/** The further modules of the page: each is asked of the kernel when something of it is first looked at. */

import type { Link } from "../kernel/comm";
import type { Messages, Model } from "../protocol";
import { sentence } from "../text/format";
import { handed } from "./handed";
import { Store } from "./store";

/** What each module exports; it is named as its file. */
export interface Modules {
  code: typeof import("../modules/code");
  compare: typeof import("../modules/compare");
  history: typeof import("../modules/history");
  json: typeof import("../modules/json");
  large: typeof import("../modules/large");
  manage: typeof import("../modules/manage");
  request: typeof import("../modules/request");
  result: typeof import("../modules/result");
  sheet: typeof import("../modules/sheet");
  shortcuts: typeof import("../modules/shortcuts");
}

export type ModuleName = keyof Modules;

/** As the build writes it: what is handed in, and what comes of it. */
interface Built {
  default: (handed: readonly unknown[]) => unknown;
  css?: string;
}

/** What is loaded: each module's exports and rules. */
export type Loaded = Partial<Record<ModuleName, { exports: unknown; css: string }>>;

/** The views of a playground share what was loaded for one of them. */
const STORES = new WeakMap<object, Store<{ loaded: Loaded }>>();

/** Why a module is not here, as a sentence. */
export class ModuleFailure extends Error {}

export class ModuleLoader {
  readonly store: Store<{ loaded: Loaded }>;
  readonly #link: Link;
  readonly #messages: () => Messages;
  readonly #underWay = new Map<ModuleName, Promise<void>>();

  constructor(model: Model, link: Link, messages: () => Messages) {
    // one object for all views: each is handed a model of its own
    const playground: object = model.get("layout" as never) ?? model;
    this.store = STORES.get(playground) ?? new Store({ loaded: {} });
    STORES.set(playground, this.store);
    this.#link = link;
    this.#messages = messages;
  }

  /** Load a module, once. Rejects with ModuleFailure, or with NotConnected where no kernel answers. */
  load(name: ModuleName): Promise<void> {
    if (this.store.state.loaded[name]) return Promise.resolve();
    const known = this.#underWay.get(name);
    if (known) return known;
    const underWay = this.#load(name).finally(() => {
      if (this.#underWay.get(name) === underWay) this.#underWay.delete(name);
    });
    this.#underWay.set(name, underWay);
    return underWay;
  }

  /** No answer will come to what was asked: ask anew. */
  forget(): void {
    this.#underWay.clear();
  }

  async #load(name: ModuleName): Promise<void> {
    const { ok, alert, buffers } = await this.#link.request({ kind: "fetch_module", name });
    if (!ok) throw new ModuleFailure(alert?.message ?? "");
    const one = await this.#evaluate(buffers as readonly DataView<ArrayBuffer>[]);
    this.store.set({ loaded: { ...this.store.state.loaded, [name]: one } });
  }

  /** As anywidget loads the first module: nothing is asked of a server, and where that one ran this one runs too. */
  async #evaluate(parts: readonly DataView<ArrayBuffer>[]): Promise<NonNullable<Loaded[ModuleName]>> {
    const url = URL.createObjectURL(new Blob([...parts], { type: "text/javascript" }));
    try {
      const built: Built = await import(/* @vite-ignore */ url);
      return { exports: built.default(handed), css: built.css ?? "" };
    } catch (error) {
      throw new ModuleFailure(sentence(this.#messages(), "module_blocked"), { cause: error });
    } finally {
      URL.revokeObjectURL(url);
    }
  }
}
