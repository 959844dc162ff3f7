/** One run of the list: its picture, what it was, its stars, and what can be done with it. */

import type { RunRow as Row } from "../../protocol";
import { amount, milliseconds, moment, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { Drawing } from "../shared/icons";
import { useIsConnected, useIsPosting, usePage, useStore, useTrait } from "../use-trait";
import { askingOf, fillFrom, sendAgain } from "./actions";
import { type Rating, Stars } from "./rating";
import { Thumbnail } from "./thumbnail";

const TONES: Partial<Record<Row["state"], string>> = {
  succeeded: "ok",
  answered: "ok",
  failed: "bad",
  refused: "bad",
  unreached: "bad",
  lost: "lost",
  expired: "lost",
  unsent: "lost",
};
/** Characters of a prompt that a run is named by. */
const SAID = 80;
const FILL = "M3 13h2.5l7-7L10 3.5l-7 7zM8.5 5 11 7.5";
const AGAIN = "M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.75v3.1H9.9";

/** The columns: a name, and where it is left out. */
export const HEADS: readonly (readonly [name: string, kind: string])[] = [
  ["selected", "vh"],
  ["picture", "vh"],
  ["time", "time"],
  ["model", "model"],
  ["prompt", "prompt"],
  ["state", "state"],
  ["provider", "wide"],
  ["HTTP", "r mid"],
  ["total", "r wide"],
  ["credits", "r mid"],
  ["stars", "stars"],
  ["actions", "vh"],
];

interface Props {
  row: Row;
  at: number;
  isShown: boolean;
  isSelected: boolean;
  onSelect: () => void;
  onRate: (rating: Rating) => void;
}

export function RunRow({ row, at, isShown, isSelected, onSelect, onRate }: Props) {
  const { messages } = usePage();
  const time = moment(row.created_at);
  // runs of one batch have one model and one time
  const what = `${row.model_id} ${time} (${at + 1})`;
  const region = useTrait("region");
  return (
    <Control
      as="tr"
      class={row.rating === 0 ? "out" : ""}
      // a press anywhere on it makes it the run that the keys act on, and selects text as ever
      tabIndex={-1}
      data-run={row.run_id}
      aria-rowindex={at + 2}
      aria-current={isShown ? "true" : undefined}
    >
      <td class="pick">
        <Control
          as="input"
          type="checkbox"
          aria-label={`Select ${what}: ${row.prompt.slice(0, SAID)}`}
          checked={isSelected}
          onChange={onSelect}
        />
      </td>
      <td class="pic">
        <Thumbnail row={row} />
      </td>
      <td class="num time">{time}</td>
      <td class="mono model" title={row.model_id}>
        {row.model_id}
        {row.region === region ? null : <span class="gw-b">{row.region}</span>}
      </td>
      <td class="prompt" title={row.prompt}>
        {row.prompt}
      </td>
      <td class="state">
        <span class={`st ${TONES[row.state] ?? ""}`}>{row.state}</span>
      </td>
      <td class="mono wide">{row.provider ?? ""}</td>
      <td class="r num mid">{row.status_code ?? ""}</td>
      <td class="r num wide">{row.total_ms === null ? "" : milliseconds(row.total_ms)}</td>
      <td class="r num mid">{row.credits === null ? "" : amount(row.credits)}</td>
      <td class="stars">
        <Stars name={`Stars ${what}`} title={messages.page_runs_keys} rating={row.rating} onRate={onRate} />
      </td>
      <td class="acts">
        <Acts row={row} what={what} isShown={isShown} />
      </td>
    </Control>
  );
}

function Acts({ row, what, isShown }: { row: Row; what: string; isShown: boolean }) {
  const page = usePage();
  const isConnected = useIsConnected();
  const region = useTrait("region");
  const act = () => {
    if (row.can_resume) page.order({ kind: "resume", run_id: row.run_id });
    else page.load(row.run_id);
    page.goTo("view");
  };
  const name = row.state === "unreached" ? "Try again" : row.can_resume ? "Resume" : "Show";
  const canFill = isConnected && row.is_stored;
  const isPosting = useIsPosting();
  const isAsking = useStore(askingOf(page), "isAsking");
  // to another region it would be another request, for another account's money
  const isElsewhere = region !== row.region;
  const canSend = canFill && !isPosting && !isAsking && !isElsewhere;
  const unstored = row.is_stored ? undefined : page.messages.body_not_stored;
  const again = page.form.seedFor(row.model_id) === undefined ? "the same body" : "the same body and seed";
  const elsewhere = isElsewhere
    ? sentence(page.messages, "page_again_elsewhere", { region: row.region })
    : undefined;
  return (
    <>
      <Act
        name={`Load into form ${what}`}
        why={unstored}
        path={FILL}
        isOn={canFill}
        onClick={() => fillFrom(page, row)}
      />
      <Act
        name={`Run again ${what}: ${again}`}
        why={unstored ?? elsewhere}
        path={AGAIN}
        isOn={canSend}
        onClick={() => sendAgain(page, row)}
      />
      <Control
        as="button"
        class="gw-btn sm"
        data-main=""
        aria-label={`${name} ${what}`}
        disabled={!isConnected || (isShown && !row.can_resume)}
        onClick={act}
      >
        {name}
      </Control>
    </>
  );
}

interface ActProps {
  name: string;
  /** Why it is off, where that stays so. */
  why: string | undefined;
  path: string;
  isOn: boolean;
  onClick: () => void;
}

function Act({ name, why, path, isOn, onClick }: ActProps) {
  return (
    <Control
      as="button"
      class="gw-ico sm"
      aria-label={name}
      title={why ?? name}
      disabled={!isOn}
      onClick={onClick}
    >
      <Drawing path={path} />
    </Control>
  );
}
