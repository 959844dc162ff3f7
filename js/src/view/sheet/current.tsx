/** Below the grid: the current item, and what can be done with it by pointer. */

import type { Cell } from "../../protocol";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { useStore } from "../use-trait";
import { factsOf, starsOf } from "./cell-view";
import { useSheet } from "./context";
import { Said } from "./said";

const RATINGS = [1, 2, 3, 4, 5];

export function Current() {
  const { store, host } = useSheet();
  const current = useStore(store, "current");
  const marked = useStore(store, "marked");
  const cell = useStore(store, "cells").get(current);
  const isConnected = useStore(store, "isConnected");
  const canOpen = Boolean(cell?.made) && isConnected;
  return (
    <footer class="gw-sheet-foot">
      <p class="num" title={cell?.prompt}>
        <b>{`Item ${current + 1}`}</b>
        {cell ? (
          <>
            <span class="mono quiet">{cell.model_id}</span>
            <span class="grow words">{cell.prompt || cell.label}</span>
            <span class="quiet">{factsOf(cell)}</span>
          </>
        ) : null}
      </p>
      {cell?.error ? <p class="bad">{cell.error}</p> : null}
      <div class="acts">
        <Rating cell={cell} />
        <span class="grow quiet words">
          <Said isSeen />
        </span>
        <Control as="button" class="gw-btn sm" disabled={!canOpen} onClick={() => store.enlarge(current)}>
          Open
        </Control>
        <Control as="button" class="gw-btn sm" disabled={!canOpen} onClick={() => store.compare()}>
          {marked === null || marked === current ? "Compare" : `Compare with ${marked + 1}`}
        </Control>
        <Control
          as="button"
          class="gw-btn sm"
          disabled={!cell || !isConnected}
          onClick={() => store.load(current)}
        >
          Load into form
        </Control>
        {cell?.can_retry ? (
          <Control as="button" class="gw-btn sm" disabled={!isConnected} onClick={() => store.retry(current)}>
            Retry
          </Control>
        ) : null}
      </div>
      <p class="quiet keys" id={host.id("keys")}>
        {store.sentence("sheet_keys")}
      </p>
    </footer>
  );
}

/** The rating of an item; what is chosen again is taken back. */
export function Rating({ cell }: { cell: Cell | undefined }) {
  const { store } = useSheet();
  const rate = (rating: number) => {
    if (cell) store.rate(cell.position, cell.rating === rating ? null : rating);
  };
  const isConnected = useStore(store, "isConnected");
  const isOff = !cell?.made || !isConnected;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own in every host
    <div class="stars" role="group" aria-label={`Rating: ${starsOf(cell?.rating ?? null) || "none"}`}>
      {RATINGS.map((one) => (
        <Control
          as="button"
          key={one}
          class="gw-ico sm"
          aria-label={`Rate ${one}`}
          aria-pressed={(cell?.rating ?? 0) >= one}
          disabled={isOff}
          onClick={() => rate(one)}
        >
          {(cell?.rating ?? 0) >= one ? "★" : "☆"}
        </Control>
      ))}
      <Control
        as="button"
        class="gw-ico sm"
        aria-label="Reject"
        title="Reject"
        aria-pressed={cell?.rating === 0}
        disabled={isOff}
        onClick={() => rate(0)}
      >
        <Icon name="close" />
      </Control>
    </div>
  );
}
