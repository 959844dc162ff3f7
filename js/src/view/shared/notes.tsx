/** Strips that speak for the whole widget, and the one live region. */

import { useLayoutEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Alert } from "../../protocol";
import { useIsSandboxMissing, usePage, usePageState, useRun, useTrait } from "../use-trait";
import { Control } from "./control";
import { Icon } from "./icons";

export function Disconnected() {
  const page = usePage();
  const connection = usePageState(/* @__KEY__ */ "connection");
  const wasConnected = usePageState(/* @__KEY__ */ "wasConnected");
  const isLive = useRun()?.is_live;
  const { messages } = useTrait("catalogue");
  const isShown = connection === "silent" || connection === "gone";
  // what had the focus is turned off with all else
  useLayoutEffect(() => {
    if (isShown && page.root.querySelector(":focus:disabled")) page.goTo("again");
  }, [page, isShown]);
  if (!isShown) return null;
  const reason = connection === "silent" && !wasConnected ? "saved" : connection;
  return (
    <div class="gw-note">
      <Icon name="warn" />
      <span class="grow" role="alert">
        <b>{messages.page_off}</b> {messages[`kernel_${reason}`]} {messages.kernel_again}
        {isLive ? ` ${messages.kernel_run}` : ""}
      </span>
      <Control as="button" id={page.id("again")} class="gw-btn sm" onClick={() => page.link.hello()}>
        Try again
      </Control>
    </div>
  );
}

/** Why the key field is closed. The field is described by it. */
export function KeyEntryClosed() {
  const page = usePage();
  const isClosed = useIsKeyEntryClosed();
  const isLocked = useTrait("locked");
  const { messages } = useTrait("catalogue");
  return (
    <div id={page.id("key-closed")}>
      {isClosed && !isLocked ? (
        <div class="gw-note">
          <Icon name="warn" />
          <span class="grow">{messages.key_entry_closed}</span>
        </div>
      ) : null}
    </div>
  );
}

export function useIsKeyEntryClosed(): boolean {
  return useTrait("key_entry") === "debug_log";
}

/** Everything that is said without being an error: the strip is seen and announced, the announcement only announced. */
export function Live() {
  const announcement = usePageState(/* @__KEY__ */ "announcement");
  const notes = useNotes();
  return (
    <div role="status" aria-atomic="false">
      <div class="vh">{announcement}</div>
      {notes.map(({ message, again }) => (
        <div class="gw-note" key={message}>
          <Icon name="info" />
          <span class="grow">{message}</span>
          {again ? <Again kind={again} /> : null}
        </div>
      ))}
    </div>
  );
}

function Again({ kind }: { kind: NonNullable<Alert["again"]> }) {
  const page = usePage();
  const [isAsked, setAsked] = useState(false);
  const ask = () => {
    setAsked(true);
    page.link
      .request({ kind })
      .catch(ignoreNotConnected)
      .finally(() => setAsked(false));
  };
  return (
    <Control as="button" class="gw-btn sm" aria-disabled={isAsked} onClick={() => isAsked || ask()}>
      {isAsked ? <span class="gw-spin" /> : null}
      Try again
    </Control>
  );
}

type Note = Pick<Alert, "message"> & Partial<Pick<Alert, "again">>;

function useNotes(): Note[] {
  const alert = useTrait("alert");
  const stale = usePageState(/* @__KEY__ */ "staleAlert");
  const { messages } = useTrait("catalogue");
  const missing = useIsSandboxMissing() ? messages.sandbox_missing : undefined;
  const own = usePageState("alert");
  const isSaid = alert && alert !== stale && isNote(alert) && alert.message !== own?.message;
  const notes: Note[] = missing === undefined ? [] : [{ message: missing }];
  if (isSaid && alert.message !== missing) notes.push(alert);
  return notes;
}

/** Errors of sending stand in Response, those of a key at its field; whatever concerns the whole widget, in a strip. */
export function isNote(alert: Alert): boolean {
  return alert.scope === "note" || alert.scope === "host" || alert.kind !== "error";
}

export function isOfField(alert: Alert): boolean {
  return alert.scope === "key" && !isNote(alert);
}
