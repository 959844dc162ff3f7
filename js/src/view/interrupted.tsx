/** The strip that offers what a kernel left under way when it ended: it was paid for, and nothing follows it. */

import { useEffect } from "preact/hooks";
import { count, sentence } from "../text/format";
import { Control } from "./shared/control";
import { Icon } from "./shared/icons";
import { useIsConnected, usePage, usePageState, useTrait } from "./use-trait";

export function Waiting() {
  const page = usePage();
  const isConnected = useIsConnected();
  const { waiting } = useTrait("history_state");
  const left = usePageState("waitingLeft");
  const isShown = isConnected && waiting > left;
  const code = waiting === 1 ? "run_waits" : "runs_wait";
  const text = sentence(page.messages, code, { count: count(waiting) });
  useEffect(() => {
    if (isShown) page.announce(text);
  }, [page, isShown, text]);
  if (!isShown) return null;
  return (
    <div class="gw-note">
      <Icon name="info" />
      <span class="grow">{text}</span>
      {waiting === 1 ? (
        <Control as="button" class="gw-btn sm" onClick={() => page.resumeWaiting()}>
          Resume
        </Control>
      ) : (
        <Control as="button" class="gw-btn sm" onClick={() => page.showHistory()}>
          Show in History
        </Control>
      )}
      <Control
        as="button"
        class="gw-btn sm"
        aria-label="Dismiss"
        onClick={() => page.store.set({ waitingLeft: waiting })}
      >
        <Icon name="close" />
      </Control>
    </div>
  );
}
