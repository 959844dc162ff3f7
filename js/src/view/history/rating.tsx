/** What a person thinks of a run: its stars, and the keys that give them. The large view and the comparison have them too. */

import { ignoreNotConnected } from "../../kernel/comm";
import type { Page } from "../../page/page";
import type { RunRow } from "../../protocol";
import { Control } from "../shared/control";
import { useIsConnected } from "../use-trait";

const MOST_STARS = 5;

/** Five for the best, 0 for rejected, null for no opinion. */
export type Rating = number | null;

/** Rate a run, and say so; what the list has of it then, or null where that was refused. */
export async function rate(page: Page, runId: string, rating: Rating): Promise<RunRow | null> {
  if (page.store.state.connection !== "connected") {
    page.say("page_rating_off");
    return null;
  }
  try {
    const { ok, alert, data } = await page.link.request({ kind: "rate_run", run_id: runId, rating });
    if (ok && data.row) {
      page.say(rating === null ? "page_unrated" : rating === 0 ? "page_rejected" : "page_rated", { rating });
      return data.row;
    }
    page.refuse(alert);
    page.announce(alert?.message ?? ""); // a dialog may lie over where it stands
  } catch (error) {
    ignoreNotConnected(error);
    page.say("page_rating_off");
  }
  return null;
}

interface Props {
  /** Of what: the rating itself is said behind it. */
  name: string;
  title: string | undefined;
  rating: Rating;
  isOff?: boolean;
  onRate: (rating: Rating) => void;
}

/** A click on a star gives as many; on the one that it has, none. By keys, one more each time. */
export function Stars({ name, title, rating, isOff, onRate }: Props) {
  const isConnected = useIsConnected();
  const click = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const next = ((rating ?? 0) + 1) % (MOST_STARS + 1) || null;
    const at = Math.min(MOST_STARS, Math.max(1, Math.ceil(((event.clientX - left) / width) * MOST_STARS)));
    onRate(event.detail === 0 ? next : at === rating ? null : at);
  };
  const said = rating === null ? "not rated" : rating === 0 ? "rejected" : `${rating} of ${MOST_STARS}`;
  return (
    <Control
      as="button"
      class="rate"
      aria-label={`${name}: ${said}`}
      title={title}
      disabled={!isConnected || isOff}
      onClick={click}
    >
      {rating === 0 ? (
        <span class="no">rejected</span>
      ) : (
        "★".repeat(rating ?? 0) + "☆".repeat(MOST_STARS - (rating ?? 0))
      )}
    </Control>
  );
}
