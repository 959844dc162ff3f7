/** The generation's id and the tools for it. While it is under way, Response has a Cancel of its own; what was deleted has its record alone. */

import type { ManageAction, Run } from "../../protocol";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { useIsConnected, usePage } from "../use-trait";

export function GenerationRow({ run, generationId }: { run: Run; generationId: string }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const tool = (action: ManageAction, name: string, isPast = false) => (
    <Control
      as="button"
      class="gw-btn sm"
      disabled={!isConnected || isPast}
      onClick={() => page.manage(action, generationId)}
    >
      {name}
    </Control>
  );
  return (
    <div class="gw-gen">
      <div class="id">
        <span class="quiet">generation_id</span>
        <span class="mono">{generationId}</span>
        <CopyIcon name="Copy generation_id" class="sm" text={generationId} />
      </div>
      <div class="acts">
        {tool("info", "Content Info")}
        {run.is_live || run.is_deleted ? null : tool("cancel", "Cancel Generation", run.state !== "expired")}
        {run.is_deleted ? null : tool("delete", "Delete Content")}
      </div>
    </div>
  );
}
