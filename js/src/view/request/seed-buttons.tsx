/** Beside a seed: a die for another one, and a lock that keeps one, or lets each request have another. */

import { useRef } from "preact/hooks";
import { SEED } from "../../form/form";
import { asText, sentence } from "../../text/format";
import { IconButton } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { usePage, useRun, useTrait } from "../use-trait";

const DIE = "M2.75 2.75h10.5v10.5H2.75zM5.5 5.5v.01M10.5 5.5v.01M8 8v.01M5.5 10.5v.01M10.5 10.5v.01";

export function SeedButtons({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const runId = useRun()?.run_id;
  const now = useTrait("values")[SEED];
  const isKept = asText(now) !== "";
  // What was kept last, and which run was shown then: the lock takes it again until another run has come.
  const kept = useRef<unknown[]>([]);
  if (isKept) kept.current = [now, runId];
  const [seed, of] = kept.current;
  const isBack = of === runId && asText(seed);
  const write = (seed: unknown) => {
    page.form.write(SEED, seed);
    page.say(`page_seed${seed === undefined ? "_any" : ""}`, { seed });
  };
  const roll = () => write(page.form.seedFor(page.model.get("model_id")));
  const keep = async () => {
    if (isKept) return write(undefined);
    if (isBack) return write(seed);
    if (!runId) return roll();
    const answer = await page.read({ kind: "fetch_request", run_id: runId });
    if (!answer || asText(page.model.get("values")[SEED])) return; // another was given meanwhile
    if (!answer.ok) return page.refuse(answer.alert);
    const sent = answer.data.body?.[SEED];
    if (asText(sent)) write(sent);
    else roll();
  };
  const does = isKept ? "free" : isBack ? "back" : "keep";
  return (
    <>
      <IconButton name="New random seed" class="step" disabled={isOff} onClick={roll}>
        <Drawing path={DIE} />
      </IconButton>
      <IconButton
        name="Keep seed"
        title={sentence(page.messages, `page_seed_${does}`, { seed })}
        class="step"
        pressed={isKept}
        disabled={isOff}
        onClick={keep}
      >
        <Icon name={isKept ? "lock" : "unlock"} />
      </IconButton>
    </>
  );
}
