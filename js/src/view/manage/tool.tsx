/** One management tool: its input, its send bar and its own response. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { matches } from "../../form/validate";
import { sentence } from "../../text/format";
import { Control } from "../shared/control";
import { CopyButton } from "../shared/copy-button";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage, usePageState, useTrait } from "../use-trait";
import { Badges, OutcomeView } from "./outcome";
import { Question } from "./question";
import { type Tool, useTool } from "./use-tool";

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
  /** The id that was asked about: the field may be filled in anew before the answer. */
  const [doomed, setDoomed] = useState<string | null>(null);
  const asked = usePageState("asked");
  useLayoutEffect(() => setDoomed(null), [asked]); // the tool is wanted for another generation
  const { rules, messages } = useTrait("catalogue");
  const isValid = matches(rules, "uuid", id);
  const [isTouched, setTouched] = useState(false);
  const submit = () => {
    setTouched(true);
    if (!isValid) field.current?.focus();
    else if (tool.action === "delete") setDoomed(id);
    else send(id);
  };
  const answer = (answered: string | null) => {
    setDoomed(null);
    field.current?.focus(); // the button that was pressed is gone
    if (answered !== null) send(answered);
  };
  const type = (text: string) => {
    setDoomed(null); // what was asked is no longer what is meant
    setId(text);
  };
  const isWrong = !isValid && (isTouched || id !== "");
  const box = useRef<HTMLDivElement>(null);
  // Enter looks at a generation and asks about a deletion; what changes one at once is pressed by its own button
  const enter = () => {
    const press = box.current?.querySelector<HTMLElement>(".go button:enabled");
    if (doomed !== null || (isValid && tool.action === "cancel")) press?.focus();
    else press?.click();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a subgrid
    <div class="gw-tool" ref={box} role="group" aria-label={tool.title}>
      <Head tool={tool} id={isValid ? id : "{generation_id}"} />
      <div class="in">
        <span class="route">{tool.route}</span>
        <p class="hint">{messages[`hint_${tool.action}`]}</p>
        <IdField
          tool={tool}
          id={doomed ?? id}
          field={field}
          isWrong={isWrong}
          onText={type}
          onEnter={enter}
        />
        <div class="go">
          {doomed !== null ? (
            <Question onKeep={() => answer(null)} onDelete={() => answer(doomed)} />
          ) : (
            <SendTool title={tool.title} isSending={isSending} onSend={submit} />
          )}
          {isWrong ? <Wrong tool={tool} /> : doomed !== null ? null : <Badges outcome={outcome} />}
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
  onEnter: () => void;
}

function IdField({ tool, id, field, isWrong, onText, onEnter }: IdProps) {
  const page = usePage();
  const inputId = page.id(`${tool.action}-id`);
  return (
    <>
      <div class="lab">
        <label for={inputId}>generation_id</label>
        <span class="gw-b req">required</span>
        <span class="gw-b type">{"string<uuid>"}</span>
      </div>
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
          onKeyDown={(event: KeyboardEvent) => {
            const isOther = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
            if (event.key !== "Enter" || isOther || event.isComposing) return;
            event.preventDefault();
            onEnter();
          }}
        />
      </div>
    </>
  );
}

/** What is wrong with the id stands beside the button, which would move if it came in between. */
function Wrong({ tool }: { tool: Tool }) {
  const page = usePage();
  return (
    <p class="gw-bad" id={page.id(`${tool.action}-id-problem`)}>
      <Icon name="warn" />
      {sentence(page.messages, "not_uuid")}
    </p>
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
