import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Kernel } from "./fake-model";
import { button, field, mount, response } from "./mount";
import {
  alert,
  bytesOf,
  catalogue,
  entry,
  following,
  GENERATION,
  kernel,
  lost,
  PROMPT,
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
const radio = (name: string) => response().getByRole("radio", { name, exact: true });

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
    const rows = response().getByRole("table", { name: "provider_errors" }).getByRole("row").elements();
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

  test("of a refused Resume stands in its place", async () => {
    const message = catalogue.messages.resume_other_key ?? "";
    const refuse: Kernel = (command) =>
      command.kind === "resume"
        ? { ok: false, alert: alert({ message, code: "resume_other_key" }) }
        : kernel(command);
    mount(ready({ run: lost() }), refuse);
    await response().getByRole("button", { name: "Resume", exact: true }).click();
    await expect.element(theAlert()).toHaveTextContent(message);
  });

  test("gives way to a newer run", async () => {
    const { model } = mount(ready({ values: {} }));
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(theAlert()).toHaveTextContent("Missing required field: generation_prompt");
    model.put({ run: following() });
    await expect.element(theAlert()).not.toBeInTheDocument();
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

describe("the timeline", () => {
  test("tells each entry with label, provider, time, and what is only inferred", async () => {
    mount(ready({ run: following() }));
    await expect.element(timeline()).toBeVisible();
    expect(
      entries()
        .elements()
        .map((one) => one.textContent),
    ).toEqual([
      "Request sent0 ms",
      "Accepted1,240 ms",
      "bfl started1,310 ms",
      "bfl failed2,865 ms",
      "replicate processinginferredsince 2,865 ms",
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
  });

  test("counts down to the next try by the page's own clock", async () => {
    const started_at = Date.now() - 7_200_000; // a kernel whose clock is two hours behind
    const retry = { attempt: 2, of: 3, at: started_at + 9_500 };
    mount(ready({ run: run({ started_at, retry }) }));
    await expect.element(page.getByText(/^Try 2 of 3 in (10|9) s$/)).toBeVisible();
    await expect.element(page.getByText("Try 2 of 3 in 8 s", { exact: true })).toBeVisible();
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

describe("outputs", () => {
  const picture = () => response().getByRole("img", { name: PROMPT, exact: true });

  test("are pictures named by the prompt, with their facts, drawn from bytes that came through the kernel", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    await expect.element(picture()).toBeVisible();
    expect(model.commands("fetch_output")).toMatchObject([{ run_id: "run-1", index: 0 }]);
    expect((picture().element() as HTMLImageElement).src).toMatch(/^blob:/);
    for (const fact of ["64 × 64", "replicate", "0.052 credits"]) {
      await expect.element(response().getByRole("figure").getByText(fact, { exact: true })).toBeVisible();
    }
    await button("Copy link").click();
    await expect
      .poll(() => navigator.clipboard.readText())
      .toBe("https://files.example.com/550e8400/output.png");
  });

  test("can be enlarged, and closed again by Escape", async () => {
    mount(ready({ run: succeeded() }));
    await button("Enlarge output 1").click();
    await expect.element(page.getByRole("dialog", { name: "Output 1" })).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(page.getByRole("dialog", { name: "Output 1" })).not.toBeInTheDocument();
  });

  test("give their memory back", async () => {
    const { unmount } = mount(ready({ run: succeeded() }));
    await expect.element(picture()).toBeVisible();
    const { src } = picture().element() as HTMLImageElement;
    const isKept = () =>
      fetch(src).then(
        () => true,
        () => false,
      );
    expect(await isKept()).toBe(true);
    unmount();
    await expect.poll(isKept).toBe(false);
  });

  test("are videos found by their label", async () => {
    const video: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "video/mp4", filename: "a.mp4", alt: PROMPT }, bytes: new Uint8Array(9) }
        : kernel(command);
    mount(ready({ run: succeeded() }), video);
    await expect.element(page.getByLabelText(PROMPT, { exact: true })).toHaveAttribute("controls");
    expect(page.getByLabelText(PROMPT, { exact: true }).element().tagName).toBe("VIDEO");
  });

  test("that cannot be fetched say so, and can be asked for again", async () => {
    const message = "This output cannot be fetched any more (403). Its link may have expired.";
    let tries = 0;
    const fails: Kernel = (command) => {
      if (command.kind !== "fetch_output" || tries++ > 0) return kernel(command);
      return { ok: false, alert: alert({ message, code: "output_gone" }) };
    };
    mount(ready({ run: succeeded() }), fails);
    await expect.element(response().getByText(message)).toBeVisible();
    await response().getByRole("button", { name: "Try again" }).click();
    await expect.element(picture()).toBeVisible();
  });

  test("of a type that is no picture or video are not drawn", async () => {
    const svg: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "image/svg+xml", filename: "a.svg", alt: "a" }, bytes: bytesOf("<svg/>") }
        : kernel(command);
    mount(ready({ run: succeeded() }), svg);
    await expect
      .element(response().getByText("This output is no picture or video that can be shown."))
      .toBeVisible();
    expect(response().element().querySelector("img")).toBeNull();
  });

  test("whose address is no web address have no link to copy", async () => {
    const outputs = [
      { index: 0, media_type: "image/png", kind: "image" as const, url: "javascript:alert(1)" },
    ];
    mount(ready({ run: { ...succeeded(), outputs } }));
    await expect.element(picture()).toBeVisible();
    await expect.element(button("Copy link")).not.toBeInTheDocument();
    expect(response().element().innerHTML).not.toContain("javascript:");
  });

  test("stand in a grid when there are several, each with names of its own", async () => {
    const outputs = [0, 1, 2, 3].map((index) => ({
      index,
      media_type: "image/png",
      kind: "image" as const,
      url: `https://files.example.com/${index}.png`,
    }));
    mount(ready({ run: { ...succeeded(), outputs } }));
    await expect.poll(() => picture().elements().length).toBe(4);
    await button("Copy link of output 3").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("https://files.example.com/2.png");
  });
});

describe("the generation", () => {
  test("has its id with copy, buttons to the tools with the id filled in, and a line on webhooks", async () => {
    mount(ready({ run: following() }));
    await button("Copy generation_id").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe(GENERATION);
    await expect.element(response().getByText(/^Webhooks are set up in the workspace/)).toBeVisible();
    for (const tool of ["Content Info", "Cancel Generation", "Delete Content"]) {
      await response().getByRole("button", { name: tool, exact: true }).click();
      const id = page.getByRole("group", { name: tool }).getByLabelText("generation_id", { exact: true });
      await expect.element(id).toHaveFocus();
      await expect.element(id).toHaveValue(GENERATION);
    }
  });

  test("that has ended cannot be canceled", async () => {
    mount(ready({ run: succeeded() }));
    await expect.element(response().getByRole("button", { name: "Cancel Generation" })).toBeDisabled();
  });
});

describe("the JSON", () => {
  test("is the reply, and the record once the run has ended, unless the person has chosen", async () => {
    const { model } = mount(ready({ run: following() }));
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(radio("Record")).toBeDisabled();
    model.put({ run: succeeded() });
    await expect.element(json()).toHaveTextContent("generation_provider_used");
    await expect.element(response().getByText("25 lines", { exact: true })).toBeVisible();
    await radio("Reply").click();
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(response().getByText("17 lines", { exact: true })).toBeVisible();
    model.put({ run: { ...succeeded(), credits: 1 } });
    await expect.element(radio("Reply")).toHaveAttribute("aria-checked", "true");
  });

  test("of a run without a generation is shown as it is, and nothing is an error", async () => {
    const answered = { ...following(), state: "answered" as const, is_live: false, generation_id: null };
    mount(ready({ run: answered }));
    await expect.element(json()).toBeVisible();
    await expect.element(theAlert()).not.toBeInTheDocument();
    await expect.element(response().getByText("generation_id", { exact: true })).not.toBeInTheDocument();
  });

  test("is copied whole, as the kernel wrote it", async () => {
    const text = '{\n  "big": 12345678901234567890,\n  "float": 1.0\n}';
    const exact: Kernel = (command) =>
      command.kind === "fetch_body" ? { bytes: bytesOf(text) } : kernel(command);
    mount(ready({ run: following() }), exact);
    await expect.element(button("Copy response")).toBeEnabled();
    await button("Copy response").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe(text);
    await expect.element(json()).toHaveTextContent("12345678901234567890");
  });

  test("that is not kept any more says so", async () => {
    const gone: Kernel = (command) =>
      command.kind === "fetch_body" ? { ok: false, alert: alert({ message: "Not kept." }) } : kernel(command);
    mount(ready({ run: following() }), gone);
    await expect.element(response().getByText("Not kept.")).toBeVisible();
    await expect.element(button("Copy response")).toBeDisabled();
  });
});

describe("Code", () => {
  test("is a second tab: the request as Python, cURL and TypeScript, with copy", async () => {
    const { model } = mount(ready());
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    const code = response().getByRole("region", { name: "Code" });
    await expect.element(code).toHaveTextContent("python: bfl/flux-1.1-pro");
    await radio("cURL").click();
    await expect.element(code).toHaveTextContent("curl: bfl/flux-1.1-pro");
    await button("Copy code").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("curl: bfl/flux-1.1-pro");
    expect(model.commands("export")[0]).toMatchObject({
      region: "us",
      values: { generation_prompt: PROMPT },
    });
  });

  test("follows what is typed", async () => {
    const { model } = mount(ready());
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    await expect.poll(() => model.commands("export").length).toBe(1);
    await field("generation_prompt").fill("walrus");
    await expect
      .poll(() => model.commands("export").at(-1))
      .toMatchObject({ values: { generation_prompt: "walrus" } });
  });

  test("that cannot be written says why", async () => {
    const refuse: Kernel = (command) =>
      command.kind === "export"
        ? { ok: false, alert: alert({ message: "Missing required field: generation_prompt" }) }
        : kernel(command);
    mount(traits(), refuse);
    await response().getByRole("tab", { name: "Code", exact: true }).click();
    await expect.element(response().getByText("Missing required field: generation_prompt")).toBeVisible();
    await expect.element(button("Copy code")).toBeDisabled();
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
