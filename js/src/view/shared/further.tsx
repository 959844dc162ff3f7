/** A part of the page that is in a further module: in its place, what is said until it is here. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { NotConnected } from "../../kernel/comm";
import type { ModuleName, Modules } from "../../page/modules";
import { useIsConnected, useIsOff, usePage, useStore } from "../use-trait";
import { Control } from "./control";

interface Loading<N extends ModuleName> {
  module: Modules[N] | undefined;
  failure: string;
  isTrying: boolean;
  again: () => void;
}

/** A module, where it is here. */
export function useLoaded<N extends ModuleName>(name: N): Modules[N] | undefined {
  return useStore(usePage().modules.store, "loaded")[name]?.exports as Modules[N] | undefined;
}

/** Load a module as soon as a kernel is there, and again when asked to. */
function useModule<N extends ModuleName>(name: N): Loading<N> {
  const { modules } = usePage();
  const isConnected = useIsConnected();
  const [failure, setFailure] = useState("");
  const [isTrying, setTrying] = useState(true);
  const module = useLoaded(name);
  const isWanted = !module && isConnected && isTrying;
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    const fail = (error: Error) => {
      if (error instanceof NotConnected || !isCurrent) return; // it is tried again once a kernel answers
      setFailure(error.message);
      setTrying(false);
    };
    modules.load(name).catch(fail);
    return () => {
      isCurrent = false;
    };
  }, [modules, name, isWanted]);
  return { module, failure, isTrying, again: () => setTrying(true) };
}

/** Load a module before it is looked at; why it cannot be loaded is said where it is. */
export function usePreload(name: ModuleName, isWanted: boolean): void {
  const { modules } = usePage();
  const isConnected = useIsConnected();
  useEffect(() => {
    if (isWanted && isConnected) modules.load(name).catch(() => undefined);
  }, [modules, name, isWanted, isConnected]);
}

interface Props<N extends ModuleName> {
  name: N;
  /** Nothing is said in its place; another part of the same module says it. */
  isQuiet?: boolean;
  children: (module: Modules[N]) => ComponentChildren;
}

export function Further<N extends ModuleName>({ name, isQuiet, children }: Props<N>) {
  const { messages } = usePage();
  const isOff = useIsOff();
  const { module, failure, isTrying, again } = useModule(name);
  if (module) return <>{children(module)}</>;
  if (isQuiet) return null;
  if (isOff) return <p class="gw-wait">{messages.module_waits}</p>;
  if (!failure) return <p class="gw-wait">{messages.module_loading}</p>;
  return (
    <div class="gw-wait">
      <p role="alert">{failure}</p>
      <Control as="button" class="gw-btn sm" disabled={isTrying} onClick={again}>
        {isTrying ? <span class="gw-spin" /> : null}
        Try again
      </Control>
    </div>
  );
}

/** The rules of the modules that are here; with the view they go. */
export function FurtherStyles() {
  const loaded = useStore(usePage().modules.store, "loaded");
  return (
    <style class="gw-further">
      {Object.values(loaded)
        .map((one) => one.css)
        .join("\n")}
    </style>
  );
}
