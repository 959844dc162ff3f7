/** Below the form: what it will cost, what is missing, and Send. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import { amount, creditCount } from "../../text/format";
import { Control } from "../shared/control";
import { Further } from "../shared/further";
import { useIsConnected, useIsPosting, useIsSandbox, usePage, usePageState, useTrait } from "../use-trait";
import { usePrice, usePriced } from "./price";
import { Reasons, TryExample, useReasons } from "./reasons";

const ESTIMATE_AFTER_MS = 400;

export function Foot() {
  const page = usePage();
  const reasons = useReasons();
  const isConnected = useIsConnected();
  const id = page.id("reasons");
  return (
    <footer class="gw-foot">
      {reasons.length > 0 ? <Reasons id={id} reasons={reasons} /> : null}
      <TryExample />
      {usePageState(/* @__KEY__ */ "isSweeping") ? (
        <Further name="sheet">{({ Sweep }) => <Sweep />}</Further>
      ) : (
        <div class="gw-send">
          <Cost />
          <Control
            as="button"
            id={page.id("sweep")}
            class="gw-btn"
            disabled={!isConnected}
            onClick={() => page.store.set({ isSweeping: true })}
          >
            Sweep
          </Control>
          <Send reasons={reasons.length > 0 ? id : undefined} />
        </div>
      )}
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
      class={`gw-btn main${reasons ? " early" : ""}`}
      aria-describedby={reasons}
      aria-busy={isPosting || undefined}
      disabled={isPosting || !isConnected || !isLocked || !modelId}
      onClick={() => page.sending.send()}
    >
      {isPosting ? <span class="gw-spin" /> : null}
      {isPosting ? "Sending..." : "Send request"}
    </Control>
  );
}

/** What the request would cost, the account's balance, and what is used of a spend limit. */
function Cost() {
  const credits = usePrice();
  const balance = useTrait("balance");
  const spending = useTrait("spending");
  const { failure, again } = useEstimate();
  const { messages } = usePage();
  const isLocked = useTrait("locked");
  const isSandbox = useIsSandbox();
  const isConnected = useIsConnected();
  const isShort = balance !== null && credits !== null && credits > balance;
  const left = balance === null || !isLocked ? "" : `, ${isShort ? "only " : ""}${amount(balance)} left`;
  return (
    <div class="est num">
      {credits === null ? (
        <span class="quiet">{isLocked ? "price not known" : messages.price_with_key}</span>
      ) : (
        <>
          <b>{creditCount(credits)}</b>
          <span class="quiet" title={isSandbox ? messages.sandbox_credits : undefined}>
            {isSandbox ? " (no money)" : ` ($${amount(credits)})`}
          </span>
        </>
      )}
      <span class={isShort ? "short" : "quiet"}>{left}</span>
      {spending ? (
        <span class="used quiet">{`${amount(spending.used)} of ${amount(spending.limit)} used`}</span>
      ) : null}
      {failure && credits === null ? (
        <>
          <span class="why">{failure}</span>
          <Control as="button" class="gw-btn sm" disabled={!isConnected} onClick={again}>
            Try again
          </Control>
        </>
      ) : null}
    </div>
  );
}

/** Ask the kernel for the price once the typing has rested; it alone can ask the API. Why there is none, if so. */
function useEstimate() {
  const page = usePage();
  const isLocked = useTrait("locked");
  const region = useTrait("region");
  const { of, spec } = usePriced();
  const isConnected = useIsConnected();
  const [last, setLast] = useState("");
  const [failed, setFailed] = useState<[key: string, why: string]>();
  const key = `${region} ${of} ${isLocked}`;
  useEffect(() => {
    if (!isLocked) setLast(""); // the kernel has dropped what was asked with the key before
    if (!isLocked || !isConnected || !spec || key === last) return;
    const timer = setTimeout(() => {
      setLast(key);
      const { model, link } = page;
      const command = { model_type: spec.model_type, model_id: spec.model_id, values: model.get("values") };
      link.request({ kind: "estimate", of, ...command }).then(({ alert }) => {
        setFailed(alert ? [key, alert.message] : undefined);
      }, ignoreNotConnected);
    }, ESTIMATE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [page, spec, key, last, isLocked, isConnected]);
  return { failure: failed?.[0] === key ? failed[1] : "", again: () => setLast("") };
}
