/** What was made: pictures and videos, fetched through the kernel when they come into view. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Answer, OutputRow, Run } from "../../protocol";
import { isWebLink } from "../../text/clipboard";
import { byteSize, creditCount, sentence } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { CopyButton, CopyIcon } from "../shared/copy-button";
import { Further } from "../shared/further";
import { Icon } from "../shared/icons";
import { useIsConnected, useIsOff, usePage, useTrait } from "../use-trait";

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
  alt: string;
}

/** In pixels, as the browser reads it. */
type Size = readonly [width: number, height: number];

/** What the newest finished try brought. */
type Shown = { tries: number; media?: Media; failure?: string } | null;

export function Outputs({ run }: { run: Run }) {
  const isOne = run.outputs.length === 1;
  if (run.outputs.length === 0) return null;
  return (
    <div class={isOne ? "gw-outs" : "gw-outs many"}>
      {run.outputs.map((output) => (
        <Output key={output.index} run={run} output={output} isOne={isOne} />
      ))}
    </div>
  );
}

/** Fetch an output's bytes once its figure is near the screen, and give the memory back when it goes. */
function useMedia(run: Run, output: OutputRow, tries: number) {
  const page = usePage();
  const figure = useRef<HTMLElement>(null);
  const isConnected = useIsConnected();
  const [isNear, setNear] = useState(false);
  const [shown, setShown] = useState<Shown>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setNear(true);
    });
    if (figure.current) watcher.observe(figure.current);
    return () => watcher.disconnect();
  }, []);
  const held = useRef({ tries: -1, url: "" });
  useEffect(() => () => URL.revokeObjectURL(held.current.url), []);
  // another try asks again; what is here already is kept while the kernel comes and goes
  useEffect(() => {
    if (!isNear || !isConnected || held.current.tries === tries) return;
    URL.revokeObjectURL(held.current.url);
    let isCurrent = true;
    page.link.request({ kind: "fetch_output", run_id: run.run_id, index: output.index }).then((answer) => {
      if (!isCurrent) return;
      const mediaType = answer.data.media_type ?? "";
      if (!answer.ok) {
        setShown({ tries, failure: answer.alert?.message ?? "" });
        return;
      }
      const type = MEDIA_TYPES.includes(mediaType) ? mediaType : "application/octet-stream";
      const blob = new Blob(answer.buffers as DataView<ArrayBuffer>[], { type });
      held.current = { tries, url: URL.createObjectURL(blob) };
      setShown({ tries, media: mediaOf(held.current.url, blob, mediaType, answer.data) });
    }, ignoreNotConnected);
    return () => {
      isCurrent = false;
    };
  }, [page, run.run_id, output.index, isNear, isConnected, tries]);
  return { figure, shown };
}

function mediaOf(url: string, blob: Blob, mediaType: string, data: Answer<"fetch_output">["data"]): Media {
  const filename = data.filename ?? "output";
  return { url, blob, mediaType, filename, alt: data.alt ?? "" };
}

function Output({ run, output, isOne }: { run: Run; output: OutputRow; isOne: boolean }) {
  const [tries, setTries] = useState(0);
  const { figure, shown } = useMedia(run, output, tries);
  const isOff = useIsOff();
  const { messages } = useTrait("catalogue");
  const [broken, setBroken] = useState<Media | null>(null);
  const [size, setSize] = useState<Size>([0, 0]);
  const [isLarge, setLarge] = useState(false);
  const media = shown?.media ?? null;
  const isBroken = media !== null && (media === broken || !MEDIA_TYPES.includes(media.mediaType));
  const failure = isBroken ? sentence(messages, "not_drawn") : (shown?.failure ?? null);
  const isTrying = !isOff && shown !== null && shown.tries < tries;
  const place = output.index + 1;
  return (
    <figure class="gw-out" ref={figure} aria-label={`Output ${place}`}>
      {media && !isBroken ? (
        <Picture
          media={media}
          place={place}
          size={size}
          onSize={setSize}
          onBroken={() => setBroken(media)}
          onLarge={() => setLarge(true)}
        />
      ) : (
        <div class="pic wait">{shown || isOff ? <Icon name="warn" /> : <span class="gw-spin" />}</div>
      )}
      <figcaption>
        {failure === null ? null : <p class="gw-bad">{failure}</p>}
        {media ? <Facts media={media} size={size} run={run} isOne={isOne} /> : null}
        {media && isLarge ? (
          <Further name="large">
            {({ LargeView }) => <LargeView media={media} place={place} onClose={() => setLarge(false)} />}
          </Further>
        ) : null}
        <div class="acts">
          {failure === null ? null : <Again isTrying={isTrying} onTry={() => setTries(tries + 1)} />}
          {media || failure === null ? (
            <Save media={media} name={isOne ? "" : `Save output ${place}`} />
          ) : null}
          {!isWebLink(output.url) ? null : isOne ? (
            <CopyButton name="Copy link" label="Copy link" icon="link" text={output.url} />
          ) : (
            <CopyIcon name={`Copy link of output ${place}`} text={output.url} />
          )}
        </div>
      </figcaption>
    </figure>
  );
}

