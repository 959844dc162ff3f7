/** The request that Send would send, or the sweep that stands in the foot of the form, as code; the kernel writes it, so that it is the same everywhere. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Answer, Language } from "../../protocol";
import { tokensOf } from "../../text/code-tokens";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Icon } from "../shared/icons";
import { Segments } from "../shared/segments";
import type { SheetHost } from "../sheet/host";
import { useIsConnected, usePage, usePageState, useTrait } from "../use-trait";
import { useInsertBelow } from "./insert-below";

const LABELS: Record<Language, string> = { python: "Python", curl: "cURL", typescript: "TypeScript" };
/** Of a sweep: a program, or a plan for the shell. */
const SWEEP_LABELS: Partial<typeof LABELS> = { python: "Python", curl: "Shell" };
const ASK_AFTER_MS = 300;
const INSERTED_MS = 4000;

interface PaneProps {
  labels: Partial<typeof LABELS>;
  /** Ask for the code; null where no kernel answers. */
  ask: ((language: Language) => Promise<Answer<"export" | "export_sweep" | "export_batch">>) | null;
  /** What the code depends on. */
  about: readonly unknown[];
}

interface Written {
  text: string;
  isCode: boolean;
  /** What it was written of. */
  of: readonly unknown[];
}

/** The code that was written last, asked for once the typing has rested; and whether that is of what stands now. */
function useCode(language: Language, { ask, about }: PaneProps): Written & { isOfNow: boolean } {
  const [shown, setShown] = useState<Written>({ text: "", isCode: false, of: [] });
  const of = [language, ...about];
  useEffect(() => {
    if (!ask) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      ask(language).then((answer) => {
        const text = answer.ok ? (answer.data.text ?? "") : (answer.alert?.message ?? "");
        if (isCurrent) setShown({ text, isCode: answer.ok, of });
      }, ignoreNotConnected);
    }, ASK_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [language, ask !== null, ...about]);
  return { ...shown, isOfNow: of.every((one, at) => one === shown.of[at]) };
}

const shellOr = (language: Language) => (language === "curl" ? "shell" : "python");

/** The language that was chosen last, in this browser; its storage has nothing else of ours. */
const STORED = "genwidget.language";

function storedLanguage(): Language {
  try {
    const found = localStorage.getItem(STORED) as Language;
    return found in LABELS ? found : "python";
  } catch {
    return "python"; // the browser keeps nothing for this page
  }
}

function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // the choice holds for this view alone
  }
}

export function CodeView() {
  const { link } = usePage();
  const values = useTrait("values");
  const model_id = useTrait("model_id");
  const model_type = useTrait("model_type");
  const region = useTrait("region");
  const axes = usePageState("axes");
  const intent = { region, model_type, model_id, values };
  const ask: PaneProps["ask"] = (language) =>
    axes
      ? link.request({ kind: "export_sweep", language: shellOr(language), axes, ...intent })
      : link.request({ kind: "export", language, ...intent });
  return (
    <Pane
      labels={axes ? SWEEP_LABELS : LABELS}
      ask={useIsConnected() ? ask : null}
      about={[link, values, model_id, model_type, region, axes]}
    />
  );
}

/** A batch that was sent, as code. What stands around is its page, or speaks as one. */
export function BatchCode({ host, isConnected }: { host: SheetHost; isConnected: boolean }) {
  const ask: PaneProps["ask"] = (language) =>
    host.request({ kind: "export_batch", batch_id: host.batchId, language: shellOr(language) });
  return <Pane labels={SWEEP_LABELS} ask={isConnected ? ask : null} about={[host]} />;
}

/** The code that was inserted last, for a while: the same is not put into two cells by a second press. */
function useInserted(): [text: string | null, set: (text: string) => void] {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => setText(null), INSERTED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

function Pane(props: PaneProps) {
  const page = usePage();
  const { labels } = props;
  const [chosen, setLanguage] = useState<Language>(storedLanguage);
  const language = chosen in labels ? chosen : "python";
  const shown = useCode(language, props);
  const canUse = shown.isCode && shown.isOfNow;
  const insert = useInsertBelow();
  const choose = (next: Language) => {
    setLanguage(next);
    storeLanguage(next);
  };
  const [inserted, setInserted] = useInserted();
  const put = () => {
    const text = shown.text.trimEnd();
    if (!insert?.(language === "curl" ? `%%bash\n${text}` : text)) return;
    page.say("page_inserted");
    setInserted(shown.text);
  };
  const isIn = inserted === shown.text;
  return (
    <div class="gw-code">
      <div class="bar">
        <Segments<Language>
          kind="radio"
          label="Language"
          class="gw-seg sm"
          items={Object.entries(labels).map(([value, label]) => ({ value: value as Language, label }))}
          value={language}
          onChoose={choose}
        />
        <span class="grow" />
        {insert && language !== "typescript" ? (
          <Control as="button" class="gw-btn sm" disabled={!canUse || isIn} onClick={put}>
            {isIn ? <Icon name="check" /> : null}
            {isIn ? "Inserted below" : "Insert below"}
          </Control>
        ) : null}
        <CopyIcon name="Copy code" text={shown.text} disabled={!canUse} />
      </div>
      {shown.isCode ? <Lines {...shown} language={language} /> : <p class="gw-none quiet">{shown.text}</p>}
    </div>
  );
}

function Lines({ text, isOfNow, language }: { text: string; isOfNow: boolean; language: Language }) {
  return (
    <Control
      as="div"
      class="view"
      role="region"
      aria-label="Code"
      aria-busy={!isOfNow || undefined}
      tabIndex={0}
    >
      <pre>
        {tokensOf(text, language).map(([kind, part], at) =>
          kind === "plain" ? (
            part
          ) : (
            <span class={kind} key={at}>
              {part}
            </span>
          ),
        )}
      </pre>
    </Control>
  );
}
