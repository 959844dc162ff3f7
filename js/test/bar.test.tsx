import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Catalogue } from "../src/protocol";
import { searchModels } from "../src/view/bar/model-menu";
import type { Kernel } from "./fake-model";
import { button, field, mount, response, show } from "./mount";
import { drawn } from "./reach";
import { alert, catalogue, kernel, ready, traits } from "./states";

const combobox = () => page.getByRole("combobox", { name: "Model", exact: true });
const KEY = "bye_a1B2c3D4e5F6";

describe("the key", () => {
  test("goes out in one message, and its field is empty after", async () => {
    const { model, el } = mount();
    await expect.element(button("Lock API key")).toBeDisabled();
    await field("API key").fill(KEY);
    expect(el.innerHTML).not.toContain(KEY);
    await button("Lock API key").click();
    expect(model.commands("lock_key")).toMatchObject([{ key: KEY, region: "us" }]);
    await expect.element(field("API key")).toHaveValue("");
    model.put({ locked: true, key_hint: "bye_a1B2c..." });
    await expect.element(button("Unlock API key")).toHaveAttribute("aria-pressed", "true");
    await expect.element(field("API key")).toHaveAttribute("placeholder", "bye_a1B2c... locked");
    await expect.element(field("API key")).toHaveValue("");
    expect(JSON.stringify(model.saves)).not.toContain(KEY);
  });

  test("has a password field that the browser does not fill in, and a button named by its title", async () => {
    const { model } = mount();
    await expect.element(field("API key")).toHaveAttribute("type", "password");
    await expect.element(field("API key")).toHaveAttribute("autocomplete", "off");
    await expect.element(button("Lock API key")).toHaveAttribute("title", "Lock API key");
    model.put({ locked: true });
    await expect.element(button("Unlock API key")).toHaveAttribute("title", "Unlock API key");
  });

  test("is locked by Enter and unlocked by the button", async () => {
    const { model } = mount();
    await field("API key").fill(KEY);
    await userEvent.keyboard("{Enter}");
    expect(model.commands("lock_key")).toHaveLength(1);
    model.put({ locked: true });
    await button("Unlock API key").click();
    expect(model.commands("unlock_key")).toHaveLength(1);
  });

  test("keeps the focus where the lock was pressed, whatever comes of it", async () => {
    let isRefused = true;
    const kernelOf: Kernel = (command) =>
      command.kind === "lock_key" && isRefused
        ? { ok: false, alert: alert({ scope: "key" }) }
        : kernel(command);
    const { model } = mount(traits(), kernelOf);
    await field("API key").fill(KEY);
    await button("Lock API key").click();
    await expect.element(field("API key")).toHaveFocus();
    isRefused = false;
    await field("API key").fill(KEY);
    await button("Lock API key").click();
    model.put({ locked: true });
    await expect.element(button("Unlock API key")).toHaveFocus();
    await userEvent.keyboard(" ");
    model.put({ locked: false });
    await expect.element(field("API key")).toHaveFocus();
    model.put({ locked: true });
    await expect.element(button("Unlock API key")).toBeVisible();
    await expect.element(button("Unlock API key")).not.toHaveFocus();
  });

  test("that is refused late leaves the focus where the person types by now", async () => {
    const silent: Kernel = (command) => (command.kind === "lock_key" ? null : kernel(command));
    const { model } = mount(traits(), silent);
    await field("API key").fill(KEY);
    await userEvent.keyboard("{Enter}");
    const prompt = page.getByRole("textbox", { name: /^generation_prompt/ });
    await prompt.click();
    await userEvent.keyboard("A seal");
    const refusal = alert({ scope: "key", message: "Not valid for US" });
    model.answer(model.commands("lock_key")[0]?.id ?? "", { ok: false, alert: refusal });
    await expect.element(page.getByRole("alert")).toHaveTextContent("Not valid for US");
    await userEvent.keyboard(" on ice");
    await expect.element(prompt).toHaveValue("A seal on ice");
    await expect.element(field("API key")).toHaveValue(KEY);
  });

  test("is not typed where the kernel logs messages, and the page says why", async () => {
    const { model } = mount(traits({ region: "sandbox", key_entry: "debug_log" }));
    const said = String(catalogue.messages.key_entry_closed);
    await expect.element(page.getByText(said)).toBeVisible();
    await expect.element(field("API key")).toBeDisabled();
    await expect.element(field("API key")).toHaveAccessibleDescription(said);
    await expect.element(button("Lock API key")).toBeDisabled();
    await expect.element(button("Use the sandbox key")).not.toBeInTheDocument();
    model.put({ key_entry: "open" });
    await expect.element(field("API key")).toBeEnabled();
    await expect.element(page.getByText(said)).not.toBeInTheDocument();
  });

  test("is asked for only after the kernel said that it keeps no log, and what was typed before goes", async () => {
    const { model } = mount();
    await field("API key").click();
    expect(model.commands("check_key_entry")).toHaveLength(1);
    await field("API key").fill(KEY);
    model.put({ key_entry: "debug_log" });
    await expect.element(field("API key")).toHaveValue("");
    await expect.element(button("Lock API key")).toBeDisabled();
    expect(model.commands("lock_key")).toHaveLength(0);
  });

  const REFUSED = alert({ scope: "key", code: "key_refused", message: "Not valid for US", more: "Revoked." });

  test.each([1280, 700])("that is refused says so at its field, and stays typed (%i px)", async (width) => {
    const refuse: Kernel = (command) =>
      command.kind === "lock_key" ? { ok: false, alert: REFUSED } : kernel(command);
    const { el } = mount(traits(), refuse, width);
    await field("API key").fill(KEY);
    await button("Lock API key").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(/^Not valid for US$/);
    await expect.element(field("API key")).toHaveAttribute("aria-invalid", "true");
    await expect.element(field("API key")).toHaveAccessibleDescription("Not valid for US Revoked.");
    await expect.element(field("API key")).toHaveValue(KEY);
    await expect.element(field("API key")).toHaveFocus();
    expect(el.querySelector("[data-shown]")?.ariaLabel, "no tab flips").toBe("Request Body");
    await expect.element(response().getByRole("alert")).not.toBeInTheDocument();
    await field("API key").fill("b");
    await expect.element(field("API key")).not.toHaveAttribute("aria-invalid");
    await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
  });

  test("of the sandbox stays where it was put in before the first paint", async () => {
    const { el } = mount(traits({ region: "sandbox" }));
    el.querySelector<HTMLElement>("[id$='-use-key']")?.click();
    await expect.element(button("Lock API key")).toBeEnabled();
    await expect.element(field("API key")).toHaveValue(catalogue.sandbox_key);
  });

  test("that is refused leaves the sandbox's own at hand", async () => {
    const refuse: Kernel = (command) =>
      command.kind === "lock_key" ? { ok: false, alert: REFUSED } : kernel(command);
    mount(traits({ region: "sandbox" }), refuse);
    await field("API key").fill(KEY);
    await expect.element(button("Use the sandbox key")).not.toBeInTheDocument();
    await button("Lock API key").click();
    await button("Use the sandbox key").click();
    await expect.element(field("API key")).toHaveValue(catalogue.sandbox_key);
    await expect.element(field("API key")).not.toHaveAttribute("aria-invalid");
  });

  test("that Python locked and the API refused is told at the field too, until another is typed", async () => {
    const { model } = mount(traits({ locked: true }));
    model.put({ locked: false, alert: REFUSED });
    await expect.element(field("API key")).toHaveAccessibleDescription("Not valid for US Revoked.");
    await expect.element(response().getByRole("alert")).not.toBeInTheDocument();
    await field("API key").fill("b");
    await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
  });

  test("is checked once, however often Enter is pressed, and can be read meanwhile by nobody", async () => {
    const silent: Kernel = (command) => (command.kind === "lock_key" ? null : kernel(command));
    const { model } = mount(traits(), silent);
    await field("API key").fill(KEY);
    await userEvent.keyboard("{Enter}{Enter}");
    await button("Lock API key").click();
    expect(model.commands("lock_key")).toHaveLength(1);
    await expect.element(field("API key")).toHaveAttribute("readonly");
    await expect.element(field("API key")).toHaveAttribute("type", "password");
    await expect.element(page.getByText("Checking the API key")).toBeInTheDocument();
    model.answer(model.commands("lock_key")[0]?.id ?? "", {});
    await expect.element(field("API key")).toHaveValue("");
    await expect.element(field("API key")).not.toHaveAttribute("readonly");
  });

  test("that could not be checked is locked, and a note offers to try again", async () => {
    const { model } = mount(traits({ locked: true }));
    const message = "API key locked, but not checked: Could not reach api.us.babysea.ai";
    model.put({ alert: alert({ kind: "note", scope: "key", message, again: "check_key" }) });
    await expect.element(page.getByRole("status").getByText(message)).toBeVisible();
    await button("Try again").click();
    expect(model.commands("check_key")).toHaveLength(1);
  });

  test("of the sandbox is filled in by a button, and locking stays the person's own act", async () => {
    const { model } = mount(traits({ region: "sandbox" }));
    await button("Use the sandbox key").click();
    await expect.element(field("API key")).toHaveValue(catalogue.sandbox_key);
    expect(model.commands("lock_key")).toHaveLength(0);
    await button("Lock API key").click();
    expect(model.commands("lock_key")).toMatchObject([{ key: catalogue.sandbox_key, region: "sandbox" }]);
  });

  test("a note of the kernel, such as an unlock by region, stands in a strip and is announced", async () => {
    const { model } = mount(ready());
    const message = "API key unlocked: a key belongs to one region. Lock a key for EU.";
    model.put({ region: "eu", locked: false, alert: alert({ kind: "note", scope: "note", message }) });
    await expect.element(page.getByRole("status").getByText(message)).toBeVisible();
    await expect.element(response().getByRole("alert")).not.toBeInTheDocument();
    await field("API key").fill(KEY);
    await button("Lock API key").click();
    await expect.element(page.getByText(message)).not.toBeInTheDocument();
  });
});

