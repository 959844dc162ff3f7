/** Two pictures one over the other, parted by a line that is moved. */

import { useRef, useState } from "preact/hooks";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import { Missing } from "./missing";
import { useModal } from "./modal";
import { type ShownOutput, useOutput } from "./use-output";

const STEP = 5;

export function Compare({ positions }: { positions: readonly [number, number] }) {
  const { store } = useSheet();
  const [left, right] = positions;
  const dialog = useRef<HTMLDialogElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(50);
  const cells = useStore(store, "cells");
  const shown = [useOutput(left), useOutput(right)] as const;
  useModal(dialog, () => store.set({ compared: null }));
  const follow = (event: PointerEvent) => {
    const box = stage.current?.getBoundingClientRect();
    if (!box || (event.type === "pointermove" && event.buttons !== 1)) return;
    setAt(Math.min(100, Math.max(0, Math.round(((event.clientX - box.left) / box.width) * 100))));
  };
  const label = (position: number) => `${position + 1}: ${cells.get(position)?.label ?? ""}`;
  return (
    <Control
      as="dialog"
      ref={dialog}
      class="gw-sheet-large"
      aria-label={`Items ${left + 1} and ${right + 1}`}
      onClick={(event: MouseEvent) => event.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h3>{`Items ${left + 1} and ${right + 1}`}</h3>
        <span class="grow" />
        <IconButton name="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </IconButton>
      </header>
      <div class="stage two" ref={stage} onPointerDown={follow} onPointerMove={follow}>
        {positions.map((position, which) => (
          <Half
            key={position}
            shown={shown[which] ?? shown[0]}
            alt={cells.get(position)?.prompt ?? ""}
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
    </Control>
  );
}

/** A picture as far as it is seen, in parts of a hundred; what stands in its place keeps to that part. */
function Half({ shown, alt, from, to }: { shown: ShownOutput; alt: string; from: number; to: number }) {
  const { url, file, isAwaited } = shown;
  if (isAwaited) return <span class="gw-spin" />;
  if (!url)
    return <Missing shown={shown} without="" style={{ marginLeft: `${from}%`, width: `${to - from}%` }} />;
  const style = { clipPath: from === 0 ? `inset(0 ${100 - to}% 0 0)` : `inset(0 0 0 ${from}%)` };
  if (file?.type.startsWith("video/"))
    return <video src={url} autoplay loop muted style={style} aria-label={alt} />;
  return <img src={url} alt={alt} draggable={false} style={style} />;
}
