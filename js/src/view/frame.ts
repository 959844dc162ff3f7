/** What the frame takes from its host: the theme, and a height if one is set. */

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Follow the host's theme: Jupyter says it on the body, other hosts by their own colour scheme. */
export function colorScheme(frame: HTMLElement | null): (() => void) | undefined {
  if (!frame) return undefined;
  const follow = () => {
    const isLight = document.body.dataset.jpThemeLight;
    const host = getComputedStyle(frame.parentElement ?? document.body).colorScheme;
    const own = host === "normal" ? "light dark" : host;
    frame.style.colorScheme = isLight === undefined ? own : isLight === "false" ? "dark" : "light";
  };
  follow();
  const watcher = new MutationObserver(follow);
  watcher.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  return () => watcher.disconnect();
}

/** Fill the height that `layout.height` puts on the host's element; without one the panels have their own. */
export function useFrame(frame: RefObject<HTMLElement | null>, host: HTMLElement): void {
  useLayoutEffect(() => {
    const follow = () => frame.current?.classList.toggle("tall", host.style.height !== "");
    follow();
    const watcher = new MutationObserver(follow);
    watcher.observe(host, { attributes: true, attributeFilter: ["style"] });
    return () => watcher.disconnect();
  }, [frame, host]);
}
