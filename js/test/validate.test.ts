import { expect, test } from "vitest";
import golden from "../../tests/golden/bodies.json";
import strayModels from "../../tests/golden/stray-models.json";
import strays from "../../tests/golden/strays.json";
import { hintOf, nearestModels } from "../src/form/nearest";
import { check, type Problem } from "../src/form/validate";
import type { ModelSpec, Values } from "../src/protocol";
import { priceOf } from "../src/text/format";
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

test("a price is what the kernel reckons: as decimals, for as many as the model makes by default", () => {
  const named = (id: string) => catalogue.models.find((model) => model.model_id === id) as ModelSpec;
  const each = (credits: number, count: number) =>
    priceOf(
      { ...named("bfl/flux-schnell"), price: { kind: "flat", credits, table: {} } },
      { generation_output_number: count },
    );
  expect([each(0.0045, 1), each(0.0045, 3), each(0.1, 3), each(0.0005, 1)]).toEqual([
    0.005, 0.014, 0.3, 0.001,
  ]);
  expect(priceOf(named("sandbox/contact-sheet"), {})).toBe(0.02);
});

test("the page says of every golden misspelt field what the kernel says, to the letter", () => {
  expect(strays.length).toBeGreaterThan(200);
  for (const { model_id, field, hint } of strays) {
    const spec = catalogue.models.find((one) => one.model_id === model_id) as ModelSpec;
    expect(hintOf(spec, field, catalogue.messages), field).toBe(hint);
  }
});

test("the page means of every golden misspelt identifier the models that the shell means", () => {
  expect(strayModels.length).toBeGreaterThan(80);
  for (const { typed, meant } of strayModels)
    expect(
      nearestModels(catalogue.models, typed).map((one) => one.model_id),
      typed,
    ).toEqual(meant);
});
