/** The generation's id and the tools for it; it stands in the same place while following and after. */

import type { Run } from "../state";
import { Control } from "./control";
import { CopyIcon } from "./copy-button";
import { useIsConnected, usePage } from "./use-trait";

export function GenerationRow({ run, generationId }: { run: Run; generationId: string }) {
  const page = usePage();
  const isConnected = useIsConnected();
  return (
    <div class="gw-gen">
      <div class="id">
        <span class="quiet">generation_id</span>
        <span class="mono">{generationId}</span>
        <CopyIcon name="Copy generation_id" class="sm" text={generationId} />
      </div>
      <div class="acts">
        <Control
          as="button"
          class="gw-btn sm"
          disabled={!isConnected}
          onClick={() => page.manage("info", generationId)}
        >
          Content Info
        </Control>
        <Control
          as="button"
          class="gw-btn sm"
          disabled={!isConnected || (!run.is_live && run.state !== "expired")}
          onClick={() => page.manage("cancel", generationId)}
        >
          Cancel Generation
        </Control>
        <Control
          as="button"
          class="gw-btn sm"
          disabled={!isConnected}
          onClick={() => page.manage("delete", generationId)}
        >
          Delete Content
        </Control>
      </div>
    </div>
  );
}
