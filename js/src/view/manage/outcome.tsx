/** What came of a management tool: its status and latency, and its JSON or why there is none. */

import { milliseconds } from "../../text/format";
import { Control } from "../shared/control";
import { Further } from "../shared/further";
import { usePage } from "../use-trait";
import type { Outcome, Tool } from "./use-tool";

export function Badges({ outcome }: { outcome: Outcome | null }) {
  if (!outcome) return null;
  const { status, latencyMs } = outcome;
  return (
    <>
      <span class="grow" />
      {status === null ? null : <span class={`gw-b ${status < 400 ? "good" : "bad"}`}>{status}</span>}
      {latencyMs === null ? null : <span class="num quiet ms">{milliseconds(latencyMs)}</span>}
    </>
  );
}

export function OutcomeView({
  tool,
  outcome,
  filename,
}: {
  tool: Tool;
  outcome: Outcome | null;
  filename: string;
}) {
  const { messages } = usePage();
  return (
    <div class="gw-json json">
      {outcome?.failure ? (
        <p class="gw-bad" role="alert">
          {outcome.failure}
          {outcome.again ? (
            <Control as="button" class="gw-btn sm" onClick={outcome.again}>
              Try again
            </Control>
          ) : null}
        </p>
      ) : null}
      {outcome?.text ? (
        <Further name="json">
          {({ JsonView }) => (
            <JsonView name={`${tool.title} response`} text={outcome.text} filename={filename} />
          )}
        </Further>
      ) : null}
      {outcome ? null : <p class="none">{messages.page_nothing}</p>}
    </div>
  );
}
