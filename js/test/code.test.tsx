import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { tokensOf } from "../src/text/code-tokens";
import type { Kernel } from "./fake-model";
import { byFakeTime } from "./fake-time";
import { button, field, mount, response } from "./mount";
import { alert, bytesOf, following, kernel, PROMPT, ready, succeeded, traits } from "./states";

const theAlert = () => response().getByRole("alert");
const json = () => response().getByRole("region", { name: "JSON", exact: true });
const radio = (name: string) => response().getByRole("radio", { name, exact: true });

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

  test("keeps the focus on the switch between reply and record while the other is on its way", async () => {
    mount(ready({ run: succeeded() }));
    await expect.element(json()).toHaveTextContent("generation_provider_used");
    (radio("Record").element() as HTMLElement).focus();
    await userEvent.keyboard("{ArrowLeft}");
    await expect.element(json()).toHaveTextContent("Generation initialized");
    await expect.element(radio("Reply")).toHaveFocus();
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
  test("of what stood in the form before cannot be copied, and is marked until the new one is written", async () => {
    let isSilent = false;
    const { model } = mount(ready(), (command) =>
      command.kind === "export" && isSilent ? null : kernel(command),
    );
    await response().getByRole("tab", { name: "Code" }).click();
    const code = response().getByRole("region", { name: "Code", exact: true });
    await expect.element(code).toHaveTextContent("bfl/flux-1.1-pro");
    await expect.element(button("Copy code")).toBeEnabled();
    isSilent = true;
    model.put({ model_id: "bfl/flux-schnell" });
    await expect.element(button("Copy code")).toBeDisabled();
    await expect.element(code).toHaveAttribute("aria-busy", "true");
    await expect.poll(() => model.commands("export").length).toBe(2);
    model.answer(model.commands("export")[1]?.id ?? "", { data: { text: "newer" } });
    await expect.element(code).toHaveTextContent("newer");
    await expect.element(button("Copy code")).toBeEnabled();
    await expect.element(code).not.toHaveAttribute("aria-busy");
  });

  beforeEach(() => localStorage.removeItem("genwidget.language"));
  const openCode = () => response().getByRole("tab", { name: "Code", exact: true }).click();
  const programs: Record<string, string> = {
    python: 'import os\n# a "comment"\nx = client.generate("it\'s \\"x\\" # no comment", 1.5e-7, n=-3)\n',
    curl: '( # once\ncreated=$(curl -d \'{"a": "it\'\\\'\'s",\n "b": 2}\' "$HOME/#x")\n)\n',
    typescript: "const a = `Bearer \u0024{process.env.KEY}`; // a comment\nawait f({ b: 2 });\n",
  };

  test.each(Object.entries(programs))("in %s is drawn in colours, and whole", async (language, text) => {
    const tokens = tokensOf(text, language as keyof typeof programs as "python");
    expect(tokens.map(([, one]) => one).join("")).toBe(text);
    expect(tokens.filter(([kind]) => kind === "comment").length).toBe(1);
    const writes: Kernel = (command) => (command.kind === "export" ? { data: { text } } : kernel(command));
    localStorage.setItem("genwidget.language", language);
    mount(ready(), writes);
    await openCode();
    const code = response().getByRole("region", { name: "Code" });
    await expect.poll(() => code.element().textContent).toBe(text);
    expect(code.element().querySelectorAll(".text").length).toBe(
      tokens.filter(([kind]) => kind === "text").length,
    );
  });

  test("wraps what is too long, at every width", async () => {
    const long: Kernel = (command) =>
      command.kind === "export" ? { data: { text: `x = "${"ice".repeat(400)}"` } } : kernel(command);
    for (const width of [1280, 360]) {
      const { unmount, el } = mount(ready(), long, width);
      if (width < 900) el.querySelector<HTMLElement>('[data-value="response"]')?.click();
      await openCode();
      const code = response().getByRole("region", { name: "Code" });
      await expect.element(code).toHaveTextContent("iceice");
      expect(code.element().scrollWidth).toBe(code.element().clientWidth);
      unmount();
    }
  });

  test("keeps its language for the next view, and nothing else, in the browser's storage", async () => {
    const { unmount } = mount(ready());
    await openCode();
    await radio("cURL").click();
    unmount();
    mount(ready());
    await openCode();
    await expect.element(radio("cURL")).toHaveAttribute("aria-checked", "true");
    expect(Object.entries(localStorage)).toEqual([["genwidget.language", "curl"]]);
  });

  describe("below", () => {
    const asked: (string | undefined)[] = [];
    const answer = (event: Event) => {
      event.preventDefault();
      asked.push((event as CustomEvent).detail.code);
    };
    afterEach(() => document.removeEventListener("genwidget:insert-below", answer));

    test("is offered where the host takes it, and inserts what is shown", async () => {
      document.addEventListener("genwidget:insert-below", answer);
      mount(ready());
      await openCode();
      await expect.element(response().getByRole("region", { name: "Code" })).toHaveTextContent("python:");
      await button("Insert below").click();
      expect(asked.at(-1)).toBe("python: bfl/flux-1.1-pro");
      await radio("cURL").click();
      await expect.element(response().getByRole("region", { name: "Code" })).toHaveTextContent("curl:");
      await button("Insert below").click();
      expect(asked.at(-1)).toBe("%%bash\ncurl: bfl/flux-1.1-pro");
      await expect.element(button("Inserted below")).toBeDisabled();
      await radio("TypeScript").click();
      await expect.element(button("Insert below")).not.toBeInTheDocument();
    });

    test("shows that it was done, takes no second press for a while, and leaves no empty line", async () => {
      document.addEventListener("genwidget:insert-below", answer);
      const text = "import genwidget\n\nprint()\n";
      mount(ready(), (command) => (command.kind === "export" ? { data: { text } } : kernel(command)));
      await openCode();
      await expect.element(button("Insert below")).toBeEnabled();
      await byFakeTime(async (pass) => {
        (button("Insert below").element() as HTMLElement).click();
        await pass(100);
        const done = button("Inserted below").element() as HTMLButtonElement;
        expect(asked.at(-1)).toBe("import genwidget\n\nprint()");
        const { length } = asked;
        done.click();
        expect(done.ariaDisabled).toBe("true");
        expect(asked.filter(Boolean)).toHaveLength(asked.slice(0, length).filter(Boolean).length);
        await pass(5_000);
        expect(button("Insert below").query()).not.toBeNull();
      });
    });

    test("is in sight with all beside it at the widths of a side panel, whatever it says", async () => {
      document.addEventListener("genwidget:insert-below", answer);
      const { el } = mount(ready(), undefined, 300);
      el.querySelector<HTMLElement>('[data-value="response"]')?.click();
      await openCode();
      await expect.element(button("Insert below")).toBeEnabled();
      const outside = () => {
        const bar = el.querySelector(".gw-code .bar") as HTMLElement;
        const { right, bottom } = bar.getBoundingClientRect();
        const parts = [...bar.querySelectorAll("button")].map((one) => one.getBoundingClientRect());
        return parts.filter((one) => one.right > right || one.bottom > bottom).length;
      };
      const check = () => {
        for (let width = 300; width <= 400; width += 10) {
          el.style.width = `${width}px`;
          expect(outside(), `${width} px`).toBe(0);
        }
      };
      check();
      await button("Insert below").click();
      await expect.element(button("Inserted below")).toBeVisible();
      check();
    });

    test("is hidden where nobody takes it", async () => {
      mount(ready());
      await openCode();
      await expect.element(response().getByRole("region", { name: "Code" })).toHaveTextContent("python:");
      await expect.element(button("Insert below")).not.toBeInTheDocument();
    });
  });

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

describe("the schema", () => {
  test("that the kernel refuses is not copied: the clipboard keeps what it has, and the refusal is said", async () => {
    mount(ready(), (command) =>
      command.kind === "fetch_schema"
        ? { ok: false, alert: alert({ message: "No such model." }) }
        : kernel(command),
    );
    await navigator.clipboard.writeText("before");
    await button("Copy schema").click();
    await expect.element(response().getByText("No such model.")).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe("before");
    expect(document.body.textContent).not.toContain("Copy schema: copied");
  });

  test("is not copied where the kernel has ended", async () => {
    const { model } = mount(ready(), (command) => (command.kind === "fetch_schema" ? null : kernel(command)));
    await navigator.clipboard.writeText("before");
    await button("Copy schema").click();
    await expect.poll(() => model.commands("fetch_schema").length).toBe(1);
    model.say("comm:close");
    await expect.element(button("Copy schema")).toBeDisabled();
    expect(await navigator.clipboard.readText()).toBe("before");
  });
});
