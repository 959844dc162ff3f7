/** What the kernel offers, as the tests know it. */

import { defaultsOf } from "../src/form/drafts";
import type { Catalogue, Values } from "../src/protocol";
import offered from "./catalogue.json";

export const catalogue = offered as unknown as Catalogue;
export const PROMPT = "A baby seal on Arctic ice at low sun, soft snow light, calm water, 85 mm";
export const GENERATION = "550e8400-e29b-41d4-a716-446655440000";

export function defaults(modelId: string): Values {
  const spec = catalogue.models.find((one) => one.model_id === modelId);
  if (!spec) throw new Error(`the tests' catalogue has no ${modelId}`);
  return defaultsOf(spec);
}
