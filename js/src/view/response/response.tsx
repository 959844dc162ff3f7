/** The right panel: how the shown run goes, what came back, and the same request as code. */

import { useState } from "preact/hooks";
import type { Alert, Run } from "../../protocol";
import { sentence } from "../../text/format";
import { KEY, TryExample, useIsSandboxInstead } from "../request/reasons";
import { Time } from "../shared/clock";
import { Control } from "../shared/control";
import { Further, usePreload } from "../shared/further";
import { Icon } from "../shared/icons";
import { isNote, isOfField } from "../shared/notes";
import { Segments } from "../shared/segments";
import {
  useIsConnected,
  useIsOff,
  useIsPosting,
  useIsSandbox,
  usePage,
  usePageState,
  useRun,
  useTrait,
} from "../use-trait";
import { AlertBox } from "./alert-box";
import { ResponseHead } from "./response-head";
import { Progress } from "./timeline";
import { useBody } from "./use-body";

type View = "result" | "code";

/** The one alert that Response shows: this view's own, else the kernel's, else the run's. */
function useAlert(run: Run | null): Alert | null {
  const own = usePageState("alert");
  const stale = usePageState(/* @__KEY__ */ "staleAlert");
  const kernels = useTrait("alert");
  if (own) return own;
  if (kernels && kernels !== stale && !isNote(kernels) && !isOfField(kernels)) return kernels;
  return run?.alert ?? null;
}

export function ResponsePanel() {
  const page = usePage();
  const run = useRun();
  const body = useBody(run);
  // A generation takes longer than these: what comes of it is drawn as it comes.
  const isExpected = useIsPosting() || run !== null;
  usePreload("result", isExpected);
  usePreload("json", isExpected);
  const isCode = usePageState(/* @__KEY__ */ "isCode");
  const view = isCode ? "code" : "result";
  const idOf = (one: View) => page.id(`tab-${one}`);
  const tab = (value: View, label: string) => ({ value, label, controls: page.id("view") });
  return (
    <>
      <ResponseHead run={run} body={body} />
      <div class="gw-sub">
        <Segments<View>
          kind="tab"
          label="Response views"
          class="gw-views"
          itemClass="gw-tab"
          items={[tab("result", "Result"), tab("code", "Code")]}
          value={view}
          idFor={idOf}
          onChoose={(one) => page.store.set({ isCode: one === "code" })}
        />
        <Time />
        <Cancel run={run} />
      </div>
      <Control
        as="div"
        class="gw-body gw-res"
        role="tabpanel"
        id={page.id("view")}
        aria-labelledby={idOf(view)}
        tabIndex={0}
      >
        {isCode ? (
          <Further name="code">{({ CodeView }) => <CodeView />}</Further>
        ) : (
          <Result run={run} body={body} />
        )}
      </Control>
      <Hint run={run} />
    </>
  );
}

function Result({ run, body }: { run: Run | null; body: ReturnType<typeof useBody> }) {
  const isPosting = useIsPosting();
  const page = usePage();
  const shown = isPosting && page.sending.isAwaited(run) ? null : run;
  const alert = useAlert(shown);
  if (!shown && !alert && !isPosting) return <Nothing />;
  const own = shown?.alert ?? null;
  const isOver = shown !== null && alert !== own;
  const first = isOver ? own : alert;
  return (
    <div class="gw-flow">
      {first ? <AlertBox alert={first} run={shown} /> : null}
      {shown?.state === "lost" && !shown.is_deleted ? (
        <Further name="result" isQuiet key={`content ${shown.run_id}`}>
          {({ ContentCheck }) => <ContentCheck run={shown} />}
        </Further>
      ) : null}
      {shown ? (
        <Further name="result" isQuiet key={`whose ${shown.run_id}`}>
          {({ Whose }) => <Whose run={shown} />}
        </Further>
      ) : null}
      {shown || isPosting ? <Progress run={shown} key={shown?.run_id} /> : null}
      {shown ? (
        <Further name="result" key="result">
          {({ Outputs, GenerationRow }) => (
            <>
              <Outputs run={shown} />
              {shown.generation_id ? <GenerationRow run={shown} generationId={shown.generation_id} /> : null}
            </>
          )}
        </Further>
      ) : null}
      {shown && (shown.has_reply || shown.has_record) ? (
        <Further name="json">{({ JsonPane }) => <JsonPane run={shown} body={body} />}</Further>
      ) : null}
      {alert && isOver ? <AlertBox alert={alert} run={null} isOver /> : null}
    </div>
  );
}

