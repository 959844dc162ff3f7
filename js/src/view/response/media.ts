/** The bytes of a run's outputs, fetched through the kernel when they are asked for, and kept while the run is shown. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Answer, Run } from "../../protocol";
import { useIsConnected, usePage } from "../use-trait";

/** Whatever else a server may name is not given to the browser to draw. */
const MEDIA_TYPES = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/avif",
  "video/mp4",
  "video/webm",
];

export interface Media {
  url: string;
  blob: Blob;
  filename: string;
  mediaType: string;
  canDraw: boolean;
  isFilm: boolean;
  alt: string;
}

/** What the newest finished try brought. */
export type Shown = { tries: number; media?: Media; failure?: string };

export interface Outputs {
  shown: ReadonlyMap<number, Shown>;
  /** Fetch an output; another number of tries fetches it again. */
  ask: (index: number, tries?: number) => void;
}

/** What is here already is kept while the kernel comes and goes; its memory is given back with the component. */
export function useMedia(run: Run): Outputs {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const [asked, setAsked] = useState<ReadonlyMap<number, number>>(new Map());
  const [shown, setShown] = useState<ReadonlyMap<number, Shown>>(new Map());
  const held = useRef(new Map<number, { tries: number; url: string }>());
  const underWay = useRef(new Map<number, number>());
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
      for (const { url } of held.current.values()) URL.revokeObjectURL(url);
    },
    [],
  );
  useEffect(() => {
    if (!isConnected) return;
    const take = (index: number, tries: number, answer: Answer<"fetch_output">) => {
      if (isGone.current || underWay.current.get(index) !== tries) return;
      URL.revokeObjectURL(held.current.get(index)?.url ?? "");
      const media = answer.ok ? mediaOf(answer) : undefined;
      held.current.set(index, { tries, url: media?.url ?? "" });
      const one = media ? { tries, media } : { tries, failure: answer.alert?.message ?? "" };
      setShown((all) => new Map(all).set(index, one));
    };
    for (const [index, tries] of asked) {
      if (held.current.get(index)?.tries === tries || underWay.current.get(index) === tries) continue;
      underWay.current.set(index, tries);
      link
        .request({ kind: "fetch_output", run_id: run.run_id, index })
        .then((answer) => take(index, tries, answer))
        .catch(ignoreNotConnected)
        .finally(() => underWay.current.delete(index));
    }
  }, [link, run.run_id, asked, isConnected]);
  const ask = useCallback((index: number, tries = 0) => {
    setAsked((all) => ((all.get(index) ?? -1) >= tries ? all : new Map(all).set(index, tries)));
  }, []);
  return { shown, ask };
}

function mediaOf({ data, buffers }: Answer<"fetch_output">): Media {
  const mediaType = data.media_type ?? "";
  const canDraw = MEDIA_TYPES.includes(mediaType);
  const type = canDraw ? mediaType : "application/octet-stream";
  const blob = new Blob(buffers as DataView<ArrayBuffer>[], { type });
  return {
    url: URL.createObjectURL(blob),
    blob,
    filename: data.filename ?? "output",
    mediaType,
    canDraw,
    isFilm: mediaType.startsWith("video/"),
    alt: data.alt ?? "",
  };
}
