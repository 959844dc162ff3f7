import { describe, expect, onTestFinished, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Traits } from "../src/protocol";
import type { Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { button, field, mount, response } from "./mount";
import {
  alert,
  canceled,
  catalogue,
  entry,
  expired,
  failed,
  following,
  kernel,
  listed,
  lost,
  ready,
  refused,
  run,
  succeeded,
  traits,
} from "./states";

const theAlert = () => response().getByRole("alert");
const timeline = () => response().getByRole("list", { name: "Timeline" });
const entries = () => timeline().getByRole("listitem");
const json = () => response().getByRole("region", { name: "JSON", exact: true });

describe("an empty Response", () => {
  test("names the conditions before sending, and which are met", async () => {
    const { model } = mount(traits());
    const conditions = () =>
      response()
        .getByRole("list", { name: "Before you send" })
        .getByRole("listitem")
        .elements()
        .map((one) => one.textContent);
    await expect.element(response().getByText("No response yet")).toBeVisible();
    expect(conditions()).toEqual([
      "Model selected: done",
      "API key locked: to do",
      "Required fields filled: to do",
    ]);
    model.put({ locked: true });
    await field("generation_prompt").fill("seal");
    await expect.poll(() => conditions().every((one) => one?.endsWith(": done"))).toBe(true);
  });

  test("offers an example, which fills in what is required and leads on to the key, then to Send", async () => {
    const { model } = mount(traits({ host_fixed: true }));
    await button("Try an example").click();
    await expect.element(field("generation_prompt")).toHaveValue(catalogue.messages.example_image ?? "");
    await expect.element(field("API key")).toHaveFocus();
    await expect.element(page.getByRole("status")).toHaveTextContent("Example filled in");
    await expect.element(button("Try an example")).not.toBeInTheDocument();
    model.put({ locked: true, values: {} });
    await button("Try an example").click();
    await expect.element(button("Send request")).toHaveFocus();
  });

  test.each([700, 360])("offers the example where panels are tabs, in sight, at %d px", async (width) => {
    mount(traits({ locked: true }), kernel, width);
    await expect.poll(() => page.getByRole("button", { name: "Try an example" }).elements().length).toBe(1);
    await button("Try an example").click();
    await expect.element(field("generation_prompt")).toHaveValue(catalogue.messages.example_image ?? "");
    await expect.element(button("Try an example")).not.toBeInTheDocument();
  });

  test("leaves what was typed as it is, and fills in the other fields that a video needs", async () => {
    const model_id = "bytedance/seedance-1-pro";
    const { model } = mount(
      traits({
        locked: true,
        model_type: "video",
        model_id,
        values: { generation_prompt: "A fox", generation_ratio: "1:1" },
      }),
    );
    await button("Try an example").click();
    const duration = catalogue.models
      .find((one) => one.model_id === model_id)
      ?.fields.find((one) => one.name === "generation_duration");
    expect(duration?.default ?? duration?.choices?.[0] ?? duration?.minimum).toEqual(expect.any(Number));
    await expect
      .poll(() => model.get("values"))
      .toEqual({
        generation_prompt: "A fox",
        generation_ratio: "1:1",
        generation_duration: duration?.default ?? duration?.choices?.[0] ?? duration?.minimum,
      });
  });

  test("leads to the sandbox's key where it is offered, from behind its tab too", async () => {
    mount(
      traits({ region: "sandbox", model_id: "sandbox/contact-sheet", host: "http://127.0.0.1:8123" }),
      kernel,
      700,
    );
    await page.getByRole("tab", { name: "response" }).click();
    await button("Try an example").click();
    await expect.element(button("Use the sandbox key")).toHaveFocus();
    await expect.element(field("generation_prompt")).toHaveValue(catalogue.messages.example_image ?? "");
    await expect.element(field("generation_prompt")).toBeVisible();
  });

  test("without a key the example is tried in the sandbox, where it costs nothing, if there is one", async () => {
    const { model } = mount(traits());
    await button("Try an example in the sandbox").click();
    await expect.element(button("Use the sandbox key")).toHaveFocus();
    expect(model.get("region")).toBe("sandbox");
    await expect.element(field("generation_prompt")).toHaveValue(catalogue.messages.example_image ?? "");
    expect(model.commands("lock_key")).toHaveLength(0);
  });

  test("without a key the sandbox is offered instead, and never where a key is locked", async () => {
    const { model } = mount(traits());
    await button("Use the sandbox").click();
    expect(model.get("region")).toBe("sandbox");
    await expect.element(response().getByText(/Its credits are no money/)).toBeVisible();
    for (const one of [{ locked: true }, { host_fixed: true }]) {
      model.put({ region: "us", locked: false, host_fixed: false, ...one });
      await expect.element(button("Use the sandbox")).not.toBeInTheDocument();
    }
  });

  test("always ends in the hint, whole", async () => {
    const { model } = mount(traits(), kernel, 300);
    const hint = page.getByText(
      "Async response - subscribe to webhooks for real-time status and output delivery",
      {
        exact: true,
      },
    );
    await page.getByRole("tab", { name: "response" }).click();
    for (const one of [null, run(), succeeded(), refused()]) {
      model.put({ run: one });
      await expect.element(hint).toBeVisible();
      const row = hint.element().closest(".gw-hint");
      expect(row?.scrollWidth).toBeLessThanOrEqual(row?.clientWidth ?? 0);
    }
  });
});

describe("the alert", () => {
  test("of an API error is the server's sentence alone, with the rest beside it", async () => {
    mount(ready({ run: refused() }));
    await expect.element(theAlert()).toBeVisible();
    expect(theAlert().element().textContent).toBe(
      "Insufficient credits. Please upgrade your plan or wait for renewal.",
    );
    await expect.element(response().getByText("BSE1004", { exact: true }).first()).toBeVisible();
    const table = response().getByRole("table", { name: "provider_errors" });
    await expect.element(table).toBeVisible();
    const rows = table.getByRole("row").elements();
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
      ["provider", "code", "message", "retryable"],
      ["bfl", "BSE4006", "Provider quota reached", "yes"],
      ["replicate", "BSE4006", "Provider quota reached", "yes"],
      ["fal", "BSE4001", "Provider refused the request", "no"],
    ]);
    await button("Copy request id").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("req_a1b2c3d4");
  });

  test("draws what a server says as text, never as markup", async () => {
    const message = '<img src=x onerror="document.title=1"><b>bold</b>';
    mount(ready({ run: { ...refused(), alert: alert({ message, more: message, request_id: message }) } }));
    await expect.element(theAlert()).toBeVisible();
    expect(theAlert().element().textContent).toBe(message);
    expect(response().element().querySelectorAll("img, b").length).toBe(
      response().element().querySelectorAll(".gw-fold b").length,
    );
  });

  test("of a lost run offers Resume, which names the run", async () => {
    const { model } = mount(ready({ run: lost() }));
    await expect.element(theAlert()).toHaveTextContent("Request timed out");
    await expect.element(response().getByText(catalogue.messages.may_have_started ?? "?")).toBeVisible();
    await response().getByRole("button", { name: "Resume", exact: true }).click();
    expect(model.commands("resume")).toMatchObject([{ run_id: "run-1" }]);
  });

  test("of a run that was not reached offers to try again, which is the same intent", async () => {
    const said = alert({ message: "Could not reach api.us.babysea.ai", more: "Its name was not found." });
    const run = { ...lost(), state: "unreached" as const, alert: { ...said, can_resume: true } };
    const { model } = mount(ready({ run }));
    await expect.element(response().getByText("Its name was not found.")).toBeVisible();
    await expect.element(response().getByRole("button", { name: "Resume" })).not.toBeInTheDocument();
    await response().getByRole("button", { name: "Try again", exact: true }).click();
    expect(model.commands("resume")).toMatchObject([{ run_id: run.run_id }]);
  });

  test("of a refused Resume stands beside what the run says", async () => {
    const message = "The run was made with another API key.";
    const refuse: Kernel = (command) =>
      command.kind === "resume"
        ? { ok: false, alert: alert({ message, code: "resume_other_key" }) }
        : kernel(command);
    mount(ready({ run: lost() }), refuse);
    await response().getByRole("button", { name: "Resume", exact: true }).click();
    await expect.element(theAlert().filter({ hasText: message })).toBeVisible();
    await expect.element(theAlert().filter({ hasText: lost().alert?.message ?? "" })).toBeVisible();
  });

  test("of a refused Resume comes into sight where the end of Response is below the window", async () => {
    onTestFinished(() => page.viewport(1312, 900));
    await page.viewport(1312, 768);
    const message = "The run was made with another API key.";
    const { el } = mount(ready({ run: lost() }), (command) =>
      command.kind === "resume" ? { ok: false, alert: alert({ message }) } : kernel(command),
    );
    el.style.marginTop = "400px";
    await response().getByRole("button", { name: "Resume", exact: true }).click();
    await expect.element(theAlert().filter({ hasText: message })).toBeInViewport({ ratio: 0.9 });
    await expect.element(page.getByRole("heading", { name: "Response" })).toBeInViewport({ ratio: 0.9 });
  });

  test("gives way to a newer run", async () => {
    const { model } = mount(ready({ values: {} }));
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(theAlert()).toHaveTextContent("Missing required field: generation_prompt");
    model.put({ run: following() });
    await expect.element(theAlert()).not.toBeInTheDocument();
  });

  test.each([
    ["a field that is missing", {}, "Missing required field: generation_prompt"],
    [
      "a value out of bounds",
      { generation_prompt: "a", generation_guidance_scale: 99 },
      "generation_guidance_scale: Must be at most 20",
    ],
  ])("of %s stays while it holds, and goes once it does not", async (_, values, message) => {
    const { model } = mount(ready({ values }));
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(theAlert()).toHaveTextContent(message);
    await field("generation_seed").fill("7");
    await expect.poll(() => model.get("values").generation_seed).toBe(7);
    await expect.element(theAlert()).toHaveTextContent(message);
    await field("generation_prompt").fill("A seal");
    await field("generation_guidance_scale").fill("3");
    await expect.element(theAlert()).not.toBeInTheDocument();
  });

  test("of another click than Send stays while the form is filled", async () => {
    const message = "The run was made with another API key.";
    const refuse: Kernel = (command) =>
      command.kind === "resume"
        ? { ok: false, alert: alert({ message, code: "resume_other_key" }) }
        : kernel(command);
    const { model } = mount(ready({ run: lost() }), refuse);
    await response().getByRole("button", { name: "Resume", exact: true }).click();
    const said = theAlert().filter({ hasText: message });
    await expect.element(said).toBeVisible();
    await field("generation_prompt").fill("A seal");
    await expect.poll(() => model.get("values").generation_prompt).toBe("A seal");
    await expect.element(said).toBeVisible();
  });

  test("is none where the run was canceled, which was asked for", async () => {
    const said = alert({ kind: "note", message: "The generation was canceled" });
    mount(ready({ run: { ...succeeded(), state: "canceled", alert: said, outputs: [] } }));
    await expect.element(response().getByText("The generation was canceled")).toBeVisible();
    await expect.element(theAlert()).not.toBeInTheDocument();
  });

  test("stands above timeline, outputs and JSON", async () => {
    const said = alert({ message: "The generation failed" });
    mount(ready({ run: { ...succeeded(), alert: said } }));
    await expect.element(json()).toBeVisible();
    const tops = [".gw-alert", ".gw-fold", ".gw-outs", ".gw-gen", ".gw-json"].map(
      (one) => response().element().querySelector(one)?.getBoundingClientRect().top ?? -1,
    );
    expect(tops).toEqual([...tops].sort((one, other) => one - other));
    expect(tops[0]).toBeGreaterThan(0);
  });
});

