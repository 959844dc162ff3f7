/** What was asked for beside a result is done there: a deletion after one question, all else at once. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ManageAction } from "../../protocol";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";
import { usePage } from "../use-trait";
import { Badges, OutcomeView } from "./outcome";
import { Question } from "./question";
import { TOOLS, useTool } from "./use-tool";

interface Props {
  action: ManageAction;
  generationId: string;
  /** What was pressed: it has the focus again where this ends. */
  from: HTMLElement;
  onEnd: () => void;
}

export function InPlace({ action, generationId, from, onEnd }: Props) {
  const page = usePage();
  const tool = TOOLS.find((one) => one.action === action);
  if (!tool) throw new Error(`no such tool: ${action}`);
  const box = useRef<HTMLDivElement>(null);
  const end = () => {
    if (box.current?.contains(page.focused)) from.focus();
    onEnd();
  };
  // Response says of a generation that is deleted that it is, above all else
  const endDeleted = () => {
    end();
    page.root.querySelector(`#${page.id("view")}`)?.scrollTo({ top: 0 });
  };
  const { isSending, outcome, send } = useTool(tool, action === "delete" ? endDeleted : undefined);
  const [isAsking, setAsking] = useState(action === "delete");
  useEffect(() => {
    if (!isAsking) void send(generationId);
  }, []);
  // What was pressed is often the last that Response shows. The head comes last: an answer may be higher than the place.
  useEffect(() => {
    const parts = [...(box.current?.children ?? [])].reverse();
    for (const each of parts) each.scrollIntoView({ block: "nearest" });
  }, [isSending, outcome]);
  const remove = () => {
    from.focus(); // the button that was pressed goes
    setAsking(false);
    void send(generationId);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own
    <div class="gw-here" ref={box} role="group" aria-label={`${tool.title} of this generation`}>
      <div class="go">
        {isAsking ? (
          <Question
            isAwaited={page.focused === from || page.focused === document.body}
            onKeep={end}
            onDelete={remove}
          />
        ) : (
          <>
            <b>{tool.title}</b>
            {isSending ? <span class="gw-spin" /> : null}
            <Badges outcome={outcome} />
            <Control as="button" class="gw-btn sm" onClick={() => page.manage(action, generationId)}>
              Manage content
            </Control>
            <IconButton name={`Close ${tool.title}`} class="sm" onClick={end}>
              <Icon name="close" />
            </IconButton>
          </>
        )}
      </div>
      {outcome ? (
        <OutcomeView tool={tool} outcome={outcome} filename={`${generationId}-${action}.json`} />
      ) : null}
    </div>
  );
}
