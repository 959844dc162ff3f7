/** The three panels side by side, or, where the place is narrow, behind three tabs. */

import { useRef } from "preact/hooks";
import type { Panel } from "../page/page";
import { RequestPanel } from "./request/request";
import { ResponsePanel } from "./response/response";
import { SchemaPanel } from "./schema/schema";
import { Further } from "./shared/further";
import { Disconnected, KeyEntryClosed, Live } from "./shared/notes";
import { Segments } from "./shared/segments";
import { Separator, useColumns } from "./shared/separators";
import { useIsOff, useIsPosting, usePage, usePageState, useRun, useTrait } from "./use-trait";

export function Panels() {
  const page = usePage();
  const shown = usePageState("panel");
  const grid = useRef<HTMLDivElement>(null);
  const columns = useColumns(grid);
  const panel = (name: Panel) => ({
    id: page.id(`panel-${name}`),
    class: "gw-p",
    "data-shown": shown === name ? "" : undefined,
  });
  return (
    <>
      <Tabs shown={shown} />
      <div
        class="gw-panels"
        ref={grid}
        style={columns.template ? { gridTemplateColumns: columns.template } : {}}
      >
        <section aria-label="Schema" {...panel("schema")}>
          <SchemaPanel />
        </section>
        <Separator name="Resize Schema" controls={page.id("panel-schema")} at={0} columns={columns} />
        <section aria-label="Request Body" {...panel("input")}>
          <RequestPanel />
        </section>
        <Separator name="Resize Request Body" controls={page.id("panel-input")} at={1} columns={columns} />
        <section aria-label="Response" {...panel("response")}>
          <ResponsePanel />
        </section>
        <div class="gw-says">
          <KeyEntryClosed />
          <Waiting />
          <Live />
          <Disconnected />
        </div>
      </div>
    </>
  );
}

/** What a kernel left under way when it ended, and what was not sent. */
function Waiting() {
  const { waiting, unsent } = useTrait("history_state");
  return waiting || unsent ? (
    <Further name="history" isQuiet>
      {({ Interrupted }) => <Interrupted />}
    </Further>
  ) : null;
}

function Tabs({ shown }: { shown: Panel }) {
  const page = usePage();
  const tab = (value: Panel, mark = <></>) => ({
    value,
    controls: page.id(`panel-${value}`),
    label: (
      <>
        {value}
        {mark}
      </>
    ),
  });
  return (
    <Segments<Panel>
      kind="tab"
      label="Panels"
      class="gw-tabs"
      itemClass="gw-tab"
      items={[tab("schema"), tab("input"), tab("response", <ResponseMark />)]}
      value={shown}
      onChoose={(one) => page.show(one)}
    />
  );
}

/** What happens in Response while another tab is in front of it. */
function ResponseMark() {
  const run = useRun();
  const alert = usePageState("alert");
  const isPosting = useIsPosting();
  const isOff = useIsOff();
  if (isPosting || (run?.is_live && !isOff)) return <span class="gw-spin" />;
  if (alert || (run?.alert && run.alert.kind !== "note")) return <span class="pip bad" />;
  return run ? <span class="pip" /> : null;
}
