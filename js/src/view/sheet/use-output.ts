/** The bytes of an output, fetched when they are looked at, and given back after. */

import { useEffect, useState } from "preact/hooks";
import { useStore } from "../use-trait";
import { useSheet } from "./context";
import type { SheetStore } from "./store";

/** Whatever else a server may name is not given to the browser to draw. */
const DRAWN = /^(image\/(png|jpeg|webp|gif|avif)|video\/(mp4|webm))$/;

export interface ShownOutput {
  url: string;
  file: File | null;
  isAwaited: boolean;
  /** Why what was made is not shown. */
  failure: string;
  /** Ask for it again. */
  ask: () => void;
}

const NONE = { url: "", file: null, isAwaited: false, failure: "" };

/** What was just said of an output that did not come; nothing is said where its kernel has gone. */
const failureOf = (store: SheetStore) => store.state.failure || store.sentence("sheet_off");

export function useOutput(position: number, index = 0): ShownOutput {
  const { store } = useSheet();
  const made = useStore(store, "cells").get(position)?.made;
  const [tries, setTries] = useState(0);
  const [shown, setShown] = useState<Omit<ShownOutput, "ask">>(NONE);
  useEffect(() => {
    let [isCurrent, url] = [true, ""];
    setShown({ ...NONE, isAwaited: Boolean(made) });
    if (made)
      store.output(position, index).then((file) => {
        if (!isCurrent) return;
        url = file && DRAWN.test(file.type) ? URL.createObjectURL(file) : "";
        setShown({ url, file, isAwaited: false, failure: file ? "" : failureOf(store) });
      });
    return () => {
      isCurrent = false;
      URL.revokeObjectURL(url);
    };
  }, [store, position, index, made, tries]);
  return { ...shown, ask: () => setTries(tries + 1) };
}
