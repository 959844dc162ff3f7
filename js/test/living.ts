/** A kernel that does what it is told, at once: traits first, then the answer. */

import type { Traits } from "../src/protocol";
import { FakeModel } from "./fake-model";
import { alert, following, kernelOf, run, STATES, set, succeeded } from "./states";

/** The model of a state. */
export function livingIn(state: string): FakeModel {
  const start = STATES[state];
  if (!start) throw new Error(`no such state: ${state}`);
  return set(living(start(), state), state);
}

export function living(start: Traits, state = ""): FakeModel {
  const model = new FakeModel(start);
  const others = kernelOf(state);
  const put = (traits: Partial<Traits>) => queueMicrotask(() => model.put(traits));
  model.kernel = (command) => {
    const now = model.get("run") ?? run();
    if (command.kind === "send") {
      put({ run: { ...following(), run_id: command.intent_id, intent_id: command.intent_id } });
    }
    if (command.kind === "lock_key" && !command.key.startsWith("bye_"))
      return {
        ok: false,
        alert: alert({ code: "bad_key", message: "Invalid API key format", scope: "key" }),
      };
    if (command.kind === "lock_key") put({ locked: true, key_hint: `${command.key.slice(0, 9)}...` });
    if (command.kind === "unlock_key") put({ locked: false, key_hint: "" });
    if (command.kind === "cancel")
      put({ run: { ...now, state: "canceled", is_live: false, can_cancel: false } });
    if (command.kind === "resume") put({ run: { ...following(), run_id: command.run_id } });
    if (command.kind === "load_run") put({ run: { ...succeeded(), run_id: command.run_id } });
    return others(command);
  };
  return model;
}
