/** One management tool: its input, its send bar and its own response. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { matches } from "../../form/validate";
import { milliseconds, sentence } from "../../text/format";
import { Control } from "../shared/control";
import { CopyButton } from "../shared/copy-button";
import { Further } from "../shared/further";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage, usePageState, useTrait } from "../use-trait";
import { type Outcome, type Tool, useTool } from "./use-tool";

/** The id of a tool: filled in from the latest generation until the person types another. */
function useGenerationId(tool: Tool) {
  const page = usePage();
  const asked = usePageState("asked");
  const latest = useTrait("run")?.generation_id ?? null;
  const [id, setId] = useState("");
  const filled = useRef("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (latest === null) return;
    setId((now) => (now === filled.current ? latest : now));
    filled.current = latest;
  }, [latest]);
  useLayoutEffect(() => {
    if (asked?.action !== tool.action) return;
    filled.current = asked.generationId;
    setId(asked.generationId);
    if (page.focused !== asked.from && page.focused !== document.body) return; // gone on while the tools were loaded
    field.current?.focus();
    field.current?.scrollIntoView({ block: "nearest" });
  }, [page, asked, tool.action]);
  return { id, setId, field };
}

export function ToolBox({ tool }: { tool: Tool }) {
  const { id, setId, field } = useGenerationId(tool);
  const { isSending, outcome, send } = useTool(tool);
  const [isAsking, setAsking] = useState(false);
  const { rules, messages } = useTrait("catalogue");
  const isValid = matches(rules, "uuid", id);
  const [isTouched, setTouched] = useState(false);
  const submit = () => {
    setTouched(true);
    if (!isValid) field.current?.focus();
    else if (tool.action === "delete") setAsking(true);
    else send(id);
  };
  const answer = (isYes: boolean) => {
    setAsking(false);
    field.current?.focus(); // the button that was pressed is gone
    if (isYes) send(id);
  };
  const isWrong = !isValid && (isTouched || id !== "");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a subgrid
    <div class="gw-tool" role="group" aria-label={tool.title}>
      <Head tool={tool} id={isValid ? id : "{generation_id}"} />
      <div class="in">
        <span class="route">{tool.route}</span>
        <p class="hint">{messages[`hint_${tool.action}`]}</p>
        <IdField tool={tool} id={id} field={field} isWrong={isWrong} onText={setId} />
        <div class="go">
          {isAsking ? (
            <Question onKeep={() => answer(false)} onDelete={() => answer(true)} />
          ) : (
            <SendTool title={tool.title} isSending={isSending} onSend={submit} />
          )}
          {isAsking ? null : <Badges outcome={outcome} />}
        </div>
      </div>
      <OutcomeView tool={tool} outcome={outcome} filename={`${id}-${tool.action}.json`} />
    </div>
  );
}

interface IdProps {
  tool: Tool;
  id: string;
  field: RefObject<HTMLInputElement | null>;
  isWrong: boolean;
  onText: (text: string) => void;
}

function IdField({ tool, id, field, isWrong, onText }: IdProps) {
  const page = usePage();
  const inputId = page.id(`${tool.action}-id`);
  return (
    <>
      <div class="lab">
        <label for={inputId}>generation_id</label>
        <span class="gw-b req">required</span>
        <span class="gw-b type">{"string<uuid>"}</span>
      </div>
      <div>
        <div class={`gw-in${isWrong ? " wrong" : ""}`}>
          <Control
            as="input"
            ref={field}
            id={inputId}
            type="text"
            class="mono"
            autocomplete="off"
            spellcheck={false}
            placeholder="00000000-0000-0000-0000-000000000000"
            aria-required
            aria-invalid={isWrong || undefined}
            aria-describedby={isWrong ? `${inputId}-problem` : undefined}
            value={id}
            onInput={(event: InputEvent) => onText((event.currentTarget as HTMLInputElement).value.trim())}
          />
        </div>
        {isWrong ? (
          <p class="gw-bad" id={`${inputId}-problem`}>
            <Icon name="warn" />
            {sentence(page.messages, "not_uuid")}
          </p>
        ) : null}
      </div>
    </>
  );
}

function Head({ tool, id }: { tool: Tool; id: string }) {
  return (
    <header class="gw-head">
      <h3>{tool.title}</h3>
      <span class={`gw-b ${tool.badge}`}>{tool.method}</span>
      <span class="grow" />
      <Curl tool={tool} id={id} />
    </header>
  );
}

function Curl({ tool, id }: { tool: Tool; id: string }) {
  const host = useTrait("host");
  const url = `${host}${tool.route.replace("{generation_id}", id)}`;
  const text = `curl -X ${tool.method} "${url}" \\\n  -H "Authorization: Bearer $BABYSEA_API_KEY"`;
  return <CopyButton name="Copy cURL" label="cURL" text={text} />;
}

function SendTool(props: { title: string; isSending: boolean; onSend: () => void }) {
  const isLocked = useTrait("locked");
  const isConnected = useIsConnected();
  const isUnderWay = props.isSending && isConnected;
  const label = isUnderWay ? "Sending..." : isLocked && isConnected ? "Send request" : "Lock API key to send";
  return (
    <Control
      as="button"
      class="gw-btn"
      aria-label={`${label}: ${props.title}`}
      disabled={isUnderWay || !isLocked || !isConnected}
      aria-busy={isUnderWay || undefined}
      onClick={props.onSend}
    >
      {isUnderWay ? <span class="gw-spin" /> : null}
      {label}
    </Control>
  );
}

/** Deleting asks once; the focus goes to the answer that keeps. */
function Question({ onKeep, onDelete }: { onKeep: () => void; onDelete: () => void }) {
  const { messages } = usePage();
  const keep = useRef<HTMLButtonElement>(null);
  const isConnected = useIsConnected();
  useLayoutEffect(() => keep.current?.focus(), []);
  return (
    <>
      <span class="ask">{messages.page_delete}</span>
      <span class="grow" />
      <Control as="button" class="gw-btn" ref={keep} onClick={onKeep}>
        Keep
      </Control>
      <Control as="button" class="gw-btn danger" disabled={!isConnected} onClick={onDelete}>
        Delete
      </Control>
    </>
  );
}

function Badges({ outcome }: { outcome: Outcome | null }) {
  if (!outcome) return null;
  const { status, latencyMs } = outcome;
  return (
    <>
      <span class="grow" />
      {status === null ? null : <span class={`gw-b ${status < 400 ? "good" : "bad"}`}>{status}</span>}
      {latencyMs === null ? null : <span class="num quiet ms">{milliseconds(latencyMs)}</span>}
    </>
  );
}

function OutcomeView({ tool, outcome, filename }: { tool: Tool; outcome: Outcome | null; filename: string }) {
  const { messages } = usePage();
  return (
    <div class="gw-json json">
      {outcome?.failure ? (
        <p class="gw-bad" role="alert">
          {outcome.failure}
          {outcome.again ? (
            <Control as="button" class="gw-btn sm" onClick={outcome.again}>
              Try again
            </Control>
          ) : null}
        </p>
      ) : null}
      {outcome?.text ? (
        <Further name="json">
          {({ JsonView }) => (
            <JsonView name={`${tool.title} response`} text={outcome.text} filename={filename} />
          )}
        </Further>
      ) : null}
      {outcome ? null : <p class="none">{messages.page_nothing}</p>}
    </div>
  );
}
