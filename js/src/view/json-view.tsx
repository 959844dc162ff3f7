/** A JSON text with what one does to it: search, fold, path, download. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { saveBlob } from "../copy";
import { count } from "../format";
import { Folds, type JsonLines, MOST_MATCHES } from "../json-lines";
import { Control, IconButton } from "./control";
import { CopyIcon } from "./copy-button";
import { Icon } from "./icons";
import { JsonWindow } from "./json-window";
import { usePage } from "./use-trait";

interface Props {
  name: string;
  lines: JsonLines;
  filename: string;
  /** What stands at the left of the bar. */
  children?: ComponentChildren;
}

export function JsonView({ name, lines, filename, children }: Props) {
  const [isSearching, setSearching] = useState(false);
  const [text, setText] = useState("");
  const [current, setCurrent] = useState<number | null>(null);
  const [folded, setFolded] = useState<{ of: JsonLines; folds: Folds } | null>(null);
  const folds = folded?.of === lines ? folded.folds : new Folds(lines);
  const setFolds = (next: Folds) => setFolded({ of: lines, folds: next });
  const chosen = current !== null && current < lines.length ? current : null;
  const go = (line: number) => {
    setFolds(folds.reveal(line));
    setCurrent(line);
  };
  const close = () => {
    setSearching(false);
    setText("");
  };
  return (
    <>
      <div class="bar">
        {children}
        <span class="grow" />
        <IconButton
          name="Fold JSON"
          pressed={folds.ranges.length > 0}
          onClick={() => setFolds(folds.ranges.length > 0 ? new Folds(lines) : Folds.outline(lines))}
        >
          <Icon name={folds.ranges.length > 0 ? "right" : "down"} />
        </IconButton>
        <IconButton
          name="Search JSON"
          pressed={isSearching}
          onClick={() => (isSearching ? close() : setSearching(true))}
        >
          <Icon name="search" />
        </IconButton>
        <IconButton
          name="Download JSON"
          onClick={() => saveBlob(new Blob([lines.text], { type: "application/json" }), filename)}
        >
          <Icon name="save" />
        </IconButton>
      </div>
      {isSearching ? <Search lines={lines} text={text} onText={setText} onGo={go} onClose={close} /> : null}
      <JsonWindow
        name={name}
        lines={lines}
        folds={folds}
        current={chosen}
        mark={text}
        onFold={(line) => setFolds(folds.toggle(line))}
        onChoose={setCurrent}
      />
      {chosen === null ? null : <Path lines={lines} line={chosen} onClose={() => setCurrent(null)} />}
    </>
  );
}

function Path({ lines, line, onClose }: { lines: JsonLines; line: number; onClose: () => void }) {
  const path = useMemo(() => lines.path(line), [lines, line]);
  return (
    <div class="bar path">
      <span class="mono grow" title={path}>
        {path || "the whole"}
      </span>
      <CopyIcon name="Copy path" class="sm" text={path} />
      <IconButton name="Close path" class="sm" onClick={onClose}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}

interface SearchProps {
  lines: JsonLines;
  text: string;
  onText: (text: string) => void;
  onGo: (line: number) => void;
  onClose: () => void;
}

function Search({ lines, text, onText, onGo, onClose }: SearchProps) {
  const page = usePage();
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => lines.search(text), [lines, text]);
  useEffect(() => input.current?.focus(), []);
  const step = (by: number) => {
    if (found.length === 0) return;
    const next = (at + by + found.length) % found.length;
    setAt(next);
    onGo(found[next] ?? 0);
    page.announce(`Line ${(found[next] ?? 0) + 1}`);
  };
  const typed = () => {
    const next = input.current?.value ?? "";
    onText(next);
    setAt(0);
    const first = lines.search(next)[0];
    if (first !== undefined) onGo(first);
  };
  const isMany = found.length >= MOST_MATCHES;
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
          value={text}
          onInput={typed}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) step(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") onClose();
          }}
        />
      </div>
      <span class="num quiet">
        {text === ""
          ? ""
          : found.length === 0
            ? "none"
            : `${count(at + 1)} of ${count(found.length)}${isMany ? "+" : ""}`}
      </span>
      <IconButton name="Previous match" class="sm" disabled={found.length === 0} onClick={() => step(-1)}>
        <Icon name="up" />
      </IconButton>
      <IconButton name="Next match" class="sm" disabled={found.length === 0} onClick={() => step(1)}>
        <Icon name="down" />
      </IconButton>
    </div>
  );
}
