/** The JSON of the shown run: the reply, then its generation's record, fetched when it is looked at. */

import { useEffect, useState } from "preact/hooks";
import { JsonLines } from "../../json/json-lines";
import { ignoreNotConnected } from "../../kernel/comm";
import type { BodyKind, Run } from "../../protocol";
import { Segments } from "../shared/segments";
import { useIsConnected, usePage } from "../use-trait";
import { JsonView } from "./json-view";

export interface ShownBody {
  which: BodyKind;
  lines: JsonLines | null;
  failure: string | null;
  canCopy: boolean;
  whole: () => string;
  choose: (which: BodyKind) => void;
}

interface Fetched {
  key: string;
  lines: JsonLines | null;
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
      const failure = answer.alert?.message ?? "This response is no longer kept.";
      const isWhole = answer.ok && bytes !== undefined;
      const next = isWhole
        ? { key, lines: JsonLines.decode(bytes), failure: null }
        : { key, lines: null, failure };
      if (isCurrent) setFetched(next);
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [page, key, runId, which, isConnected]);
  // The record of another state of the same run stays on the screen until the newer one is here.
  const isOfShown = fetched !== null && runId !== undefined && fetched.key.startsWith(`${runId} ${which} `);
  const lines = isOfShown ? fetched.lines : null;
  return {
    which,
    lines,
    failure: isOfShown ? fetched.failure : null,
    canCopy: lines !== null,
    whole: () => lines?.text ?? "",
    choose: (next) => runId && setChoice({ runId, which: next }),
  };
}

export function JsonPane({ run, body }: { run: Run; body: ShownBody }) {
  const choices = (
    <Segments<BodyKind>
      kind="radio"
      label="JSON shown"
      class="gw-seg sm"
      items={[
        { value: "reply", label: "Reply", disabled: !run.has_reply },
        { value: "record", label: "Record", disabled: !run.has_record },
      ]}
      value={body.which}
      onChoose={body.choose}
    />
  );
  const filename = `${run.generation_id ?? run.run_id}-${body.which}.json`;
  return (
    <div class="gw-json">
      <JsonView name="JSON" lines={body.lines} failure={body.failure} filename={filename}>
        {choices}
      </JsonView>
    </div>
  );
}
