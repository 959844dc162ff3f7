/** The strips that offer what a kernel left under way when it ended, which was paid for, and what was not sent. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Page } from "../../page/page";
import { count, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage, usePageState, useTrait } from "../use-trait";
import { LEFT, wantedOf } from "./query";

export function Interrupted() {
  const page = usePage();
  const { waiting, unsent } = useTrait("history_state");
  const left = usePageState(/* @__KEY__ */ "waitingLeft");
  const unsentLeft = usePageState(/* @__KEY__ */ "unsentLeft");
  const isOne = waiting === 1;
  const text = sentence(page.messages, isOne ? "run_waits" : "runs_wait", { count: count(waiting) });
  return (
    <>
      {waiting > left ? (
        <Strip
          text={text}
          name={isOne ? "Resume" : "Show in History"}
          press={() => (isOne ? resumeWaiting(page) : showHistory(page))}
          leave={() => page.store.set({ waitingLeft: waiting })}
        />
      ) : null}
      {unsent && unsent !== unsentLeft ? (
        <Strip
          text={unsent}
          name="Resume"
          press={() => resumeUnsent(page)}
          leave={() => page.store.set({ unsentLeft: unsent })}
        />
      ) : null}
    </>
  );
}

/** Take up the one run that a kernel left under way when it ended. */
async function resumeWaiting(page: Page): Promise<void> {
  try {
    const answer = await page.link.request({ kind: "list_runs", limit: 1, waiting: true });
    const [row] = answer.data.rows ?? [];
    if (row) {
      page.goTo("view");
      await page.order({ kind: "resume", run_id: row.run_id });
    } else page.refuse(answer.alert);
  } catch (error) {
    ignoreNotConnected(error);
  }
}

/** Send what was not sent, and go to where it is seen. */
function resumeUnsent(page: Page): Promise<void> {
  page.goTo("view");
  return page.order({ kind: "resume_unsent" });
}

/** Open the history with them alone, and go to it. */
function showHistory(page: Page): void {
  wantedOf(page).set({ query: LEFT, isAwaited: true });
  page.store.set({ isHistoryOpen: true });
  page.root.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(page.id("history"))}"]`)?.focus();
}

interface Props {
  text: string;
  name: string;
  press: () => Promise<void> | void;
  leave: () => void;
}

function Strip({ text, name, press, leave }: Props) {
  const page = usePage();
  const isConnected = useIsConnected();
  const [isAsked, setAsked] = useState(false);
  const ask = async () => {
    setAsked(true);
    await press();
    setAsked(false);
  };
  useEffect(() => {
    if (isConnected) page.announce(text);
  }, [page, isConnected, text]);
  if (!isConnected) return null;
  return (
    <div class="gw-note">
      <Icon name="info" />
      <span class="grow">{text}</span>
      <Control as="button" class="gw-btn sm" disabled={isAsked} onClick={ask}>
        {name}
      </Control>
      <Control as="button" class="gw-btn sm" aria-label="Dismiss" onClick={leave}>
        <Icon name="close" />
      </Control>
    </div>
  );
}
