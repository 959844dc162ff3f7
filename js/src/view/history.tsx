/** The runs that the ledger knows, newest first; any of them can be shown again. */

import { useEffect, useState } from "preact/hooks";
import { milliseconds, timeOfDay } from "../format";
import { ignoreNotConnected } from "../link";
import type { RunRow, RunState } from "../state";
import { Control } from "./control";
import { Disclosure } from "./disclosure";
import { useIsConnected, usePage, usePageState, useTrait } from "./use-trait";

const TONES: Partial<Record<RunState, string>> = {
  succeeded: "ok",
  answered: "ok",
  failed: "bad",
  refused: "bad",
  lost: "lost",
  expired: "lost",
};

/** The prompts of the runs: kept out of the synced traits, asked for when the history is opened. */
function usePrompts(isOpen: boolean, runs: readonly RunRow[]): Record<string, string> {
  const page = usePage();
  const isConnected = useIsConnected();
  const [prompts, setPrompts] = useState<Record<string, string>>({});
  const newest = runs[0]?.run_id;
  // a newer run has a prompt to ask for
  useEffect(() => {
    if (!isOpen || !isConnected) return;
    page.link.request({ kind: "list_runs" }).then((answer) => {
      if (answer.ok) setPrompts((answer.data.prompts ?? {}) as Record<string, string>);
    }, ignoreNotConnected);
  }, [page, isOpen, isConnected, newest]);
  return prompts;
}

const HEADS: [string, string][] = [
  ["time", ""],
  ["model", ""],
  ["prompt", "prompt"],
  ["state", ""],
  ["provider", "wide"],
  ["HTTP", "r mid"],
  ["latency", "r wide"],
  ["total", "r wide"],
  ["credits", "r mid"],
];

export function History() {
  const page = usePage();
  const isOpen = usePageState("isHistoryOpen");
  const runs = useTrait("runs");
  const prompts = usePrompts(isOpen, runs);
  const toggle = () => page.store.set({ isHistoryOpen: !isOpen });
  return (
    <>
      <Disclosure isOpen={isOpen} controls={page.id("history")} onToggle={toggle}>
        History <span class="quiet num">{runs.length}</span>
      </Disclosure>
      <div id={page.id("history")} hidden={!isOpen}>
        {isOpen ? <Table runs={runs} prompts={prompts} /> : null}
      </div>
    </>
  );
}

function Table({ runs, prompts }: { runs: readonly RunRow[]; prompts: Record<string, string> }) {
  const shown = useTrait("run")?.run_id;
  return (
    <Control as="div" class="gw-hist" role="group" aria-label="Runs" tabIndex={0}>
      <table class="gw-tbl">
        <caption class="vh">History</caption>
        <thead>
          <tr>
            {HEADS.map(([name, kind]) => (
              <th scope="col" class={kind} key={name}>
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="vh">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((row) => (
            <Row
              key={row.run_id}
              row={row}
              prompt={prompts[row.run_id] ?? ""}
              isShown={row.run_id === shown}
            />
          ))}
        </tbody>
      </table>
    </Control>
  );
}

function Row({ row, prompt, isShown }: { row: RunRow; prompt: string; isShown: boolean }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const act = () => {
    if (row.can_resume) page.resume(row.run_id);
    else page.load(row.run_id);
    page.show("response");
  };
  const name = row.can_resume ? "Resume" : "Show";
  const time = timeOfDay(row.created_at);
  return (
    <tr aria-current={isShown ? "true" : undefined}>
      <td class="num">{time}</td>
      <td class="mono">{row.model_id}</td>
      <td class="prompt" title={prompt}>
        {prompt}
      </td>
      <td>
        <span class={`st ${TONES[row.state] ?? ""}`}>{row.state}</span>
      </td>
      <td class="mono wide">{row.provider ?? ""}</td>
      <td class="r num mid">{row.status_code ?? ""}</td>
      <td class="r num wide">{row.latency_ms === null ? "" : milliseconds(row.latency_ms)}</td>
      <td class="r num wide">{row.total_ms === null ? "" : milliseconds(row.total_ms)}</td>
      <td class="r num mid">{row.credits === null ? "" : row.credits.toFixed(3)}</td>
      <td>
        <Control
          as="button"
          class="gw-btn sm"
          aria-label={`${name} ${row.model_id} ${time}`}
          disabled={!isConnected || (isShown && !row.can_resume)}
          onClick={act}
        >
          {name}
        </Control>
      </td>
    </tr>
  );
}
