/** What a management tool is, how it is carried out, and what came of it. */

import { useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { ManageAction } from "../../protocol";
import { usePage } from "../use-trait";

export interface Tool {
  action: ManageAction;
  title: string;
  method: "GET" | "POST" | "DELETE";
  badge: string;
  route: string;
}

export const TOOLS: readonly Tool[] = [
  {
    action: "info",
    title: "Content Info",
    method: "GET",
    badge: "get",
    route: "/v1/content/{generation_id}",
  },
  {
    action: "cancel",
    title: "Cancel Generation",
    method: "POST",
    badge: "post",
    route: "/v1/content/generation/cancel/{generation_id}",
  },
  {
    action: "delete",
    title: "Delete Content",
    method: "DELETE",
    badge: "del",
    route: "/v1/content/{generation_id}",
  },
];

export interface Outcome {
  status: number | null;
  latencyMs: number | null;
  text: string | null;
  failure: string | null;
  /** Send the same again; only where the host was not reached. */
  again: (() => void) | null;
}

export function useTool(tool: Tool, onDone?: () => void) {
  const page = usePage();
  const [isSending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const send = async (generationId: string) => {
    setSending(true);
    setOutcome((now) => (now?.again ? now : null)); // what is tried again stays, and so does the focus
    try {
      const answer = await page.link.request({
        kind: "manage",
        action: tool.action,
        generation_id: generationId,
      });
      const { status_code: status, latency_ms: latency } = answer.data;
      const [bytes] = answer.buffers;
      setOutcome({
        status: status ?? null,
        latencyMs: latency ?? null,
        text: bytes && bytes.byteLength > 0 ? new TextDecoder().decode(bytes) : null,
        failure: answer.alert && `${answer.alert.message.replace(/\.$/, "")}. ${answer.alert.more}`,
        again: status !== undefined ? null : () => send(generationId),
      });
      page.announce(`${tool.title}: ${answer.ok ? (status ?? "done") : (answer.alert?.message ?? "failed")}`);
      if (answer.ok) onDone?.();
    } catch (error) {
      ignoreNotConnected(error);
    } finally {
      setSending(false);
    }
  };
  return { isSending, outcome, send };
}
