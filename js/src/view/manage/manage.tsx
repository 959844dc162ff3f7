/** The three management tools: whatever else one does with a generation. */

import { useRef } from "preact/hooks";
import { Disclosure } from "../shared/disclosure";
import { usePage, usePageState } from "../use-trait";
import { ToolBox } from "./tool";
import type { Tool } from "./use-tool";

const TOOLS: readonly Tool[] = [
  {
    action: "info",
    title: "Content Info",
    method: "GET",
    badge: "get",
    route: "/v1/content/{generation_id}",
  },
  {
    action: "cancel",
    title: "Cancel Generation",
    method: "POST",
    badge: "post",
    route: "/v1/content/generation/cancel/{generation_id}",
  },
  {
    action: "delete",
    title: "Delete Content",
    method: "DELETE",
    badge: "del",
    route: "/v1/content/{generation_id}",
  },
];

export function Manage() {
  const page = usePage();
  const isOpen = usePageState("isManageOpen");
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return (
    <>
      <Disclosure
        isOpen={isOpen}
        controls={page.id("manage")}
        onToggle={() => page.store.set({ isManageOpen: !isOpen })}
      >
        Manage content
      </Disclosure>
      <div class="gw-mng" id={page.id("manage")} hidden={!isOpen}>
        {wasOpen.current ? TOOLS.map((tool) => <ToolBox key={tool.action} tool={tool} />) : null}
      </div>
    </>
  );
}
