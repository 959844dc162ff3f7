/**
 * What was chosen and typed in the panel, kept in the page's memory for each kernel that it was on: a playground made
 * anew there, since the kernel was ended or restarted, begins with it; after a reload with the region and the model of
 * the one that was shown last. A key is never part of it.
 */

import type { DOMWidgetModel } from "@jupyter-widgets/base";
import { defaultsOf } from "../form/drafts";
import type { Model, Traits } from "../protocol";
import type { SavedState } from "./saved-state";

const KEPT = ["region", "model_type", "model_id", "values"] as const;
type Form = Pick<Traits, (typeof KEPT)[number]>;

export class KeptForms {
  constructor(readonly saved: SavedState) {}

  /** Fills a playground that was made anew with what the last one on its kernel had, and keeps its form from now on. */
  take(place: string, widget: DOMWidgetModel): void {
    const model = widget as unknown as Model;
    const kept = this.#kept.get(place) ?? chosenAt(place, this.saved, model);
    if (kept && kept.widgetId !== widget.model_id && isUntouched(model)) fill(model, kept.form);
    const isFollowed = this.#places.has(model);
    this.#places.set(model, place);
    this.#keep(widget);
    // the panel comes back to a playground as often as its kernel is chosen
    if (!isFollowed) for (const name of KEPT) model.on(`change:${name}`, () => this.#keep(widget));
  }

  #keep(widget: DOMWidgetModel): void {
    const model = widget as unknown as Model;
    const place = this.#places.get(model);
    if (place === undefined) return;
    const form = formOf(model);
    this.#kept.set(place, { widgetId: widget.model_id, form });
    const { region, model_id } = form;
    void this.saved.keepChosen({ place, widgetId: widget.model_id, region, model_id });
  }

  readonly #kept = new Map<string, Kept>();
  /** Where each playground whose form is kept was shown last. */
  readonly #places = new WeakMap<Model, string>();
}

interface Kept {
  widgetId: string;
  form: Form;
}

/** What was written down of the playground that this kernel had before the reload; its fields are as they begin. */
function chosenAt(place: string, { chosen }: SavedState, model: Model): Kept | undefined {
  const isKnown = model.get("catalogue").regions.some((one) => one.region_id === chosen?.region);
  if (chosen?.place !== place || !isKnown) return undefined;
  const spec = specOf(model, chosen.model_id) ?? specOf(model, model.get("model_id"));
  if (!spec) return undefined;
  const { model_type, model_id } = spec;
  return {
    widgetId: chosen.widgetId,
    form: { region: chosen.region, model_type, model_id, values: defaultsOf(spec) },
  };
}

function formOf(model: Model): Form {
  return Object.fromEntries(KEPT.map((name) => [name, model.get(name)])) as Form;
}

/** Nobody has used it, in a cell either. */
function isUntouched(model: Model): boolean {
  const spec = specOf(model, model.get("model_id"));
  const isDefault = spec && JSON.stringify(model.get("values")) === JSON.stringify(defaultsOf(spec));
  return Boolean(isDefault) && !model.get("locked") && !model.get("run");
}

function fill(model: Model, { region, ...rest }: Form): void {
  model.set("region", region);
  // The kernel of before may have known more models, as the list of a key has them.
  if (specOf(model, rest.model_id))
    for (const [name, value] of Object.entries(rest) as [keyof Form, never][]) model.set(name, value);
  model.save_changes();
}

function specOf(model: Model, modelId: string) {
  return model.get("catalogue").models.find((one) => one.model_id === modelId);
}
