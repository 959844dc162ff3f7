/** The batch as code, by the module that shows a request as code. */

import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { NotConnected } from "../../kernel/comm";
import type { Modules } from "../../page/modules";
import type { Page } from "../../page/page";
import { PageContext, useStore } from "../use-trait";
import { useSheet } from "./context";

export function SheetCode({ isConnected }: { isConnected: boolean }) {
  const { store, host } = useSheet();
  const around = useContext(PageContext);
  const [root, setRoot] = useState<HTMLElement | null>(null);
  const [failure, setFailure] = useState("");
  const module = useStore(host.modules.store, "loaded").code?.exports as Modules["code"] | undefined;
  useEffect(() => {
    if (module || !isConnected) return;
    setFailure("");
    host.modules.load("code").catch((error: Error) => {
      if (!(error instanceof NotConnected)) setFailure(error.message);
    });
  }, [host, module, isConnected]);
  // a batch in a cell has no page around it; the viewer asks one for no more than this
  const page = useMemo(() => {
    const say = (code: string, values?: Record<string, unknown>) => store.say(code, values);
    return around ?? (root && ({ root, say } as unknown as Page));
  }, [around, root, store]);
  return (
    <div class="gw-sheet-code" ref={setRoot}>
      {module && page ? (
        <PageContext.Provider value={page}>
          <module.BatchCode host={host} isConnected={isConnected} />
        </PageContext.Provider>
      ) : (
        <p class="gw-wait" role={failure ? "alert" : undefined}>
          {failure || store.sentence("sheet_connecting")}
        </p>
      )}
    </div>
  );
}
