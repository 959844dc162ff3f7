/** The request that Send would send, as code; the kernel writes it, so that it is the same everywhere. */

import { useEffect, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Language } from "../../protocol";
import { Control } from "../shared/control";
import { CopyIcon } from "../shared/copy-button";
import { Segments } from "../shared/segments";
import { useIsConnected, usePage, useTrait } from "../use-trait";

const LABELS: Record<Language, string> = { python: "Python", curl: "cURL", typescript: "TypeScript" };
const LANGUAGES = Object.keys(LABELS) as Language[];
const ASK_AFTER_MS = 300;

/** The code of the request as it stands, asked for once the typing has rested. */
function useCode(language: Language): { text: string; isCode: boolean } {
  const page = usePage();
  const [shown, setShown] = useState({ text: "", isCode: false });
  const values = useTrait("values");
  const modelId = useTrait("model_id");
  const modelType = useTrait("model_type");
  const region = useTrait("region");
  const isConnected = useIsConnected();
  useEffect(() => {
    if (!isConnected) return;
    let isCurrent = true;
    const intent = { region, model_type: modelType, model_id: modelId, values };
    const timer = setTimeout(() => {
      page.link.request({ kind: "export", language, ...intent }).then((answer) => {
        const text = answer.ok ? (answer.data.text ?? "") : (answer.alert?.message ?? "");
        if (isCurrent) setShown({ text, isCode: answer.ok });
      }, ignoreNotConnected);
    }, ASK_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [page, language, values, modelId, modelType, region, isConnected]);
  return shown;
}

export function CodeView() {
  const [language, setLanguage] = useState<Language>("python");
  const shown = useCode(language);
  return (
    <div class="gw-code">
      <div class="bar">
        <Segments<Language>
          kind="radio"
          label="Language"
          class="gw-seg sm"
          items={LANGUAGES.map((value) => ({ value, label: LABELS[value] }))}
          value={language}
          onChoose={setLanguage}
        />
        <span class="grow" />
        <CopyIcon name="Copy code" text={shown.text} disabled={!shown.isCode} />
      </div>
      {shown.isCode ? (
        <Control as="div" class="view" role="region" aria-label="Code" tabIndex={0}>
          <pre>{shown.text}</pre>
        </Control>
      ) : (
        <p class="gw-none quiet">{shown.text}</p>
      )}
    </div>
  );
}
