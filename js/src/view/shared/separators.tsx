/** The lines between the panels: dragged, or moved by the arrow keys. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { Control } from "./control";

/** The narrowest that each panel may become; tokens.css says it. */
const LEAST = ["--gw-least-schema", "--gw-least-request", "--gw-least-response"] as const;
const FAR_PX = 100_000;
const STEPS: Record<string, number> = { ArrowLeft: -16, ArrowRight: 16, Home: -FAR_PX, End: FAR_PX };

type Widths = [number, number, number];

export interface Columns {
  template: string;
  widths: Widths | null;
  measure: () => Widths;
  /** Move the line after a panel, and return the widths that came of it. */
  move: (at: 0 | 1, widths: Widths, by: number) => Widths;
  restore: () => void;
}

/** Widths are kept as shares, so that the panels follow the container when it changes. */
export function useColumns(grid: RefObject<HTMLDivElement | null>): Columns {
  const [widths, setWidths] = useState<Widths | null>(null);
  const measure = (): Widths => {
    const panels = [...(grid.current?.querySelectorAll<HTMLElement>(":scope > .gw-p") ?? [])];
    const [schema = 0, request = 0, response = 0] = panels.map((one) => one.getBoundingClientRect().width);
    return [schema, request, response];
  };
  const move = (at: 0 | 1, from: Widths, by: number) => {
    const left = from[at];
    const right = from[at + 1] ?? 0;
    const least = leastOf(grid.current, at);
    const most = Math.max(least, left + right - leastOf(grid.current, at + 1));
    const next = Math.min(most, Math.max(least, left + by));
    const moved: Widths = [...from];
    moved[at] = next;
    moved[at + 1] = left + right - next;
    setWidths(moved);
    return moved;
  };
  const template = widths
    ? widths.map((one, at) => `minmax(var(${LEAST[at]}), ${one.toFixed(1)}fr)`).join(" 1px ")
    : "";
  return { template, widths, measure, move, restore: () => setWidths(null) };
}

/** px */
function leastOf(grid: HTMLElement | null, at: number): number {
  return grid ? Number.parseFloat(getComputedStyle(grid).getPropertyValue(LEAST[at] ?? "")) : 0;
}

interface Props {
  name: string;
  controls: string;
  at: 0 | 1;
  columns: Columns;
}

/** Follow the pointer until it is let go, wherever it goes meanwhile. */
function follow(event: PointerEvent, onMove: (by: number) => void): void {
  const line = event.currentTarget as HTMLElement;
  const startX = event.clientX;
  const ends = new AbortController();
  const end = () => ends.abort();
  line.setPointerCapture(event.pointerId);
  line.addEventListener("pointermove", (moved) => onMove(moved.clientX - startX), { signal: ends.signal });
  line.addEventListener("pointerup", end, { signal: ends.signal });
  line.addEventListener("pointercancel", end, { signal: ends.signal });
  event.preventDefault();
  line.focus();
}

export function Separator({ name, controls, at, columns }: Props) {
  const [percent, setPercent] = useState(at === 0 ? 22 : 58);
  const move = (from: Widths, by: number) => {
    const moved = columns.move(at, from, by);
    const sum = (widths: readonly number[]) => widths.reduce((all, one) => all + one, 0);
    setPercent(Math.round((100 * sum(moved.slice(0, at + 1))) / (sum(moved) || 1)));
  };
  return (
    <Control
      as="div"
      class="gw-sep"
      role="separator"
      aria-orientation="vertical"
      aria-label={name}
      aria-controls={controls}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      tabIndex={0}
      onKeyDown={(event: KeyboardEvent) => {
        const by = STEPS[event.key];
        if (by === undefined) return;
        event.preventDefault();
        move(columns.measure(), by);
      }}
      onPointerDown={(event: PointerEvent) => {
        const from = columns.measure();
        follow(event, (by) => move(from, by));
      }}
      onDblClick={columns.restore}
    />
  );
}
