/** The body that a run sent, which is in no trait. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Run, Values } from "../../protocol";
import { useIsConnected, usePage } from "../use-trait";

interface Sent {
  /** Null where there is none, undefined while it is asked for. */
  body?: Values | null | undefined;
  /** Why there is none. */
  why?: string | undefined;
}

export function useSent({ run_id }: Run): Sent {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const [sent, setSent] = useState<Sent>({});
  // an answer without a body is one too: it is asked for anew only once the kernel is back
  const isKnown = !!sent.body;
  useEffect(() => {
    if (!isConnected || isKnown) return;
    let isCurrent = true;
    link.request({ kind: "fetch_request", run_id }).then(({ data, alert }) => {
      if (isCurrent) setSent({ body: data.body ?? null, why: alert?.message });
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [link, run_id, isConnected, isKnown]);
  return sent;
}
