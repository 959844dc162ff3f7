/** What is said while a dialog is open: the page's own announcements are out of reach below it. */

import { useLayoutEffect } from "preact/hooks";
import { usePage, usePageState } from "../use-trait";

export function Said() {
  const page = usePage();
  const said = usePageState(/* @__KEY__ */ "announcement");
  useLayoutEffect(() => page.announce(""), [page]);
  return (
    <p class="said" aria-live="polite">
      {said}
    </p>
  );
}
