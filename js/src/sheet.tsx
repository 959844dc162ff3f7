/** What anywidget loads for a batch: one view of its sheet. */

import { type ComponentChildren, render } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Connection, ignoreNotConnected, Link, NotConnected } from "./kernel/comm";
import { KernelMonitor } from "./kernel/heartbeat";
import { HostKernel } from "./kernel/host-kernel";
import { ModuleLoader, type Modules } from "./page/modules";
import type { Answer, CellsNews, Command, Messages, Model } from "./protocol";
import { sentence } from "./text/format";
import { colorScheme } from "./view/frame";
import { onePress } from "./view/press";
import { Control } from "./view/shared/control";
import type { SheetHost } from "./view/sheet/host";
import { useStore } from "./view/use-trait";

/** The traits of a batch's widget. */
interface Traits {
  batch_id: string;
  messages: Messages;
}

type BatchModel = Omit<Model, "get"> & { get: <K extends keyof Traits>(name: K) => Traits[K] };

interface RenderProps {
  model: BatchModel;
  el: HTMLElement;
}

let views = 0;

interface OwnHost extends SheetHost {
  /** Ask for what the sheet is drawn with, before the sheet is there to ask for it. */
  askAhead: () => void;
}

function hostOf(model: BatchModel, link: Link): OwnHost {
  views += 1;
  const batchId = model.get("batch_id");
  let ahead: Promise<Answer<"open_sheet">> | undefined;
  const prefix = `gws-${link.viewId.slice(0, 8)}-${views}`;
  return {
    batchId,
    viewId: link.viewId,
    messages: model.get("messages"),
    modules: new ModuleLoader(model as unknown as Model, link, () => model.get("messages")),
    askAhead: () => {
      ahead = link.request({ kind: "open_sheet", batch_id: batchId });
      ahead.catch((error: unknown) => {
        ahead = undefined;
        ignoreNotConnected(error);
      });
    },
    request: <C extends Command>(command: C) => {
      const asked = command.kind === "open_sheet" ? ahead : undefined;
      if (asked) ahead = undefined;
      return (asked ?? link.request(command)) as Promise<Answer<C["kind"]>>;
    },
    listen: (take) => {
      const hear = (news: CellsNews) => {
        if (news?.kind !== "cells") return;
        link.hear();
        take(news);
      };
      model.on("msg:custom", hear);
      return () => model.off("msg:custom", hear);
    },
    id: (name) => `${prefix}-${name}`,
  };
}

interface PartProps {
  modules: ModuleLoader;
  messages: Messages;
  isConnected: boolean;
  children: (module: Modules["sheet"]) => ComponentChildren;
}

/** The sheet itself is a further module, as in a playground. */
function Part({ modules, messages, isConnected, children }: PartProps) {
  const all = useStore(modules.store, "loaded");
  const loaded = all.sheet;
  const [failure, setFailure] = useState("");
  const load = () => {
    setFailure("");
    modules.load("sheet").catch((error: Error) => {
      if (!(error instanceof NotConnected)) setFailure(error.message);
    });
  };
  // here and below: an effect would run after the next frame; and who waits for one answer asks for the next one late
  useLayoutEffect(() => {
    if (!loaded) load();
  }, [isConnected, loaded]);
  if (loaded)
    return (
      <>
        {children(loaded.exports as Modules["sheet"])}
        <style>
          {Object.values(all)
            .map(({ css }) => css)
            .join("\n")}
        </style>
      </>
    );
  return (
    <div class="gw-wait">
      <p role={failure ? "alert" : undefined}>{failure || messages.module_loading}</p>
      {failure ? (
        <Control as="button" class="gw-btn sm" onClick={load}>
          Try again
        </Control>
      ) : null}
    </div>
  );
}

function App({ model, el }: RenderProps) {
  const [connection, setConnection] = useState<Connection>("waiting");
  const frame = useRef<HTMLElement>(null);
  const plain = model as unknown as Model;
  const kernel = useMemo(() => new HostKernel(plain), [model]);
  const link = useMemo(() => new Link(plain, setConnection, () => kernel.isBusy), [model]);
  const host = useMemo(() => hostOf(model, link), [model, link]);
  useLayoutEffect(() => colorScheme(frame.current), []);
  useLayoutEffect(() => {
    const monitor = new KernelMonitor(plain, el, link, kernel, () => false);
    link.hello();
    host.askAhead();
    return () => {
      monitor.close();
      link.close();
    };
  }, [link]);
  const isConnected = connection === "connected";
  const isOff = connection === "silent" || connection === "gone";
  return (
    <section class="gw gw-sheet" ref={frame} aria-label={`Batch ${host.batchId}`} {...onePress}>
      {isOff ? <p class="gw-wait">{sentence(host.messages, "sheet_off")}</p> : null}
      <Part modules={host.modules} messages={host.messages} isConnected={isConnected}>
        {({ Sheet }) => <Sheet host={host} isConnected={isConnected} />}
      </Part>
    </section>
  );
}

export default {
  render({ model, el }: RenderProps): () => void {
    render(<App model={model} el={el} />, el);
    return () => render(null, el);
  },
};
