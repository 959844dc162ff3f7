/** What moves while a person waits: the time since the click, by the page's own stopwatch. The kernel sends no ticks. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Run } from "../../protocol";
import { between, duration } from "../../text/format";
import { useIsConnected, useIsOff, useIsPosting, usePage, useRun, useTrait } from "../use-trait";

const REDRAW_MS = 200;

/** Milliseconds since the click, or since a run began, redrawn five times a second. */
export function useElapsed(runId: string | null): number {
  const { sending } = usePage();
  const [now, setNow] = useState(() => sending.elapsed(runId));
  useEffect(() => {
    const timer = setInterval(() => setNow(sending.elapsed(runId)), REDRAW_MS);
    return () => clearInterval(timer);
  }, [sending, runId]);
  return now;
}

export function Clock({ run }: { run: Run | null }) {
  return <>{duration(useElapsed(run?.run_id ?? null))}</>;
}

/** The time in Response's bar: running from the click on, with what is usual for the model; how long it took at the end. */
export function Time() {
  const page = usePage();
  const run = useRun();
  const isPosting = useIsPosting();
  const isOff = useIsOff();
  const isOther = isPosting && page.sending.isAwaited(run);
  const isWaiting = !isOff && (isPosting || Boolean(run?.is_live));
  const usual = useUsual(isWaiting, isOther ? null : run);
  if (isWaiting)
    return (
      <span class="gw-time num">
        <b>
          <Clock run={isOther ? null : run} />
        </b>
        {usual ? <span class="quiet">{`usually ${usual}`}</span> : null}
      </span>
    );
  if (!run || run.is_live || run.total_ms === null) return null;
  const took = duration(run.total_ms);
  return (
    <span class="gw-time num">
      {run.state === "succeeded" ? <b>{`made in ${took}`}</b> : `${run.state} after ${took}`}
    </span>
  );
}

/** How long the model of what is under way usually takes, asked once for it; nothing where too little is known. */
function useUsual(isWaiting: boolean, run: Run | null): string {
  const { link, model } = usePage();
  const isConnected = useIsConnected();
  const [told, setTold] = useState({ key: "", text: "" });
  const [region, type, id] = [useTrait("region"), useTrait("model_type"), useTrait("model_id")];
  const asked = run
    ? { region: run.region, model_type: run.model_type, model_id: run.model_id }
    : { region, model_type: type, model_id: id };
  const key = isWaiting && isConnected ? JSON.stringify(asked) : "";
  useEffect(() => {
    if (!key) return;
    let isCurrent = true;
    link.request({ kind: "usual_time", ...JSON.parse(key) }).then(({ data }) => {
      const { low_ms: low, high_ms: high } = data;
      if (isCurrent) setTold({ key, text: low && high ? between(low, high) : "" });
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [link, model, key]);
  return told.key === key ? told.text : "";
}
