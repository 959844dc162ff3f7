/** The one question before a deletion. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Control } from "../shared/control";
import { useIsConnected, usePage } from "../use-trait";

/** Deleting asks once; the focus goes to the answer that keeps, unless the person has gone on meanwhile. */
export function Question(props: { isAwaited?: boolean; onKeep: () => void; onDelete: () => void }) {
  const { isAwaited = true, onKeep, onDelete } = props;
  const { messages } = usePage();
  const keep = useRef<HTMLButtonElement>(null);
  const isConnected = useIsConnected();
  useLayoutEffect(() => {
    if (isAwaited) keep.current?.focus();
  }, []);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onKeep();
  };
  return (
    <>
      <span class="ask">{messages.page_delete}</span>
      <span class="grow" />
      <Control as="button" class="gw-btn" ref={keep} onKeyDown={leave} onClick={onKeep}>
        Keep
      </Control>
      <Control as="button" class="gw-btn danger" disabled={!isConnected} onKeyDown={leave} onClick={onDelete}>
        Delete
      </Control>
    </>
  );
}
