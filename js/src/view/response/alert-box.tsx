/** What went wrong: the sentence alone is the alert, the rest stands beside it. */

import { useState } from "preact/hooks";
import type { Alert, Run } from "../../protocol";
import { Control, IconButton } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Further } from "../shared/further";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage } from "../use-trait";

/** Red: it did not happen. Amber: we do not know. Plain: it was asked for. */
const KINDS = { error: "", warning: "soft", note: "note" };

/** `isOver`: it is of no run that is shown, and lies over the end of what is, so that nothing there moves. */
export function AlertBox({ alert, run, isOver }: { alert: Alert; run: Run | null; isOver?: boolean }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const [isAsked, setAsked] = useState(false);
  const canResume = run !== null && (alert.can_resume || run.can_resume);
  const resume = () => {
    if (!run) return;
    setAsked(true);
    page.order({ kind: "resume", run_id: run.run_id }).finally(() => setAsked(false));
  };
  const dismiss = () => {
    page.dismissAlert();
    page.goTo("view");
  };
  const details = Object.entries(alert.details).filter(([, value]) => typeof value !== "object");
  const hasFacts = alert.api_code || alert.request_id || details.length > 0;
  return (
    <div class={`gw-alert ${KINDS[alert.kind]}${isOver ? " over" : ""}`}>
      <div class="say">
        <Icon name="warn" />
        <span class="grow" role={alert.kind === "note" ? "note" : "alert"}>
          {alert.message}
        </span>
        {isOver ? (
          <IconButton name="Dismiss" class="sm" onClick={dismiss}>
            <Icon name="close" />
          </IconButton>
        ) : null}
      </div>
      {alert.more || hasFacts || alert.provider_errors.length > 0 || canResume ? (
        <div class="more">
          {alert.more ? <p>{alert.more}</p> : null}
          {hasFacts ? (
            <dl>
              <Fact name="code" text={alert.api_code} />
              <Fact name="request id" text={alert.request_id} canCopy />
              {details.map(([name, value]) => (
                <Fact key={name} name={name} text={String(value)} />
              ))}
            </dl>
          ) : null}
          {alert.provider_errors.length > 0 ? (
            <Further name="result" isQuiet>
              {({ ProviderErrors }) => <ProviderErrors errors={alert.provider_errors} />}
            </Further>
          ) : null}
          {canResume ? (
            <Control as="button" class="gw-btn" disabled={isAsked || !isConnected} onClick={resume}>
              {run?.state === "unreached" ? "Try again" : "Resume"}
            </Control>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function Fact({ name, text, canCopy }: { name: string; text: string | null; canCopy?: boolean }) {
  if (!text) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {text}
        {canCopy ? <CopyIcon name={`Copy ${name}`} class="sm" text={text} /> : null}
      </dd>
    </>
  );
}
