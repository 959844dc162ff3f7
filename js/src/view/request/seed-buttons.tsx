/** Beside a seed: a die for another one, and a lock that keeps the one of the shown run. */

import { SEED } from "../../form/form";
import { asText } from "../../text/format";
import { Control } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { usePage, useRun, useTrait } from "../use-trait";

const DIE = "M2.75 2.75h10.5v10.5H2.75zM5.5 5.5v.01M10.5 5.5v.01M8 8v.01M5.5 10.5v.01M10.5 10.5v.01";

export function SeedButtons({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const run = useRun();
  const modelId = useTrait("model_id");
  const isKept = asText(useTrait("values")[SEED]) !== "";
  const write = (seed: unknown) => {
    page.form.write(SEED, seed);
    page.say(seed === undefined ? "page_seed_any" : "page_seed", { seed });
  };
  const roll = () => write(page.form.seedFor(modelId));
  const keep = async () => {
    if (isKept) return write(undefined);
    if (!run) return roll();
    const answer = await page.read({ kind: "fetch_request", run_id: run.run_id });
    if (!answer || asText(page.model.get("values")[SEED])) return; // another was given meanwhile
    if (!answer.ok) return page.refuse(answer.alert);
    write(answer.data.body?.[SEED] ?? page.form.seedFor(modelId));
  };
  return (
    <>
      <Control
        as="button"
        class="step"
        aria-label="New random seed"
        title="New random seed"
        disabled={isOff}
        onClick={roll}
      >
        <Drawing path={DIE} />
      </Control>
      <Control
        as="button"
        class="step"
        aria-label="Keep seed"
        title="Keep seed"
        aria-pressed={isKept}
        disabled={isOff}
        onClick={keep}
      >
        <Icon name={isKept ? "lock" : "unlock"} />
      </Control>
    </>
  );
}
