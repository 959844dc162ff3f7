import { expect, test } from "vitest";
import golden from "../../tests/golden/bodies.json";
import { check, type Problem } from "../src/form/validate";
import type { Values } from "../src/protocol";
import { catalogue } from "./states";

interface Case {
  model_id: string;
  values: Values;
  body: string | null;
  problems: Problem[];
}

function verdict(one: Case): { body: string | null; problems: Problem[] } {
  const spec = catalogue.models.find((model) => model.model_id === one.model_id);
  if (!spec) throw new Error(`the tests' catalogue has no ${one.model_id}: run js/test/catalogue.py`);
  const { body, problems } = check(spec, one.values, catalogue.rules, catalogue.messages);
  const isSendable = problems.every((problem) => problem.severity !== "error");
  return { body: isSendable ? JSON.stringify(body) : null, problems: [...problems] };
}

const cases = golden as unknown as Case[];

test("the page reaches the kernel's verdict on every golden body, to the letter", () => {
  expect(cases.length).toBeGreaterThanOrEqual(500);
  const found = cases.map(verdict);
  const told = cases.map(({ body, problems }) => ({ body, problems }));
  for (const [index, one] of told.entries()) expect(found[index], `case ${index}`).toEqual(one);
});
