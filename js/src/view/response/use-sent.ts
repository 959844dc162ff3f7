/** The body that a run sent, which is in no trait. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Run, Values } from "../../protocol";
import { useIsConnected, usePage } from "../use-trait";

/** Null where none is kept, undefined while it is asked for. */
export function useSent({ run_id }: Run): Values | null | undefined {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const [body, setBody] = useState<Values | null>();
  useEffect(() => {
    if (!isConnected || body) return;
    let isCurrent = true;
    link.request({ kind: "fetch_request", run_id }).then(({ data }) => {
      if (isCurrent) setBody(data.body ?? null);
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [link, run_id, isConnected, body]);
  return body;
}
