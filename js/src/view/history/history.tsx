/** The line that opens the list of runs. */

import { Disclosure } from "../shared/disclosure";
import { Further } from "../shared/further";
import { usePage, usePageState, useTrait } from "../use-trait";

export function History() {
  const page = usePage();
  const isOpen = usePageState(/* @__KEY__ */ "isHistoryOpen");
  const { count } = useTrait("history_state");
  const toggle = () => page.store.set({ isHistoryOpen: !isOpen });
  return (
    <>
      <Disclosure isOpen={isOpen} controls={page.id("history")} onToggle={toggle}>
        History <span class="quiet num">{count}</span>
      </Disclosure>
      <div id={page.id("history")} hidden={!isOpen}>
        {isOpen ? <Further name="history">{({ Gallery }) => <Gallery />}</Further> : null}
      </div>
    </>
  );
}
