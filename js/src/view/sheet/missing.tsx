/** What stands where an output would be: why it is not there, and a way to ask for it again. */

import type { CSSProperties } from "preact";
import { Control } from "../shared/control";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import type { ShownOutput } from "./use-output";

interface Props {
  shown: ShownOutput;
  /** What is said of an item that has made nothing. */
  without: string;
  style?: CSSProperties;
}

export function Missing({ shown: { failure, ask }, without, style }: Props) {
  const isConnected = useStore(useSheet().store, "isConnected");
  return (
    <div class="missing" style={style}>
      <p class="quiet">{failure || without}</p>
      {failure ? (
        <Control as="button" class="gw-btn sm" disabled={!isConnected} onClick={ask}>
          Try again
        </Control>
      ) : null}
    </div>
  );
}
