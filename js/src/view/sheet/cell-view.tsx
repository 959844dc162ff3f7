/** One item in the grid: its picture or why there is none, and its facts. It is drawn anew only where these change. */

import { useMemo } from "preact/hooks";
import type { Cell } from "../../protocol";
import { amount } from "../../text/format";
import { Control } from "../shared/control";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import type { Picture, SheetStore } from "./store";

export const GAP_PX = 12;

export interface Sizes {
  cell: number;
  row: number;
}

interface CellProps {
  id: string;
  position: number;
  column: number;
  sizes: Sizes;
  hasLabel: boolean;
  cell: Cell | undefined;
  picture: Picture | undefined;
  isCurrent: boolean;
  isMarked: boolean;
}

export function CellView(props: CellProps) {
  const { store } = useSheet();
  const { cell, picture, position, column, sizes, hasLabel, isCurrent, isMarked } = props;
  const draw = () => <OneCell {...props} />;
  return useMemo(draw, [store, cell, picture, position, column, sizes, hasLabel, isCurrent, isMarked]);
}

function OneCell(props: CellProps) {
  const { store } = useSheet();
  const { cell, picture, position, sizes, isCurrent, isMarked } = props;
  const choose = (event: MouseEvent) => {
    const isBeside = event.shiftKey || event.ctrlKey || event.metaKey;
    const { current } = store.state;
    store.move(position, isBeside && current !== position ? { marked: current } : {});
  };
  const url = cell?.made && picture?.made === cell.made ? picture.url : "";
  const why = cell ? whyNot(cell, picture, store) : "";
  return (
    <div
      role="gridcell"
      id={props.id}
      class={`${cell?.state ?? ""}${isMarked ? " marked" : ""}`}
      aria-colindex={props.column + 1}
      aria-selected={isCurrent}
      // a failed cell is named by all that it says, its button among it
      aria-label={cell?.error ? undefined : cell ? nameOf(cell, isMarked, why) : `Item ${position + 1}`}
      title={why || cell?.label}
      data-label={props.hasLabel ? (cell?.label ?? "") : undefined}
      data-empty={url || cell?.error ? undefined : why || emptyOf(cell, picture, store)}
      style={{ left: `${props.column * sizes.cell}px`, width: `${sizes.cell - GAP_PX}px` }}
      onClick={choose}
      onDblClick={() => store.enlarge(position)}
    >
      {url ? <img src={url} alt="" draggable={false} /> : null}
      {cell?.error ? <Failure cell={cell} /> : null}
      {cell ? `${factsOf(cell)}\n${starsOf(cell.rating)}` : "\n"}
    </div>
  );
}

function Failure({ cell }: { cell: Cell }) {
  const { store } = useSheet();
  const isConnected = useStore(store, "isConnected");
  return (
    <div class="why">
      <span>{cell.error}</span>
      {cell.can_retry ? (
        <Control
          as="button"
          class="gw-btn sm"
          tabIndex={-1}
          disabled={!isConnected}
          onClick={() => store.retry(cell.position)}
        >
          Retry
        </Control>
      ) : null}
    </div>
  );
}

/** States in which a cost is still to come. */
const TO_COME = ["planned", "sent", "saving"];

export function factsOf({ state, credits, price, seed }: Cell): string {
  const expected = price !== null && TO_COME.includes(state) ? `≈ ${amount(price)}` : "";
  const cost = credits === null ? expected : amount(credits);
  return [state, cost, seed === null ? "" : `seed ${seed}`].filter(Boolean).join(" · ");
}

export function starsOf(rating: number | null): string {
  if (rating === null) return "";
  return rating === 0 ? "rejected" : "★".repeat(rating);
}

function emptyOf(cell: Cell | undefined, picture: Picture | undefined, store: SheetStore): string {
  if (!cell) return "";
  if (!cell.made) return cell.state;
  return picture?.made === cell.made && cell.is_film ? store.sentence("sheet_film") : "";
}

/** Why there is no picture of what was made, and whether there may be one. */
function whyNot(cell: Cell, picture: Picture | undefined, store: SheetStore): string {
  if (!cell.made || picture?.made !== cell.made || !picture.reason) return "";
  const code = picture.again === null ? "sheet_no_picture" : "sheet_no_picture_yet";
  return store.sentence(code, { reason: picture.reason });
}

function nameOf(cell: Cell, isMarked: boolean, why: string): string {
  const { position, label, rating } = cell;
  const stars = rating === null ? "" : rating === 0 ? "rejected" : `rated ${rating}`;
  const parts = [`Item ${position + 1}`, label, factsOf(cell), stars, isMarked ? "marked" : "", why];
  return parts.filter(Boolean).join(", ");
}
