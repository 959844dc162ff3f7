/** The JSON of the shown run: the reply, then its generation's record, fetched when it is looked at. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { BodyKind, Run } from "../../protocol";
import { useIsConnected, usePage } from "../use-trait";

export interface ShownBody {
  which: BodyKind;
  text: string | null;
  failure: string | null;
  canCopy: boolean;
  whole: () => string;
  choose: (which: BodyKind) => void;
}

interface Fetched {
  key: string;
  text: string | null;
  failure: string | null;
}

/** Which body is shown, and its text. Until the person chooses, the record follows the reply once the run has ended. */
export function useBody(run: Run | null): ShownBody {
  const page = usePage();
  const isConnected = useIsConnected();
  const [choice, setChoice] = useState<{ runId: string; which: BodyKind } | null>(null);
  const [fetched, setFetched] = useState<Fetched | null>(null);
  const own = choice && choice.runId === run?.run_id ? choice.which : null;
  const usual: BodyKind = run?.has_record && (!run.is_live || !run.has_reply) ? "record" : "reply";
  const which: BodyKind = own ?? usual;
  const has = run ? (which === "record" ? run.has_record : run.has_reply) : false;
  const runId = run?.run_id;
  const key = run && has ? `${run.run_id} ${which} ${run.lines[which]} ${run.state}` : "";
  useEffect(() => {
    if (!key || !runId || !isConnected) return;
    let isCurrent = true;
    page.link.request({ kind: "fetch_body", run_id: runId, which }).then((answer) => {
      const [bytes] = answer.buffers;
      const failure = answer.alert?.message ?? page.messages.page_not_kept ?? "";
      const isWhole = answer.ok && bytes !== undefined;
      const next = isWhole
        ? { key, text: new TextDecoder().decode(bytes), failure: null }
        : { key, text: null, failure };
      if (isCurrent) setFetched(next);
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [page, key, runId, which, isConnected]);
  // The record of another state of the same run stays on the screen until the newer one is here.
  const isOfShown = fetched !== null && runId !== undefined && fetched.key.startsWith(`${runId} ${which} `);
  const text = isOfShown ? fetched.text : null;
  return {
    which,
    text,
    failure: isOfShown ? fetched.failure : null,
    canCopy: text !== null,
    whole: () => text ?? "",
    choose: (next) => runId && setChoice({ runId, which: next }),
  };
}
