/** How large a picture is drawn in a stage, and which part of it is seen. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

type Size = readonly [width: number, height: number];
type Point = readonly [x: number, y: number];

const STEP = 1.25;
const LEAST = 0.02;
const MOST = 32;
/** How far one key moves what is seen, and how far a pointer may move in a click. */
const PAN_PX = 80;
const CLICK_PX = 4;
/** What one notch of a wheel does to the logarithm of the scale. */
const WHEEL = 0.0015;

const clamp = (scale: number): number => Math.min(MOST, Math.max(LEAST, scale));

export interface Zoom {
  /** Screen pixels for each of the picture's. */
  scale: number;
  isFit: boolean;
  drawn: Size;
  /** Draw it at a scale, null for what fits; `at` is what stays where it is on the screen, else the middle. */
  to: (scale: number | null, at?: Point) => void;
  by: (steps: number) => void;
  pan: (x: number, y: number) => void;
  /** Handlers of the stage. */
  onWheel: (event: WheelEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
  onDblClick: (event: MouseEvent) => void;
  /** Whether the press that ends now moved the picture. */
  wasDrag: () => boolean;
}

type Stage = RefObject<HTMLElement | null>;

/** The size of the stage's inside. */
function useRoom(stage: Stage): Size {
  const [room, setRoom] = useState<Size>([0, 0]);
  useLayoutEffect(() => {
    const one = stage.current;
    if (!one) return;
    const read = () => setRoom([one.clientWidth, one.clientHeight]);
    const watcher = new ResizeObserver(read);
    watcher.observe(one);
    read();
    return () => watcher.disconnect();
  }, [stage]);
  return room;
}

/** Moves what is seen under a pointer that is held down; how far, is asked of what is returned. */
function useDrag(pan: (x: number, y: number) => void) {
  const moved = useRef(0);
  const onPointerDown = (down: PointerEvent) => {
    moved.current = 0;
    if (down.button !== 0) return;
    let [x, y] = [down.clientX, down.clientY];
    const over = new AbortController();
    const { signal } = over;
    const move = (event: PointerEvent) => {
      moved.current += Math.abs(event.clientX - x) + Math.abs(event.clientY - y);
      pan(x - event.clientX, y - event.clientY);
      [x, y] = [event.clientX, event.clientY];
    };
    addEventListener("pointermove", move, { signal });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => over.abort(), { signal });
  };
  return { onPointerDown, wasDrag: () => moved.current > CLICK_PX };
}

/** What was wanted of one picture is not of the next: `of` tells them apart. */
export function useZoom(stage: Stage, natural: Size, of: unknown): Zoom {
  const [last, setLast] = useState<{ of: unknown; scale: number | null }>({ of, scale: null });
  const wanted = last.of === of ? last.scale : null;
  const room = useRoom(stage);
  const anchor = useRef<{ at: Point; share: Point } | null>(null);
  const fit = natural[0] ? Math.min(1, room[0] / natural[0], room[1] / natural[1]) : 1;
  const scale = wanted ?? fit;
  const picture = () => stage.current?.firstElementChild?.getBoundingClientRect();
  const scroll = (x: number, y: number) => stage.current?.scrollBy(x, y);
  useLayoutEffect(() => {
    const [kept, box] = [anchor.current, picture()];
    anchor.current = null;
    if (!kept || !box) return;
    const [[x, y], [across, down]] = [kept.at, kept.share];
    scroll(box.left + across * box.width - x, box.top + down * box.height - y);
  }, [scale]);
  const to = (next: number | null, at?: Point) => {
    const [box, around] = [picture(), stage.current?.getBoundingClientRect()];
    if (!box || !around) return;
    const [x, y] = at ?? [around.left + around.width / 2, around.top + around.height / 2];
    anchor.current = { at: [x, y], share: [(x - box.left) / box.width, (y - box.top) / box.height] };
    setLast({ of, scale: next === null ? null : clamp(next) });
  };
  return {
    scale,
    isFit: wanted === null,
    drawn: [natural[0] * scale, natural[1] * scale],
    to,
    by: (steps) => to(scale * STEP ** steps),
    pan: (x, y) => scroll(x * PAN_PX, y * PAN_PX),
    onWheel: (event) => {
      event.preventDefault();
      to(scale * Math.exp(-event.deltaY * WHEEL), [event.clientX, event.clientY]);
    },
    onDblClick: (event) => to(scale === 1 ? null : 1, [event.clientX, event.clientY]),
    ...useDrag(scroll),
  };
}
