/** For a run whose answer was lost: what the account's content list has that it may have made. */

import { useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { MadeRow, Run } from "../../protocol";
import { moment, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { useIsConnected, usePage, useTrait } from "../use-trait";

export function ContentCheck({ run }: { run: Run }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const { messages } = useTrait("catalogue");
  const [made, setMade] = useState<readonly MadeRow[] | null>(null);
  const [isAsked, setAsked] = useState(false);
  const check = () => {
    setAsked(true);
    page.link
      .request({ kind: "check_content", run_id: run.run_id })
      .then(({ ok, data, alert }) => {
        const found = data.generations ?? [];
        setMade(ok ? found : null);
        if (!ok) return page.refuse(alert);
        page.dismissAlert();
        page.announce(sentence(messages, found.length > 0 ? "content_some" : "content_none"));
      })
      .catch(ignoreNotConnected)
      .finally(() => setAsked(false));
  };
  return (
    <div class="gw-gen">
      <div class="acts">
        <Control as="button" class="gw-btn sm" disabled={isAsked || !isConnected} onClick={check}>
          Check my content list
        </Control>
      </div>
      {made ? <p>{sentence(messages, made.length > 0 ? "content_some" : "content_none")}</p> : null}
      {made?.map((one) => (
        <div class="id" key={one.generation_id}>
          <span class="mono">{one.generation_id}</span>
          <CopyIcon name={`Copy ${one.generation_id}`} class="sm" text={one.generation_id} />
          <span class="quiet">{one.generation_status}</span>
          <span class="quiet">{moment(one.generation_created_at ?? "")}</span>
          <Control
            as="button"
            class="gw-btn sm"
            disabled={!isConnected}
            onClick={() => page.manage("info", one.generation_id)}
          >
            Content Info
          </Control>
        </div>
      ))}
    </div>
  );
}
