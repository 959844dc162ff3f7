/** The hooks by which a view reads the kernel's traits and the page's own state. */

import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type { Page, PageState } from "../page/page";
import type { Store } from "../page/store";
import type { Run, Traits } from "../protocol";

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  return useContext(PageContext) as Page; // views are drawn by App alone, which provides it
}

/** Subscribe before the paint and read again: an update between the first draw and the subscription counts too. */
export function useTrait<K extends keyof Traits>(name: K): Traits[K] {
  const { model } = usePage();
  const [value, setValue] = useState<Traits[K]>(() => model.get(name));
  useLayoutEffect(() => {
    const read = () => setValue(() => model.get(name));
    model.on(`change:${name}`, read);
    read();
    return () => model.off(`change:${name}`, read);
  }, [model, name]);
  return value;
}

export function usePageState<K extends keyof PageState>(name: K): PageState[K] {
  return useStore(usePage().store, name);
}

export function useStore<S extends object, K extends keyof S>(store: Store<S>, name: K): S[K] {
  const [value, setValue] = useState<S[K]>(() => store.state[name]);
  useLayoutEffect(() => {
    const read = () => setValue(() => store.state[name]);
    read();
    return store.subscribe(read);
  }, [store, name]);
  return value;
}

/** The run that may be shown: what was saved with a notebook is never taken for a live one. */
export function useRun(): Run | null {
  const run = useTrait("run");
  return usePageState(/* @__KEY__ */ "wasConnected") ? run : null;
}

/** The POST of this view's own click is in flight, or that of the run shown. */
export function useIsPosting(): boolean {
  const isPosting = usePageState(/* @__KEY__ */ "isPosting");
  const run = useTrait("run");
  const isConnected = useIsConnected();
  return isConnected && (isPosting || Boolean(run?.is_live && !run.post_done));
}

/** A kernel has said hello, and nothing since has failed. */
export function useIsConnected(): boolean {
  return usePageState(/* @__KEY__ */ "connection") === "connected";
}

/** No kernel answers: what is drawn may be looked at, not used. */
export function useIsOff(): boolean {
  const connection = usePageState(/* @__KEY__ */ "connection");
  return connection === "silent" || connection === "gone";
}

/** Whether requests go to the sandbox. */
export function useIsSandbox(): boolean {
  const region = useTrait("region");
  return !useTrait("host_fixed") && region === "sandbox";
}

/** Whether it is chosen, and not installed. */
export function useIsSandboxMissing(): boolean {
  const isSandbox = useIsSandbox();
  return useTrait("catalogue").sandbox_key === null && isSandbox;
}