function Cancel({ run }: { run: Run | null }) {
  const page = usePage();
  const isPosting = useIsPosting();
  const isConnected = useIsConnected();
  const [asked, setAsked] = useState<string | null>(null);
  if ((!run?.is_live || run.is_deleted) && !isPosting) return null;
  const canCancel = isConnected && run?.can_cancel && asked !== run.run_id && !page.sending.isAwaited(run);
  const cancel = () => {
    if (!run) return;
    setAsked(run.run_id);
    page.say("page_canceling");
    page.order({ kind: "cancel", run_id: run.run_id }).finally(() => setAsked(null));
  };
  return (
    <Control as="button" class="gw-btn sm" disabled={!canCancel} onClick={cancel}>
      Cancel
    </Control>
  );
}

function Nothing() {
  const page = usePage();
  const { messages } = page;
  const isOff = useIsOff();
  const isLocked = useTrait("locked");
  useTrait("values");
  const modelId = useTrait("model_id");
  if (isOff) {
    return (
      <div class="gw-none">
        <p class="title">{messages.page_nothing_kept}</p>
        <p>{messages.nothing_kept}</p>
      </div>
    );
  }
  const { missing, body = {} } = page.form.checked ?? {};
  const fields = [...(missing ?? []), ...Object.keys(body)].map((one) => `f-${one}`);
  const conditions: [string, boolean, readonly string[]][] = [
    [messages.page_model_selected ?? "", !!modelId, ["model"]],
    [messages.page_key_locked ?? "", isLocked, KEY],
    [messages.page_filled ?? "", missing?.length === 0, fields],
  ];
  return (
    <div class="gw-none">
      <p class="title">{messages.page_nothing}</p>
      <p>{messages.page_nothing_means}</p>
      <ul aria-label="Before you send">
        {conditions.map(([name, isMet, to]) => (
          <li class={isMet ? "done" : ""} key={name}>
            <Control as="button" class="gw-go" onClick={() => page.goTo(...to)}>
              {isMet ? <Icon name="check" /> : <i />}
              <span>{name}</span>
              <span class="vh">{isMet ? ": done" : ": to do"}</span>
            </Control>
          </li>
        ))}
      </ul>
      <TryExample />
      <SandboxOffer />
    </div>
  );
}

function SandboxOffer() {
  const page = usePage();
  const isSandbox = useIsSandbox();
  const { sandbox_key, messages } = useTrait("catalogue");
  if (useIsSandboxInstead())
    return (
      <p>
        {messages.sandbox_instead}{" "}
        <Control as="button" class="gw-go" onClick={() => page.takeSandbox()}>
          <span>Use the sandbox</span>
        </Control>
      </p>
    );
  return isSandbox && sandbox_key !== null ? <p>{messages.sandbox_offer}</p> : null;
}

function Hint({ run }: { run: Run | null }) {
  const { messages } = useTrait("catalogue");
  const made = run?.state === "succeeded" && run.region === "sandbox" && messages.sandbox_made;
  const more = run?.is_live ? messages.hint_webhooks : made;
  return (
    <p class="gw-hint">
      <Icon name="info" />
      <span>
        <span>{sentence(messages, "hint")}</span>
        {run?.generation_id && more && <span class="line">{more}</span>}
      </span>
    </p>
  );
}
