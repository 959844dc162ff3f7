/** The three management tools: whatever else one does with a generation. */

import { ToolBox } from "./tool";
import { TOOLS } from "./use-tool";

export function Tools() {
  return (
    <>
      {TOOLS.map((tool) => (
        <ToolBox key={tool.action} tool={tool} />
      ))}
    </>
  );
}
