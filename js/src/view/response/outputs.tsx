/** What was made: pictures and videos, each in a figure; one of them over the page in full size. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { OutputRow, Run } from "../../protocol";
import { isWebLink } from "../../text/clipboard";
import { creditCount, sentence } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { CopyButton, CopyIcon } from "../shared/copy-button";
import { Further } from "../shared/further";
import { Drawing, Icon } from "../shared/icons";
import { useIsOff, usePage, useTrait } from "../use-trait";
import { type Media, type Outputs as MediaOfRun, type Shown, useMedia } from "./media";
import { useIsRefused } from "./refused";
import { useSent } from "./use-sent";

const LINK =
  "M6.75 9.25 9.25 6.75M7.25 4.75l1.4-1.4a2.8 2.8 0 0 1 4 4l-1.4 1.4M8.75 11.25l-1.4 1.4a2.8 2.8 0 0 1-4-4l1.4-1.4";
const ENLARGE = "M9.25 2.75h4v4M13 3 9.5 6.5M6.75 13.25h-4v-4M3 13l3.5-3.5";

/** In pixels, as the browser reads it. */
type Size = readonly [width: number, height: number];
/** Which output is over the page; the last where the person comes back from an older run. */
export type Place = number | "last";

/** What is over the page stays there while another run comes into Response. */
export function Outputs({ run }: { run: Run }) {
  const page = usePage();
  const [large, setLarge] = useState<Place | null>(null);
  // who goes on may be answered after it was closed
  const go = (place: Place) => setLarge((now) => (now === null ? null : place));
  const close = (index: number) => {
    setLarge(null);
    page.goTo(`enlarge-${index}`, "view");
  };
  return <OutputsOf key={run.run_id} run={run} large={large} onLarge={setLarge} onGo={go} onLeave={close} />;
}

interface Props {
  run: Run;
  large: Place | null;
  onLarge: (place: Place) => void;
  onGo: (place: Place) => void;
  onLeave: (index: number) => void;
}

function OutputsOf({ run, large, onLarge, onGo, onLeave }: Props) {
  const media = useMedia(run);
  const isOne = run.outputs.length === 1;
  const saveAll = useSaveAll(run, media);
  return (
    <>
      {run.outputs.length > 0 ? (
        <div class={`gw-outs${isOne ? "" : " many"}${run.outputs.length === 2 ? " two" : ""}`}>
          {run.outputs.map((output) => (
            <Output
              key={output.index}
              run={run}
              output={output}
              media={media}
              isOne={isOne}
              onLarge={() => onLarge(output.index)}
            />
          ))}
        </div>
      ) : null}
      {large === null ? null : (
        <Enlarged
          run={run}
          place={large}
          media={media}
          saveAll={isOne ? null : saveAll}
          onGo={onGo}
          onLeave={onLeave}
        />
      )}
    </>
  );
}

function Enlarged(
  props: Omit<Props, "large" | "onLarge"> & { place: Place; media: MediaOfRun; saveAll: null | (() => void) },
) {
  const { body } = useSent(props.run);
  return <Further name="large">{({ LargeView }) => <LargeView {...props} body={body} />}</Further>;
}

/** Fetch what is not here yet, and save each once all have come or failed. */
function useSaveAll({ outputs }: Run, { shown, ask }: MediaOfRun): () => void {
  const page = usePage();
  const [isWanted, setWanted] = useState(false);
  const ended = outputs.map(({ index }) => shown.get(index)).filter((one) => one !== undefined);
  const isReady = isWanted && ended.length === outputs.length;
  useEffect(() => {
    if (!isReady) return;
    setWanted(false);
    const files = ended.flatMap((one) => one.media ?? []);
    for (const { blob, filename } of files) page.save(blob, filename);
    page.say("page_saved_all", { count: files.length, of: outputs.length });
  }, [isReady]);
  return () => {
    for (const { index } of outputs) ask(index);
    setWanted(true);
  };
}

/** Ask for an output's bytes once its figure is near the screen. */
function useNear(index: number, ask: MediaOfRun["ask"]) {
  const figure = useRef<HTMLElement>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) ask(index);
    });
    if (figure.current) watcher.observe(figure.current);
    return () => watcher.disconnect();
  }, [index, ask]);
  return figure;
}

