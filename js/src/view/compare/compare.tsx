/** Two to four results beside each other: their pictures, and the fields in which what was sent differs. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import { actOf } from "../../page/keys";
import type { Answer, RunRow, Values } from "../../protocol";
import { asText, creditCount, duration, moment } from "../../text/format";
import { CloseButton, Dialog } from "../dialog/dialog";
import { Said } from "../dialog/said";
import type { Rating, Stars as StarsOf } from "../history/rating";
import { Control } from "../shared/control";
import { usePage } from "../use-trait";
import { COMPARE_KEYS } from "./keys";

interface Made {
  url: string;
  isFilm: boolean;
  /** Why it is not shown. */
  reason: string;
}

type Shown = Answer<"fetch_output"> | Answer<"fetch_thumbnail">;

/** What was not there is asked for again after so long, then after twice as long each time. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

const SEED = "generation_seed";

const NOTHING: Made = { url: "", isFilm: false, reason: "" };

/** What each run sent; null where that was not stored. */
function useBodies(rows: readonly RunRow[]): ReadonlyMap<string, Values | null> {
  const { link } = usePage();
  const [bodies, setBodies] = useState<ReadonlyMap<string, Values | null>>(new Map());
  useEffect(() => {
    let isGone = false;
    for (const { run_id } of rows)
      link.request({ kind: "fetch_request", run_id }).then(({ data }) => {
        if (!isGone) setBodies((all) => new Map(all).set(run_id, data.body ?? null));
      }, ignoreNotConnected);
    return () => {
      isGone = true;
    };
  }, [link, rows.map((row) => row.run_id).join(" ")]);
  return bodies;
}

/** What a run made, once it has; the memory is given back with the view. */
function useMade(row: RunRow): Made {
  const { run_id } = row;
  const { link } = usePage();
  const [made, setMade] = useState(NOTHING);
  const hasMade = isMade(row);
  useEffect(() => {
    if (!hasMade) return;
    let [url, isGone, wait] = ["", false, FIRST_MS];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = async () => {
      const answer = await link.request({ kind: "fetch_output", run_id, index: 0 });
      let [shown, reason, mayCome]: [Shown, string, boolean] = [answer, answer.alert?.message ?? "", false];
      if (!answer.ok) {
        const small = await link.request({ kind: "fetch_thumbnail", run_id });
        [shown, reason, mayCome] = [
          small,
          small.data.reason || reason,
          !small.ok || small.data.may_come === true,
        ];
      }
      if (isGone) return;
      url = urlOf(shown);
      if (!url && mayCome) {
        timer = setTimeout(ask, wait);
        wait = Math.min(2 * wait, LONGEST_MS);
      }
      const isFilm = shown.data.media_type?.startsWith("video/") ?? false;
      setMade({ url, isFilm, reason: url ? "" : reason });
    };
    const ask = () => show().catch(ignoreNotConnected);
    ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
      URL.revokeObjectURL(url);
    };
  }, [link, run_id, hasMade]);
  return made;
}

function urlOf({ data, buffers }: Shown): string {
  const type = data.media_type ?? "";
  const parts = buffers as readonly DataView<ArrayBuffer>[];
  if (!/^(image\/(png|jpeg|webp|gif|avif)|video\/(mp4|webm))$/.test(type) || parts.length === 0) return "";
  return URL.createObjectURL(new Blob([...parts], { type }));
}

/** The names of fields that not all have alike. */
function differing(bodies: readonly Values[]): string[] {
  const names = [...new Set(bodies.flatMap((body) => Object.keys(body)))];
  return names.filter((name) => new Set(bodies.map((body) => JSON.stringify(body[name]))).size > 1);
}

interface CompareProps {
  rows: readonly RunRow[];
  /** History's own, whose module this is not. */
  stars: typeof StarsOf;
  onRate: (row: RunRow, rating: Rating) => void;
  onLeave: () => void;
}

/** Only what was made can be rated, as in the large view. */
const isMade = ({ state }: RunRow) => state === "succeeded";

