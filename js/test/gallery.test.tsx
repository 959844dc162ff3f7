import { afterEach, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { RunRow } from "../src/protocol";
import type { FakeModel, Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { button, mount } from "./mount";
import { picture } from "./picture";
import { alert, catalogue, kernel, listed, ready, runs, succeeded } from "./states";

const MANY = 10_000;
const STEP = 40;
const [first] = runs as [RunRow, ...RunRow[]];
const all: RunRow[] = Array.from({ length: MANY }, (_, at) => ({
  ...first,
  run_id: `many-${at}`,
  prompt: `Seal ${at}`,
}));

/** A ledger of many runs, read page by page. */
const many: Kernel = (command) => {
  if (command.kind !== "find_runs") return kernel(command);
  const from = command.after?.number ?? 0;
  const found = all.filter((one) => one.prompt.startsWith(command.search ?? ""));
  const rows = found.slice(from, from + (command.limit ?? STEP));
  const after = from + rows.length < found.length ? { number: from + rows.length, at: 1 } : null;
  const also = all.filter((one) => command.also?.includes(one.run_id));
  return { data: { rows, after, also } };
};

const table = () => page.getByRole("table", { name: "History" });
const search = () => page.getByRole("searchbox", { name: "Search runs" });
const rows = () => table().getByRole("row").elements().slice(1);

async function open(kernelOf: Kernel = kernel, width = 1280, count = runs.length) {
  const mounted = mount(ready({ run: succeeded(), history_state: { ...listed, count } }), kernelOf, width);
  await page.getByRole("button", { name: /^History/ }).click();
  await expect.poll(() => rows().length).toBeGreaterThan(1);
  return mounted;
}

const asked = (model: FakeModel) => model.commands("find_runs");
const row = (name: RegExp) => table().getByRole("row", { name });

afterEach(() => vi.restoreAllMocks());

describe("a search that the kernel has not answered yet", () => {
  const slow: Kernel = (command) => (command.kind === "find_runs" && command.search ? null : many(command));
  const prompts = () => rows().map((one) => one.querySelector("td.prompt")?.textContent);

  test("leaves out at once what it cannot mean, and then has the answer", async () => {
    const { model } = await open(slow, 1280, MANY);
    await search().fill("seal 2");
    expect(prompts()[0]).toBe("Seal 2");
    expect(prompts()).toContain("Seal 21");
    expect(prompts()).not.toContain("Seal 3");
    const found = all.filter((one) => one.prompt.startsWith("Seal 17"));
    const { id } = asked(model).at(-1) as { id: string };
    model.answer(id, { data: { rows: found, after: null, also: [] } });
    await expect.poll(() => prompts()[0]).toBe("Seal 17");
  });

  test("keeps all that is shown where none of it is found, and asks for nothing behind it", async () => {
    const { model } = await open(slow, 1280, MANY);
    await expect.poll(() => prompts().length).toBeGreaterThan(5);
    const before = prompts();
    const count = asked(model).length;
    await search().fill("walrus");
    expect(prompts()).toEqual(before);
    expect(asked(model).slice(count)).toMatchObject([{ search: "walrus", also: [] }]);
  });
});

describe("many runs", () => {
  test.each([1280, 360])("are drawn as far as they are in sight, at %d px", async (width) => {
    const { el, model } = await open(many, width, MANY);
    const scroller = el.querySelector(".gw-hist") as HTMLElement;
    for (let turn = 1; turn <= 6; turn++) {
      scroller.scrollTop = scroller.scrollHeight;
      await expect.poll(() => asked(model).length).toBeGreaterThan(turn);
      await expect.poll(() => rows().length).toBeLessThanOrEqual(20);
      expect(scroller.querySelectorAll("*").length).toBeLessThanOrEqual(700);
    }
    await expect
      .poll(() => Number(rows().at(-1)?.ariaRowIndex ?? rows().at(-1)?.getAttribute("aria-rowindex")))
      .toBeGreaterThan(200);
    expect(asked(model).length).toBeLessThan(14);
  });

  test("are asked for again by those in sight alone when something has changed", async () => {
    const { el, model } = await open(many, 1280, MANY);
    const scroller = el.querySelector(".gw-hist") as HTMLElement;
    scroller.scrollTop = scroller.scrollHeight;
    await expect.poll(() => scroller.scrollHeight).toBeGreaterThan(STEP * 2 * 50);
    const before = asked(model).length;
    all[30] = { ...first, run_id: "many-30", prompt: "Seal 30", rating: 1 };
    model.put({ history_state: { ...listed, count: MANY, version: 9 } });
    await expect.poll(() => asked(model).length).toBe(before + 1);
    const last = asked(model).at(-1);
    expect(last).toMatchObject({ limit: STEP });
    expect((last as { also: string[] }).also.length).toBeLessThanOrEqual(20);
    await expect.poll(() => scroller.scrollHeight).toBeGreaterThan(STEP * 2 * 50);
  });

  test("are asked for in messages that do not grow, one for each key of a search", async () => {
    const { model } = await open(many, 1280, MANY);
    const before = asked(model).length;
    await search().fill("Seal 99");
    await expect.poll(() => asked(model).length).toBe(before + 1);
    expect(asked(model).at(-1)).toMatchObject({ search: "Seal 99", limit: STEP });
    await expect.poll(() => rows().at(0)?.textContent).toContain("Seal 99");
    await expect.element(page.getByRole("status")).toHaveTextContent("Found: more than 40 runs");
    expect(JSON.stringify(model.get("history_state")).length).toBeLessThan(80);
  });
});

describe("a search", () => {
  test("says beside the filters how many of all runs it has found, and whether there may be more", async () => {
    await open(many, 1280, MANY);
    await expect.element(page.getByText(/ of 10,000$/)).not.toBeInTheDocument();
    await search().fill("Seal 99");
    await expect.element(page.getByText("40+ of 10,000", { exact: true })).toBeVisible();
    await search().fill("Seal 999");
    await expect.element(page.getByText("11 of 10,000", { exact: true })).toBeVisible();
  });

  test("goes to the kernel before the next frame", async () => {
    const { model } = await open(many, 1280, MANY);
    const before = asked(model).length;
    const input = search().element() as HTMLInputElement;
    input.value = "Seal 9";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    for (let turn = 0; turn < 10; turn++) await null; // no frame is drawn between them
    expect(asked(model).length).toBe(before + 1);
  });

  test("goes to the kernel as it was typed, and says what was found", async () => {
    const { model } = await open();
    await search().fill('a" OR b*');
    await expect.element(page.getByText("No run fits.")).toBeVisible();
    expect(asked(model).at(-1)).toMatchObject({ search: 'a" OR b*' });
    await expect.element(page.getByRole("status")).toHaveTextContent("Found: 0 runs");
    const found = page.getByText(`0 of ${runs.length}`, { exact: true });
    await expect.element(found).toBeVisible();
    await button("Show all runs").click();
    await expect.element(found).not.toBeInTheDocument();
    await expect.poll(() => rows().length).toBe(runs.length);
    await expect.element(search()).toHaveValue("");
  });

  test("that finds nothing says what it looks at, where something was typed", async () => {
    const says = "The search reads prompts and models, and no other field.";
    await open(many, 1280, MANY);
    await search().fill("16:9");
    await expect.element(page.getByText(`No run fits. ${says}`)).toBeVisible();
    await button("Show all runs").click();
    await page.getByRole("combobox", { name: "State" }).selectOptions("deleted");
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    await expect.element(page.getByText(says)).not.toBeInTheDocument();
  });

  test("is narrowed by state, stars, model and days", async () => {
    const { model } = await open();
    await page.getByRole("combobox", { name: "State" }).selectOptions("lost or expired");
    await page.getByRole("combobox", { name: "Stars" }).selectOptions("4 or more");
    await button("More filters").click();
    await page.getByRole("combobox", { name: "Model", exact: true }).last().selectOptions("qwen/image");
    await page.getByLabelText("From", { exact: true }).fill("2026-04-27");
    await page.getByLabelText("To", { exact: true }).fill("2026-04-28");
    await expect
      .poll(() => asked(model).at(-1))
      .toMatchObject({
        states: ["lost", "expired"],
        ratings: [4, 5],
        model_id: "qwen/image",
        since: new Date(2026, 3, 27).getTime() / 1000,
        until: new Date(2026, 3, 29).getTime() / 1000,
      });
  });
});

describe("a thumbnail", () => {
  test("is asked for where a run is in sight, is no part of a trait, and its memory is given back", async () => {
    const made = vi.spyOn(URL, "createObjectURL");
    const revoked = vi.spyOn(URL, "revokeObjectURL");
    const { model, unmount } = await open();
    await expect
      .poll(() => table().getByRole("row").nth(1).element().querySelector("img")?.complete)
      .toBe(true);
    const ids = () => model.commands("fetch_thumbnail").map((one) => (one as { run_id: string }).run_id);
    const drawn = runs.filter((one) => one.state === "succeeded").map((one) => one.run_id);
    await expect.poll(() => ids().sort()).toEqual(drawn);
    await expect.poll(() => table().element().querySelectorAll("img").length).toBe(drawn.length);
    unmount();
    const left = () => {
      const given = new Set(revoked.mock.calls.flat());
      return made.mock.results.filter((one) => !given.has(one.value as string));
    };
    await expect.poll(left).toEqual([]);
  });

  test("that cannot be had says why in its place", async () => {
    const none: Kernel = (command) =>
      command.kind === "fetch_thumbnail"
        ? { data: { media_type: "", reason: "No API key is locked" } }
        : kernel(command);
    const { el } = await open(none);
    await expect
      .poll(() => el.querySelector(".gw-hist .pic [title]")?.getAttribute("title"))
      .toBe("No API key is locked");
  });

  test("that may come is asked for again, each time after longer; one that is gone is not", async () => {
    for (const may_come of [true, false]) {
      const none: Kernel = (command) =>
        command.kind === "fetch_thumbnail"
          ? { data: { media_type: "", reason: "The host was not reached.", may_come } }
          : kernel(command);
      const held: Kernel = (command) => (command.kind === "fetch_thumbnail" ? null : kernel(command));
      const { el, model, unmount } = await open(held);
      const asks = () => model.commands("fetch_thumbnail");
      const count = runs.filter((one) => one.state === "succeeded").length;
      await expect.poll(() => asks().length).toBe(count);
      await byFakeTime(async (pass) => {
        model.kernel = none;
        for (const one of asks()) model.answer(one.id, none(one) ?? {});
        await pass(900);
        expect(el.querySelector(".gw-hist .pic [role=img]")?.ariaLabel).toBe("The host was not reached.");
        expect(asks().length).toBe(count);
        await pass(200);
        expect(asks().length).toBe(may_come ? 2 * count : count);
        await pass(1_700);
        expect(asks().length).toBe(may_come ? 2 * count : count);
        model.kernel = kernel;
        await pass(1_000_000);
        expect(asks().length).toBe(may_come ? 3 * count : count);
        expect(el.querySelectorAll(".gw-hist img").length).toBe(may_come ? count : 0);
      });
      unmount();
    }
  });

  test("of a type that is none of a picture is not drawn", async () => {
    const odd: Kernel = (command) =>
      command.kind === "fetch_thumbnail"
        ? { data: { media_type: "text/html", reason: "" }, bytes: picture() }
        : kernel(command);
    const { el, model } = await open(odd);
    await expect.poll(() => model.commands("fetch_thumbnail").length).toBeGreaterThan(0);
    expect(el.querySelector(".gw-hist img")).toBeNull();
  });
});

describe("on a run", () => {
  test("keys give stars, reject, take back, and go to the next", async () => {
    const { model } = await open();
    const show = page.getByRole("button", { name: /^Show bfl\/flux-schnell/ });
    (show.element() as HTMLElement).focus();
    await userEvent.keyboard("5x0");
    await expect
      .poll(() => model.commands("rate_run"))
      .toMatchObject([
        { run_id: "run-5", rating: 5 },
        { run_id: "run-5", rating: 0 },
        { run_id: "run-5", rating: null },
      ]);
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(page.getByRole("button", { name: /^Resume google\/nano-banana/ })).toHaveFocus();
    await userEvent.keyboard("{ArrowUp}{ArrowUp}3");
    await expect.poll(() => model.commands("rate_run").at(-1)).toMatchObject({ run_id: "run-4", rating: 3 });
  });

  test("a click beside its controls makes it the one that keys act on", async () => {
    const { el, model } = await open();
    const prompt = (run: string) => el.querySelector(`[data-run="${run}"] .prompt`) as HTMLElement;
    const ringed = () =>
      rows()
        .filter((one) => getComputedStyle(one).outlineStyle === "solid")
        .map((one) => (one as HTMLElement).dataset.run);
    await userEvent.click(prompt("run-5"));
    expect(ringed()).toEqual(["run-5"]);
    await userEvent.keyboard("4x");
    await expect
      .poll(() => model.commands("rate_run"))
      .toMatchObject([
        { run_id: "run-5", rating: 4 },
        { run_id: "run-5", rating: 0 },
      ]);
    await userEvent.keyboard("c");
    await expect.element(page.getByRole("checkbox", { name: /^Select bfl\/flux-schnell/ })).toBeChecked();
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(page.getByRole("button", { name: /^Resume google\/nano-banana/ })).toHaveFocus();
    expect(ringed()).toEqual([]);
    await userEvent.dblClick(prompt("run-4"), { position: { x: 24, y: 8 } });
    expect(getSelection()?.toString().trim()).toBe("baby");
    await userEvent.keyboard("{ArrowDown}3");
    await expect.poll(() => model.commands("rate_run").at(-1)).toMatchObject({ run_id: "run-5", rating: 3 });
  });

  test("a click on a star gives as many, and once more takes them back", async () => {
    const { model } = await open();
    const stars = page.getByRole("button", { name: /^Stars bfl\/flux-1.1-pro 28 Apr 12:00 \(1\): 4 of 5$/ });
    const { width } = stars.element().getBoundingClientRect();
    await stars.click({ position: { x: width * 0.1, y: 12 } });
    await expect.poll(() => model.commands("rate_run").at(-1)).toMatchObject({ run_id: "run-1", rating: 1 });
    const now = page.getByRole("button", { name: /^Stars bfl\/flux-1.1-pro 28 Apr 12:00 \(1\): 1 of 5$/ });
    await now.click({ position: { x: width * 0.1, y: 12 } });
    await expect.poll(() => model.commands("rate_run").at(-1)).toMatchObject({ rating: null });
  });

  test("its request is loaded into the form in one action, and sent changed in three", async () => {
    const filled = {
      model_id: "bfl/flux-schnell",
      values: { generation_prompt: "An otter" },
      notes: ["1 field filled in"],
    };
    const { model } = await open((command) =>
      command.kind === "fill_from_run" ? { data: filled } : kernel(command),
    );
    await page.getByRole("button", { name: /^Load into form bfl\/flux-schnell/ }).click();
    await expect.poll(() => model.get("model_id")).toBe("bfl/flux-schnell");
    const prompt = page.getByLabelText("generation_prompt", { exact: true });
    await expect.element(prompt).toHaveFocus();
    await expect.element(page.getByRole("status")).toHaveTextContent("1 field filled in");
    await userEvent.keyboard("{End} at dusk{Control>}{Enter}{/Control}");
    await expect
      .poll(() => model.commands("send"))
      .toMatchObject([{ model_id: "bfl/flux-schnell", values: { generation_prompt: "An otter at dusk" } }]);
  });

  test("its request is sent again in one action, and the form stays", async () => {
    const body = { generation_prompt: "An otter" };
    const { model } = await open((command) =>
      command.kind === "fetch_request" ? { data: { body } } : kernel(command),
    );
    const values = model.get("values");
    await page.getByRole("button", { name: /^Run again bfl\/flux-schnell/ }).click();
    await expect
      .poll(() => model.commands("send"))
      .toMatchObject([{ model_id: "bfl/flux-schnell", model_type: "image", values: body }]);
    expect(model.get("values")).toBe(values);
  });

  test("its seed is told only of a model that has one, and its cost as everywhere", async () => {
    await open();
    const rows = [...document.querySelectorAll("tr[data-run]")];
    const told = rows.map(
      (one) => one.querySelector("[aria-label^='Run again']")?.getAttribute("aria-label") ?? "",
    );
    expect(told.length).toBeGreaterThan(2);
    for (const name of told) {
      const spec = catalogue.models.find((one) => name.startsWith(`Run again ${one.model_id} `));
      const hasSeed = spec?.fields.some((one) => one.name === "generation_seed");
      expect(name).toMatch(hasSeed ? /: the same body and seed$/ : /: the same body$/);
    }
    expect(told.some((one) => one.endsWith("body"))).toBe(true);
    const costs = rows.flatMap((one) =>
      [...one.querySelectorAll("td.num.mid")].map((cell) => cell.textContent),
    );
    expect(costs.filter((one) => /\.\d*0$/.test(one ?? ""))).toEqual([]);
  });

  const silent =
    (...kinds: string[]): Kernel =>
    (command) =>
      kinds.includes(command.kind) ? null : kernel(command);
  const again = () => page.getByRole("button", { name: /^Run again bfl\/flux-schnell/ });
  const load = (name: string) => page.getByRole("button", { name: new RegExp(`^Load into form ${name}`) });
  const filled = (model_id: string, generation_prompt: string) =>
    ({ data: { model_id, values: { generation_prompt }, notes: [] } }) as const;

  test("is sent again once, however often that is pressed while the ledger is slow", async () => {
    const { model } = await open(silent("fetch_request"));
    await again().click();
    await expect.element(again()).toBeDisabled();
    await expect.element(page.getByRole("button", { name: /^Run again qwen\/image/ })).toBeDisabled();
    const asked = model.commands("fetch_request").filter((one) => "run_id" in one && one.run_id === "run-5");
    expect(asked).toHaveLength(1);
    model.answer(asked[0]?.id ?? "", { data: { body: { generation_prompt: "An otter" } } });
    await expect.poll(() => model.commands("send").length).toBe(1);
  });

  test("is sent again to the region where it was sent, though another is chosen meanwhile", async () => {
    const { model } = await open(silent("fetch_request"));
    await again().click();
    model.put({ region: "eu" });
    const asked = model.commands("fetch_request").find((one) => "run_id" in one && one.run_id === "run-5");
    model.answer(asked?.id ?? "", { data: { body: { generation_prompt: "An otter" } } });
    await expect.poll(() => model.commands("send")).toMatchObject([{ region: "us" }]);
  });

  test("is not sent again to another region than its own, which the list then names", async () => {
    const elsewhere = runs.map((one) => ({
      ...one,
      region: one.run_id === "run-5" ? "sandbox" : one.region,
    }));
    await open((command) =>
      command.kind === "find_runs" ? { data: { rows: elsewhere, after: null, also: [] } } : kernel(command),
    );
    await expect.element(again()).toBeDisabled();
    await expect
      .element(again())
      .toHaveAccessibleDescription("It was sent to sandbox: choose that region to send it again.");
    await expect.element(page.getByRole("button", { name: /^Run again qwen\/image/ })).toBeEnabled();
    await expect.element(row(/bfl\/flux-schnell/).getByText("sandbox", { exact: true })).toBeVisible();
  });

  test("that is loaded into the form is awaited by Send", async () => {
    const { model } = await open(silent("fill_from_run"));
    await load("bfl/flux-schnell").click();
    await button("Send request").click();
    expect(model.commands("send")).toHaveLength(0);
    model.answer(model.commands("fill_from_run")[0]?.id ?? "", filled("bfl/flux-schnell", "An otter"));
    await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
    await button("Send request").click();
    expect(model.commands("send")).toMatchObject([{ model_id: "bfl/flux-schnell" }]);
  });

  test("gives way to what is typed meanwhile, and says so", async () => {
    const { model } = await open(silent("fill_from_run"));
    await load("bfl/flux-schnell").click();
    await page.getByRole("textbox", { name: /^generation_prompt/ }).fill("Typed meanwhile");
    model.answer(model.commands("fill_from_run")[0]?.id ?? "", filled("bfl/flux-schnell", "An otter"));
    await expect
      .element(page.getByRole("status"))
      .toHaveTextContent("Nothing was filled in: the form was changed while the request was read.");
    expect(model.get("values").generation_prompt).toBe("Typed meanwhile");
  });

  test("gives way to another that is loaded after it, and to a model that is chosen", async () => {
    const { model } = await open(silent("fill_from_run"));
    await load("bfl/flux-schnell").click();
    await load("qwen/image").click();
    const [one, two] = model.commands("fill_from_run");
    model.answer(two?.id ?? "", filled("qwen/image", "second"));
    await expect.poll(() => model.get("model_id")).toBe("qwen/image");
    model.answer(one?.id ?? "", filled("bfl/flux-schnell", "first"));
    await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
    expect(model.get("model_id")).toBe("qwen/image");
    await load("qwen/image").click();
    await page.getByLabelText("Model", { exact: true }).click();
    await userEvent.keyboard("bfl/flux-2-pro{Enter}");
    model.answer(model.commands("fill_from_run").at(-1)?.id ?? "", filled("qwen/image", "third"));
    await expect.element(button("Waiting for the kernel")).not.toBeInTheDocument();
    expect(model.get("model_id")).toBe("bfl/flux-2-pro");
  });

  test("whose body was not kept, neither is offered", async () => {
    const bare: Kernel = (command) =>
      command.kind === "find_runs"
        ? { data: { rows: runs.map((one) => ({ ...one, is_stored: false })), after: null, also: [] } }
        : kernel(command);
    await open(bare);
    for (const name of [/^Run again bfl\/flux-schnell/, /^Load into form bfl\/flux-schnell/]) {
      await expect.element(page.getByRole("button", { name })).toBeDisabled();
      await expect
        .element(page.getByRole("button", { name }))
        .toHaveAccessibleDescription("The body of this run was not stored.");
    }
  });
});

describe("further runs", () => {
  const scroll = (el: HTMLElement) => {
    const scroller = el.querySelector(".gw-hist") as HTMLElement;
    scroller.scrollTop = scroller.scrollHeight;
  };
  const further = (model: FakeModel) => asked(model).filter((one) => "after" in one && one.after);

  test("that cannot be read are said to be missing, and are read when that is tried again", async () => {
    const message = "The ledger cannot be read.";
    let isBroken = true;
    const broken: Kernel = (command) =>
      isBroken && command.kind === "find_runs" && command.after
        ? { ok: false, alert: alert({ message }), data: { rows: [], after: null, also: [] } }
        : many(command);
    const { el, model } = await open(broken, 1280, MANY);
    scroll(el);
    await expect.element(page.getByText(message)).toBeVisible();
    expect(further(model)).toHaveLength(1);
    isBroken = false;
    await button("Try again").click();
    await expect.poll(() => further(model).length).toBeGreaterThan(1);
    await expect.element(page.getByText(message)).not.toBeInTheDocument();
    await expect.element(table()).toHaveAttribute("aria-rowcount", "-1");
  });

  test("that were on their way as the kernel went are asked for anew once it is back", async () => {
    let isSilent = false;
    const { el, model } = await open(
      (command) => (isSilent && command.kind === "find_runs" && command.after ? null : many(command)),
      1280,
      MANY,
    );
    scroll(el);
    await expect.poll(() => el.querySelector(".gw-hist")?.scrollHeight).toBeGreaterThan(STEP * 2 * 50);
    const before = further(model).length;
    isSilent = true;
    scroll(el);
    await expect.poll(() => further(model).length).toBe(before + 1);
    model.isGone = true; // else the page may find it back by itself before the press
    model.say("comm:close");
    await expect.element(button("Try again")).toBeEnabled();
    model.isGone = isSilent = false;
    (button("Try again").element() as HTMLElement).click();
    await expect.poll(() => el.querySelector(".gw-hist")?.scrollHeight).toBeGreaterThan(STEP * 3 * 50);
  });
});

describe("selected runs", () => {
  const pick = async (...names: RegExp[]) => {
    for (const name of names) await page.getByRole("checkbox", { name }).first().click();
  };

  test("are deleted after one question, whose first answer keeps them", async () => {
    const { model } = await open();
    await pick(/^Select bfl\/flux-schnell/, /^Select google\/nano-banana/);
    await expect
      .element(button("Delete selected"))
      .toHaveAttribute("title", String(catalogue.messages.page_runs_deletes));
    await expect
      .element(button("Forget selected"))
      .toHaveAttribute("title", String(catalogue.messages.page_runs_forgets));
    await button("Delete selected").click();
    await expect.element(button("Keep runs")).toHaveFocus();
    await expect.element(page.getByText(/^Delete what 1 run made/)).toBeVisible();
    await button("Keep runs").click();
    await expect.element(button("Delete selected")).toHaveFocus();
    expect(model.commands("delete_run")).toHaveLength(0);
    await button("Delete selected").click();
    await button("Delete runs").click();
    await expect.poll(() => model.commands("delete_run")).toMatchObject([{ run_id: "run-5" }]);
    await expect.element(page.getByRole("status")).toHaveTextContent("Deleted: 1 run");
    await expect.element(button("Delete selected")).not.toBeInTheDocument();
    await expect.element(page.getByRole("group", { name: "Runs" })).toHaveFocus();
  });

  test("are resumed one after the other where each can be, and each refusal is told once", async () => {
    const lostToo = runs.map((row, at) => (at > 0 && at < 4 ? { ...row, can_resume: true } : row));
    const message = "This run was sent with another API key. Lock that key to resume it.";
    const { model } = await open((command) => {
      if (command.kind === "find_runs")
        return {
          data: {
            rows: lostToo,
            after: null,
            also: lostToo.filter((row) => command.also?.includes(row.run_id)),
          },
        };
      if (command.kind !== "resume") return kernel(command);
      return command.run_id === "run-6" ? {} : { ok: false, alert: alert({ message }) };
    });
    const resume = button("Resume selected");
    await pick(/^Select bfl\/flux-schnell/);
    await expect.element(resume).toBeDisabled();
    await pick(
      /^Select bfl\/flux-schnell/,
      /^Select bytedance\/seedance-1-pro/,
      /^Select google\/nano-banana/,
    );
    await pick(/\(4\)/);
    await resume.click();
    await expect
      .poll(() => model.commands("resume").map((one) => "run_id" in one && one.run_id))
      .toEqual(["run-3", "run-6", "run-4"]);
    await expect.element(page.getByText("2 selected")).toBeVisible();
    expect(page.getByText(message, { exact: true }).elements()).toHaveLength(1);
    await expect.element(page.getByRole("status")).toHaveTextContent("Resumed: 1 run");
    await expect.element(resume).toBeEnabled();
  });

  test("have names that differ, though they have one model, one time and one prompt", async () => {
    const [one] = runs;
    const rows = ["a", "b", "c"].map((run_id) => ({
      ...one,
      run_id,
      prompt: run_id === "c" ? "A lake" : "A hill",
    }));
    await open((command) =>
      command.kind === "find_runs" ? { data: { rows, after: null, also: [] } } : kernel(command),
    );
    const group = page.getByRole("group", { name: "Runs" }).element();
    await expect.poll(() => group.querySelectorAll("tbody tr").length).toBe(rows.length);
    const names = [...group.querySelectorAll("tbody [aria-label]")].map((one) =>
      one.getAttribute("aria-label"),
    );
    expect(new Set(names).size).toBe(names.length);
    await expect.element(page.getByRole("checkbox", { name: /A lake$/ })).toBeVisible();
  });

  test("are no longer selected once they are gone from the history", async () => {
    let left = runs;
    const { model } = await open((command) => {
      if (command.kind !== "find_runs") return kernel(command);
      const also = left.filter((one) => command.also?.includes(one.run_id));
      return { data: { rows: left, after: null, also } };
    });
    await pick(/^Select bfl\/flux-schnell/, /^Select qwen\/image/);
    left = runs.filter((one) => one.run_id !== "run-5");
    model.put({ history_state: { ...listed, version: listed.version + 1, count: left.length } });
    await expect.element(page.getByText("1 selected")).toBeVisible();
    await expect.element(page.getByRole("checkbox", { name: /^Select qwen\/image/ })).toBeChecked();
  });

  test("are said to be where a search leaves them out", async () => {
    await open(many, 1280, MANY);
    await page
      .getByRole("checkbox", { name: /^Select/ })
      .first()
      .click();
    await expect.element(page.getByText("1 selected", { exact: true })).toBeVisible();
    await search().fill("Seal 99");
    await expect.element(page.getByText("1 selected, 1 not in this list")).toBeVisible();
    await search().fill("");
    await expect.element(page.getByText("1 selected", { exact: true })).toBeVisible();
  });

  test("are those that were asked about, though others are selected before the answer", async () => {
    const { model } = await open();
    await pick(/^Select bfl\/flux-schnell/);
    await button("Forget selected").click();
    await pick(/^Select qwen\/image/);
    await expect.element(page.getByText(/1 run/).first()).toBeVisible();
    await button("Forget runs").click();
    await expect.element(page.getByText("1 selected")).toBeVisible();
    expect(model.commands("forget_run")).toMatchObject([{ run_id: "run-5" }]);
    await expect.element(page.getByRole("checkbox", { name: /^Select qwen\/image/ })).toBeChecked();
  });

  test("are forgotten after one question; what was not says why and stays selected", async () => {
    const message = "This run is under way.";
    const { model } = await open((command) =>
      command.kind === "forget_run" && command.run_id === "run-6"
        ? { ok: false, alert: alert({ message }) }
        : kernel(command),
    );
    await pick(/^Select bfl\/flux-schnell/, /^Select google\/nano-banana/);
    await button("Forget selected").click();
    await button("Forget runs").click();
    await expect.poll(() => model.commands("forget_run").length).toBe(2);
    await expect.element(page.getByText(message)).toBeVisible();
    await expect.element(page.getByText("2 selected")).toBeVisible();
  });

  test("stay selected where the connection goes before all of it is done, which is said", async () => {
    const { model } = await open((command) =>
      command.kind === "forget_run" && command.run_id === "run-6" ? null : kernel(command),
    );
    await pick(/^Select bfl\/flux-schnell/, /^Select google\/nano-banana/);
    await button("Forget selected").click();
    await button("Forget runs").click();
    await expect.poll(() => model.commands("forget_run").length).toBe(2);
    model.say("comm:close");
    await expect.element(page.getByText(/lost before all of it was done/)).toBeVisible();
    await expect.element(page.getByText("2 selected")).toBeVisible();
  });

  test("can be deleted, forgotten and compared once they have ended, also where that is while they are compared", async () => {
    let now = runs;
    const { model } = await open((command) => {
      if (command.kind !== "find_runs") return kernel(command);
      const also = now.filter((one) => command.also?.includes(one.run_id));
      return { data: { rows: now, after: null, also } };
    });
    const end = () => {
      now = runs.map((one) =>
        one.run_id === "run-3" ? { ...one, state: "succeeded", is_live: false, can_delete: true } : one,
      );
      model.put({ history_state: { ...listed, version: listed.version + 1 } });
    };
    await pick(/^Select bytedance\/seedance-1-pro/);
    const why = page.getByText(String(catalogue.messages.page_runs_live));
    await expect.element(why).toBeVisible();
    for (const name of ["Delete selected", "Forget selected"]) {
      await expect.element(button(name)).toBeDisabled();
      await expect.element(button(name)).toHaveAccessibleDescription(catalogue.messages.page_runs_live);
    }
    await pick(/^Select bfl\/flux-schnell/);
    await expect.element(why).not.toBeInTheDocument();
    await button("Compare").click();
    const dialog = page.getByRole("dialog", { name: "Comparison" });
    await expect.element(dialog.getByRole("img")).toBeVisible();
    end();
    await expect.poll(() => dialog.getByRole("img").elements().length).toBe(2);
    await userEvent.keyboard("{Escape}");
    await pick(/^Select bfl\/flux-schnell/);
    for (const name of ["Delete selected", "Forget selected"])
      await expect.element(button(name)).toBeEnabled();
  });

  test("say why none can be deleted where none has ended with a generation, though all can be forgotten", async () => {
    await open();
    const why = String(catalogue.messages.page_runs_undeletable);
    await pick(/^Select google\/nano-banana/);
    await expect.element(page.getByText(why)).toBeVisible();
    await expect.element(button("Delete selected")).toBeDisabled();
    await expect.element(button("Delete selected")).toHaveAccessibleDescription(why);
    await expect.element(button("Forget selected")).toBeEnabled();
    const forgets = String(catalogue.messages.page_runs_forgets);
    await expect.element(button("Forget selected")).toHaveAccessibleDescription(forgets);
    await pick(/^Select bfl\/flux-schnell/);
    await expect.element(page.getByText(why)).not.toBeInTheDocument();
    await expect.element(button("Delete selected")).toBeEnabled();
  });

  test("are compared where they are two to four, in what differs", async () => {
    const { model } = await open((command) =>
      command.kind === "fetch_request"
        ? { data: { body: { generation_prompt: "Seal", generation_seed: command.run_id } } }
        : kernel(command),
    );
    await pick(/^Select bfl\/flux-1.1-pro 28 Apr 12:00/);
    await expect.element(button("Compare")).toBeDisabled();
    await pick(/^Select bfl\/flux-schnell/);
    await button("Compare").click();
    const dialog = page.getByRole("dialog", { name: "Comparison" });
    await expect.element(dialog.getByText("run-5", { exact: true })).toBeVisible();
    await expect.poll(() => dialog.getByRole("img").elements().length).toBe(2);
    for (const one of dialog.getByRole("img").elements()) {
      const place = one.parentElement?.getBoundingClientRect();
      expect(one.getBoundingClientRect().bottom).toBeLessThanOrEqual((place?.bottom ?? 0) + 0.5);
    }
    await expect.element(dialog.getByText("generation_prompt")).not.toBeInTheDocument();
    expect(model.commands("fetch_output")).toHaveLength(3);
    await userEvent.keyboard("{Escape}");
    await expect.element(dialog).not.toBeInTheDocument();
    await expect.element(button("Compare")).toHaveFocus();
  });
});

test("in the comparison results of one model are told apart by their time, and their seed where it differs", async () => {
  const { model } = await open((command) => (command.kind === "fetch_request" ? null : kernel(command)));
  const before = model.commands("fetch_request").length;
  for (const time of ["28 Apr 12:00", "28 Apr 11:58"])
    await page.getByRole("checkbox", { name: new RegExp(`^Select bfl/flux-1.1-pro ${time}`) }).click();
  await button("Compare").click();
  const sides = page.getByRole("dialog", { name: "Comparison" }).getByRole("region");
  const heads = () => sides.elements().map((side) => side.querySelector("p.mono + p")?.textContent);
  await expect.poll(heads).toEqual(["28 Apr 12:00", "28 Apr 11:58"]);
  const stars = () => sides.elements().map((side) => side.querySelector(".rate")?.getBoundingClientRect().y);
  const at = stars();
  await expect.poll(() => model.commands("fetch_request").length).toBe(before + 2);
  for (const [place, { id }] of model.commands("fetch_request").slice(before).entries())
    model.answer(id ?? "", { data: { body: place ? {} : { generation_seed: 4_294_967_295 } } });
  await expect.poll(heads).toEqual(["28 Apr 12:00 · seed 4294967295", "28 Apr 11:58"]);
  expect(stars()).toEqual(at);
});

test("in the comparison results of several models have no time in their heads", async () => {
  await open();
  for (const name of [/^Select bfl\/flux-1.1-pro 28 Apr 12:00/, /^Select bfl\/flux-schnell/])
    await page.getByRole("checkbox", { name }).click();
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  await expect.element(dialog.getByText("bfl/flux-schnell", { exact: true })).toBeVisible();
  await expect.element(dialog.getByText(/28 Apr/)).not.toBeInTheDocument();
});

test("in the comparison the keys that rate do so to the result that has the focus, as its stars do", async () => {
  const { model } = await open();
  for (const name of [/^Select bfl\/flux-1.1-pro 28 Apr 12:00/, /^Select bfl\/flux-schnell/])
    await page.getByRole("checkbox", { name }).click();
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  const stars = (said: RegExp) => dialog.getByRole("button", { name: said });
  await expect.element(stars(/^Stars bfl\/flux-1.1-pro .*: 4 of 5$/)).toHaveFocus();
  await userEvent.keyboard("2");
  await expect.element(stars(/^Stars bfl\/flux-1.1-pro .*: 2 of 5$/)).toHaveFocus();
  await expect.element(dialog.getByText("2 of 5 stars")).toBeInTheDocument();
  await userEvent.keyboard("{ArrowRight}x");
  await expect.element(stars(/^Stars bfl\/flux-schnell .*: rejected$/)).toHaveFocus();
  await userEvent.keyboard("0");
  await expect.element(stars(/^Stars bfl\/flux-schnell .*: not rated$/)).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}5");
  await expect
    .poll(() => model.commands("rate_run"))
    .toMatchObject([
      { run_id: "run-1", rating: 2 },
      { run_id: "run-5", rating: 0 },
      { run_id: "run-5", rating: null },
      { run_id: "run-1", rating: 5 },
    ]);
  await userEvent.keyboard("{Escape}");
  await expect
    .element(page.getByRole("button", { name: /^Stars bfl\/flux-1.1-pro 28 Apr 12:00 \(1\): 5 of 5$/ }))
    .toBeVisible();
});

test("the comparison shows what is said of a rating, also that no kernel is there", async () => {
  const message = "The ledger cannot be written.";
  const { model } = await open((command) =>
    command.kind === "rate_run" ? { ok: false, alert: alert({ message }) } : kernel(command),
  );
  for (const name of [/^Select bfl\/flux-1.1-pro 28 Apr 12:00/, /^Select bfl\/flux-schnell/])
    await page.getByRole("checkbox", { name }).click();
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  await expect.element(dialog.getByRole("button", { name: /^Stars bfl\/flux-1.1-pro/ })).toHaveFocus();
  const isSeen = async (told: string) => {
    await expect.element(dialog.getByText(told)).toBeVisible();
    expect(dialog.getByText(told).element().getBoundingClientRect().width).toBeGreaterThan(50);
  };
  await userEvent.keyboard("2");
  await isSeen(message);
  model.say("comm:close");
  await userEvent.keyboard("3");
  await isSeen("Not connected: the run was not rated.");
  expect(model.commands("rate_run")).toHaveLength(1);
});

test("in the comparison a run that made nothing has no stars to give, and the keys go past it", async () => {
  await open();
  for (const name of [
    /^Select bfl\/flux-1.1-pro 28 Apr 12:00/,
    /^Select google\/nano-banana/,
    /^Select bfl\/flux-schnell/,
  ])
    await page.getByRole("checkbox", { name }).click();
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  const stars = (name: RegExp) => dialog.getByRole("button", { name });
  await expect.element(stars(/^Stars bfl\/flux-1.1-pro/)).toHaveFocus();
  await expect.element(stars(/^Stars google\/nano-banana/)).toBeDisabled();
  const colorOf = (name: RegExp) => getComputedStyle(stars(name).element()).color;
  expect(colorOf(/^Stars google\/nano-banana/)).not.toBe(colorOf(/^Stars bfl\/flux-1.1-pro/));
  await userEvent.keyboard("{ArrowRight}");
  await expect.element(stars(/^Stars bfl\/flux-schnell/)).toHaveFocus();
});

test("a comparison waits for all that was sent, and claims nothing of what was not stored", async () => {
  const { model } = await open((command) => (command.kind === "fetch_request" ? null : kernel(command)));
  for (const name of [
    /^Select bfl\/flux-1.1-pro 28 Apr 12:00/,
    /^Select bfl\/flux-schnell/,
    /^Select qwen\/image/,
  ])
    await page.getByRole("checkbox", { name }).click();
  const before = model.commands("fetch_request").length;
  const asks = () => model.commands("fetch_request").slice(before);
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  await expect.poll(() => asks().length).toBe(3);
  const [one, two, three] = asks();
  const body = (generation_prompt: string) => ({ data: { body: { generation_prompt } } });
  model.answer(one?.id ?? "", body("A seal"));
  model.answer(two?.id ?? "", { ok: false, alert: alert({}) });
  const unstored = dialog.getByText(String(catalogue.messages.body_not_stored));
  await expect.element(unstored).toBeVisible();
  expect(dialog.getByText("generation_prompt").elements()).toHaveLength(0);
  expect(dialog.getByText("not set").elements()).toHaveLength(0);
  model.answer(three?.id ?? "", body("An otter"));
  await expect.element(dialog.getByText("An otter")).toBeVisible();
  expect(
    dialog
      .getByRole("definition")
      .elements()
      .map((each) => each.textContent),
  ).toContain("not known");
  expect(dialog.getByText("not set").elements()).toHaveLength(0);
  expect(dialog.getByText(String(catalogue.messages.page_runs_alike)).elements()).toHaveLength(0);
});

test("runs of which nothing was stored are not said to have sent the same", async () => {
  await open((command) =>
    command.kind === "fetch_request" ? { ok: false, alert: alert({}) } : kernel(command),
  );
  for (const name of [/^Select bfl\/flux-1.1-pro 28 Apr 12:00/, /^Select bfl\/flux-schnell/])
    await page.getByRole("checkbox", { name }).click();
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  await expect
    .poll(() => dialog.getByText(String(catalogue.messages.body_not_stored)).elements().length)
    .toBe(2);
  expect(dialog.getByText(String(catalogue.messages.page_runs_alike)).elements()).toHaveLength(0);
});

test("a picture in the comparison that is not there says why, and is asked for again where it may come", async () => {
  const { model } = await open();
  for (const name of [/^Select bfl\/flux-1.1-pro 28 Apr 12:00/, /^Select bfl\/flux-schnell/])
    await page.getByRole("checkbox", { name }).click();
  const none: Kernel = (command) =>
    command.kind === "fetch_output"
      ? { ok: false, alert: alert({ message: "The host was not reached." }) }
      : command.kind === "fetch_thumbnail"
        ? { data: { media_type: "", reason: "No picture yet.", may_come: command.run_id === "run-5" } }
        : kernel(command);
  model.kernel = (command) => (command.kind === "fetch_output" ? null : kernel(command));
  const before = model.commands("fetch_output").length;
  await button("Compare").click();
  const dialog = page.getByRole("dialog", { name: "Comparison" });
  const asks = () => model.commands("fetch_output").slice(before);
  await expect.poll(() => asks().length).toBe(2);
  await byFakeTime(async (pass) => {
    model.kernel = none;
    for (const one of asks()) model.answer(one.id, none(one) ?? {});
    await pass(900);
    expect(dialog.getByText("No picture yet.").elements()).toHaveLength(2);
    await pass(200);
    expect(
      asks()
        .map((one) => (one as { run_id: string }).run_id)
        .slice(2),
    ).toEqual(["run-5"]);
    model.kernel = kernel;
    await pass(1_000_000);
    expect(asks()).toHaveLength(4);
    expect(dialog.getByRole("img").elements()).toHaveLength(1);
  });
});

test("a row that is rated by another is drawn as text, whatever the server has written", async () => {
  const odd: Kernel = (command) =>
    command.kind === "find_runs"
      ? {
          data: {
            rows: [{ ...first, prompt: "<img src=x onerror=alert(1)>" }, ...runs.slice(1)],
            after: null,
            also: [],
          },
        }
      : kernel(command);
  await open(odd);
  await expect.element(row(/onerror/)).toBeVisible();
  expect(table().element().querySelector("img[src=x]")).toBeNull();
});

test("Escape answers the question before runs are let go with no, and what asked has the focus", async () => {
  await open();
  for (const one of page.getByRole("checkbox").elements().slice(1, 3)) (one as HTMLElement).click();
  await button("Forget selected").click();
  await expect.element(button("Keep runs")).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await expect.element(button("Forget selected")).toHaveFocus();
  await expect.element(button("Keep runs")).not.toBeInTheDocument();
});

test("a panel of 300 px tells the models of a lab apart", async () => {
  const { el } = await open(kernel, 300);
  const names = [...el.querySelectorAll(".gw-hist tbody .model")];
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    expect(name.scrollWidth, name.textContent ?? "").toBeLessThanOrEqual(name.clientWidth);
    expect(name.scrollHeight, name.textContent ?? "").toBeLessThanOrEqual(name.clientHeight + 2);
  }
});

test("the stars of a run stay in their cell at every width", async () => {
  const widest = { ...first, state: "unreached", can_resume: true } as RunRow;
  const { el } = await open((command) =>
    command.kind === "find_runs"
      ? { data: { rows: [widest, ...runs.slice(1)], after: null, also: [] } }
      : kernel(command),
  );
  await expect.element(page.getByRole("button", { name: /^Try again/ })).toBeVisible();
  // a scroll bar's, which this browser hides
  (el.querySelector(".gw-hist") as HTMLElement).style.borderRight = "15px solid";
  const wide: string[] = [];
  for (let width = 300; width <= 1280; width += 10) {
    el.style.width = `${width}px`;
    for (const cell of el.querySelectorAll(".gw-hist tbody .stars"))
      if (cell.scrollWidth > cell.clientWidth)
        wide.push(`${width}: ${cell.scrollWidth} > ${cell.clientWidth}`);
  }
  expect(wide).toEqual([]);
});
