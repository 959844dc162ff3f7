/** The line that opens the management tools. */

import { useRef } from "preact/hooks";
import { Disclosure } from "../shared/disclosure";
import { Further } from "../shared/further";
import { usePage, usePageState } from "../use-trait";

export function Manage() {
  const page = usePage();
  const isOpen = usePageState(/* @__KEY__ */ "isManageOpen");
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return (
    <>
      <Disclosure
        isOpen={isOpen}
        controls={page.id("manage")}
        onToggle={() => page.store.set({ isManageOpen: !isOpen })}
      >
        Manage content
      </Disclosure>
      <div class="gw-mng" id={page.id("manage")} hidden={!isOpen}>
        {wasOpen.current ? <Further name="manage">{({ Tools }) => <Tools />}</Further> : null}
      </div>
    </>
  );
}
