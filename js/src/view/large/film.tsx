/** A video in full size: loop, speed, and frame by frame. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Media } from "../response/media";
import { Control, IconButton } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { frameTime } from "./frame-time";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
/** Where a file does not say how long a frame is. */
const USUAL_FRAME_S = 1 / 24;
const LOOP = "M4 6.5V6a2 2 0 0 1 2-2h6m-2-2 2 2-2 2M12 9.5v.5a2 2 0 0 1-2 2H4m2 2-2-2 2-2";
const FORWARD = "M5 4l5 4-5 4zM12 4v8";
const BACK = "M11 4 6 8l5 4zM4 4v8";

export interface Film {
  video: RefObject<HTMLVideoElement | null>;
  isLooped: boolean;
  speed: number;
  setSpeed: (speed: number) => void;
  loop: () => void;
  /** Stop, and go some frames on. */
  step: (frames: number) => void;
  play: () => void;
}

export function useFilm(media: Media | null): Film {
  const video = useRef<HTMLVideoElement>(null);
  const [isLooped, setLooped] = useState(true);
  const [speed, setSpeed] = useState(1);
  const frame = useRef(USUAL_FRAME_S);
  useEffect(() => {
    if (media?.mediaType !== "video/mp4") return;
    media.blob.arrayBuffer().then((bytes) => {
      frame.current = frameTime(new DataView(bytes)) ?? USUAL_FRAME_S;
    });
  }, [media]);
  useLayoutEffect(() => {
    if (video.current) video.current.playbackRate = speed;
  }, [speed, media]);
  return {
    video,
    isLooped,
    speed,
    setSpeed,
    loop: () => setLooped(!isLooped),
    step: (frames) => {
      const one = video.current;
      if (!one || !Number.isFinite(one.duration)) return; // of which nothing is read yet
      one.pause();
      // the middle of a frame, since its edges are not where a player puts them to the last digit
      const at = Math.floor(one.currentTime / frame.current + 1e-6) + frames + 0.5;
      one.currentTime = Math.min(one.duration, Math.max(0, at * frame.current));
    },
    play: () => {
      const one = video.current;
      if (one?.paused)
        one.play().catch(() => undefined); // the player itself shows that it does not play
      else one?.pause();
    },
  };
}

export function FilmTools({ film }: { film: Film }) {
  return (
    <>
      <IconButton name="Previous frame" onClick={() => film.step(-1)}>
        <Drawing path={BACK} />
      </IconButton>
      <IconButton name="Next frame" onClick={() => film.step(1)}>
        <Drawing path={FORWARD} />
      </IconButton>
      <IconButton name="Loop" pressed={film.isLooped} onClick={film.loop}>
        <Drawing path={LOOP} />
      </IconButton>
      <div class="gw-in">
        <Control
          as="select"
          aria-label="Speed"
          value={String(film.speed)}
          onChange={(event: Event) => film.setSpeed(Number((event.currentTarget as HTMLSelectElement).value))}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={String(one)}>{`${one} ×`}</option>
          ))}
        </Control>
        <Icon name="down" />
      </div>
    </>
  );
}