function Output(props: {
  run: Run;
  output: OutputRow;
  media: MediaOfRun;
  isOne: boolean;
  onLarge: () => void;
}) {
  const { run, output, isOne, onLarge } = props;
  const figure = useNear(output.index, props.media.ask);
  const [tries, setTries] = useState(0);
  const shown: Shown | undefined = props.media.shown.get(output.index);
  const isOff = useIsOff();
  const { messages } = useTrait("catalogue");
  const [broken, setBroken] = useState<Media | null>(null);
  const [size, setSize] = useState<Size>([0, 0]);
  const media = shown?.media ?? null;
  const isBroken = media !== null && (media === broken || !media.canDraw);
  const isRefused = useIsRefused();
  const reason = isRefused && media?.canDraw ? "blob_pictures" : "not_drawn";
  const failure = isBroken ? sentence(messages, reason) : (shown?.failure ?? null);
  const isTrying = !isOff && shown !== undefined && shown.tries < tries;
  const place = output.index + 1;
  const again = () => {
    setTries(tries + 1);
    props.media.ask(output.index, tries + 1);
  };
  return (
    <figure class="gw-out" ref={figure} aria-label={`Output ${place}`}>
      {media && !isBroken ? (
        <Picture
          media={media}
          index={output.index}
          size={size}
          onSize={setSize}
          onBroken={() => setBroken(media)}
          onLarge={onLarge}
        />
      ) : (
        <div class="pic wait">{shown || isOff ? <Icon name="warn" /> : <span class="gw-spin" />}</div>
      )}
      <figcaption>
        {failure === null ? null : <p class="gw-bad">{failure}</p>}
        {media ? <Facts media={media} size={size} run={run} isOne={isOne} /> : null}
        <div class="acts">
          {failure === null ? null : <Again isTrying={isTrying} onTry={again} />}
          {media || failure === null ? (
            <Save media={media} name={isOne ? "" : `Save output ${place}`} />
          ) : null}
          <CopyLink url={output.url} place={place} isOne={isOne} />
          {media && !isBroken && media.isFilm ? <Enlarge index={output.index} onLarge={onLarge} /> : null}
        </div>
      </figcaption>
    </figure>
  );
}

function CopyLink({ url, place, isOne }: { url: string; place: number; isOne: boolean }) {
  if (!isWebLink(url)) return null;
  if (isOne) return <CopyButton name="Copy link" label="Copy link" icon={LINK} text={url} />;
  return <CopyIcon name={`Copy link of output ${place}`} text={url} />;
}

/** A player has the clicks on it for itself. */
function Enlarge({ index, onLarge }: { index: number; onLarge: () => void }) {
  const page = usePage();
  return (
    <IconButton
      id={page.id(`enlarge-${index}`)}
      name={`Enlarge output ${index + 1}`}
      class="sm"
      onClick={onLarge}
    >
      <Drawing path={ENLARGE} />
    </IconButton>
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
  index: number;
  size: Size;
  onSize: (size: Size) => void;
  onBroken: () => void;
  onLarge: () => void;
}) {
  const { media, index, size, onSize, onBroken, onLarge } = props;
  const page = usePage();
  const style = size[0] ? { "--gw-ratio": size[0] / size[1] } : {};
  if (media.isFilm) {
    // made videos come without captions; the moment lets the first frame be drawn before anything is played
    return (
      <Control
        as="video"
        class="pic"
        style={style}
        controls
        preload="metadata"
        src={`${media.url}#t=0.001`}
        aria-label={media.alt}
        onLoadedMetadata={({ currentTarget: one }: { currentTarget: HTMLVideoElement }) =>
          onSize([one.videoWidth, one.videoHeight])
        }
        onError={onBroken}
      />
    );
  }
  // The picture lies above its button, so that a right click reaches it.
  return (
    <div class="pic" style={style}>
      <Control
        as="button"
        id={page.id(`enlarge-${index}`)}
        class="large"
        aria-label={`Enlarge output ${index + 1}`}
        onClick={onLarge}
      />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button takes the keys */}
      <img
        src={media.url}
        alt={media.alt}
        title={`Enlarge output ${index + 1}`}
        onLoad={({ currentTarget: one }) => onSize([one.naturalWidth, one.naturalHeight])}
        onError={onBroken}
        onClick={onLarge}
        onDragStart={({ dataTransfer }: DragEvent) => {
          const link = page.model.get("run")?.outputs[index]?.url;
          if (link) dataTransfer?.setData("text/uri-list", link); // in the place of one that this page alone knows
        }}
      />
    </div>
  );
}

function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
