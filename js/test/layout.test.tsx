import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { button, field, mount, region, show } from "./mount";
import { kernel, listed, ready, run, STATES, succeeded, traits } from "./states";

afterEach(() => {
  delete document.body.dataset.jpThemeLight;
  document.documentElement.style.colorScheme = "";
});

const tab = (name: string) => page.getByRole("tab", { name, exact: true });

describe("the panels", () => {
  test("stand side by side, and the whole is a region named Playground", async () => {
    mount();
    await expect.element(region("Playground")).toBeVisible();
    const lefts = ["Schema", "Request Body", "Response"].map((name) => {
      const element = region(name).element();
      expect(element.getBoundingClientRect().height).toBeGreaterThan(600);
      return element.getBoundingClientRect().left;
    });
    expect(lefts).toEqual([...lefts].sort((one, other) => one - other));
    await expect.element(tab("schema")).not.toBeInTheDocument();
  });

  test("are resized by the arrow keys, Home and End, within their least widths", async () => {
    mount();
    const line = page.getByRole("separator", { name: "Resize Schema" });
    const width = () => Math.round(region("Schema").element().getBoundingClientRect().width);
    const before = width();
    (line.element() as HTMLElement).focus();
    await userEvent.keyboard("{ArrowLeft}");
    await expect.poll(width).toBe(before - 16);
    await userEvent.keyboard("{Home}");
    await expect.poll(width).toBe(216);
    await userEvent.keyboard("{End}");
    await expect
      .poll(() => Math.round(region("Request Body").element().getBoundingClientRect().width))
      .toBe(322);
    const value = Number(line.element().getAttribute("aria-valuenow"));
    expect(value).toBeGreaterThan(22);
    expect(value).toBeLessThanOrEqual(100);
  });

  test("are resized by dragging", async () => {
    mount();
    const line = page.getByRole("separator", { name: "Resize Request Body" }).element() as HTMLElement;
    const width = () => region("Response").element().getBoundingClientRect().width;
    const before = width();
    const { left, top } = line.getBoundingClientRect();
    const point = (type: string, x: number) =>
      line.dispatchEvent(
        new PointerEvent(type, { clientX: x, clientY: top + 99, pointerId: 1, bubbles: true }),
      );
    line.setPointerCapture = () => undefined;
    point("pointerdown", left);
    point("pointermove", left + 40);
    point("pointerup", left + 40);
    await expect.poll(() => Math.round(before - width())).toBe(40);
    point("pointermove", left + 90);
    await expect.poll(() => Math.round(before - width())).toBe(40);
  });

  test("become tabs where the place is narrow, moved through by arrow keys", async () => {
    mount(traits(), kernel, 700);
    await expect.element(tab("input")).toHaveAttribute("aria-selected", "true");
    await expect.element(region("Schema")).not.toBeInTheDocument();
    await tab("input").click();
    await userEvent.keyboard("{ArrowLeft}");
    await expect.element(tab("schema")).toHaveFocus();
    await expect.element(region("Schema")).toBeVisible();
    await expect.element(region("Request Body")).not.toBeInTheDocument();
    await userEvent.keyboard("{End}");
    await expect.element(region("Response")).toBeVisible();
  });

  test("move to the response after Send where they are tabs", async () => {
    mount(ready(), kernel, 700);
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(tab("response")).toHaveAttribute("aria-selected", "true");
    await expect.element(region("Response")).toBeVisible();
  });

  test("stay at the field that is missing where they are tabs, and the alert is announced", async () => {
    mount(ready({ values: {} }), kernel, 700);
    await expect.element(button("Send request")).toBeEnabled();
    await button("Send request").click();
    await expect.element(field("generation_prompt")).toHaveFocus();
    await expect.element(page.getByRole("status")).toHaveTextContent(/Required|Missing required field/);
    await tab("response").click();
    await expect
      .element(page.getByRole("alert"))
      .toHaveTextContent("Missing required field: generation_prompt");
  });

  test("fit into 300 pixels without a sideways scroll", async () => {
    const { el } = mount(ready({ run: succeeded(), history_state: listed }), kernel, 300);
    for (const name of ["schema", "input", "response"]) {
      await tab(name).click();
      const frame = el.querySelector(".gw");
      expect(frame?.scrollWidth, name).toBeLessThanOrEqual(300);
    }
    for (const [title, badge] of [["Response", "JSON"]]) {
      await expect.element(region("Response").getByText(title ?? "", { exact: true })).toBeVisible();
      await expect.element(region("Response").getByText(badge ?? "", { exact: true })).toBeVisible();
    }
    await expect.element(button("Copy response")).toBeVisible();
  });

  test("take a height that is set on the widget", async () => {
    const { el } = mount();
    el.style.height = "900px";
    await expect.poll(() => el.querySelector(".gw")?.getBoundingClientRect().height).toBe(900);
    const panels = () => el.querySelector(".gw-panels")?.getBoundingClientRect().height ?? 0;
    await expect.poll(panels).toBeGreaterThan(700);
  });
});

