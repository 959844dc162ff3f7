import { expect, test } from "vitest";
import golden from "../../tests/golden/searches.json";
import { narrow, WHOLE } from "../src/view/history/narrow";

/** As the page has them: the beginning of each prompt. */
const RUNS = golden.runs.map((run, at) => ({
  ...run,
  at,
  prompt: run.prompt.slice(0, WHOLE),
  is_stored: true,
}));

test("a prompt is taken for whole by the length that the kernel sends of one", () => {
  expect(WHOLE).toBe(golden.prompt_length);
});

test("what the ledger finds is never left out", () => {
  expect(golden.searches.length).toBeGreaterThan(20);
  for (const { typed, found } of golden.searches) {
    const left = new Set(narrow(RUNS, typed).map((run) => run.at));
    expect(
      found.filter((at) => !left.has(at)),
      typed,
    ).toEqual([]);
  }
});

test("of plain words and plain prompts that are whole, no others are left", () => {
  const plain = RUNS.filter((run) => /^[ -~]*$/.test(run.prompt + run.model_id) && run.prompt.length < WHOLE);
  for (const { typed, found } of golden.searches.filter((one) => /^[a-z0-9 ]*$/i.test(one.typed))) {
    const left = narrow(plain, typed).map((run) => run.at);
    expect(left, typed).toEqual(plain.map((run) => run.at).filter((at) => found.includes(at)));
  }
});

test("a run whose prompt is not kept stays until the ledger has answered", () => {
  expect(narrow([{ prompt: "", model_id: "a/b", is_stored: false }], "seal")).toHaveLength(1);
  expect(narrow([{ prompt: "", model_id: "a/b", is_stored: true }], "seal")).toHaveLength(0);
});
