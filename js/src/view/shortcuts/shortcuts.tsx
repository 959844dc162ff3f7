/** Which keys do what, each part by the table that its handling of keys reads; and what was spent, in words. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import { type Keys, PAGE_KEYS } from "../../page/keys";
import { sentence } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { Further } from "../shared/further";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage } from "../use-trait";
import { chords } from "./chords";
import { SENTENCES } from "./words.generated";

export function Shortcuts() {
  const page = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const one = dialog.current;
    const { activeElement: from } = page.root.getRootNode() as Document;
    const end = () => page.toggleShortcuts();
    one?.showModal();
    body.current?.focus();
    one?.addEventListener("close", end);
    return () => {
      one?.removeEventListener("close", end);
      one?.close();
      // in JupyterLab the browser's own way back leads to the notebook
      if (from instanceof HTMLElement) from.focus({ preventScroll: true });
    };
  }, [page]);
  const close = () => dialog.current?.close();
  return (
    <Control
      as="dialog"
      ref={dialog}
      class="gw-keys"
      aria-label="Shortcuts and spending"
      onClick={(event: MouseEvent) => event.target === dialog.current && close()}
    >
      <header>
        <h3>Shortcuts</h3>
        <span class="grow" />
        <IconButton name="Close shortcuts" onClick={close}>
          <Icon name="close" />
        </IconButton>
      </header>
      <Control as="div" ref={body} class="lists" role="group" aria-label="Shortcuts" tabIndex={0}>
        <List name="page" keys={PAGE_KEYS} />
        <Further name="request">
          {({ FORM_KEYS, PROMPT_KEYS }) => (
            <>
              <List name="form" keys={FORM_KEYS} />
              <List name="prompt" keys={PROMPT_KEYS} />
            </>
          )}
        </Further>
        <Further name="large">
          {({ PICTURE_KEYS, FILM_KEYS }) => (
            <>
              <List name="picture" keys={PICTURE_KEYS} />
              <List name="film" keys={FILM_KEYS} />
            </>
          )}
        </Further>
        <Further name="history">{({ RUN_KEYS }) => <List name="run" keys={RUN_KEYS} />}</Further>
        <Further name="compare">{({ COMPARE_KEYS }) => <List name="compare" keys={COMPARE_KEYS} />}</Further>
        <Further name="sheet">
          {({ GRID_KEYS, ITEM_KEYS }) => (
            <>
              <List name="grid" keys={GRID_KEYS} />
              <List name="item" keys={ITEM_KEYS} />
            </>
          )}
        </Further>
        <Further name="json">{({ SEARCH_KEYS }) => <List name="search" keys={SEARCH_KEYS} />}</Further>
      </Control>
      <Spending />
    </Control>
  );
}

/** The keys of one part; what each does, the sentence of that part and act says. */
function List({ name, keys }: { name: string; keys: Keys }) {
  return (
    <section>
      <h4>{SENTENCES[name]}</h4>
      <dl>
        {Object.entries(keys).map(([act, pressed]) => (
          <div key={act}>
            <dt>
              {chords(pressed).map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{sentence(SENTENCES, `${name}_${act}`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What was spent, as the kernel says it. */
function Spending() {
  const { link, messages } = usePage();
  const isConnected = useIsConnected();
  const [lines, setLines] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!isConnected) return;
    let isGone = false;
    link.request({ kind: "fetch_spending" }).then(({ data, alert }) => {
      if (!isGone) setLines(data.lines ?? [alert?.message ?? ""]);
    }, ignoreNotConnected);
    return () => {
      isGone = true;
    };
  }, [link, isConnected]);
  return (
    <footer>
      <h4>Spending</h4>
      <div class="num" aria-live="polite">
        {(isConnected ? lines : [messages.module_waits]).map((one) => (
          <p key={one}>{one}</p>
        ))}
      </div>
    </footer>
  );
}
