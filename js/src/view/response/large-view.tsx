/** A picture in full size, over the page until it is closed. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Control } from "../shared/control";
import type { Media } from "./outputs";

export function LargeView({ media, place, onClose }: { media: Media; place: number; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <Control as="dialog" ref={dialog} class="gw-large" aria-label={`Output ${place}`} onClose={onClose}>
      <img src={media.url} alt={media.alt} />
      <Control as="button" class="gw-btn" onClick={() => dialog.current?.close()}>
        Close
      </Control>
    </Control>
  );
}