describe("Response on its code turns to the result", () => {
  const tab = (name: string) => response().getByRole("tab", { name, exact: true });

  async function onCode(start: Traits, act: () => Promise<void>) {
    mount(start);
    await tab("Code").click();
    await expect.element(tab("Code")).toHaveAttribute("aria-selected", "true");
    await act();
    await expect.element(tab("Result")).toHaveAttribute("aria-selected", "true");
    await expect.element(tab("Code")).toHaveAttribute("aria-selected", "false");
  }

  const inHistory = (name: RegExp) => async () => {
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByRole("button", { name }).click();
  };
  const press = (name: string) => () => button(name).click();
  const told = { count: 3, version: 1, waiting: 0, unsent: "", is_under_way: false };

  test.each<[string, Traits, () => Promise<void>]>([
    ["Send", ready(), press("Send request")],
    ["Show", ready({ run: succeeded(), history_state: listed }), inHistory(/^Show bfl\/flux-schnell/)],
    ["Resume", ready({ history_state: listed }), inHistory(/^Resume google\/nano-banana/)],
    ["Run again", ready({ history_state: listed }), inHistory(/^Run again bfl\/flux-schnell/)],
    ["Resume of a run that waits", ready({ history_state: { ...told, waiting: 1 } }), press("Resume")],
    [
      "Resume of what was not sent",
      ready({ history_state: { ...told, unsent: "5 were not made.", is_under_way: false } }),
      press("Resume"),
    ],
    ["the way to a run that is awaited", ready({ run: run() }), press(catalogue.messages.wants_answer ?? "")],
  ])("at %s", async (_, start, act) => {
    await onCode(start, act);
  });

  test("where it says why nothing was sent", async () => {
    const press = async () => {
      await page.getByRole("textbox", { name: "generation_prompt" }).click();
      await userEvent.keyboard("{Control>}{Enter}{/Control}");
    };
    await onCode({ ...ready(), locked: false }, press);
    await expect.element(response().getByRole("alert")).toBeVisible();
  });

  test("but not where a run of someone else begins", async () => {
    const { model } = mount(ready());
    await tab("Code").click();
    model.put({ run: run() });
    await expect.element(button("Sending...")).toBeVisible();
    await expect.element(tab("Code")).toHaveAttribute("aria-selected", "true");
  });
});

