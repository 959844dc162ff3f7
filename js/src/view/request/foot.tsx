/** Below the form: what it will cost, what is missing, and Send. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import { amount, creditCount } from "../../text/format";
import { Control } from "../shared/control";
import { useIsConnected, useIsPosting, usePage, useTrait } from "../use-trait";
import { Reasons, useReasons } from "./reasons";

const ESTIMATE_AFTER_MS = 400;

export function Foot() {
  const page = usePage();
  const reasons = useReasons();
  const id = page.id("reasons");
  return (
    <footer class="gw-foot">
      {reasons.length > 0 ? <Reasons id={id} reasons={reasons} /> : null}
      <div class="gw-send">
        <Cost />
        <Send reasons={reasons.length > 0 ? id : undefined} />
      </div>
    </footer>
  );
}

/** One element whatever it says, so that it keeps the focus while its POST is in flight. */
function Send({ reasons }: { reasons: string | undefined }) {
  const page = usePage();
  const isPosting = useIsPosting();
  const isConnected = useIsConnected();
  const isLocked = useTrait("locked");
  const modelId = useTrait("model_id");
  return (
    <Control
      as="button"
      id={page.id("send")}
      class="gw-btn main"
      aria-describedby={reasons}
      aria-busy={isPosting || undefined}
      disabled={isPosting || !isConnected || !isLocked || modelId === ""}
      onClick={() => page.sending.send()}
    >
      {isPosting ? <span class="gw-spin" /> : null}
      {isPosting ? "Sending..." : "Send request"}
    </Control>
  );
}

/** A flat price is known here; the kernel's estimate knows the rest, and the balance. */
function Cost() {
  const page = usePage();
  const modelId = useTrait("model_id");
  useTrait("values");
  const estimate = useTrait("estimate");
  const { price } = page.form.spec ?? { price: null };
  useEstimate();
  const isOurs = estimate?.model_id === modelId;
  const number = Number(page.form.checked?.body.generation_output_number ?? 1);
  const flat =
    price?.known && price.kind === "flat" && price.credits !== null ? price.credits * (number || 1) : null;
  const credits = (isOurs && estimate.known ? estimate.credits : null) ?? flat;
  const balance = estimate?.balance ?? null;
  const isShort = isOurs && estimate.can_afford === false;
  return (
    <div class="est num">
      {credits === null ? <span class="quiet">price not known</span> : <b>{creditCount(credits)}</b>}
      {balance === null ? null : (
        <span
          class={isShort ? "short" : "quiet"}
        >{`, ${isShort ? "only " : ""}${amount(balance)} left`}</span>
      )}
    </div>
  );
}

/** Ask the kernel for the price once the typing has rested; it alone can ask the API. */
function useEstimate(): void {
  const page = usePage();
  const isLocked = useTrait("locked");
  const region = useTrait("region");
  const values = useTrait("values");
  const modelId = useTrait("model_id");
  const isConnected = useIsConnected();
  const spec = page.form.spec;
  // Only what a price can hang on, so that typing a prompt asks nothing.
  const asked = JSON.stringify(
    Object.entries(values).filter(([name]) => /duration|resolution|audio|output_number/.test(name)),
  );
  const [last, setLast] = useState("");
  // A run that ends has changed the balance.
  const run = useTrait("run");
  const key = `${region} ${modelId} ${asked} ${isLocked} ${run?.run_id} ${run?.is_live}`;
  useEffect(() => {
    if (!isLocked || !isConnected || !spec || key === last) return;
    const timer = setTimeout(() => {
      setLast(key);
      const { model, link } = page;
      const command = { model_type: spec.model_type, model_id: spec.model_id, values: model.get("values") };
      link.request({ kind: "estimate", ...command }).catch(ignoreNotConnected);
    }, ESTIMATE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [page, spec, key, last, isLocked, isConnected]);
}
