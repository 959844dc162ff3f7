/** Files for the kernel, in messages that every host takes. */

import { type Link, mintId } from "../../../kernel/comm";
import type { Answer, Command } from "../../../protocol";

/** How many bytes one message carries at most, besides what the host adds; the kernel has the same. */
export const PART_BYTES = 700_000;

type WithFile = Extract<Command, { kind: "paste" | "add_input" }>;

/** Send a command with a file: what does not fit into its message goes ahead, one part after the other is taken. */
export async function requestWith<C extends WithFile>(
  link: Link,
  command: C,
  content: Uint8Array,
): Promise<Answer<C["kind"]>> {
  const size = content.length;
  if (size <= PART_BYTES) return link.request(command, [content]);
  const upload = mintId();
  let at = 0;
  for (; size - at > PART_BYTES; at += PART_BYTES)
    await link.request({ kind: "put_part", upload }, [content.slice(at, at + PART_BYTES)]);
  return link.request({ ...command, upload, size }, [content.slice(at)]);
}