describe("the timeline", () => {
  test("tells each entry with label, provider, time, and what is only inferred", async () => {
    mount(ready({ run: following() }));
    await expect.element(timeline()).toBeVisible();
    expect(
      entries()
        .elements()
        .map((one) => one.textContent?.replace(/\d+\.\d s$/, " and a clock")),
    ).toEqual([
      "Request sent0 ms",
      "Accepted1,240 ms",
      "bfl started+70 ms1,310 ms",
      "bfl failed+1,555 ms2,865 ms",
      "replicate processinginferredsince 2,865 ms and a clock",
      "fal if replicate failsinferred",
    ]);
  });

  test("is open while a run is live, and folded to one line after, which opens it", async () => {
    const { model } = mount(ready({ run: run() }));
    await expect.element(timeline()).toBeVisible();
    model.put({ run: succeeded() });
    await expect.element(timeline()).not.toBeInTheDocument();
    const fold = page.getByRole("button", { name: /^Timeline: ?succeeded/ });
    await expect.element(fold).toHaveAttribute("aria-expanded", "false");
    await fold.click();
    expect(entries().elements()).toHaveLength(6);
    await expect.element(response().getByText(succeeded().post_facts[0] ?? "none")).toBeVisible();
    await expect.element(response().getByText("57 of 60 requests left")).toBeVisible();
  });

  test("counts down to the next try by the page's own clock", async () => {
    const started_at = Date.now() - 7_200_000; // a kernel whose clock is two hours behind
    const countdown = { label: "Try 2 of 3 in", at: started_at + 9_500 };
    await byFakeTime(async (pass) => {
      const { el } = mount(ready({ run: run({ started_at, countdown }) }), (command) =>
        command.kind === "hello" ? { data: { now: started_at } } : kernel(command),
      );
      const told = () => el.querySelector(".gw-retry")?.textContent;
      const seen = new Set<string | undefined>();
      for (let tenths = 0; tenths < 30; tenths++) {
        await pass(100);
        seen.add(told());
      }
      expect([...seen].slice(0, 3)).toEqual([10, 9, 8].map((s) => `Try 2 of 3 in ${s} s`));
    });
  });

  test("shows what is unsettled: a lost run stays open", async () => {
    mount(ready({ run: lost() }));
    await expect.element(timeline()).toHaveTextContent("May be running at the APIinferred");
  });
});

