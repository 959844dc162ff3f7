/** What a key does in the large view. */

import { actOf } from "../../page/keys";
import type { Rating } from "../history/rating";
import type { Film } from "./film";
import type { Going } from "./going";
import { FILM_KEYS, PICTURE_KEYS } from "./keys";
import type { Zoom } from "./zoom";

export interface Tools {
  zoom: Zoom;
  film: Film | null;
  isCopied: boolean;
  copy: () => void;
  save: () => void;
  rate: (rating: Rating) => void;
}

export function actOnKey(event: KeyboardEvent, going: Going, tools: Tools): void {
  const { target } = event;
  if (target instanceof HTMLSelectElement || target instanceof HTMLVideoElement) return;
  const isButton = target instanceof Element && target.closest("button, a") !== null;
  if (event.key === " " && isButton) return;
  const act = tools.film ? filmAct(event, going, tools.film, tools) : pictureAct(event, going, tools);
  if (!act) return;
  event.preventDefault();
  act();
}

const DIRECTIONS: Record<string, readonly [x: number, y: number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

function pictureAct(event: KeyboardEvent, going: Going, { zoom, copy, save, rate }: Tools) {
  const acts: Record<keyof typeof PICTURE_KEYS, () => void> = {
    ...goingActs(going),
    ...ratingActs(event, rate),
    save,
    zoomIn: () => zoom.by(1),
    zoomOut: () => zoom.by(-1),
    fit: () => zoom.to(null),
    whole: () => zoom.to(1),
    pan: () => zoom.pan(...(DIRECTIONS[event.key] ?? ([0, 0] as const))),
    copy,
  };
  const act = actOf(PICTURE_KEYS, event);
  return act && acts[act];
}

function filmAct(event: KeyboardEvent, going: Going, film: Film, { save, rate }: Tools) {
  const acts: Record<keyof typeof FILM_KEYS, () => void> = {
    ...goingActs(going),
    ...ratingActs(event, rate),
    save,
    play: film.play,
    forward: () => film.step(1),
    back: () => film.step(-1),
    loop: film.loop,
  };
  const act = actOf(FILM_KEYS, event);
  return act && acts[act];
}

const ratingActs = ({ key }: KeyboardEvent, rate: Tools["rate"]) => ({
  rate: () => rate(Number(key)),
  reject: () => rate(0),
  unrate: () => rate(null),
});

const goingActs = (going: Going) => ({
  next: going.next,
  previous: going.previous,
  older: () => going.toRun(1),
  newer: () => going.toRun(-1),
});
