/** The three management tools: whatever else one does with a generation. */

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

export function Tools() {
  return (
    <>
      {TOOLS.map((tool) => (
        <ToolBox key={tool.action} tool={tool} />
      ))}
    </>
  );
}
