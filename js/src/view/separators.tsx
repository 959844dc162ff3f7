/** The lines between the panels: dragged, or moved by the arrow keys. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { Control } from "./control";

/** The narrowest that each panel may become, px. */
const LEAST = [236, 360, 360] as const;
const STEP_PX = 16;

type Widths = [number, number, number];

export interface Columns {
  template: string;
  widths: Widths | null;
  measure: () => Widths;
  move: (at: 0 | 1, widths: Widths, by: number) => void;
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
    const most = Math.max(LEAST[at], left + right - (LEAST[at + 1] ?? 0));
    const next = Math.min(most, Math.max(LEAST[at], left + by));
    const moved: Widths = [...from];
    moved[at] = next;
    moved[at + 1] = left + right - next;
    setWidths(moved);
  };
  const template = widths
    ? widths.map((one, at) => `minmax(${LEAST[at]}px, ${one.toFixed(1)}fr)`).join(" 1px ")
    : "";
  return { template, widths, measure, move, restore: () => setWidths(null) };
}

interface Props {
  name: string;
  controls: string;
  at: 0 | 1;
  columns: Columns;
}

export function Separator({ name, controls, at, columns }: Props) {
  const [percent, setPercent] = useState(at === 0 ? 22 : 58);
  const move = (from: Widths, by: number) => {
    columns.move(at, from, by);
    const edge = from.slice(0, at + 1).reduce((sum, one) => sum + one, by);
    const whole = from.reduce((sum, one) => sum + one, 0) || 1;
    setPercent(Math.max(0, Math.min(100, Math.round((100 * edge) / whole))));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const far = 100_000;
    const steps: Record<string, number> = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX, Home: -far, End: far };
    const by = steps[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(columns.measure(), by);
  };
  const onPointerDown = (event: PointerEvent) => {
    const line = event.currentTarget as HTMLElement;
    const from = columns.measure();
    const startX = event.clientX;
    const drag = (moved: PointerEvent) => move(from, moved.clientX - startX);
    const end = () => {
      line.removeEventListener("pointermove", drag);
      line.removeEventListener("pointerup", end);
      line.removeEventListener("pointercancel", end);
    };
    line.setPointerCapture(event.pointerId);
    line.addEventListener("pointermove", drag);
    line.addEventListener("pointerup", end);
    line.addEventListener("pointercancel", end);
    event.preventDefault();
    line.focus();
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
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onDblClick={columns.restore}
    />
  );
}
