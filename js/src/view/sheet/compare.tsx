/** Two pictures one over the other, parted by a line that is moved. */

import { useRef, useState } from "preact/hooks";
import { CloseButton, Dialog } from "../dialog/dialog";
import { Control } from "../shared/control";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import { Missing } from "./missing";
import { type ShownOutput, useOutput } from "./use-output";

const STEP = 5;

export function Compare({ positions }: { positions: readonly [number, number] }) {
  const { store } = useSheet();
  const [left, right] = positions;
  const stage = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(50);
  const cells = useStore(store, "cells");
  const shown = [useOutput(left), useOutput(right)] as const;
  const follow = (event: PointerEvent) => {
    const box = stage.current?.getBoundingClientRect();
    if (!box || (event.type === "pointermove" && event.buttons !== 1)) return;
    setAt(Math.min(100, Math.max(0, Math.round(((event.clientX - box.left) / box.width) * 100))));
  };
  const title = `Items ${left + 1} and ${right + 1}`;
  const label = (position: number) => `${position + 1}: ${cells.get(position)?.label ?? ""}`;
  return (
    <Dialog class="gw-sheet-large" name={title} onLeave={() => store.set({ compared: null })}>
      <header>
        <h3>{title}</h3>
        <span class="grow" />
        <CloseButton name="Close" />
      </header>
      <div class="stage two" ref={stage} onPointerDown={follow} onPointerMove={follow}>
        {positions.map((position, which) => (
          <Half
            key={position}
            shown={shown[which] ?? shown[0]}
            alt={cells.get(position)?.prompt ?? ""}
            without={cells.get(position)?.state ?? ""}
            from={which === 0 ? 0 : at}
            to={which === 0 ? at : 100}
          />
        ))}
        <span class="line" style={{ left: `${at}%` }} />
      </div>
      <footer>
        <span class="words">{label(left)}</span>
        <Control
          as="input"
          type="range"
          min={0}
          max={100}
          step={STEP}
          value={at}
          aria-label="How much of the left picture is seen"
          aria-valuetext={`${at} %`}
          onInput={(event: Event) => setAt(Number((event.target as HTMLInputElement).value))}
        />
        <span class="words r">{label(right)}</span>
      </footer>
    </Dialog>
  );
}

interface HalfProps {
  shown: ShownOutput;
  alt: string;
  /** What is said where nothing is to be seen any more. */
  without: string;
  from: number;
  to: number;
}

/** A picture as far as it is seen, in parts of a hundred; what stands in its place keeps to that part. */
function Half({ shown, alt, without, from, to }: HalfProps) {
  const { url, file, isAwaited } = shown;
  if (isAwaited) return <span class="gw-spin" />;
  if (!url)
    return (
      <Missing shown={shown} without={without} style={{ marginLeft: `${from}%`, width: `${to - from}%` }} />
    );
  const style = { clipPath: from === 0 ? `inset(0 ${100 - to}% 0 0)` : `inset(0 0 0 ${from}%)` };
  if (file?.type.startsWith("video/"))
    return <video src={url} autoplay loop muted style={style} aria-label={alt} />;
  return <img src={url} alt={alt} draggable={false} style={style} />;
}
