/** Brings a state of the page about: its model, and whatever is done in the view that traits alone do not do. */

import type { FakeModel } from "./fake-model";

const LIMIT_MS = 20_000;
const EVERY_MS = 10;

/** Wait until something is found. */
export async function until<T>(what: string, find: () => T | null | undefined | false): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const found = find();
    if (found) return found;
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}

export const drawn = (): Promise<void> =>
  new Promise((done) => requestAnimationFrame(() => setTimeout(() => done())));

/** A view, and what a person does in it. */
class View {
  readonly el: HTMLElement;
  readonly model: FakeModel;

  constructor(el: HTMLElement, model: FakeModel) {
    this.el = el;
    this.model = model;
  }

  get(what: string): Promise<HTMLElement> {
    return until(what, () => {
      const one = this.el.querySelector<HTMLElement>(what);
      return one?.checkVisibility() ? one : null;
    });
  }

  /** Press a button, by the beginning of its name. */
  async press(name: string, within = ""): Promise<void> {
    const one = await until(`the button ${name}`, () =>
      [...this.el.querySelectorAll<HTMLButtonElement>(`${within} button:enabled`)].find(
        (each) => each.checkVisibility() && nameOf(each).startsWith(name),
      ),
    );
    one.focus();
    one.click();
    await drawn();
  }

  async write(what: string, text: string): Promise<void> {
    const one = (await this.get(what)) as HTMLInputElement;
    one.focus();
    one.value = text;
    one.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await drawn();
  }
}

function nameOf(one: HTMLElement): string {
  return one.getAttribute("aria-label") ?? one.textContent?.trim() ?? "";
}

const manage = async (view: View, title: string): Promise<void> => {
  await view.press("Manage content");
  await until("the id", () => view.el.querySelector<HTMLInputElement>(".gw-tool input")?.value);
  await view.press("Send request", `.gw-tool[aria-label="${title}"]`);
};

const enlarge = async (view: View, what: string): Promise<void> => {
  await view.press("Enlarge output 1");
  await view.get(`dialog ${what}`);
};

const pick = async (view: View): Promise<void> => {
  await view.press("History");
  await view.get(".gw-hist tbody tr");
  for (const one of [...view.el.querySelectorAll<HTMLElement>(".gw-hist tbody .pick input")].slice(0, 2))
    one.click();
  await view.get(".gw-picked");
};

