/** What the sheet says of what a person did. */

import { useStore } from "../use-trait";
import { useSheet } from "./context";

export function Said({ isSeen }: { isSeen: boolean }) {
  const { store } = useSheet();
  const said = useStore(store, "said");
  const isBesides = said === useStore(store, "note"); // which is seen above
  return (
    <span class={isSeen && !isBesides ? "" : "vh"} aria-live="polite" title={said}>
      {said}
    </span>
  );
}
