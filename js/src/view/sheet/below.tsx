/** Below a playground's panels: the sheet of the batch that was begun there last. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Answer, CellsNews, Command } from "../../protocol";
import { useIsConnected, usePage, useTrait } from "../use-trait";
import { bringSheet } from "./bring";
import type { SheetHost } from "./host";
import { Sheet } from "./sheet";

export function Below() {
  const page = usePage();
  const batchId = useTrait("batch_id");
  const isConnected = useIsConnected();
  const host = useMemo<SheetHost>(
    () => ({
      batchId,
      viewId: page.link.viewId,
      messages: page.messages,
      modules: page.modules,
      request: <C extends Command>(command: C) => {
        const asked = page.link.request(command) as Promise<Answer<C["kind"]>>;
        if (command.kind === "load_item") {
          page.hold(command, { text: page.messages.wants_hello as string, to: [] });
          // the values that came before the answer may still be on their way through the host's promises
          const release = () => setTimeout(() => page.hold(command));
          asked.then(release, release);
        }
        return asked;
      },
      listen: (take) => {
        const hear = (news: CellsNews) => {
          if (news?.kind !== "cells") return;
          page.link.hear();
          take(news);
        };
        page.model.on("msg:custom", hear);
        return () => page.model.off("msg:custom", hear);
      },
      id: page.id.bind(page),
    }),
    [page, batchId],
  );
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => (section.current ? bringSheet(page, section.current) : undefined), [page, batchId]);
  return (
    <section ref={section} class="gw-sheet gw-sheet-below" aria-label={`Batch ${batchId}`} key={batchId}>
      <Sheet host={host} isConnected={isConnected} />
    </section>
  );
}
