/** Which of the runs that a page has cannot be meant by a search: they go before the kernel has answered. */

import type { RunRow } from "../../protocol";

/** A prompt of this many characters may go on, so that what is missing may stand behind them. */
export const WHOLE = 500;
type Searched = Pick<RunRow, "prompt" | "model_id" | "is_stored">;

const PLAIN = /^[ -~\s]*$/;
const WORD = /^[a-z0-9]+$/;

/**
 * Leave out what a search leaves out for certain. Only words of plain letters and digits are judged, in prompts that
 * are plain and whole: for these the ledger's words are no other. All else stays until the kernel's answer.
 */
export function narrow<Row extends Searched>(rows: readonly Row[], search: string): readonly Row[] {
  const typed = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isOpen = !/\s$/.test(search);
  const wanted = typed.flatMap((word, at) =>
    WORD.test(word) ? [` ${word}${isOpen && at === typed.length - 1 ? "" : " "}`] : [],
  );
  const mayMean = ({ prompt, model_id, is_stored }: Searched) => {
    const text = `${prompt} ${model_id}`;
    if (!is_stored || prompt.length >= WHOLE || !PLAIN.test(text)) return true;
    const words = ` ${text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
      .join(" ")} `;
    return wanted.every((word) => words.includes(word));
  };
  return rows.filter(mayMean);
}