describe("the schema", () => {
  test("tells the endpoint, counts, providers, and each field with its facts", async () => {
    mount();
    const schema = region("Schema");
    for (const text of ["12 fields", "POST", "Core fields", "Model-specific fields", "bfl, replicate, fal"]) {
      await expect.element(schema.getByText(text, { exact: true })).toBeVisible();
    }
    await expect.element(schema).toHaveTextContent("/v1/generate/image/bfl/flux-1.1-pro");
    await expect.element(schema).toHaveTextContent("1 required11 optional");
    const row = [...schema.element().querySelectorAll(".gw-f")].find((one) =>
      one.textContent?.startsWith("generation_guidance_scale"),
    );
    expect(row?.textContent).toBe(
      "generation_guidance_scalenumberHow strictly the result follows the prompt.min0max20default3.5",
    );
  });

  test("says which facts are only inferred", async () => {
    mount();
    const row = [...region("Schema").element().querySelectorAll(".gw-f")].find((one) =>
      one.textContent?.startsWith("generation_seed"),
    );
    expect(row?.textContent).toContain("inferred");
  });

  test("is copied whole, as JSON", async () => {
    mount();
    await button("Copy schema").click();
    const schema = { title: "bfl/flux-1.1-pro" };
    await expect.poll(async () => JSON.parse(await navigator.clipboard.readText())).toEqual(schema);
  });
});

describe("the theme", () => {
  test("is Jupyter's, and follows when it changes", async () => {
    document.body.dataset.jpThemeLight = "true";
    const { el } = mount();
    const scheme = () => getComputedStyle(el.querySelector(".gw") ?? el).colorScheme;
    await expect.poll(scheme).toBe("light");
    document.body.dataset.jpThemeLight = "false";
    await expect.poll(scheme).toBe("dark");
  });

  test("is the host's own where there is no Jupyter", async () => {
    document.documentElement.style.colorScheme = "dark";
    const { el } = mount();
    await expect.poll(() => getComputedStyle(el.querySelector(".gw") ?? el).colorScheme).toBe("dark");
  });
});

describe("every state", () => {
  for (const name of Object.keys(STATES)) {
    test(`${name} has no fault that axe can find`, async () => {
      const { el } = await show(name);
      for (const [theme, width] of [
        ["light", 1280],
        ["dark", 700],
      ] as const) {
        document.body.dataset.jpThemeLight = String(theme === "light");
        document.body.style.background = theme === "light" ? "#fff" : "#212121";
        el.style.width = `${width}px`;
        const found = await axe.run(el, {
          rules: { region: { enabled: false } },
          resultTypes: ["violations"],
        });
        const faults = found.violations.map(
          (one) => `${theme}, ${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`,
        );
        expect(faults).toEqual([]);
      }
      document.body.style.background = "";
    });
  }

  test("draws nothing focusable that Jupyter's shortcuts would reach", async () => {
    const { el } = mount(ready({ run: { ...run(), ...succeeded() }, history_state: listed }), kernel, 1280);
    await button("Manage content").click();
    await page.getByRole("button", { name: /^History/ }).click();
    await expect.element(page.getByRole("table", { name: "History" })).toBeVisible();
    await button("Search JSON").first().click();
    const focusable = "button, input, select, textarea, a[href], video, [tabindex], dialog, summary";
    const all = [...el.querySelectorAll(focusable)];
    expect(all.length).toBeGreaterThan(60);
    expect(
      all.filter((one) => !one.hasAttribute("data-lm-suppress-shortcuts")).map((one) => one.outerHTML),
    ).toEqual([]);
  });
});
