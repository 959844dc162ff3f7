/** One click on Send: what is checked before, which id it gets, and how long its POST has been in flight. */

import { matches, toldOf } from "../form/validate";
import { ignoreNotConnected, mintId } from "../kernel/comm";
import type { Alert, Run, Traits } from "../protocol";
import { sentence } from "../text/format";
import { type Page, RESULT } from "./page";

interface Pending {
  intentId: string;
  isLeft: boolean;
  /** The kernel has taken it. */
  isTaken: boolean;
}

export function localAlert(code: string, message: string, more = "", field: string | null = null): Alert {
  return {
    kind: "error",
    code,
    message,
    more,
    api_code: null,
    request_id: null,
    provider_errors: [],
    details: {},
    scope: "send",
    field,
    can_resume: false,
    again: null,
  };
}

export class Sending {
  readonly #page: Page;
  /** When each run was begun by a click here, on the page's own monotonic clock. */
  readonly #clicks = new Map<string, number>();
  #pending: Pending | null = null;

  constructor(page: Page) {
    this.#page = page;
    page.model.on("change:run", this.#follow);
    page.model.on("change:posting", this.#follow);
  }

  close(): void {
    this.#page.model.off("change:run", this.#follow);
    this.#page.model.off("change:posting", this.#follow);
  }

  /** Milliseconds since the click, or since the shown run began, by the page's stopwatch. */
  elapsed(runId: string | null): number {
    const { link, model } = this.#page;
    const began = (model.get("run")?.started_at ?? 0) - link.clockStart;
    const clicked = this.#clicks.get((runId ?? this.#pending?.intentId) as string);
    return Math.max(0, performance.now() - (clicked ?? began));
  }

  /** Whether the run of this view's click is still to come, and the one shown is an older one. */
  isAwaited(run: Run | null): boolean {
    return this.#pending !== null && !this.#pending.isLeft && run?.intent_id !== this.#pending.intentId;
  }

  /** The person looks at another run meanwhile. */
  leave(): void {
    if (this.#pending) this.#pending.isLeft = true;
  }

  /** Send the current request, or that of an earlier run as `form`, or say in Response why nothing is sent. */
  async send(form?: Pick<Traits, "model_type" | "model_id" | "values"> & { region?: string }): Promise<void> {
    const { model, store, link } = this.#page;
    const run = model.get("run");
    const isPosting = store.state.isPosting || (run?.is_live && !run.post_done);
    if (store.state.connection !== "connected" || isPosting) return;
    const { held } = store.state;
    if (!form && held) {
      this.#page.announce(held.text);
      this.#page.goTo(...held.to);
      return;
    }
    this.#page.dismissAlert();
    const refusal = this.refusal(form !== undefined);
    if (refusal) {
      this.#refuse(refusal);
      return;
    }
    const pending: Pending = {
      intentId: mintId(),
      isLeft: false,
      isTaken: false,
    };
    this.#pending = pending;
    this.#clicks.set(pending.intentId, performance.now());
    store.set({ isPosting: true, isAttempted: false, ...RESULT, announcement: "Sending..." });
    try {
      const answer = await link.request({
        kind: "send",
        intent_id: pending.intentId,
        region: model.get("region"),
        model_type: model.get("model_type"),
        model_id: model.get("model_id"),
        values: model.get("values"),
        ...form,
      });
      pending.isTaken = true;
      // Traits that came before the answer may still be on their way through the host's promises.
      if (answer.ok) setTimeout(this.#follow);
      else this.#end(pending, answer.alert);
    } catch (error) {
      this.#end(pending, null);
      ignoreNotConnected(error);
    }
  }

  /** The first reason not to send, in the order that the kernel checks too; what was sent before, it alone checks. */
  refusal(isAgain: boolean): Alert | null {
    const page = this.#page;
    const { messages, catalogue, model } = page;
    const refuse = (code: string) =>
      localAlert(code, sentence(messages, code), sentence(messages, "nothing_sent"));
    const [type, modelId] = [model.get("model_type"), model.get("model_id")];
    if (!model.get("locked")) return refuse("key_not_locked");
    if (isAgain) return null;
    if (type !== "image" && type !== "video") return refuse("invalid_model_type");
    if (!matches(catalogue.rules, "endpoint", `/v1/generate/${type}/${modelId}`))
      return refuse("invalid_endpoint_path");
    const { checked, spec } = page.form;
    if (spec?.model_type !== type || !checked || !page.form.offered.includes(spec))
      return refuse("unknown_model");
    const missing = checked.missing[0];
    if (missing) {
      const message = sentence(messages, "missing_required", { field: missing });
      return { ...refuse("missing_required"), message, field: missing };
    }
    const wrong = checked.wrong[0];
    if (!wrong) return null;
    return { ...refuse("field_problem"), message: toldOf(wrong), field: wrong.field };
  }

  #refuse(alert: Alert): void {
    const page = this.#page;
    page.store.set({ alert, isAttempted: true, announcement: alert.message });
    if (alert.field) page.goTo(`f-${alert.field}`);
    else page.store.set(RESULT);
  }

  #end(pending: Pending, alert: Alert | null): void {
    if (this.#pending !== pending) return;
    this.#pending = null;
    this.#page.store.set(alert ? { isPosting: false, alert } : { isPosting: false });
  }

  /** Learn from the traits when our POST has been answered. A run's id is its intent's. */
  readonly #follow = (): void => {
    const { model } = this.#page;
    const run = model.get("run");
    const pending = this.#pending;
    if (!pending) return;
    const isPosting = model.get("posting").includes(pending.intentId);
    pending.isTaken ||= isPosting;
    const isShown = run?.intent_id === pending.intentId;
    if (isShown ? run.post_done : pending.isTaken && !isPosting) this.#end(pending, null);
  };
}