/** It stays while another try is under way, with the focus. */
function Again({ isTrying, onTry }: { isTrying: boolean; onTry: () => void }) {
  const isOff = useIsOff();
  return (
    <Control as="button" class="gw-btn sm" disabled={isOff || isTrying} onClick={onTry}>
      {isTrying ? <span class="gw-spin" /> : null}
      Try again
    </Control>
  );
}

/** Saves the bytes that are shown; nothing is fetched again. */
function Save({ media, name }: { media: Media | null; name: string }) {
  const page = usePage();
  const save = () => media && page.save(media.blob, media.filename);
  if (name)
    return (
      <IconButton name={name} disabled={!media} onClick={save}>
        <Icon name="save" />
      </IconButton>
    );
  return (
    <Control as="button" class="gw-btn sm" disabled={!media} onClick={save}>
      <Icon name="save" />
      Save
    </Control>
  );
}

function Facts({ media, size, run, isOne }: { media: Media; size: Size; run: Run; isOne: boolean }) {
  const kind = media.mediaType.split("/")[1]?.replace("jpeg", "jpg") ?? "";
  const cost = run.credits === null ? "not known" : creditCount(run.credits);
  const facts: [string, string][] = [
    ["size", size[0] ? size.join(" × ") : "not known"],
    ["file", `${kind}, ${byteSize(media.blob.size)}`],
  ];
  if (isOne)
    facts.push(["provider", run.provider ?? "not known"], ["cost", run.credits_refunded ? "refunded" : cost]);
  return (
    <dl>
      {facts.map(([name, text]) => (
        <>
          <dt class="vh">{name}</dt>
          <dd class={name === "provider" ? "mono" : ""}>{text}</dd>
        </>
      ))}
    </dl>
  );
}

/** The browser is the judge of the bytes: whatever it cannot draw is `onBroken`. The box has the picture's own shape. */
function Picture(props: {
  media: Media;
  place: number;
  size: Size;
  onSize: (size: Size) => void;
  onBroken: () => void;
  onLarge: () => void;
}) {
  const { media, place, size, onSize, onBroken, onLarge } = props;
  const style = size[0] ? { "--gw-ratio": size[0] / size[1] } : {};
  if (media.mediaType.startsWith("video/")) {
    // made videos come without captions
    return (
      <Control
        as="video"
        class="pic"
        style={style}
        controls
        preload="metadata"
        src={media.url}
        aria-label={media.alt}
        onLoadedMetadata={({ currentTarget: one }: { currentTarget: HTMLVideoElement }) =>
          onSize([one.videoWidth, one.videoHeight])
        }
        onError={onBroken}
      />
    );
  }
  return (
    <div class="pic" style={style}>
      <img
        src={media.url}
        alt={media.alt}
        onLoad={({ currentTarget: one }) => onSize([one.naturalWidth, one.naturalHeight])}
        onError={onBroken}
      />
      <Control
        as="button"
        class="large"
        aria-label={`Enlarge output ${place}`}
        title={`Enlarge output ${place}`}
        onClick={onLarge}
      />
    </div>
  );
}
