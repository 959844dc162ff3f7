/** What Send waits for, each as a sentence that leads to it. */

import { toldOf } from "../../form/validate";
import type { Reason } from "../../page/page";
import { sentence } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import {
  useIsConnected,
  useIsOff,
  useIsPosting,
  useIsSandboxMissing,
  usePage,
  usePageState,
  useTrait,
} from "../use-trait";
import { useLimitReason } from "./price";

export const KEY = ["use-key", "key", "unlock"];

/** The first reason why Send is off, then what its body still needs. */
export function useReasons(): Reason[] {
  const page = usePage();
  const isPosting = useIsPosting();
  const isConnected = useIsConnected();
  const isOff = useIsOff();
  const isLocked = useTrait("locked");
  const modelId = useTrait("model_id");
  const isMissing = useIsSandboxMissing();
  useTrait("values");
  const limitReason = useLimitReason();
  const held = usePageState(/* @__KEY__ */ "held");
  const { messages } = page;
  const wants = (code: string, ...to: string[]) => [{ text: sentence(messages, code), to }];
  if (isOff) return wants("wants_kernel", "again");
  if (!isConnected) return wants("wants_hello");
  if (isPosting) return wants("wants_answer", "view");
  if (!modelId) return wants("wants_model", "model");
  const first = isLocked ? [] : isMissing ? wants("wants_sandbox", "region") : wants("wants_key", ...KEY);
  if (held) return [...first, held];
  const { missing = [], wrong = [] } = page.form.checked ?? {};
  if (missing[0]) {
    first.push({
      text: sentence(messages, "fill_required", { fields: missing.join(", ") }),
      to: [`f-${missing[0]}`],
    });
  }
  if (wrong[0]) {
    const place = wrong[1] ? ` (1 of ${wrong.length})` : "";
    first.push({ text: toldOf(wrong[0]) + place, to: [`f-${wrong[0].field}`] });
  }
  if (limitReason) first.push({ text: limitReason, to: [] });
  return first;
}

export function Reasons({ reasons, id }: { reasons: readonly Reason[]; id: string }) {
  const page = usePage();
  return (
    <div class="gw-fill" id={id}>
      {reasons.map(({ text, to }) => (
        <Control
          as="button"
          class="gw-go"
          key={text}
          disabled={to.length === 0}
          onClick={() => page.goTo(...to)}
        >
          <Icon name="info" />
          <span>{text}</span>
        </Control>
      ))}
    </div>
  );
}

/** Whether the sandbox could be used instead of a region that waits for a key. */
export function useIsSandboxInstead(): boolean {
  const region = useTrait("region");
  const isLocked = useTrait("locked");
  const isFixed = useTrait("host_fixed");
  const { sandbox_offered, sandbox_key } = useTrait("catalogue");
  return region !== "sandbox" && !isLocked && !isFixed && sandbox_offered && sandbox_key !== null;
}

/** Offered until something was sent, where what is required is not filled in; the foot shows it where panels are tabs. */
export function TryExample() {
  const page = usePage();
  const isOff = useIsOff();
  const isInstead = useIsSandboxInstead();
  const run = useTrait("run");
  useTrait("values");
  const { spec, checked } = page.form;
  if (!spec || run || checked?.missing.length === 0) return null;
  return (
    <Control as="button" class="gw-btn try" disabled={isOff} onClick={() => page.tryExample(isInstead)}>
      {isInstead ? "Try an example in the sandbox" : "Try an example"}
    </Control>
  );
}
