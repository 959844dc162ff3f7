/** What can be done with the runs that are selected; what cannot be undone is asked about once. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RunRow } from "../../protocol";
import { plural, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { useIsConnected, usePage } from "../use-trait";
import { doEach, type Kind } from "./actions";

const LEAST_COMPARED = 2;
const MOST_COMPARED = 4;

interface Props {
  rows: readonly RunRow[];
  /** What the list below has: a search may leave out what was selected before it. */
  listed: readonly RunRow[];
  onClear: () => void;
  /** What was asked about some runs has been done. */
  onDone: (rows: readonly RunRow[]) => void;
  onCompare: () => void;
}

/** What cannot be undone, and is asked about. */
type Loss = Exclude<Kind, "resume">;

/** What was asked, and about which runs: others may be selected before the answer. */
interface Asked {
  kind: Loss;
  rows: readonly RunRow[];
}

const CAN: Record<Kind, (row: RunRow) => boolean> = {
  delete_run: (row) => row.can_delete,
  forget_run: (row) => !row.is_live,
  resume: (row) => row.can_resume,
};
/** The code of what is said of those that it was done for. */
const DONE: Record<Kind, string> = {
  delete_run: "page_runs_deleted",
  forget_run: "page_runs_forgotten",
  resume: "page_runs_resumed",
};

const doable = (rows: readonly RunRow[], kind: Kind) => rows.filter(CAN[kind]);

/** The code of the sentence that says why runs cannot be deleted, or neither deleted nor forgotten. */
function whyNot(rows: readonly RunRow[]): string | undefined {
  if (rows.every((row) => row.is_live)) return "page_runs_live";
  return doable(rows, "delete_run").length > 0 ? undefined : "page_runs_undeletable";
}

/** What was asked about, what is being done with the runs, and why something of it was not done. */
function useDoing(onDone: Props["onDone"]) {
  const page = usePage();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isAtIt, setAtIt] = useState(false);
  const [failure, setFailure] = useState("");
  const doWith = async (kind: Kind, rows: readonly RunRow[]) => {
    if (isAtIt) return;
    setAtIt(true);
    const { done, failure } = await doEach(page, doable(rows, kind), kind);
    setAtIt(false);
    setAsked(null);
    page.say(DONE[kind], { found: plural(done.length, "run") });
    setFailure(failure);
    if (!failure) onDone(rows);
    else if (kind === "resume") onDone(done); // the others can be resumed yet
  };
  const doIt = () => asked && doWith(asked.kind, asked.rows);
  const resume = (rows: readonly RunRow[]) => {
    page.dismissAlert();
    return doWith("resume", rows);
  };
  return { asked, ask: setAsked, isAtIt, failure, doIt, resume };
}

/** Where a question was answered with no, what asked it has the focus again. */
function useKept(asking: Loss | null) {
  const place = useRef<HTMLElement>(null);
  const asked = useRef<Loss | null>(null);
  useLayoutEffect(() => {
    if (!asking && asked.current)
      place.current?.querySelector<HTMLElement>(`[data-kind="${asked.current}"]`)?.focus();
    asked.current = asking;
  }, [asking]);
  return place;
}

export function Selection({ rows, listed, onClear, onDone, onCompare }: Props) {
  const page = usePage();
  const { messages } = page;
  const isConnected = useIsConnected();
  const { asked, ask, isAtIt, failure, doIt, resume } = useDoing(onDone);
  const why = isConnected ? whyNot(rows) : undefined;
  const place = useKept(asked?.kind ?? null);
  const elsewhere = rows.filter((row) => !listed.some((one) => one.run_id === row.run_id)).length;
  const canCompare = rows.length >= LEAST_COMPARED && rows.length <= MOST_COMPARED;
  if (asked)
    return (
      <Question
        kind={asked.kind}
        count={doable(asked.rows, asked.kind).length}
        isAtIt={isAtIt}
        onKeep={() => ask(null)}
        onDo={doIt}
      />
    );
  const act = (name: string, isOn: boolean, onClick: () => void, more = {}) => (
    <Control as="button" class="gw-btn sm" disabled={!isOn} onClick={onClick} {...more}>
      {name}
    </Control>
  );
  const canResume = isConnected && !isAtIt && rows.every(CAN.resume);
  const toLetGo = (name: string, kind: Loss) => {
    const isOn = isConnected && doable(rows, kind).length > 0;
    return act(name, isOn, () => ask({ kind, rows }), {
      "aria-label": `${name} selected`,
      "aria-describedby": why && !isOn ? page.id("runs-why") : undefined,
      "data-kind": kind,
      title: messages[kind === "delete_run" ? "page_runs_deletes" : "page_runs_forgets"],
    });
  };
  return (
    <section class="gw-picked" aria-label="Selected runs" ref={place}>
      <span class="num">
        {`${rows.length} selected`}
        {elsewhere > 0 ? sentence(messages, "page_runs_elsewhere", { count: elsewhere }) : ""}
      </span>
      {failure ? (
        <span class="gw-bad" role="alert">
          {failure}
        </span>
      ) : null}
      {why ? <span id={page.id("runs-why")}>{sentence(messages, why)}</span> : null}
      <span class="grow" />
      {act("Compare", canCompare && isConnected, onCompare, {
        "data-compare": "",
        title: messages.page_runs_compare,
      })}
      {act("Resume", canResume, () => void resume(rows), {
        "aria-label": "Resume selected",
        "aria-busy": isAtIt || undefined,
        title: messages.page_runs_resumes,
      })}
      {toLetGo("Delete", "delete_run")}
      {toLetGo("Forget", "forget_run")}
      {act("Clear", true, onClear, { "aria-label": "Clear selection" })}
    </section>
  );
}

function Question(props: {
  kind: Loss;
  count: number;
  isAtIt: boolean;
  onKeep: () => void;
  onDo: () => void;
}) {
  const { kind, count, isAtIt, onKeep, onDo } = props;
  const { messages } = usePage();
  const isConnected = useIsConnected();
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => place.current?.querySelector("button")?.focus(), []);
  const isDelete = kind === "delete_run";
  const text = sentence(messages, isDelete ? "page_runs_delete" : "page_runs_forget", {
    found: plural(count, "run"),
  });
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || isAtIt) return;
    event.stopPropagation();
    onKeep();
  };
  return (
    <section class="gw-picked ask" aria-label={text} ref={place} onKeyDown={leave}>
      <span>{text}</span>
      <span class="grow" />
      <Control as="button" class="gw-btn sm" aria-label="Keep runs" onClick={onKeep} disabled={isAtIt}>
        Keep
      </Control>
      <Control
        as="button"
        class="gw-btn sm danger"
        aria-label={isDelete ? "Delete runs" : "Forget runs"}
        onClick={onDo}
        disabled={isAtIt || !isConnected}
      >
        {isAtIt ? <span class="gw-spin" /> : null}
        {isDelete ? "Delete" : "Forget"}
      </Control>
    </section>
  );
}
