/** The whole widget: bar, strips, three panels, and the tools below them. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../page/page";
import { TopBar } from "./bar/topbar";
import { colorScheme, useFrame } from "./frame";
import { History } from "./history/history";
import { Manage } from "./manage/manage";
import { Panels } from "./panels";
import { onePress } from "./press";
import { FurtherStyles } from "./shared/further";
import { PageContext } from "./use-trait";

export function App({ page }: { page: Page }) {
  const frame = useRef<HTMLElement>(null);
  useFrame(frame, page.root);
  useLayoutEffect(() => colorScheme(frame.current), []);
  const sendByKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (event.target instanceof Element && event.target.closest(".gw-mng, dialog")) return; // they are about something else
    event.preventDefault();
    event.stopPropagation();
    page.sending.send();
  };
  return (
    <PageContext.Provider value={page}>
      <section class="gw" ref={frame} aria-label="Playground" onKeyDown={sendByKey} {...onePress}>
        <TopBar />
        <Panels />
        <Manage />
        <History />
        <FurtherStyles />
      </section>
    </PageContext.Provider>
  );
}
