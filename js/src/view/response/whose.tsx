/** Whose Response this is: the model, the prompt and the seed that were sent, whether the form is still the same; and Again. */

import { SEED } from "../../form/form";
import type { Run, Traits, Values } from "../../protocol";
import { asText, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { useIsConnected, useIsPosting, usePage, useTrait } from "../use-trait";
import { useSent } from "./use-sent";

export function Whose({ run }: { run: Run }) {
  const { body, why } = useSent(run);
  const isChanged = useIsChanged(run, body);
  const prompt = asText(body?.generation_prompt);
  const seed = asText(body?.[SEED]);
  return (
    <div class="gw-whose">
      <span class="mono">{run.model_id}</span>
      {seed ? (
        <span class="seed">
          <span class="quiet num">{`seed ${seed}`}</span>
          <UseSeed run={run} seed={body?.[SEED]} />
        </span>
      ) : null}
      {isChanged ? <span class="gw-b">form has changed since</span> : null}
      <span class="grow" />
      <Again run={run} body={body} why={why} />
      {prompt || body === undefined ? <p title={prompt}>{prompt || "\u00a0"}</p> : null}
    </div>
  );
}

/** Put the seed into the form, where its model takes one. */
function UseSeed({ run, seed }: { run: Run; seed: unknown }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const now = useTrait("values")[SEED];
  const modelId = useTrait("model_id");
  if (page.form.seedFor(modelId) === undefined) return null;
  const use = () => {
    page.form.write(SEED, seed);
    page.say("page_seed", { seed });
  };
  return (
    <Control
      as="button"
      class="gw-btn sm"
      aria-label={`Use seed ${asText(seed)}`}
      disabled={!isConnected || asText(now) === asText(seed)}
      onClick={use}
      key={run.run_id}
    >
      Use
    </Control>
  );
}

/** Send the same body with another seed, as an intent of its own. What can be resumed may still come. */
function Again({ run, body, why }: { run: Run } & ReturnType<typeof useSent>) {
  const page = usePage();
  const isConnected = useIsConnected();
  const isPosting = useIsPosting();
  const isLocked = useTrait("locked");
  const isElsewhere = useTrait("region") !== run.region;
  if (run.can_resume || run.state === "lost") return null;
  const seed = page.form.seedFor(run.model_id, body?.[SEED]);
  const again = () =>
    page.sending.send({
      model_type: run.model_type as Traits["model_type"],
      model_id: run.model_id,
      values: seed === undefined ? { ...body } : { ...body, [SEED]: seed },
    });
  const means = page.messages[seed === undefined ? "page_again" : "page_again_seed"];
  const elsewhere = isElsewhere && sentence(page.messages, "page_again_elsewhere", { region: run.region });
  const unlocked = !isLocked && page.messages.key_not_locked;
  return (
    <Control
      as="button"
      class="gw-btn sm"
      title={elsewhere || why || unlocked || means}
      disabled={!isConnected || !isLocked || isPosting || !body || isElsewhere}
      onClick={again}
    >
      Again
    </Control>
  );
}

/** Whether the form would send something else now; not known where the kernel has no body any more. */
function useIsChanged(run: Run, body: Values | null | undefined): boolean {
  const page = usePage();
  const modelId = useTrait("model_id");
  useTrait("values");
  if (modelId !== run.model_id) return true;
  const form = page.form.checked?.body;
  if (!body || !form) return false;
  // without a seed the form asks for any
  const names = Object.keys({ ...form, ...body }).filter((name) => name !== SEED || name in form);
  return names.some((name) => JSON.stringify(form[name]) !== JSON.stringify(body[name]));
}
