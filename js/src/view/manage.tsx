/** The three management tools, each with its own input, send bar and response. */

import { useEffect, useRef, useState } from "preact/hooks";
import { matches } from "../check";
import { milliseconds, sentence } from "../format";
import { JsonLines } from "../json-lines";
import { ignoreNotConnected } from "../link";
import type { ManageAction } from "../state";
import { Control } from "./control";
import { CopyButton } from "./copy-button";
import { Disclosure } from "./disclosure";
import { Icon } from "./icons";
import { JsonView } from "./json-view";
import { useIsConnected, usePage, usePageState, useTrait } from "./use-trait";

interface Tool {
  action: ManageAction;
  title: string;
  method: "GET" | "POST" | "DELETE";
  badge: string;
  route: string;
  hint: string;
}

const TOOLS: readonly Tool[] = [
  {
    action: "info",
    title: "Content Info",
    method: "GET",
    badge: "get",
    route: "/v1/content/{generation_id}",
    hint: "Get the full record for a single generation",
  },
  {
    action: "cancel",
    title: "Cancel Generation",
    method: "POST",
    badge: "post",
    route: "/v1/content/generation/cancel/{generation_id}",
    hint: "Cancel an in-progress generation",
  },
  {
    action: "delete",
    title: "Delete Content",
    method: "DELETE",
    badge: "del",
    route: "/v1/content/{generation_id}",
    hint: "Delete a generation and permanently remove its output files from storage",
  },
];

export function Manage() {
  const page = usePage();
  const isOpen = usePageState("isManageOpen");
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return (
    <>
      <Disclosure
        isOpen={isOpen}
        controls={page.id("manage")}
        onToggle={() => page.store.set({ isManageOpen: !isOpen })}
      >
        Manage content
      </Disclosure>
      <div class="gw-mng" id={page.id("manage")} hidden={!isOpen}>
        {wasOpen.current ? TOOLS.map((tool) => <ToolBox key={tool.action} tool={tool} />) : null}
      </div>
    </>
  );
}

interface Outcome {
  status: number | null;
  latencyMs: number | null;
  lines: JsonLines | null;
  failure: string | null;
}

/** The id of a tool: filled in from the latest generation until the person types another. */
function useGenerationId(tool: Tool) {
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
  useEffect(() => {
    if (asked?.action !== tool.action) return;
    filled.current = asked.generationId;
    setId(asked.generationId);
    field.current?.focus();
    field.current?.scrollIntoView({ block: "nearest" });
  }, [asked, tool.action]);
  return { id, setId, field };
}

function useTool(tool: Tool) {
  const page = usePage();
  const [isSending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const send = async (generationId: string) => {
    setSending(true);
    setOutcome(null);
    try {
      const answer = await page.link.request({
        kind: "manage",
        action: tool.action,
        generation_id: generationId,
      });
      const { status_code: status, latency_ms: latency } = answer.data;
      const [bytes] = answer.buffers;
      setOutcome({
        status: typeof status === "number" ? status : null,
        latencyMs: typeof latency === "number" ? latency : null,
        lines: bytes && bytes.byteLength > 0 ? JsonLines.decode(bytes) : null,
        failure: answer.ok ? null : (answer.alert?.message ?? null),
      });
      page.announce(`${tool.title}: ${answer.ok ? (status ?? "done") : (answer.alert?.message ?? "failed")}`);
    } catch (error) {
      ignoreNotConnected(error);
    } finally {
      setSending(false);
    }
  };
  return { isSending, outcome, send };
}

function ToolBox({ tool }: { tool: Tool }) {
  const page = usePage();
  const { id, setId, field } = useGenerationId(tool);
  const { isSending, outcome, send } = useTool(tool);
  const [isAsking, setAsking] = useState(false);
  const [isTouched, setTouched] = useState(false);
  const { rules, messages } = useTrait("catalogue");
  const isValid = matches(rules, "uuid", id);
  const isWrong = !isValid && (isTouched || id !== "");
  const inputId = page.id(`${tool.action}-id`);
  const submit = () => {
    setTouched(true);
    if (!isValid) field.current?.focus();
    else if (tool.action === "delete") setAsking(true);
    else send(id);
  };
  const remove = () => {
    setAsking(false);
    send(id);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a subgrid
    <div class="gw-tool" role="group" aria-label={tool.title}>
      <header class="gw-head">
        <h3>{tool.title}</h3>
        <span class={`gw-b ${tool.badge}`}>{tool.method}</span>
        <span class="grow" />
        <Curl tool={tool} id={isValid ? id : "{generation_id}"} />
      </header>
      <div class="in">
        <span class="route">{tool.route}</span>
        <p class="hint">{tool.hint}</p>
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
              onInput={(event: InputEvent) => setId((event.currentTarget as HTMLInputElement).value.trim())}
            />
          </div>
          {isWrong ? (
            <p class="gw-bad" id={`${inputId}-problem`}>
              <Icon name="warn" />
              {sentence(messages, "not_uuid")}
            </p>
          ) : null}
        </div>
        <div class="go">
          {isAsking ? (
            <Question onKeep={() => setAsking(false)} onDelete={remove} />
          ) : (
            <SendTool isSending={isSending} onSend={submit} />
          )}
          {isAsking ? null : <Badges outcome={outcome} />}
        </div>
      </div>
      <OutcomeView tool={tool} outcome={outcome} filename={`${id}-${tool.action}.json`} />
    </div>
  );
}

function Curl({ tool, id }: { tool: Tool; id: string }) {
  const host = useTrait("host");
  const url = `${host}${tool.route.replace("{generation_id}", id)}`;
  const text = `curl -X ${tool.method} "${url}" \\\n  -H "Authorization: Bearer $BABYSEA_API_KEY"`;
  return <CopyButton name="Copy cURL" label="cURL" text={text} />;
}

function SendTool({ isSending, onSend }: { isSending: boolean; onSend: () => void }) {
  const isLocked = useTrait("locked");
  const isConnected = useIsConnected();
  const label = isSending ? "Sending..." : isLocked && isConnected ? "Send request" : "Lock API key to send";
  return (
    <Control
      as="button"
      class="gw-btn"
      disabled={isSending || !isLocked || !isConnected}
      aria-busy={isSending || undefined}
      onClick={onSend}
    >
      {isSending ? <span class="gw-spin" /> : null}
      {label}
    </Control>
  );
}

/** Deleting asks once; the focus goes to the answer that keeps. */
function Question({ onKeep, onDelete }: { onKeep: () => void; onDelete: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <>
      <span class="ask">Delete for good?</span>
      <span class="grow" />
      <Control as="button" class="gw-btn" ref={keep} onClick={onKeep}>
        Keep
      </Control>
      <Control as="button" class="gw-btn danger" onClick={onDelete}>
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
  return (
    <div class="gw-json json">
      {outcome?.failure ? (
        <p class="gw-bad" role="alert">
          {outcome.failure}
        </p>
      ) : null}
      {outcome?.lines ? (
        <JsonView name={`${tool.title} response`} lines={outcome.lines} filename={filename} />
      ) : null}
      {outcome ? null : <p class="none">No response yet</p>}
    </div>
  );
}
