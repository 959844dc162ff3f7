/** Whose Response this is: the model, the prompt and the seed that were sent, and whether the form is still the same. */

import type { Run, Values } from "../../protocol";
import { asText } from "../../text/format";
import { usePage, useTrait } from "../use-trait";
import { useSent } from "./use-sent";

export function Whose({ run }: { run: Run }) {
  const body = useSent(run);
  const isChanged = useIsChanged(run, body);
  const prompt = asText(body?.generation_prompt);
  const seed = asText(body?.generation_seed);
  return (
    <div class="gw-whose">
      <span class="mono">{run.model_id}</span>
      {seed ? <span class="quiet num">{`seed ${seed}`}</span> : null}
      {isChanged ? <span class="gw-b">form has changed since</span> : null}
      {prompt || body === undefined ? <p title={prompt}>{prompt || "\u00a0"}</p> : null}
    </div>
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
  const names = Object.keys({ ...form, ...body });
  return names.some((name) => JSON.stringify(form[name]) !== JSON.stringify(body[name]));
}
