/** The small picture of a run: asked of the kernel while the run is in sight, and given back after. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { RunRow } from "../../protocol";
import { Drawing } from "../shared/icons";
import { useIsConnected, usePage } from "../use-trait";

const PICTURE = "M2.75 3.75h10.5v8.5H2.75zM3 11l3-3 2.5 2.5L10.5 8.5 13 11M10 6.25v.01";
const FILM = "M2.75 3.75h10.5v8.5H2.75zM6.75 6.25v3.5L9.75 8z";
/** What is only scrolled past is not asked for. */
const REST_MS = 60;
/** What was not there is asked for again after so long, then after twice as long each time. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

interface Found {
  url: string;
  reason: string;
}

const NONE: Found = { url: "", reason: "" };

function useThumbnail({ run_id, state }: RunRow): Found {
  const { link } = usePage();
  const isConnected = useIsConnected();
  const [found, setFound] = useState(NONE);
  const isMade = state === "succeeded";
  useEffect(() => {
    if (!isMade || !isConnected) return;
    let url = "";
    let isGone = false;
    let wait = FIRST_MS;
    const ask = () => {
      link.request({ kind: "fetch_thumbnail", run_id }).then(({ ok, data, buffers, alert }) => {
        if (isGone) return;
        const parts = buffers as readonly DataView<ArrayBuffer>[];
        if (data.media_type?.startsWith("image/") && parts.length > 0)
          url = URL.createObjectURL(new Blob([...parts], { type: data.media_type }));
        const mayCome = !url && (!ok || data.may_come === true);
        setFound({ url, reason: data.reason ?? alert?.message ?? "" });
        if (!mayCome) return;
        timer = setTimeout(ask, wait);
        wait = Math.min(2 * wait, LONGEST_MS);
      }, ignoreNotConnected);
    };
    let timer = setTimeout(ask, REST_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
      if (url) URL.revokeObjectURL(url);
      setFound(NONE);
    };
  }, [link, run_id, isMade, isConnected]);
  return found;
}

export function Thumbnail({ row }: { row: RunRow }) {
  const { url, reason } = useThumbnail(row);
  if (url) return <img src={url} alt="" draggable={false} />;
  return (
    <span class="none" {...(reason ? { role: "img", "aria-label": reason, title: reason } : {})}>
      <Drawing path={row.model_type === "video" ? FILM : PICTURE} />
    </span>
  );
}
