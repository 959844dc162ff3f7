/** What a link shows: a small picture, or a sentence on why there is none. */

import { useEffect, useState } from "preact/hooks";
import { matches } from "../../../form/validate";
import { word } from "../../../form/words";
import { RULES } from "../../../form/words.generated";
import { NotConnected } from "../../../kernel/comm";
import { useIsConnected, usePage, useTrait } from "../../use-trait";

const REST_MS = 400;
const OWN_PATHS = ["/sandbox/inputs/", "/sandbox/files/"];

type Where = "own" | "private" | "web" | "bad";

/** Who fetches a link: the kernel one of the sandbox, the browser a public one, nobody a private one. */
function useWhere(link: string): Where {
  const { rules } = usePage().catalogue;
  const host = useTrait("host");
  const region = useTrait("region");
  if (!matches(rules, "url", link)) return "bad";
  if (region === "sandbox" && host && OWN_PATHS.some((path) => link.startsWith(`${host}${path}`)))
    return "own";
  const named = URL.canParse(link) ? new URL(link).hostname : "";
  return !named || matches(RULES, "private_host", named) ? "private" : "web";
}

/** The link once the typing has rested. */
function useRested(link: string): string {
  const [rested, setRested] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRested(link), REST_MS);
    return () => clearTimeout(timer);
  }, [link]);
  return rested === link ? link : "";
}

/** The address under which the browser finds a picture of the sandbox, or why the kernel cannot fetch it. */
function useOwn(link: string, isOwn: boolean): { src: string; failure: string } {
  const page = usePage();
  const isConnected = useIsConnected();
  const [found, setFound] = useState({ src: "", failure: "" });
  useEffect(() => {
    if (!isOwn || !isConnected) return;
    let src = "";
    let isCurrent = true;
    page.link.request({ kind: "fetch_input", region: "sandbox", url: link }).then(
      ({ ok, alert, buffers }) => {
        if (!isCurrent) return;
        if (ok) src = URL.createObjectURL(new Blob([...(buffers as readonly DataView<ArrayBuffer>[])]));
        setFound({ src, failure: alert?.message ?? "" });
      },
      (error) => {
        if (!(error instanceof NotConnected)) throw error;
      },
    );
    return () => {
      isCurrent = false;
      if (src) URL.revokeObjectURL(src);
    };
  }, [page, link, isOwn, isConnected]);
  return found;
}

export function Thumbnail({ link }: { link: string }) {
  const trimmed = link.trim();
  const rested = useRested(trimmed);
  const where = useWhere(trimmed);
  const own = useOwn(rested, where === "own" && rested !== "");
  const [broken, setBroken] = useState("");
  if (where === "bad") return null;
  if (!rested) return <li />; // its room, so that the picture moves nothing
  const host = URL.canParse(trimmed) ? new URL(trimmed).host : trimmed;
  const say = (code: string) => <span class="why">{word(code, { host })}</span>;
  const src = where === "own" ? own.src : trimmed;
  const draw = () => {
    if (where === "private") return say("link_private");
    if (broken === src && src) return say("link_broken");
    if (where === "own" && own.failure) return <span class="why">{own.failure}</span>;
    if (!src) return <span class="gw-spin" />;
    return (
      <img
        src={src}
        alt={trimmed}
        referrerpolicy="no-referrer"
        decoding="async"
        onError={() => setBroken(src)}
      />
    );
  };
  return <li title={trimmed}>{draw()}</li>;
}
