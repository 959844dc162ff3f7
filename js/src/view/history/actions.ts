/** What can be done with a run of the list. */

import { ignoreNotConnected } from "../../kernel/comm";
import type { Page } from "../../page/page";
import { Store } from "../../page/store";
import type { RunRow } from "../../protocol";

/** Fill the form with what a run sent, and go to its prompt. */
export async function fillFrom(page: Page, row: RunRow): Promise<void> {
  const { model, form } = page;
  const before = page.written;
  const answer = await page.read({
    kind: "fill_from_run",
    run_id: row.run_id,
    region: model.get("region"),
    model_type: model.get("model_type"),
    model_id: model.get("model_id"),
    values: model.get("values"),
  });
  if (!answer) return;
  if (page.written !== before) {
    page.say("page_fill_late");
    return;
  }
  const { ok, alert, data } = answer;
  if (!ok || data.model_id === undefined) {
    page.refuse(alert);
    return;
  }
  const [filledId, values] = [data.model_id, { ...data.values }];
  page.change("fill", () => form.load(filledId, values));
  page.announce((data.notes ?? []).join(" "));
  requestAnimationFrame(() => page.goTo("f-generation_prompt", "send")); // the fields of its model are drawn first
}

const ASKING = new WeakMap<Page, Store<{ isAsking: boolean }>>();

/** Whether a page asks for what is sent again: no other is before that has left. */
export function askingOf(page: Page): Store<{ isAsking: boolean }> {
  const asking = ASKING.get(page) ?? new Store({ isAsking: false });
  ASKING.set(page, asking);
  return asking;
}

/** Send what a run sent once more, to where it was sent, as a new request; the form stays. */
export async function sendAgain(page: Page, row: RunRow): Promise<void> {
  const asking = askingOf(page);
  if (asking.state.isAsking) return;
  asking.set({ isAsking: true });
  const { region, model_type, model_id } = row;
  try {
    const { data, alert } = await page.link.request({ kind: "fetch_request", run_id: row.run_id });
    if (!data.body) {
      page.refuse(alert);
      return;
    }
    page.goTo("view");
    await page.sending.send({ region, model_type, model_id, values: data.body });
  } catch (error) {
    ignoreNotConnected(error);
  } finally {
    asking.set({ isAsking: false });
  }
}

/** What is done with each of several runs. */
export type Kind = "delete_run" | "forget_run" | "resume";

/** Do something with some runs, one after the other; for which it was done, and why not for others, each reason once. */
export async function doEach(
  page: Page,
  rows: readonly RunRow[],
  kind: Kind,
): Promise<{ done: readonly RunRow[]; failure: string }> {
  const done: RunRow[] = [];
  const failures = new Set<string>();
  try {
    for (const row of rows) {
      const answer = await page.link.request({ kind, run_id: row.run_id });
      if (answer.ok) done.push(row);
      else failures.add(answer.alert?.message ?? "");
    }
  } catch (error) {
    ignoreNotConnected(error);
    failures.add(page.messages.page_runs_cut ?? "");
  }
  return { done, failure: [...failures].join(" ") };
}
