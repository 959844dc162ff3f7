/** Beside a seed: a die for another one, and a lock that keeps the one of the shown run. */

import { SEED } from "../../form/form";
import { ignoreNotConnected } from "../../kernel/comm";
import { asText } from "../../text/format";
import { Control } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { usePage, useRun, useTrait } from "../use-trait";

const DIE =
  "M4 2.75h8A1.25 1.25 0 0 1 13.25 4v8A1.25 1.25 0 0 1 12 13.25H4A1.25 1.25 0 0 1 2.75 12V4A1.25 1.25 0 0 1 4 2.75M5.5 5.5v.01M10.5 5.5v.01M8 8v.01M5.5 10.5v.01M10.5 10.5v.01";

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
  const keep = () => {
    if (isKept) write(undefined);
    else if (run)
      page.link.request({ kind: "fetch_request", run_id: run.run_id }).then(({ data }) => {
        const used = data.body?.[SEED];
        typeof used === "number" ? write(used) : roll();
      }, ignoreNotConnected);
    else roll();
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
