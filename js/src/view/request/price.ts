/** What the request would cost, and whether a spend limit keeps it from being sent. */

import type { Values } from "../../protocol";
import { amount, priceOf, sentence } from "../../text/format";
import { usePage, useTrait } from "../use-trait";

/** What a price hangs on, the kernel's `PRICED_BY`, as a text: typing a prompt changes no price. */
export const pricedOf = (modelId: string, values: Values): string =>
  modelId +
  JSON.stringify(values, [
    "generation_output_number",
    "generation_duration",
    "generation_resolution",
    "generation_generate_audio",
  ]);

/** What the form's price hangs on; no `spec` while a value is refused, which has no price. */
export function usePriced() {
  const { form } = usePage();
  const of = pricedOf(useTrait("model_id"), useTrait("values"));
  const { wrong, body } = form.checked ?? {};
  return { of, body, spec: wrong?.[0] ? undefined : form.spec };
}

/** In credits: the API's estimate, else the price by the catalogue; null where neither is known. */
export function usePrice(): number | null {
  const { of, spec, body } = usePriced();
  useTrait("catalogue");
  const estimate = useTrait("estimate");
  if (!spec || !body) return null;
  return estimate?.of === of ? estimate.credits : priceOf(spec, body);
}

/** The sentence that the kernel would refuse the request with, as far as the page can tell; else nothing. */
export function useLimitReason(): string {
  const { messages } = usePage();
  const price = usePrice();
  const spending = useTrait("spending");
  if (!spending) return "";
  const { limit, used, whose } = spending;
  const left = Math.max(0, limit - used);
  // Both come as doubles: what differs by less than the API counts in is equal.
  const isOver = price === null ? left === 0 : price - left > 1e-6;
  if (!isOver) return "";
  return sentence(messages, price === null ? "spend_limit_used" : "spend_limit_passed", {
    limit: amount(limit),
    used: amount(used),
    price: amount(price ?? 0),
    whose,
  });
}