describe("Cancel", () => {
  test("is a button of its own while a run is live, and Send stays in its place", async () => {
    const { model } = mount(ready({ run: following() }));
    const cancel = response().getByRole("button", { name: "Cancel", exact: true });
    await expect.element(button("Send request")).toBeEnabled();
    await cancel.click();
    expect(model.commands("cancel")).toMatchObject([{ run_id: "run-1" }]);
    model.put({ run: succeeded() });
    await expect.element(cancel).not.toBeInTheDocument();
  });
});

describe("announcements", () => {
  test("come from one live region", async () => {
    const { model } = mount(ready({ run: following() }));
    expect(page.getByRole("status").elements()).toHaveLength(1);
    model.put({ run: { ...succeeded(), timeline: [entry("succeeded", { at_ms: 1 })] } });
    await expect.element(page.getByRole("status")).toHaveTextContent("Generation succeeded");
  });
});

describe("what the sandbox made", () => {
  const made = () => response().getByText(catalogue.messages.sandbox_made ?? "none");

  test("is said to be a stand-in", async () => {
    mount(ready({ run: { ...succeeded(), region: "sandbox" } }));
    await expect.element(made()).toBeVisible();
  });

  test.each([
    ["canceled", canceled()],
    ["failed", failed()],
    ["expired", expired()],
  ])("is not told of where the run is %s", async (_, ended) => {
    mount(ready({ run: { ...ended, region: "sandbox" } }));
    await expect.element(response().getByText(ended.alert?.message ?? "none")).toBeVisible();
    await expect.element(made()).not.toBeInTheDocument();
  });
});
