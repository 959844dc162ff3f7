/** An output of an item in full size, over the sheet until it is closed; arrows go on to the items beside it. */

import { useState } from "preact/hooks";
import { actOf } from "../../page/keys";
import { saveBlob } from "../../text/clipboard";
import { CloseButton, Dialog } from "../dialog/dialog";
import { LEFT } from "../dialog/left";
import { Control, IconButton } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import { Rating } from "./current";
import { ratingActs } from "./grid-view";
import { ITEM_KEYS } from "./keys";
import { Missing } from "./missing";
import { useOutput } from "./use-output";

export function Large({ position }: { position: number }) {
  const { store } = useSheet();
  const cell = useStore(store, "cells").get(position);
  const count = useStore(store, "batch")?.count ?? 0;
  const [at, setAt] = useState({ position, index: 0 });
  // of an item that was gone on to, the first: also before anything of it is asked for
  const index = at.position === position ? at.index : 0;
  const setIndex = (next: number) => setAt({ position, index: next });
  const shown = useOutput(position, index);
  const go = (to: number) => {
    if (to >= 0 && to < count) store.move(to, { opened: to });
  };
  const outputs = cell?.outputs ?? 0;
  const next = () => (index + 1 < outputs ? setIndex(index + 1) : go(position + 1));
  const previous = () => (index > 0 ? setIndex(index - 1) : go(position - 1));
  const press = (event: KeyboardEvent) => {
    const act = actOf(ITEM_KEYS, event);
    if (!act || event.target instanceof HTMLVideoElement) return;
    const acts: Record<keyof typeof ITEM_KEYS, () => void> = {
      ...ratingActs(store, position, event),
      next,
      previous,
    };
    event.preventDefault();
    acts[act]();
  };
  return (
    <Dialog
      class="gw-sheet-large"
      name={`Item ${position + 1} in full size`}
      onLeave={() => store.set({ opened: null })}
      onKeyDown={press}
    >
      <Head position={position} file={shown.file} />
      <div class="stage">
        <Shown shown={shown} alt={cell?.prompt ?? ""} without={cell?.error ?? cell?.state ?? ""} />
      </div>
      <footer>
        <IconButton name="Previous" disabled={position + index === 0} onClick={previous}>
          <Drawing path={LEFT} />
        </IconButton>
        <IconButton name="Next" disabled={position + 1 === count && index + 1 >= outputs} onClick={next}>
          <Icon name="right" />
        </IconButton>
        <Rating cell={cell} />
      </footer>
    </Dialog>
  );
}

function Shown({
  shown,
  alt,
  without,
}: {
  shown: ReturnType<typeof useOutput>;
  alt: string;
  without: string;
}) {
  if (shown.url && shown.file?.type.startsWith("video/"))
    return <Control as="video" controls loop src={shown.url} aria-label={alt} />;
  if (shown.url) return <img src={shown.url} alt={alt} draggable={false} />;
  if (shown.isAwaited) return <span class="gw-spin" />;
  return <Missing shown={shown} without={without} />;
}

function Head({ position, file }: { position: number; file: File | null }) {
  const { store } = useSheet();
  const cell = useStore(store, "cells").get(position);
  const count = useStore(store, "batch")?.count ?? 0;
  return (
    <header>
      <h3 aria-live="polite">{`Item ${position + 1} of ${count}`}</h3>
      <span class="grow words quiet">{cell?.label}</span>
      <IconButton name="Save" disabled={!file} onClick={() => file && saveBlob(file, file.name)}>
        <Icon name="save" />
      </IconButton>
      <CloseButton name="Close" />
    </header>
  );
}
