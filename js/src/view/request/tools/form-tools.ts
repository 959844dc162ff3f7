/** What a page's form remembers besides its values: its changes, earlier prompts, a JSON text that is not yet one. */

import { Changes, type Draft } from "../../../form/changes";
import { word } from "../../../form/words";
import type { Page, Reason } from "../../../page/page";
import { Store } from "../../../page/store";
import { Filling } from "./filling";
import { keepPlace } from "./keep-place";
import { Prompts } from "./prompts";
import { Typing } from "./typing";

export interface ToolsState {
  draft: Draft;
}

export class FormTools {
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly filling: Filling;
  readonly typing = new Typing();
  readonly store: Store<ToolsState>;

  constructor(page: Page) {
    this.#playground = page.model.get("layout" as never) ?? page;
    const store = new Store<ToolsState>({ draft: LEFT.get(this.#playground) ?? null });
    this.store = store;
    this.changes = new Changes({
      model: page.model,
      draft: () => store.state.draft,
      past: page.form.past,
      restore: ({ modelId, values, draft }) =>
        keepPlace(page, () => {
          page.form.load(modelId, values);
          store.set({ draft });
        }),
    });
    this.prompts = new Prompts(page, this.changes);
    this.filling = new Filling(page, this.changes);
    const hold = () => {
      page.hold(this, this.#held());
    };
    store.subscribe(hold);
    store.subscribe(this.changes.note);
    // What fills the whole form, or takes that back, is newer than a text that stands for nothing.
    let { undo } = page.store.state;
    page.store.subscribe(() => {
      if (page.store.state.undo === undo) return;
      undo = page.store.state.undo;
      if (store.state.draft?.stands === null) store.set({ draft: null });
    });
    this.filling.store.subscribe(hold);
    hold();
  }

  /** Takes what is left to the view that comes next, which is this one again where it comes back itself. */
  come(): void {
    LEFT.delete(this.#playground);
  }

  /** Leaves a text that is not in the form to the view that comes next, as after another kernel was looked at. */
  leave(): void {
    const { draft } = this.store.state;
    if (draft?.stands === null) LEFT.set(this.#playground, draft);
  }

  /** Why the form is not yet what was given: something is still read into it, or its JSON text is none. */
  #held(): Reason | undefined {
    if (this.filling.store.state.isReading) return { text: word("reading"), to: [] };
    if (this.store.state.draft?.stands === null) return { text: word("body_wants"), to: ["f-json"] };
    return undefined;
  }

  /** Its layout, which is one object for all its views: each view is handed a model of its own. */
  readonly #playground: object;
}

/** Texts of views that are gone, by their playground, which may outlive them. */
const LEFT = new WeakMap<object, ToolsState["draft"]>();

const TOOLS = new WeakMap<Page, FormTools>();

/** The tools of a page, made at their first use. */
export function toolsOf(page: Page): FormTools {
  const tools = TOOLS.get(page) ?? new FormTools(page);
  TOOLS.set(page, tools);
  return tools;
}
