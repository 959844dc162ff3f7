/** Brings the sheet of a batch into sight, and the focus to it, after the Send that began it; not where the person has gone on. */

import type { Page } from "../../page/page";

/** By these a person moves what is in sight, or begins something else. */
const GOING_ON = ["wheel", "touchmove", "pointerdown", "keydown"];
const AWAITED = new WeakMap<Page, AbortController>();

/** The sheet of what is sent now is awaited; the returned function says that none comes. */
export function awaitSheet(page: Page): () => void {
  AWAITED.get(page)?.abort();
  const wait = new AbortController();
  const leave = () => wait.abort();
  for (const one of GOING_ON)
    window.addEventListener(one, leave, { capture: true, passive: true, signal: wait.signal });
  AWAITED.set(page, wait);
  return leave;
}

/** Keep an awaited sheet in sight until its items are drawn; the focus goes to them where Send left it in the form's foot. */
export function bringSheet(page: Page, sheet: HTMLElement): (() => void) | undefined {
  const wait = AWAITED.get(page);
  if (!wait || wait.signal.aborted) return undefined;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const watcher = new ResizeObserver(() => {
    sheet.scrollIntoView({ block: "nearest", behavior: isStill ? "instant" : "smooth" });
    const grid = sheet.querySelector<HTMLElement>("[role=grid]");
    if (!grid) return;
    wait.abort();
    if (page.focused?.closest(".gw-foot")) grid.focus({ preventScroll: true });
  });
  wait.signal.addEventListener("abort", () => watcher.disconnect());
  watcher.observe(sheet);
  return () => wait.abort();
}
