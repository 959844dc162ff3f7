/** The timeline: solid where the API confirmed it, hollow and dashed where it is only inferred. */

import { useEffect, useState } from "preact/hooks";
import type { Run, TimelineEntry } from "../../protocol";
import { milliseconds } from "../../text/format";
import { Clock } from "../shared/clock";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { useIsOff, usePage, useTrait } from "../use-trait";

const TICK_MS = 250;

/** Open while anything is under way, or where no JSON came that could stand below; folded to one line after. */
export function Progress({ run }: { run: Run | null }) {
  const page = usePage();
  const [isUnfolded, setUnfolded] = useState(false);
  const first = useTrait("spending") ? "timeline_checking" : "timeline_sending";
  if (!run) return <List entries={planned(page.messages[first] ?? "")} />;
  if (run.timeline.length === 0) return null;
  const isOpen = run.is_live || run.state === "lost";
  if (isOpen) return <List entries={run.timeline} run={run} facts={run.is_live ? [] : run.post_facts} />;
  return (
    <>
      <Control
        as="button"
        class="gw-fold"
        aria-expanded={isUnfolded}
        aria-controls={page.id("timeline")}
        onClick={() => setUnfolded(!isUnfolded)}
      >
        <Icon name={isUnfolded ? "down" : "right"} />
        <span class="vh">Timeline: </span>
        <span class="gw-mini" aria-hidden="true">
          {run.timeline.map((entry, index) => (
            // entries are told apart by their place in time
            <i key={index} class={entry.tone} />
          ))}
        </span>
        <b>{run.state}</b>
        {run.provider ? <span class="mono quiet">{run.provider}</span> : null}
      </Control>
      <div id={page.id("timeline")} hidden={!isUnfolded}>
        {isUnfolded ? <List entries={run.timeline} facts={run.post_facts} /> : null}
      </div>
    </>
  );
}

/** Between the click and the kernel's first word: only what is certain. */
const planned = (label: string): readonly TimelineEntry[] => [
  { at_ms: 0, label, provider: null, confirmed: true, tone: "plain", is_now: true },
];

/** What goes on, drawn as going on only while a kernel is there to tell. */
function List({
  entries,
  run,
  facts,
}: {
  entries: readonly TimelineEntry[];
  run?: Run;
  facts?: readonly string[];
}) {
  const isOff = useIsOff();
  return (
    <div class="gw-tl">
      <ol class="gw-t" aria-label="Timeline">
        {entries.map((entry, index) => (
          // entries are told apart by their place in time
          <Entry
            key={index}
            entry={entry}
            took={tookOf(entries, index)}
            run={run ?? null}
            isNow={entry.is_now && !isOff}
          />
        ))}
      </ol>
      {facts?.map((fact) => (
        <p key={fact} class="gw-facts">
          {fact}
        </p>
      ))}
      {run?.countdown && run.is_live && !isOff ? <Countdown run={run} to={run.countdown} /> : null}
    </div>
  );
}

/** How long after the step before it a step was known; nothing where its own time says so, or a time is unknown. */
function tookOf(entries: readonly TimelineEntry[], index: number): number | null {
  const [before, entry] = [entries[index - 1], entries[index]];
  if (!before?.at_ms || !entry?.confirmed || entry.at_ms === null) return null;
  return entry.at_ms - before.at_ms;
}

interface EntryProps {
  entry: TimelineEntry;
  took: number | null;
  run: Run | null;
  isNow: boolean;
}

function Entry({ entry, took, run, isNow }: EntryProps) {
  const kinds = [
    entry.confirmed ? "" : "guess",
    isNow ? "now" : "",
    entry.tone === "plain" ? "" : entry.tone,
  ];
  const time = entry.at_ms === null ? "" : milliseconds(entry.at_ms);
  return (
    <li class={kinds.filter(Boolean).join(" ")} aria-current={isNow ? "step" : undefined}>
      <span class="dot" />
      <span class="what">
        <Label entry={entry} />
        {entry.confirmed ? null : <span class="gw-b guess">inferred</span>}
      </span>
      <span class="took">{took === null ? "" : `+${milliseconds(took)}`}</span>
      <span class="at">
        {time && !entry.confirmed ? `since ${time}` : time}
        {isNow ? (
          <b aria-hidden="true">
            <Clock run={run} />
          </b>
        ) : null}
      </span>
    </li>
  );
}

/** The words of an entry, with the provider's name as it stands on the wire. */
function Label({ entry: { label, provider } }: { entry: TimelineEntry }) {
  if (!provider) return <span>{label}</span>;
  return (
    <span>
      <span class="mono">{provider}</span> {label}
    </span>
  );
}

/** Counts down to the next request by the page's stopwatch, since the kernel's clock may differ from the page's. */
function Countdown({ run, to }: { run: Run; to: NonNullable<Run["countdown"]> }) {
  const { sending } = usePage();
  const left = () => Math.max(0, Math.ceil((to.at - run.started_at - sending.elapsed(run.run_id)) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), TICK_MS);
    return () => clearInterval(timer);
  });
  return <p class="gw-retry num">{`${to.label} ${seconds} s`}</p>;
}