describe("a search that finds nothing", () => {
  const TYPES = [
    { type: "image", word: "veo-2", found: "google/veo-2", sentence: "google/veo-2 makes videos." },
    { type: "video", word: "schnell", found: "bfl/flux-schnell", sentence: "bfl/flux-schnell makes images." },
  ] as const;

  test.each(TYPES)(
    "leads to the model of the other type: $found",
    async ({ type, word, found, sentence }) => {
      const models = { image: "bfl/flux-1.1-pro", video: "bytedance/seedance-1-pro" };
      const { model } = mount(traits({ model_type: type, model_id: models[type] }));
      await combobox().fill(word);
      await expect.element(page.getByText(sentence)).toBeVisible();
      await expect
        .element(page.getByRole("listbox", { name: "Models" }).getByRole("option"))
        .toHaveAccessibleName(found);
      await userEvent.keyboard("{Enter}");
      await expect.element(combobox()).toHaveValue(found);
      expect(model.get("model_id")).toBe(found);
    },
  );

  test("says nothing of models that there are not", async () => {
    mount(traits());
    await combobox().fill("no such model");
    await expect
      .element(page.getByRole("listbox", { name: "Models" }).getByRole("option"))
      .not.toBeInTheDocument();
    await expect.element(page.getByText(/^0 of \d+ image models\. 1 credit is 1 USD\.$/)).toBeVisible();
  });
});

