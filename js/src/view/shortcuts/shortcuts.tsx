/** Which keys do what, each part by the table that its handling of keys reads; and what was spent, in words. */

import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import { type Keys, PAGE_KEYS } from "../../page/keys";
import { sentence } from "../../text/format";
import { CloseButton, Dialog } from "../dialog/dialog";
import { Control } from "../shared/control";
import { Further } from "../shared/further";
import { useIsConnected, usePage } from "../use-trait";
import { chords } from "./chords";
import { SENTENCES } from "./words.generated";

export function Shortcuts() {
  const page = usePage();
  const [from] = useState(() => (page.root.getRootNode() as Document).activeElement);
  // in JupyterLab the browser's own way back leads to the notebook
  useLayoutEffect(() => () => from instanceof HTMLElement && from.focus({ preventScroll: true }), [from]);
  return (
    <Dialog
      class="gw-keys"
      name="Shortcuts and spending"
      onLeave={() => page.toggleShortcuts()}
      first={(dialog) => dialog.querySelector<HTMLElement>(".lists")}
    >
      <header>
        <h3>Shortcuts</h3>
        <span class="grow" />
        <CloseButton name="Close shortcuts" />
      </header>
      <Control as="div" class="lists" role="group" aria-label="Shortcuts" tabIndex={0}>
        <List name="page" keys={PAGE_KEYS} />
        <Further name="request">
          {({ FORM_KEYS, PROMPT_KEYS }) => (
            <>
              <List name="form" keys={FORM_KEYS} />
              <Given />
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
    </Dialog>
  );
}

/** What the form takes besides what is typed: nothing in it shows that. */
function Given() {
  return (
    <section>
      <h4>{SENTENCES.given}</h4>
      <p>{SENTENCES.given_request}</p>
      <p>{SENTENCES.given_picture}</p>
    </section>
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