/** What is done in the view. */
const STEPS: Record<string, (view: View) => Promise<unknown>> = {
  invalid: (view) => view.press("Send request"),
  manage: async (view) => {
    await view.press("Manage content");
    await until("the id", () => view.el.querySelector<HTMLInputElement>(".gw-tool input")?.value);
  },
  tool: async (view) => {
    await manage(view, "Content Info");
    await view.get(".gw-tool .gw-json li");
  },
  toolFailed: async (view) => {
    await manage(view, "Content Info");
    await view.get(".gw-tool .gw-bad");
  },
  asking: async (view) => {
    await manage(view, "Delete Content");
    await view.get(".gw-btn.danger");
  },
  infoHere: async (view) => {
    await view.press("Content Info", ".gw-gen");
    await view.get(".gw-here .gw-json li");
  },
  askingHere: async (view) => {
    await view.press("Delete Content", ".gw-gen");
    await view.get(".gw-here .danger");
  },
  failedHere: async (view) => {
    await view.press("Content Info", ".gw-gen");
    await view.get(".gw-here .gw-bad");
  },
  history: async (view) => {
    await view.press("History");
    await view.get(".gw-hist tbody tr");
  },
  picked: pick,
  lettingGo: async (view) => {
    await pick(view);
    await view.press("Forget");
    await view.get(".gw-picked.ask");
  },
  notFound: async (view) => {
    await view.press("History");
    await view.write(".gw-find [type=search]", "otter");
    await view.get(".gw-hist .none-here");
  },
  compared: async (view) => {
    await pick(view);
    await view.press("Compare");
    await view.get(".gw-compare img");
  },
  older: async (view) => {
    await view.press("History");
    await view.get(".gw-hist tbody tr");
  },
  sweeping: async (view) => {
    await view.press("Sweep");
    await view.press("bfl/flux-schnell", ".gw-sweep");
    await view.get(".gw-sweep .main:enabled");
  },
  waiting: async (view) => {
    await view.get(".gw-says .gw-note");
  },
  waits: async (view) => {
    await view.get(".gw-says .gw-note");
  },
  sweepingEmpty: async (view) => {
    await view.press("Sweep");
    await view.press("bfl/flux-schnell", ".gw-sweep");
    await view.get(".gw-sweep [role=alert]");
  },
  ...Object.fromEntries(
    ["sending", "following", "retrying"].map((one) => [
      one,
      (view: View) => until("what is usual", () => view.el.querySelector(".gw-time .quiet")),
    ]),
  ),
  shortcuts: async (view) => {
    await view.press("Shortcuts and spending");
    await until("all lists", () => view.el.querySelectorAll(".gw-keys dl").length === 10);
  },
  menu: (view) => view.write("[role=combobox]", "flux"),
  elsewhere: (view) => view.write("[role=combobox]", "seedance"),
  typed: (view) => view.write("[type=password]", "bye_abcdefgh"),
  code: async (view) => {
    await view.press("Code");
    await view.get(".gw-code pre");
  },
  searching: async (view) => {
    await view.press("Search JSON");
    await view.write("[aria-label='Search in JSON']", "generation");
  },
  reading: async (view) => {
    (await view.get(".gw-json li")).click();
    await view.get(".gw-json .path");
  },
  unfolded: (view) => view.press("Timeline"),
  enlarged: (view) => enlarge(view, "img[style]"),
  enlargedFilm: (view) => enlarge(view, "video"),
  enlargedSheet: (view) => enlarge(view, "img[style]"),
  found: async (view) => {
    await view.press("Check my content list");
    await view.get(".gw-gen .id");
  },
  loading: (view) => view.press("Manage content"),
  notLoaded: async (view) => {
    await view.press("Manage content");
    await view.get(".gw-mng .gw-btn, .gw-wait .gw-btn");
  },
  reset: (view) => view.press("Reset to defaults"),
  moved: async (view) => {
    const line = view.el.querySelector<HTMLElement>("[role=separator]");
    line?.focus();
    line?.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
  },
  misspelt: async (view) => (await view.get(".gw-form > p > .gw-btn")).scrollIntoView({ block: "nearest" }),
  unpriced: (view) => view.get(".gw-send .why"),
  unfetched: (view) => view.get(".gw-out .gw-bad"),
  ended: async (view) => {
    view.model.say("comm:close");
    await view.get(".gw-note [role=alert]");
  },
};

/** Where the panels are tabs: the one that a state is about. */
const HOMES: Record<string, string> = {
  ...Object.fromEntries(
    ["empty", "filled", "invalid", "menu", "elsewhere", "typed", "keyRefused", "keyClosed"].map((one) => [
      one,
      "input",
    ]),
  ),
  ...Object.fromEntries(
    [
      "video",
      "links",
      "dropped",
      "misspelt",
      "reset",
      "noModel",
      "unpriced",
      "short",
      "sweeping",
      "sweepingEmpty",
    ].map((one) => [one, "input"]),
  ),
  sandbox: "schema",
};

/** Further modules do not come. */
const isKept = (model: FakeModel): boolean => {
  const one = model.modules({ kind: "fetch_module", name: "json", id: "" });
  return !one?.bytes;
};

/** Wait for what the kernel is asked for when a response comes into view: its JSON and its outputs. */
export async function loaded(el: HTMLElement, model: FakeModel): Promise<void> {
  const run = model.get("run");
  const isSeen = (what: string) => el.querySelector(what)?.checkVisibility();
  if (model.isGone || !run || !isSeen(".gw-flow") || isKept(model)) return;
  if (run.has_reply || run.has_record) await until("the JSON", () => isSeen(".gw-json li"));
  if (run.outputs.length > 0)
    await until(
      "the outputs",
      () => isSeen("figure") && !isSeen("figure .gw-spin") && !isSeen("figure .pic:not([style], .wait)"),
    );
}

/** Do what brings a state about, in the tab that it is about. */
export async function reach(state: string, el: HTMLElement, model: FakeModel): Promise<void> {
  const tab = el.querySelector<HTMLElement>(`.gw-tabs [data-value=${HOMES[state] ?? "response"}]`);
  if (tab?.checkVisibility()) tab.click();
  if (!model.isGone) await until("the kernel's hello", () => model.commands("hello").length > 0);
  await drawn();
  if (!["code", "ended", "loading", "notLoaded"].includes(state)) await loaded(el, model);
  await STEPS[state]?.(new View(el, model));
  await drawn();
}
