/** Takes the page over; Escape gives it back, as Close does. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export function useModal(dialog: RefObject<HTMLDialogElement | null>, onLeave: () => void): void {
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useLayoutEffect(() => {
    const one = dialog.current;
    one?.showModal();
    one?.focus();
    const end = () => leave.current();
    one?.addEventListener("close", end);
    return () => one?.removeEventListener("close", end);
  }, [dialog]);
}
