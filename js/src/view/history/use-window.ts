/** Which of many rows of one height are drawn: those in sight, and some more on either side. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

const BEYOND = 4;
/** Until it is measured. */
const ROW_HEIGHT = 56;

export function useWindow(count: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, height: 400, row: ROW_HEIGHT });
  useLayoutEffect(() => {
    const one = scroller.current;
    if (!one) return;
    const measure = () => {
      const row = one.querySelector<HTMLElement>("tbody tr")?.offsetHeight || ROW_HEIGHT;
      const [top, height] = [one.scrollTop, one.clientHeight];
      setPlace((before) =>
        before.top === top && before.height === height && before.row === row ? before : { top, height, row },
      );
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(one);
    one.addEventListener("scroll", measure, { passive: true });
    return () => {
      watcher.disconnect();
      one.removeEventListener("scroll", measure);
    };
  }, [count > 0]);
  const first = Math.max(0, Math.floor(place.top / place.row) - BEYOND);
  const end = Math.min(count, Math.ceil((place.top + place.height) / place.row) + BEYOND);
  return {
    scroller,
    first: Math.min(first, Math.max(0, end - 1)),
    end,
    before: Math.min(first, count) * place.row,
    behind: Math.max(0, count - end) * place.row,
    /** Bring a row into sight. */
    reveal: (at: number) => {
      const one = scroller.current;
      if (!one) return;
      const [top, bottom] = [at * place.row, (at + 1) * place.row];
      if (top < one.scrollTop) one.scrollTop = top;
      else if (bottom > one.scrollTop + one.clientHeight - place.row)
        one.scrollTop = bottom - one.clientHeight + place.row;
    },
  };
}
