/** The generation's id and the tools for it. While it is under way, Response has a Cancel of its own; what was deleted has its record alone. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { ManageAction, Run } from "../../protocol";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Further } from "../shared/further";
import { useIsConnected, usePage } from "../use-trait";

/** What was pressed, and for which generation; a press more is another. */
interface Asked {
  action: ManageAction;
  of: string;
  from: HTMLElement;
  times: number;
}

export function GenerationRow({ run, generationId }: { run: Run; generationId: string }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const hasEnded = !run.is_live && !run.is_deleted && run.state !== "expired";
  const [asked, setAsked] = useState<Asked | null>(null);
  // what was asked of another generation is over: to come back to that one asks for nothing
  useLayoutEffect(() => setAsked((now) => (now?.of === generationId ? now : null)), [generationId]);
  const ask = (action: ManageAction, from: HTMLElement) =>
    setAsked((now) => ({ action, of: generationId, from, times: (now?.times ?? 0) + 1 }));
  const tool = (action: ManageAction, name: string, isPast = false) => (
    <Control
      as="button"
      class="gw-btn sm"
      disabled={!isConnected || isPast}
      aria-describedby={isPast ? page.id("ended") : undefined}
      onClick={(event: MouseEvent) => ask(action, event.currentTarget as HTMLElement)}
    >
      {name}
    </Control>
  );
  return (
    <>
      <div class="gw-gen">
        <div class="id">
          <span class="quiet">generation_id</span>
          <span class="mono">{generationId}</span>
          <CopyIcon name="Copy generation_id" class="sm" text={generationId} />
        </div>
        <div class="acts">
          {tool("info", "Content Info")}
          {run.is_live || run.is_deleted ? null : tool("cancel", "Cancel Generation", hasEnded)}
          {run.is_deleted ? null : tool("delete", "Delete Content")}
          {hasEnded ? (
            <span class="quiet" id={page.id("ended")}>
              {page.messages.too_late_to_cancel}
            </span>
          ) : null}
        </div>
      </div>
      {asked?.of === generationId ? (
        <Further name="manage">
          {({ InPlace }) => (
            <InPlace
              key={asked.times}
              action={asked.action}
              generationId={generationId}
              from={asked.from}
              onEnd={() => setAsked(null)}
            />
          )}
        </Further>
      ) : null}
    </>
  );
}
