/** The whole widget: bar, strips, three panels, and the tools below them. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { actOf, PAGE_KEYS } from "../page/keys";
import type { Page } from "../page/page";
import { TopBar } from "./bar/topbar";
import { colorScheme, useFrame } from "./frame";
import { History } from "./history/history";
import { Manage } from "./manage/manage";
import { Panels } from "./panels";
import { onePress } from "./press";
import { Further, FurtherStyles } from "./shared/further";
import { PageContext, usePageState, useTrait } from "./use-trait";

export function App({ page }: { page: Page }) {
  const frame = useRef<HTMLElement>(null);
  useFrame(frame, page.root);
  useLayoutEffect(() => colorScheme(frame.current), []);
  const byKey = (event: KeyboardEvent) => {
    const act = actOf(PAGE_KEYS, event);
    // what is typed is no shortcut; tools and dialogs are about something else than Send
    const others = act === "send" ? ".gw-mng,dialog" : "input:not([type=checkbox]),textarea";
    if (!act || (event.target as Element).closest(others)) return;
    event.preventDefault();
    event.stopPropagation();
    // Where a sweep is open its Send is the one in sight: a single request would be another than what is shown.
    if (act !== "send") page.toggleShortcuts();
    else if (!page.store.state.isSweeping) page.sending.send();
    else page.root.querySelector<HTMLElement>(".gw-sweep .main")?.click();
  };
  return (
    <PageContext.Provider value={page}>
      <section class="gw" ref={frame} aria-label="Playground" onKeyDown={byKey} {...onePress}>
        <TopBar />
        <Shortcuts />
        <Panels />
        <Batch />
        <Manage />
        <History />
        <FurtherStyles />
      </section>
    </PageContext.Provider>
  );
}

function Shortcuts() {
  return usePageState(/* @__KEY__ */ "hasShortcuts") ? (
    <Further name="shortcuts">{({ Shortcuts }) => <Shortcuts />}</Further>
  ) : null;
}

/** The batch that was begun here last. */
function Batch() {
  return useTrait("batch_id") ? <Further name="sheet">{({ Below }) => <Below />}</Further> : null;
}
