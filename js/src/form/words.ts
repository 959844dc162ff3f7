/** The sentences that the form's further module alone says, which are built into it. */

import { sentence } from "../text/format";
import { SENTENCES } from "./words.generated";

export const word = (code: string, values?: Record<string, unknown>): string =>
  sentence(SENTENCES, code, values);
