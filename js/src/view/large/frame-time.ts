/** How long a frame of an MP4 file is shown, as its own tables say. */

/** Boxes that hold others, on the way to the table. */
const WITHIN = new Set(["moov", "trak", "mdia", "minf", "stbl"]);
const HEADER = 8;

/** Seconds of one frame of the first video track; null where the file does not say. */
export function frameTime(bytes: DataView): number | null {
  const found = { isVideo: false, timescale: 0, seconds: null as number | null };
  walk(bytes, 0, bytes.byteLength, found);
  return found.seconds;
}

type Found = { isVideo: boolean; timescale: number; seconds: number | null };

function walk(bytes: DataView, from: number, to: number, found: Found): void {
  for (let at = from; at + HEADER <= to && found.seconds === null; ) {
    const size = bytes.getUint32(at);
    const kind = String.fromCharCode(...[4, 5, 6, 7].map((one) => bytes.getUint8(at + one)));
    const end = size === 0 ? to : at + size;
    if (end > to || (size > 0 && size < HEADER)) return;
    if (WITHIN.has(kind)) walk(bytes, at + HEADER, end, found);
    else read(bytes, kind, at + HEADER, end, found);
    at = end;
  }
}

function read(bytes: DataView, kind: string, at: number, end: number, found: Found): void {
  const room = end - at;
  if (kind === "mdhd" && room >= 24)
    found.timescale = bytes.getUint32(at + (bytes.getUint8(at) === 1 ? 20 : 12));
  if (kind === "hdlr" && room >= 12) found.isVideo = bytes.getUint32(at + 8) === 0x76696465; // "vide"
  if (kind !== "stts" || room < 16 || !found.isVideo || !found.timescale) return;
  const ticks = bytes.getUint32(at + 12);
  if (ticks > 0) found.seconds = ticks / found.timescale;
}
