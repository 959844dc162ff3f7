/** A batch as a sheet: how far it is, its items as a grid of pictures, and what a person does with them. */

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { Axis, BatchStatus } from "../../protocol";
import { saveBlob } from "../../text/clipboard";
import { Control } from "../shared/control";
import { Icon } from "../shared/icons";
import { Segments } from "../shared/segments";
import { useStore } from "../use-trait";
import { SheetCode } from "./code";
import { Compare } from "./compare";
import { SheetContext, useSheet } from "./context";
import { Current } from "./current";
import { type Arrangement, rearranged, usualArrangement } from "./grid";
import { Cells } from "./grid-view";
import type { SheetHost } from "./host";
import { Large } from "./large";
import { Said } from "./said";
import { SheetStore } from "./store";

interface Props {
  host: SheetHost;
  /** A kernel answers. */
  isConnected: boolean;
}

export function Sheet({ host, isConnected }: Props) {
  const store = useMemo(() => new SheetStore(host), [host]);
  useEffect(() => () => store.close(), [store]);
  // an effect would run after the next frame
  useLayoutEffect(() => store.connect(isConnected), [store, isConnected]);
  const batch = useStore(store, "batch");
  const opened = useStore(store, "opened");
  const compared = useStore(store, "compared");
  const hasCode = useStore(store, "hasCode");
  const context = useMemo(() => ({ store, host }), [store, host]);
  return (
    <SheetContext.Provider value={context}>
      <Head isConnected={isConnected} />
      {hasCode ? <SheetCode isConnected={isConnected} /> : null}
      {batch ? <Body /> : <Said isSeen={false} />}
      {opened === null ? null : <Large key="large" position={opened} />}
      {compared === null ? null : <Compare key="compare" positions={compared} />}
    </SheetContext.Provider>
  );
}

/** The buttons, each with the sentence that says what it does, and its name while that is done. */
const STEERS: Record<BatchStatus["can"][number], readonly [name: string, means: string, doing: string]> = {
  stop: ["Stop", "sheet_stop", "Stopping..."],
  cancel: ["Cancel", "sheet_cancel", "Canceling..."],
  resume: ["Resume", "sheet_resume", "Resuming..."],
  retry_failed: ["Retry failed", "sheet_retry_failed", "Retrying..."],
};

/** A button stays in its place, and off, while what it asks for is done; the others can be pressed. */
function Steers({ batch, isConnected }: { batch: BatchStatus; isConnected: boolean }) {
  const { store, host } = useSheet();
  const steering = useStore(store, "steering");
  const { can, stopping } = batch;
  return can.map((one) => {
    const [name, , doing] = STEERS[one];
    const isDone = steering === one || stopping === one;
    // what is canceled is stopped too
    const isOff = isDone || (one === "stop" && [steering, stopping].includes("cancel"));
    return (
      <Control
        as="button"
        key={one}
        class="gw-btn sm"
        aria-describedby={host.id(`means-${one}`)}
        aria-busy={isDone || undefined}
        disabled={!isConnected || isOff}
        onClick={() => store.steer(one)}
      >
        {isDone ? doing : name}
      </Control>
    );
  });
}

function Head({ isConnected }: { isConnected: boolean }) {
  const { store, host } = useSheet();
  const batch = useStore(store, "batch");
  const failure = useStore(store, "failure");
  const note = useStore(store, "note");
  const hasCode = useStore(store, "hasCode");
  const part = batch ? batch.done / Math.max(1, batch.count) : 0;
  return (
    <>
      <header class="gw-sheet-head">
        <h3>Batch</h3>
        <span class="mono quiet">{host.batchId}</span>
        <span class="num grow">{batch ? toldOf(batch) : store.sentence("sheet_connecting")}</span>
        {batch ? <Steers batch={batch} isConnected={isConnected} /> : null}
        <Control
          as="button"
          class="gw-btn sm"
          aria-expanded={hasCode}
          disabled={!hasCode && (!batch || !isConnected)}
          onClick={() => store.set({ hasCode: !hasCode })}
        >
          Code
        </Control>
        <SavePicks isOff={!batch || !isConnected} />
      </header>
      {batch && batch.can.length > 0 ? (
        <p class="gw-sheet-means">
          {batch.can.map((one) => (
            <span key={one} id={host.id(`means-${one}`)}>{`${store.sentence(STEERS[one][1])} `}</span>
          ))}
        </p>
      ) : null}
      <progress class="gw-sheet-bar" aria-label="Items done" max={1} value={part} />
      {batch?.reason ? <p class="gw-sheet-note">{batch.reason}</p> : null}
      {note ? <p class="gw-sheet-note">{note}</p> : null}
      {failure ? (
        <p class="gw-sheet-note bad" role="alert">
          {failure}
        </p>
      ) : null}
    </>
  );
}

