/** Looks for a text in JSON, and goes from match to match. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type JsonLines, MOST_MATCHES } from "../../json/json-lines";
import { actOf } from "../../page/keys";
import { count } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import { SEARCH_KEYS } from "./keys";

const UP = "m4.5 9.5 3.5-3.5 3.5 3.5";

interface Props {
  lines: JsonLines;
  text: string;
  onText: (text: string) => void;
  onGo: (line: number) => void;
  onClose: () => void;
}

/** The lines found, and which of them is shown. */
function useMatches({ lines, text, onText, onGo }: Props) {
  const page = usePage();
  const [at, setAt] = useState(0);
  const found = useMemo(() => lines.search(text), [lines, text]);
  const step = (by: number) => {
    const next = (at + by + found.length) % found.length;
    const line = found[next];
    if (line === undefined) return;
    setAt(next);
    onGo(line);
    page.say("page_line", { line: line + 1 });
  };
  const look = (next: string) => {
    onText(next);
    setAt(0);
    const first = lines.search(next)[0];
    if (first !== undefined) onGo(first);
  };
  return { at, found, step, look };
}

export function JsonSearch(props: Props) {
  const { at, found, step, look } = useMatches(props);
  const input = useRef<HTMLInputElement>(null);
  const acts: Record<keyof typeof SEARCH_KEYS, () => void> = {
    next: () => step(1),
    previous: () => step(-1),
    close: props.onClose,
  };
  // Before the next key: what is typed right after the press belongs here.
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <div class="bar find">
      <div class="gw-in grow">
        <Control
          as="input"
          ref={input}
          type="text"
          aria-label="Search in JSON"
          placeholder="Search"
          autocomplete="off"
          value={props.text}
          onInput={() => look(input.current?.value ?? "")}
          onKeyDown={(event: KeyboardEvent) => {
            const act = actOf(SEARCH_KEYS, event);
            if (act) acts[act]();
          }}
        />
      </div>
      <span class="num quiet">{props.text === "" ? "" : placeOf(at, found.length)}</span>
      <IconButton name="Previous match" class="sm" disabled={found.length === 0} onClick={() => step(-1)}>
        <Drawing path={UP} />
      </IconButton>
      <IconButton name="Next match" class="sm" disabled={found.length === 0} onClick={() => step(1)}>
        <Icon name="down" />
      </IconButton>
    </div>
  );
}

function placeOf(at: number, total: number): string {
  if (total === 0) return "none";
  return `${count(at + 1)} of ${count(total)}${total >= MOST_MATCHES ? "+" : ""}`;
}