test("what inferred means is said where it is marked, without a mouse", async () => {
  mount(traits());
  const legend = page.getByText(String(catalogue.messages.inferred_means));
  await expect.element(legend).toBeVisible();
});

describe("regions", () => {
  const radios = () => page.getByRole("radiogroup", { name: "Region" }).getByRole("radio");

  test("are radios that the arrow keys move through, and the host follows", async () => {
    const { model } = mount(traits({ host: "" }));
    expect(
      radios()
        .elements()
        .map((one) => one.textContent),
    ).toEqual(["US", "EU", "APAC", "Sandbox"]);
    await page.getByRole("radio", { name: "US", exact: true }).click();
    await userEvent.keyboard("{ArrowRight}");
    await expect.element(page.getByRole("radio", { name: "EU", exact: true })).toHaveFocus();
    expect(model.get("region")).toBe("eu");
    await expect.element(page.getByText("https://api.eu.babysea.ai")).toBeVisible();
  });

  test("are fixed where a base URL is given", async () => {
    mount(traits({ host_fixed: true, host: "https://generate.example.com" }));
    for (const one of radios().elements()) expect(one).toBeDisabled();
    await expect.element(page.getByText("https://generate.example.com")).toBeVisible();
  });

  test("a base URL takes the sandbox's own models, which no region does", async () => {
    const options = () => page.getByRole("option", { name: /contact-sheet/ }).elements().length;
    for (const [host_fixed, count] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const { unmount } = mount(traits({ host_fixed }));
      await field("Model").fill("contact-sheet");
      await expect.element(field("Model")).toHaveAttribute("aria-expanded", "true");
      expect(options()).toBe(count);
      unmount();
    }
  });

  test("offer no sandbox where the kernel offers none", async () => {
    const regions = catalogue.regions.filter((one) => one.region_id !== "sandbox");
    mount(traits({ catalogue: { ...catalogue, regions, sandbox_offered: false, sandbox_key: null } }));
    expect(
      radios()
        .elements()
        .map((one) => one.textContent),
    ).toEqual(["US", "EU", "APAC"]);
  });

  test("say what to install where the sandbox's extra is absent", async () => {
    const { model } = mount(traits({ catalogue: { ...catalogue, sandbox_key: null } }));
    await page.getByRole("radio", { name: "Sandbox", exact: true }).click();
    expect(model.get("region")).toBe("sandbox");
    await expect.element(page.getByText(String(catalogue.messages.sandbox_missing))).toBeVisible();
    await expect.element(button("Use the sandbox key")).not.toBeInTheDocument();
  });
});

