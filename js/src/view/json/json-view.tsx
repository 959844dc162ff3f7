/** A JSON text with what one does to it: search, fold, path, download. */

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Folds, JsonLines } from "../../json/json-lines";
import { IconButton } from "../shared/control";
import { CopyButton } from "../shared/copy-button";
import { Drawing, Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import { JsonSearch } from "./json-search";
import { JsonWindow } from "./json-window";

const SEARCH = "M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm-1 3 3.25 3.25";

interface Props {
  name: string;
  /** Nothing while the text is on its way, or where there is none. */
  text: string | null;
  filename: string;
  /** What is said where there is no text. */
  failure?: string | null;
  /** What stands at the left of the bar. */
  children?: ComponentChildren;
}

/** What is folded, looked for and chosen in a text; another text starts afresh. */
function useReading(lines: JsonLines) {
  const [text, setText] = useState<string | null>(null); // null: not searching
  const [current, setCurrent] = useState<number | null>(null);
  const [folded, setFolded] = useState<{ of: JsonLines; folds: Folds } | null>(null);
  const [isWrapped, setWrapped] = useState(false);
  const folds = folded?.of === lines ? folded.folds : new Folds(lines);
  const setFolds = (next: Folds) => setFolded({ of: lines, folds: next });
  const go = (line: number) => {
    setFolds(folds.reveal(line));
    setCurrent(line);
  };
  const isFolded = folds.ranges.length > 0;
  const toggle = () => setFolds(isFolded ? new Folds(lines) : Folds.outline(lines));
  const chosen = current !== null && current < lines.length ? current : null;
  return { text, setText, folds, setFolds, isFolded, toggle, chosen, setCurrent, go, isWrapped, setWrapped };
}

type Reading = ReturnType<typeof useReading>;

const NO_LINES = new JsonLines("");
const WRAP = "M2.75 4h10.5M2.75 8h8.5a2 2 0 0 1 0 4H8m1.75-1.75L8 12l1.75 1.75M2.75 12h2.5";

/** The bar stays while the text below it changes, so that what was pressed in it keeps the focus. */
export function JsonView({ name, text, filename, failure, children }: Props) {
  const lines = useMemo(() => (text === null ? null : new JsonLines(text)), [text]);
  const reading = useReading(lines ?? NO_LINES);
  const page = usePage();
  const save = () => text !== null && page.save(new Blob([text], { type: "application/json" }), filename);
  return (
    <>
      <div class="bar">
        {children}
        <span class="grow" />
        {lines ? <Tools reading={reading} onSave={save} /> : null}
      </div>
      {lines ? (
        <Text name={name} lines={lines} reading={reading} />
      ) : (
        <p class="gw-none quiet">{failure ?? ""}</p>
      )}
    </>
  );
}

function Text({ name, lines, reading }: { name: string; lines: JsonLines; reading: Reading }) {
  const { text, setText, folds, chosen, setCurrent } = reading;
  return (
    <>
      {text === null ? null : (
        <JsonSearch
          lines={lines}
          text={text}
          onText={setText}
          onGo={reading.go}
          onClose={() => setText(null)}
        />
      )}
      <JsonWindow
        name={name}
        lines={lines}
        folds={folds}
        current={chosen}
        mark={text ?? ""}
        isWrapped={reading.isWrapped}
        onFold={(line) => reading.setFolds(folds.toggle(line))}
        onChoose={setCurrent}
      />
      {chosen === null ? null : <Path lines={lines} line={chosen} onClose={() => setCurrent(null)} />}
    </>
  );
}

function Tools({ reading, onSave }: { reading: Reading; onSave: () => void }) {
  const { text, setText, isFolded, toggle, isWrapped, setWrapped } = reading;
  return (
    <>
      <IconButton name="Wrap JSON" pressed={isWrapped} onClick={() => setWrapped(!isWrapped)}>
        <Drawing path={WRAP} />
      </IconButton>
      <IconButton name="Fold JSON" pressed={isFolded} onClick={toggle}>
        <Icon name={isFolded ? "right" : "down"} />
      </IconButton>
      <IconButton
        name="Search JSON"
        pressed={text !== null}
        onClick={() => setText(text === null ? "" : null)}
      >
        <Drawing path={SEARCH} />
      </IconButton>
      <IconButton name="Download JSON" onClick={onSave}>
        <Icon name="save" />
      </IconButton>
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
      <CopyButton name="Copy path" label="Path" text={path} />
      <CopyButton name="Copy value" label="Value" text={() => lines.value(line)} />
      <IconButton name="Close path" class="sm" onClick={onClose}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}
