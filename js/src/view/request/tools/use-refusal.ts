/** What Response says of a request that was not sent goes once it is no longer so. */

import { useEffect } from "preact/hooks";
import { usePage, usePageState, useTrait } from "../../use-trait";

export function useRefusal(): void {
  const page = usePage();
  const alert = usePageState("alert");
  const form = [useTrait("values"), useTrait("model_id"), useTrait("region"), useTrait("locked")];
  // One of another click, as of Resume, says nothing of the form.
  const isOfForm = alert !== null && (alert.field !== null || alert.more === page.messages.nothing_sent);
  useEffect(() => {
    if (isOfForm && page.sending.refusal(false)?.message !== alert.message) page.store.set({ alert: null });
  }, [page, ...form]);
}
