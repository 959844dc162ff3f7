/** The Response header: its slots stay when they are empty, so nothing moves while a request goes out and comes back. */

import type { Run } from "../../protocol";
import { milliseconds, plural } from "../../text/format";
import { useElapsed } from "../shared/clock";
import { CopyIcon } from "../shared/copy-button";
import { useIsPosting, usePage } from "../use-trait";
import type { ShownBody } from "./use-body";

export function ResponseHead({ run, body }: { run: Run | null; body: ShownBody }) {
  const page = usePage();
  const isPosting = useIsPosting();
  const isOther = isPosting && page.sending.isAwaited(run);
  const shown = isOther ? null : run;
  const status = shown?.status_code ?? null;
  const lines = shown?.is_json ? shown.lines[body.which] : null;
  const latency = shown?.latency_ms ?? null;
  return (
    <header class="gw-head res">
      <h3>Response</h3>
      <span class="gw-stat">
        {status !== null ? (
          <span class={`gw-b ${status < 400 ? "good" : "bad"}`}>{status}</span>
        ) : isPosting ? (
          <span class="gw-spin" />
        ) : null}
      </span>
      <span class="gw-meta">
        <span class="ms" title={page.messages.post_took}>
          {isPosting ? (
            <Elapsed runId={shown?.run_id ?? null} />
          ) : latency === null ? (
            ""
          ) : (
            milliseconds(latency)
          )}
        </span>
        <span class="lines">{lines === null ? "" : plural(lines, "line")}</span>
      </span>
      <span class="gw-b type">JSON</span>
      <span class="acts">
        <CopyIcon name="Copy response" disabled={isOther || !body.canCopy} text={body.whole} />
      </span>
    </header>
  );
}

function Elapsed({ runId }: { runId: string | null }) {
  return <>{milliseconds(useElapsed(runId))}</>;
}
