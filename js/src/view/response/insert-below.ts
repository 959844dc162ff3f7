/** Code into a new cell below, where the host has a notebook and our extension: it answers an event by preventing it. */

import { useEffect, useState } from "preact/hooks";
import { usePage } from "../use-trait";

const EVENT = "genwidget:insert-below";
/** A notebook may be opened or closed while the code is looked at. */
const LOOK_AGAIN_MS = 2000;

function ask(root: HTMLElement, code?: string): boolean {
  const init = { bubbles: true, cancelable: true, composed: true, detail: { code } };
  return !root.dispatchEvent(new CustomEvent(EVENT, init));
}

/** What puts code into a cell; null where nothing can. */
export function useInsertBelow(): ((code: string) => boolean) | null {
  const { root } = usePage();
  const [canInsert, setCanInsert] = useState(false);
  useEffect(() => {
    const look = () => setCanInsert(ask(root));
    look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [root]);
  return canInsert ? (code) => ask(root, code) : null;
}
