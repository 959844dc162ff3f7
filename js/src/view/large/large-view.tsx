/** An output in full size, over the page until it is closed: its neighbours, zoom, and what it was made of. */

import { useEffect, useRef, useState } from "preact/hooks";
import { NotConnected } from "../../kernel/comm";
import type { Modules } from "../../page/modules";
import type { Run, Values } from "../../protocol";
import { isWebLink } from "../../text/clipboard";
import { asText, moment, sentence } from "../../text/format";
import { CloseButton, closeDialog, Dialog } from "../dialog/dialog";
import { LEFT } from "../dialog/left";
import { Said } from "../dialog/said";
import type { Rating } from "../history/rating";
import type { Media, Outputs } from "../response/media";
import type { Place } from "../response/outputs";
import { Control, IconButton } from "../shared/control";
import { Further } from "../shared/further";
import { Drawing, Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import { actOnKey, type Tools } from "./act-on-key";
import { copyPicture } from "./copy-picture";
import { FilmTools, useFilm } from "./film";
import { type Going, useGoing } from "./going";
import { useZoom, type Zoom } from "./zoom";

const OPEN = "M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5";
const COPIED_MS = 1500;
/** How a picture is drawn from its first row on, before its size is known. */
const AT_MOST = { maxWidth: "100%", maxHeight: "100%" };

type Size = readonly [width: number, height: number];
/** Of which nothing is read yet. */
const UNKNOWN: Size = [0, 0];

interface Props {
  run: Run;
  place: Place;
  media: Outputs;
  body: Values | null | undefined;
  saveAll: (() => void) | null;
  /** Show another output here, unless this was closed. */
  onGo: (place: Place) => void;
  onLeave: (index: number) => void;
}

/** Rates as History does; what is pressed before its module is here waits for that. */
function useRate(run: Run): (rating: Rating) => void {
  const page = usePage();
  const { modules, store } = page;
  return async (rating) => {
    const { connection } = store.state;
    if (connection !== "connected" || run.outputs.length === 0) {
      page.say(run.outputs.length === 0 ? "page_rating_nothing" : "page_rating_off");
      return;
    }
    try {
      await modules.load("history");
    } catch (error) {
      if (error instanceof NotConnected) page.say("page_rating_off");
      else page.announce((error as Error).message);
      return;
    }
    const history = modules.store.state.loaded.history?.exports as Modules["history"];
    await history.rate(page, run.run_id, rating);
  };
}

export function LargeView(props: Props) {
  const { run, media, onLeave } = props;
  const stage = useRef<HTMLDivElement>(null);
  const going = useGoing(props, () => stage.current?.closest("dialog")?.open);
  const [measured, setMeasured] = useState<{ of: Media | null; size: Size }>({ of: null, size: UNKNOWN });
  const shown = media.shown.get(going.at);
  const one = shown?.media?.canDraw ? shown.media : null;
  const isMoving = one?.isFilm;
  // of the one that was here before, nothing is so of this one
  const size = measured.of === one ? measured.size : UNKNOWN;
  const zoom = useZoom(stage, isMoving ? UNKNOWN : size, one);
  const film = useFilm(isMoving ? one : null);
  const onRate = useRate(run);
  const tools = { ...useTools(one), zoom, film: isMoving ? film : null, rate: onRate };
  useEffect(() => {
    if (run.outputs.length > 0) media.ask(going.at);
  }, [run.outputs.length, going.at]);
  return (
    <Dialog
      class="gw-large"
      name={`Output ${going.at + 1}`}
      onLeave={() => onLeave(going.at)}
      onKeyDown={(event) => actOnKey(event, going, tools)}
      first={(dialog) => dialog.querySelector<HTMLElement>(".stage")}
    >
      <Head {...props} at={going.at} one={one} tools={tools} />
      <Control
        as="div"
        ref={stage}
        class="stage"
        role="group"
        aria-label="In full size"
        tabIndex={0}
        onClick={(event: MouseEvent) =>
          event.target === stage.current && !zoom.wasDrag() && closeDialog(event)
        }
        {...(isMoving ? {} : handlersOf(zoom))}
      >
        {one ? (
          <Drawn key={one.url} media={one} tools={tools} onSize={(size) => setMeasured({ of: one, size })} />
        ) : (
          <Awaited run={run} failure={shown?.media ? "not_drawn" : shown?.failure} />
        )}
      </Control>
      <Foot run={run} going={going} size={size} body={props.body} onRate={onRate} />
    </Dialog>
  );
}

const handlersOf = ({ onWheel, onPointerDown, onDblClick }: Zoom) => ({ onWheel, onPointerDown, onDblClick });

interface HeadProps extends Props {
  at: number;
  one: Media | null;
  tools: Tools;
}

function Head({ run, at, one, tools, saveAll }: HeadProps) {
  const { film, zoom } = tools;
  return (
    <header>
      <div class="which" aria-live="polite" aria-atomic="true">
        <h3>{run.outputs.length > 0 ? `Output ${at + 1} of ${run.outputs.length}` : "Output 1"}</h3>
        <span class="mono quiet">{run.model_id}</span>
        <span class="num quiet">{run.started_at ? moment(run.started_at) : ""}</span>
      </div>
      <span class="grow" />
      <div class="tools">
        {film ? <FilmTools film={film} /> : <ZoomTools zoom={zoom} isOff={!one} />}
        {film ? null : (
          <IconButton name="Copy picture" disabled={!one} onClick={tools.copy}>
            <Icon name={tools.isCopied ? "check" : "copy"} />
          </IconButton>
        )}
        <IconButton name="Save" disabled={!one} onClick={tools.save}>
          <Icon name="save" />
        </IconButton>
        {saveAll ? (
          <Control as="button" class="gw-btn sm" onClick={saveAll}>
            Save all
          </Control>
        ) : null}
        <OpenInTab url={run.outputs[at]?.url ?? ""} />
        <CloseButton name="Close" />
      </div>
    </header>
  );
}

function OpenInTab({ url }: { url: string }) {
  if (!isWebLink(url)) return null;
  return (
    <Control
      as="a"
      class="gw-ico"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label="Open in a tab"
      title="Open in a tab"
    >
      <Drawing path={OPEN} />
    </Control>
  );
}

interface FootProps extends Pick<Props, "run" | "body"> {
  going: Going;
  size: Size;
  onRate: (rating: Rating) => void;
}

function Foot({ run, going, size, body, onRate }: FootProps) {
  const { messages } = usePage();
  const seed = asText(body?.generation_seed);
  const facts = [size[0] ? size.join(" × ") : "", seed && `seed ${seed}`];
  return (
    <footer>
      <IconButton name="Previous output" disabled={going.isLooking} onClick={going.previous}>
        <Drawing path={LEFT} />
      </IconButton>
      <IconButton name="Next output" disabled={going.isLooking} onClick={going.next}>
        <Icon name="right" />
      </IconButton>
      <Further name="history" isQuiet>
        {({ Stars }) => (
          <Stars
            name="Stars"
            title={messages.page_rating_keys}
            rating={run.rating}
            isOff={run.outputs.length === 0}
            onRate={onRate}
          />
        )}
      </Further>
      <Said />
      <Control as="div" class="prompt" role="group" aria-label="Prompt" tabIndex={0}>
        {asText(body?.generation_prompt)}
      </Control>
      <p class="quiet num">{facts.filter(Boolean).join(" · ")}</p>
    </footer>
  );
}

/** In the place of an output: why it is not there, or that it comes. */
function Awaited({ run, failure }: { run: Run; failure: string | undefined }) {
  const { messages } = usePage();
  const nothing = run.outputs.length > 0 || run.is_live ? undefined : "page_nothing_kept";
  const said = failure ?? nothing;
  return (
    <div class="wait">
      {said === undefined ? <span class="gw-spin" /> : <p>{sentence(messages, said)}</p>}
    </div>
  );
}

function Drawn({ media, tools, onSize }: { media: Media; tools: Tools; onSize: (size: Size) => void }) {
  const { film, zoom } = tools;
  if (film)
    return (
      <Control
        as="video"
        ref={film.video}
        controls
        loop={film.isLooped}
        preload="auto"
        src={`${media.url}#t=0.001`}
        aria-label={media.alt}
        onLoadedMetadata={({ currentTarget: one }: { currentTarget: HTMLVideoElement }) => {
          one.playbackRate = film.speed;
          onSize([one.videoWidth, one.videoHeight]);
        }}
      />
    );
  const [width, height] = zoom.drawn;
  return (
    <img
      src={media.url}
      alt={media.alt}
      draggable={false}
      style={width ? { width: `${width}px`, height: `${height}px` } : AT_MOST}
      onLoad={({ currentTarget: one }) => onSize([one.naturalWidth, one.naturalHeight])}
    />
  );
}

function ZoomTools({ zoom, isOff }: { zoom: Zoom; isOff: boolean }) {
  const name = zoom.isFit ? "Show at 100 %" : "Fit to the window";
  return (
    <>
      <IconButton name="Zoom out" disabled={isOff} onClick={() => zoom.by(-1)}>
        <Icon name="minus" />
      </IconButton>
      <Control
        as="button"
        class="gw-btn sm num zoom"
        aria-label={name}
        title={name}
        disabled={isOff}
        onClick={() => zoom.to(zoom.isFit ? 1 : null)}
      >
        {zoom.drawn[0] ? `${Math.round(zoom.scale * 100)} %` : "–"}
      </Control>
      <IconButton name="Zoom in" disabled={isOff} onClick={() => zoom.by(1)}>
        <Icon name="plus" />
      </IconButton>
    </>
  );
}

function useTools(media: Media | null): Pick<Tools, "isCopied" | "copy" | "save"> {
  const page = usePage();
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!media || media.isFilm) return;
    const isDone = await copyPicture(media.blob);
    page.say(isDone ? "page_copied" : "page_copy_refused", { name: "Copy picture" });
    setCopied(isDone);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), COPIED_MS);
  };
  return { isCopied, copy, save: () => media && page.save(media.blob, media.filename) };
}