describe("the model selector", () => {
  const options = () => page.getByRole("listbox", { name: "Models" }).getByRole("option");

  test("is a combobox whose options are named by identifier and tell fields and price", async () => {
    mount();
    await combobox().click();
    const listed = options().elements();
    expect(listed).toHaveLength(13);
    await expect.element(combobox()).toHaveAttribute("aria-expanded", "true");
    const option = page.getByRole("option", { name: "bfl/flux-1.1-pro", exact: true });
    await expect.element(option).toHaveAttribute("aria-selected", "true");
    await expect.element(option).toHaveTextContent("12 fields0.052 credits");
    await expect
      .element(page.getByRole("option", { name: "bfl/flux-2-pro", exact: true }))
      .toHaveTextContent("price with a key");
  });

  test.each([300, 360, 480, 1280])("cuts no name and no price at %i px", async (width) => {
    for (const type of ["image", "video"] as const) {
      const id = type === "image" ? "bfl/flux-1.1-pro" : "bytedance/seedance-1-pro";
      const { unmount } = mount(traits({ model_type: type, model_id: id }), undefined, width);
      await combobox().click();
      const lefts = new Set<number>();
      for (const one of options().elements()) {
        const whole = one.getAttribute("title") ?? "";
        await expect.element(one).toHaveAccessibleName(whole);
        const name = one.querySelector<HTMLElement>(".id") as HTMLElement;
        // the lab stands above: here it is only read
        const [lab, ...shown] = name.childNodes;
        expect((lab as HTMLElement).offsetWidth).toBe(0);
        expect(shown.map((part) => part.textContent).join("")).toBe(whole.split("/")[1]);
        lefts.add(Math.round(name.getBoundingClientRect().left));
        const { right } = one.getBoundingClientRect();
        for (const part of [name, one.lastElementChild as HTMLElement]) {
          expect(part.scrollWidth, `${whole} at ${width} px`).toBeLessThanOrEqual(part.clientWidth);
          expect(part.getBoundingClientRect().right).toBeLessThanOrEqual(right);
        }
      }
      expect(lefts.size).toBe(1);
      unmount();
    }
  });

  test("marks what was typed in a name whose lab stands above it, and shows whole what stands below no lab", async () => {
    mount(traits());
    await combobox().fill("fl/flux-2");
    await expect.element(options().first()).toHaveAccessibleName("bfl/flux-2-flex");
    expect(options().first().element().querySelector("b")).toHaveTextContent(/^flux-2$/);
    await combobox().fill("bfl/flux-klein-4b");
    await expect.element(options().first()).toHaveTextContent(/^bfl\/flux-2-klein-4b/);
  });

  test("asks for the prices that no list has, and shows each once it is told", async () => {
    const { model } = mount(ready());
    const option = page.getByRole("option", { name: "bfl/flux-2-pro", exact: true });
    expect(model.commands("ask_menu_prices")).toHaveLength(0);
    await combobox().click();
    await expect.element(option).toHaveTextContent("price once chosen");
    await expect
      .poll(() => model.commands("ask_menu_prices").map((one) => "model_type" in one && one.model_type))
      .toEqual(["image"]);
    model.put({ menu_prices: { "bfl/flux-2-pro": "0.04 credits" } });
    await expect.element(option).toHaveTextContent("fields0.04 credits");
    await expect.element(option).toHaveAccessibleDescription(/0\.04 credits$/);
    await expect.element(option).toHaveAttribute("aria-selected", "false");
  });

  test("is used by keyboard alone", async () => {
    const { model } = mount();
    await combobox().click();
    await userEvent.keyboard("{Escape}");
    await expect.element(combobox()).toHaveAttribute("aria-expanded", "false");
    await userEvent.keyboard("nano{ArrowDown}");
    await expect.element(page.getByText("1 of 13 image models")).toBeVisible();
    const active = combobox().element().getAttribute("aria-activedescendant") ?? "";
    expect(document.getElementById(active)?.title).toBe("google/nano-banana");
    await userEvent.keyboard("{Enter}");
    expect(model.get("model_id")).toBe("google/nano-banana");
    await expect.element(combobox()).toHaveValue("google/nano-banana");
    await expect.element(combobox()).toHaveFocus();
  });

  test("keeps the chosen model when the search is left", async () => {
    const { model } = mount();
    await combobox().fill("qwen");
    await userEvent.tab();
    await expect.element(combobox()).toHaveValue("bfl/flux-1.1-pro");
    expect(model.get("model_id")).toBe("bfl/flux-1.1-pro");
  });

  test("finds by lab or identifier, each typed word, whatever its case", () => {
    const found = (text: string) => searchModels(catalogue.models, "image", text).map((one) => one.model_id);
    expect(found("QWEN")).toEqual(["qwen/image"]);
    expect(found("bfl klein")).toEqual(["bfl/flux-2-klein-4b", "bfl/flux-2-klein-9b"]);
    expect(found("no such")).toEqual([]);
  });

  test("offers what is like a misspelt identifier, of whichever type, and takes it with Enter", async () => {
    const { model } = mount();
    await combobox().fill("flux-schnel1");
    await expect.element(page.getByText("No identifier has this. Did you mean:")).toBeVisible();
    await expect.element(page.getByText("0 of 13 image models")).toBeVisible();
    await expect.element(options().first()).toHaveTextContent("bfl/flux-schnell");
    await userEvent.keyboard("{Enter}");
    await expect.poll(() => model.get("model_id")).toBe("bfl/flux-schnell");
    await combobox().fill("googel/veo-2");
    await expect.element(options().first()).toHaveTextContent("google/veo-2");
    await userEvent.keyboard("{Enter}");
    await expect.poll(() => model.get("model_type")).toBe("video");
  });

  test("says what was searched where nothing is like what was typed", async () => {
    mount();
    await combobox().fill("16:9");
    await expect
      .element(page.getByText("No identifier of an image or a video model has this."))
      .toBeVisible();
    expect(options().elements()).toEqual([]);
    await userEvent.keyboard("{Enter}");
    await expect.element(combobox()).toHaveValue("16:9");
    await expect.element(combobox()).toHaveAttribute("aria-expanded", "true");
  });

  test("lists the sandbox's own models only in the sandbox", async () => {
    const { model } = mount();
    await combobox().fill("contact");
    await expect.element(page.getByText("0 of 13 image models")).toBeVisible();
    await userEvent.keyboard("{Escape}");
    model.put({ region: "sandbox" });
    await combobox().fill("contact");
    await expect.element(page.getByText("1 of 14 image models")).toBeVisible();
  });

  test("draws a hundred models", async () => {
    const [first] = catalogue.models;
    if (!first) throw new Error("no model");
    const many = Array.from({ length: 100 }, (_, at) => ({
      ...first,
      model_id: `lab-${at % 7}/model-${at}`,
    }));
    const offer: Catalogue = { ...catalogue, models: many };
    mount(traits({ catalogue: offer, model_id: "lab-0/model-0", values: {} }));
    await combobox().fill("lab");
    await expect.element(page.getByText("100 of 100 image models")).toBeVisible();
    expect(options().elements()).toHaveLength(100);
  });
});

