/** From output to output, and from run to run, in the large view. */

import { useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Run } from "../../protocol";
import type { Place } from "../response/outputs";
import { useIsConnected, usePage } from "../use-trait";
import { neighbour } from "./neighbours";

export type Going = ReturnType<typeof useGoing>;

interface Props {
  run: Run;
  place: Place;
  onGo: (place: Place) => void;
}

/** Go on among the outputs, and past the first and last to the runs beside this one. */
export function useGoing({ run, place, onGo }: Props, isOpen: () => boolean | undefined) {
  const page = usePage();
  const isConnected = useIsConnected();
  const [isLooking, setLooking] = useState(false);
  const last = Math.max(0, run.outputs.length - 1);
  const at = place === "last" ? last : Math.min(place, last);
  const toNeighbour = async (step: 1 | -1, from: Place) => {
    if (isLooking || !isConnected) return;
    setLooking(true);
    try {
      const { runId, alert } = await neighbour(page, run, step);
      if (!isOpen()) return;
      if (alert) page.announce(alert.message);
      else if (runId === null) page.say(step > 0 ? "page_no_older" : "page_no_newer");
      else {
        await page.load(runId);
        onGo(from);
      }
    } catch (error) {
      ignoreNotConnected(error);
    } finally {
      setLooking(false);
    }
  };
  return {
    at,
    isLooking,
    toRun: (step: 1 | -1) => toNeighbour(step, 0),
    next: () => (at < last ? onGo(at + 1) : toNeighbour(1, 0)),
    previous: () => (at > 0 ? onGo(at - 1) : toNeighbour(-1, "last")),
  };
}