/** The files may take their time to come: they are asked for once. */
function SavePicks({ isOff }: { isOff: boolean }) {
  const { store } = useSheet();
  const isSaving = useStore(store, "isSaving");
  const save = async () => {
    const file = await store.picks();
    if (!file) return;
    saveBlob(file, file.name);
    store.say("sheet_saved", { filename: file.name });
  };
  return (
    <Control
      as="button"
      class="gw-btn sm"
      aria-busy={isSaving || undefined}
      disabled={isOff || isSaving}
      onClick={save}
    >
      <Icon name="save" />
      {isSaving ? "Saving..." : "Save picks"}
    </Control>
  );
}

/** How far it is; that it is stopping is part of the line. */
const toldOf = ({ state, stopping, line }: BatchStatus) => (stopping ? line : `${state} · ${line}`);

function Body() {
  const { store } = useSheet();
  const axes = useStore(store, "axes");
  const [arrangement, setArrangement] = useState<Arrangement>(() => usualArrangement(axes));
  const [tab, setTab] = useState(0);
  useLayoutEffect(() => {
    setArrangement(usualArrangement(axes));
    setTab(0);
  }, [axes.length]);
  const isMatrix = axes.length > 1;
  const arrange = (change: Partial<Arrangement>) => {
    setArrangement((now) => rearranged(now, change));
    setTab(0);
  };
  return (
    <>
      {isMatrix ? <Axes arrangement={arrangement} tab={tab} onArrange={arrange} onTab={setTab} /> : null}
      <Cells arrangement={isMatrix ? arrangement : null} tab={tab} onTab={setTab} />
      <Current />
    </>
  );
}

/** The most values that stand as tabs; more are a list to choose from. */
const MOST_TABS = 8;

interface AxesProps {
  arrangement: Arrangement;
  tab: number;
  onArrange: (change: Partial<Arrangement>) => void;
  onTab: (tab: number) => void;
}

function Axes({ arrangement, tab, onArrange, onTab }: AxesProps) {
  const { store } = useSheet();
  const axes = useStore(store, "axes");
  const { across, tabs } = arrangement;
  const items = axes.map(({ name }, at) => ({ value: String(at), label: <span class="mono">{name}</span> }));
  const tabbed = tabs === null ? undefined : axes[tabs];
  const label = (name: string, code: string) => (
    <span class="quiet" title={store.sentence(code)}>
      {name}
    </span>
  );
  return (
    <div class="gw-sheet-axes">
      {label("Across", "sheet_across")}
      <Segments
        kind="radio"
        label="Axis across"
        class="gw-seg"
        items={items}
        value={String(across)}
        onChoose={(one) => onArrange({ across: Number(one) })}
      />
      {tabbed ? (
        <>
          {label("Tabs", "sheet_tabs")}
          <Segments
            kind="radio"
            label="Axis in tabs"
            class="gw-seg"
            items={items}
            value={String(tabs)}
            onChoose={(one) => onArrange({ tabs: Number(one) })}
          />
          <Tabs axis={tabbed} tab={tab} onTab={onTab} />
        </>
      ) : null}
    </div>
  );
}

function Tabs({
  axis: { name, labels },
  tab,
  onTab,
}: {
  axis: Axis;
  tab: number;
  onTab: AxesProps["onTab"];
}) {
  if (labels.length > MOST_TABS)
    return (
      <Control
        as="select"
        aria-label={name}
        value={tab}
        onChange={(event: Event) => onTab(Number((event.target as HTMLSelectElement).value))}
      >
        {labels.map((label, at) => (
          <option value={at} key={label}>
            {label}
          </option>
        ))}
      </Control>
    );
  return (
    <Segments
      kind="tab"
      label={name}
      class="gw-seg"
      items={labels.map((label, at) => ({ value: String(at), label }))}
      value={String(tab)}
      onChoose={(one) => onTab(Number(one))}
    />
  );
}