test("what is said at the key field can be sent away, and the field stays marked no longer", async () => {
  await show("keyRefused");
  await expect.element(field("API key")).toHaveAttribute("aria-invalid", "true");
  await button("Dismiss").click();
  await expect.element(field("API key")).toHaveFocus();
  await expect.element(field("API key")).not.toHaveAttribute("aria-invalid");
  await expect.element(page.getByText("Not valid for US")).not.toBeInTheDocument();
});

describe("what the bar holds lies over nothing else of it", () => {
  for (const state of ["keyRefused", "typed", "sandbox", "hosted"]) {
    test(state, { timeout: 30_000 }, async () => {
      const faults: string[] = [];
      for (const width of [300, 360, 480, 570, 640, 690, 800, 910, 1000, 1170, 1280]) {
        const { el, unmount } = await show(state, width);
        const parts = [
          ...el.querySelectorAll(".gw-name, .gw-host, .gw-bar .gw-in, .gw-bar .gw-seg, .gw-bar .said"),
        ];
        const boxes = parts.map((one) => one.getBoundingClientRect());
        boxes.forEach((one, at) => {
          boxes.slice(at + 1).forEach((other, more) => {
            const isOver =
              one.right - other.left > 1 &&
              other.right - one.left > 1 &&
              one.bottom - other.top > 1 &&
              other.bottom - one.top > 1;
            if (isOver)
              faults.push(`${width} px: ${parts[at]?.className} and ${parts[at + more + 1]?.className}`);
          });
        });
        unmount();
      }
      expect(faults).toEqual([]);
    });
  }
});

test("the button that fills in the sandbox's key stays inside its field where letters are wide", async () => {
  const { el } = mount(traits({ region: "sandbox" }));
  const inside = button("Use the sandbox key").element();
  const room = () => {
    const whole = inside.parentElement?.getBoundingClientRect();
    return (whole?.right ?? 0) - inside.getBoundingClientRect().right;
  };
  for (const width of [300, 560, 680, 1160, 1280, 1310]) {
    el.style.width = `${width}px`;
    for (const px of [0, 0.5, 2]) {
      (inside as HTMLElement).style.letterSpacing = `${px}px`;
      await drawn();
      // its margin and the field's border
      expect(room(), `${width} px, letters ${px} px apart`).toBeGreaterThanOrEqual(2);
      if (px < 1) expect(inside.scrollWidth, `${width} px`).toBeLessThanOrEqual(inside.clientWidth);
    }
  }
});