/** Rate the result that has the focus, or go to the stars of the one beside it. */
function press(event: KeyboardEvent, { rows, onRate }: CompareProps): void {
  const act = actOf(COMPARE_KEYS, event);
  if (!act || !(event.target instanceof Element) || event.target instanceof HTMLVideoElement) return;
  const side = event.target.closest("section");
  const row = rows.find(({ run_id }) => run_id === side?.dataset.run);
  if (!side || !row) return;
  const go = (step: "nextElementSibling" | "previousElementSibling") => {
    let to = side[step];
    while (to && !to.querySelector(".rate:enabled")) to = to[step];
    to?.querySelector<HTMLElement>(".rate")?.focus();
  };
  const acts: Record<keyof typeof COMPARE_KEYS, () => void> = {
    next: () => go("nextElementSibling"),
    previous: () => go("previousElementSibling"),
    rate: () => onRate(row, Number(event.key)),
    reject: () => onRate(row, 0),
    unrate: () => onRate(row, null),
  };
  event.preventDefault();
  acts[act]();
}

/** So that the keys rate from the beginning. */
const firstStars = (dialog: HTMLElement) => dialog.querySelector<HTMLElement>(".rate:enabled");

export function Compare(props: CompareProps) {
  const { rows, stars, onRate } = props;
  const { messages } = usePage();
  const bodies = useBodies(rows);
  const known = [...bodies.values()].filter((body) => body !== null);
  const isRead = bodies.size === rows.length;
  const fields = isRead ? differing(known) : [];
  const isRepeated = new Set(rows.map((row) => row.model_id)).size < rows.length;
  const isAlike = isRead && known.length === rows.length && fields.length === 0;
  return (
    <Dialog class="gw-compare" name="Comparison" onLeave={props.onLeave} first={firstStars}>
      <header>
        <h3>Comparison</h3>
        <span class="grow" />
        <CloseButton name="Close comparison" />
      </header>
      <Control
        as="div"
        class="sides"
        role="group"
        aria-label="Results"
        tabIndex={0}
        style={{ "--gw-sides": rows.length }}
        onKeyDown={(event: KeyboardEvent) => press(event, props)}
      >
        {rows.map((row) => (
          <Result
            key={row.run_id}
            row={row}
            body={bodies.get(row.run_id)}
            fields={fields}
            isRepeated={isRepeated}
            stars={stars}
            onRate={(rating) => onRate(row, rating)}
          />
        ))}
      </Control>
      <footer>
        {isAlike ? <p>{messages.page_runs_alike}</p> : null}
        <Said />
      </footer>
    </Dialog>
  );
}

interface ResultProps {
  row: RunRow;
  /** What was sent: nothing while it is on its way, null where it was not stored. */
  body: Values | null | undefined;
  fields: readonly string[];
  /** Whether models repeat: then the model alone tells no result from another. */
  isRepeated: boolean;
  stars: CompareProps["stars"];
  onRate: (rating: Rating) => void;
}

function Result({ row, body, fields, isRepeated, stars: Stars, onRate }: ResultProps) {
  const { messages } = usePage();
  const made = useMade(row);
  const time = moment(row.created_at);
  const name = `${row.model_id} ${time}`;
  const facts: [string, string][] = [
    ["state", row.state],
    ["time", row.total_ms === null ? "" : duration(row.total_ms)],
    ["cost", row.credits === null ? "not known" : creditCount(row.credits)],
  ];
  return (
    <section aria-label={name} data-run={row.run_id}>
      <div class="pic">
        {made.url === "" ? (
          <span class="quiet">{made.reason || row.state}</span>
        ) : made.isFilm ? (
          <Control
            as="video"
            controls
            loop
            preload="auto"
            src={`${made.url}#t=0.001`}
            aria-label={row.prompt}
          />
        ) : (
          <img src={made.url} alt={row.prompt} />
        )}
      </div>
      <p class="mono">{row.model_id}</p>
      {isRepeated ? (
        <p class="made num">
          {time}
          {fields.includes(SEED) && body && SEED in body ? ` · seed ${written(body[SEED])}` : ""}
        </p>
      ) : null}
      <Stars
        name={`Stars ${name}`}
        title={messages.page_rating_keys}
        rating={row.rating}
        isOff={!isMade(row)}
        onRate={onRate}
      />
      {body === null ? <p class="quiet">{messages.body_not_stored}</p> : null}
      <dl>
        {fields.map((field) => (
          <div key={field}>
            <dt class="mono">{field}</dt>
            <dd>{!body ? "not known" : field in body ? written(body[field]) : "not set"}</dd>
          </div>
        ))}
        {facts.map(([fact, text]) => (
          <div key={fact} class="fact">
            <dt>{fact}</dt>
            <dd class="num">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const written = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : asText(value);
