/** Send says why it is off, in sight and in words, at every width; a press on the reason leads to what is missing. */

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Traits } from "../src/protocol";
import { FakeModel, type Kernel } from "./fake-model";
import { button, field, mountModel, region, response } from "./mount";
import { drawn } from "./reach";
import { catalogue, defaults, kernel, PROMPT, ready, run, STATES, traits } from "./states";

const WIDTHS = [1280, 920, 700, 360];
const MODEL = "bfl/flux-1.1-pro";
const filled = { ...defaults(MODEL), generation_prompt: PROMPT };

interface Case {
  start: Traits;
  says: string;
  /** What has the focus after a press; nothing where one can only wait. */
  leads?: () => Element;
  kernel?: Kernel;
  isGone?: boolean;
  isOn?: boolean;
}

const CASES: Record<string, Case> = {
  "no answer yet": { start: ready(), kernel: () => null, says: "Waiting for the kernel" },
  "no kernel": {
    start: ready(),
    isGone: true,
    says: "No kernel takes requests",
    leads: () => button("Try again").element(),
  },
  "no model": {
    start: ready({ model_id: "", values: {} }),
    says: "Choose a model to send",
    leads: () => page.getByRole("combobox", { name: "Model" }).element(),
  },
  "no key": {
    start: traits({ values: filled }),
    says: "Lock your API key to send",
    leads: () => field("API key").element(),
  },
  "no key, in the sandbox": {
    start: traits({ region: "sandbox", values: filled }),
    says: "Lock your API key to send",
    leads: () => button("Use the sandbox key").element(),
  },
  "no sandbox": {
    start: traits({ region: "sandbox", values: filled, catalogue: { ...catalogue, sandbox_key: null } }),
    says: "The sandbox is not installed: choose another region",
    leads: () => page.getByRole("radio", { name: "Sandbox" }).element(),
  },
  "its POST in flight": {
    start: ready({ run: run() }),
    says: "Waiting for the API's answer",
    leads: () => response().getByRole("tabpanel").element(),
  },
  "a field empty": {
    start: ready({ model_type: "video", model_id: "bytedance/seedance-1-pro", values: {} }),
    says: "Fill required: generation_prompt, generation_duration",
    leads: () => field("generation_prompt").element(),
    isOn: true,
  },
  "past the spend limit": {
    start: STATES.limited?.() ?? ready(),
    says: "The spend limit of 0.5 credits (of this playground) would be passed: this costs 0.052, and 0.468 are used.",
    isOn: true,
  },
  "the spend limit reached, and no price known": {
    start: ready({
      model_id: "qwen/image",
      estimate: null,
      spending: { limit: 0.5, used: 0.5, whose: "GENWIDGET_SPEND_LIMIT" },
    }),
    says: "The spend limit of 0.5 credits (GENWIDGET_SPEND_LIMIT) is reached: 0.5 are used, and what this costs is not known.",
    kernel: (command) => (command.kind === "estimate" ? null : kernel(command)),
    isOn: true,
  },
  "a field wrong": {
    start: ready({ values: { ...filled, generation_guidance_scale: 42 } }),
    says: "generation_guidance_scale: Must be at most 20",
    leads: () => field("generation_guidance_scale").element(),
    isOn: true,
  },
};

async function mountAt({ start, kernel: answer, isGone }: Partial<Case>, width: number) {
  const model = new FakeModel(start ?? ready(), answer ?? kernel);
  model.isGone = isGone ?? false;
  const mounted = mountModel(model, width);
  await expect.poll(() => model.sent.length + Number(model.isGone)).toBeGreaterThan(0);
  await new Promise(requestAnimationFrame);
  return { model, ...mounted };
}

const reasonsOf = (el: Element) => {
  const send = el.querySelector<HTMLButtonElement>(".gw-btn.main");
  const id = send?.getAttribute("aria-describedby") ?? "";
  return { send, list: id ? el.querySelector(`#${CSS.escape(id)}`) : null };
};

describe("why Send is off:", () => {
  for (const [name, one] of Object.entries(CASES)) {
    for (const [at, width] of WIDTHS.entries()) {
      // Both of them on a wide page, and both where the panels are tabs.
      for (const how of [at % 2 === 0 ? "click" : "Enter"]) {
        test(`${name}, ${width} px, ${how}`, async () => {
          const { el, unmount } = await mountAt(one, width);
          const { send, list } = reasonsOf(el);
          expect(send?.disabled).toBe(!one.isOn);
          expect([...(send?.classList ?? [])], "it does not look ready").toContain("early");
          const reason = page.elementLocator(list ?? el).getByText(one.says, { exact: true });
          if (width < 900 && one.start.run) await page.getByRole("tab", { name: "input" }).click();
          await expect.element(reason).toBeVisible();
          const pressed = reason.element().closest("button");
          expect(pressed?.disabled).toBe(!one.leads);
          if (one.leads) {
            if (how === "click") await reason.click();
            else {
              pressed?.focus();
              await userEvent.keyboard("{Enter}");
            }
            await expect.poll(() => document.activeElement === one.leads?.()).toBe(true);
            expect(document.activeElement?.checkVisibility()).toBe(true);
          }
          unmount();
        });
      }
    }
  }

  for (const [name, state] of Object.entries(STATES)) {
    test(`${name}: an off Send has a reason in sight at every width`, async () => {
      const { el, model } = await mountAt({ start: state(), isGone: name === "disconnected" }, 1280);
      model.put({ locked: false });
      await new Promise(requestAnimationFrame);
      for (const width of WIDTHS) {
        el.style.width = `${width}px`;
        // A refused key is told of over the tabs, until it is dismissed.
        if (width < 900) el.querySelector<HTMLElement>(".gw-key .said button")?.click();
        // A live run turns to what is told of it.
        if (width < 900) await page.getByRole("tab", { name: "input" }).click();
        await drawn();
        const { send, list } = reasonsOf(el);
        expect(send?.disabled, `${width}`).toBe(true);
        expect(list?.checkVisibility(), `${width}`).toBe(true);
        expect(list?.textContent, `${width}`).not.toBe("");
        for (const one of list?.querySelectorAll("button") ?? [])
          expect(one.getBoundingClientRect().height).toBeGreaterThanOrEqual(24);
      }
    });
  }
});

describe("the conditions before sending lead to what they are about:", () => {
  const LINES: [string, () => Element][] = [
    ["Model selected", () => page.getByRole("combobox", { name: "Model" }).element()],
    ["API key locked", () => field("API key").element()],
    ["Required fields filled", () => field("generation_prompt").element()],
  ];
  for (const width of WIDTHS) {
    for (const start of [traits(), traits({ values: filled })]) {
      const isFilled = start.values === filled;
      test(`${width} px, ${isFilled ? "filled" : "empty"}`, async () => {
        await mountAt({ start }, width);
        const tab = page.getByRole("tab", { name: "response" });
        for (const [name, leads] of LINES) {
          if (width < 900) await tab.click();
          const isMet = name === "Model selected" || (name.startsWith("Required") && isFilled);
          const line = response().getByRole("listitem").filter({ hasText: name });
          await expect.element(line).toHaveTextContent(`${name}: ${isMet ? "done" : "to do"}`);
          await line.getByRole("button").click();
          await expect.poll(() => document.activeElement === leads()).toBe(true);
          expect(document.activeElement?.checkVisibility()).toBe(true);
        }
      });
    }
  }

  test("a locked key leads to its lock", async () => {
    await mountAt({ start: ready() }, 1280);
    await response()
      .getByRole("button", { name: /^API key locked/ })
      .click();
    await expect.element(button("Unlock API key")).toHaveFocus();
    await expect.element(region("Playground")).toBeVisible();
  });
});

describe("what is used of a spend limit", () => {
  const usedIn = (el: Element) => el.querySelector(".gw-send .used")?.textContent;

  test("stands below the price, follows the kernel, and is not there without a limit", async () => {
    const { el, model, unmount } = await mountAt({ start: ready() }, 1280);
    expect(usedIn(el)).toBe(undefined);
    model.put({ spending: { limit: 5, used: 0.42, whose: "of this playground" } });
    await expect.poll(() => usedIn(el)).toBe("0.42 of 5 used");
    model.put({ spending: { limit: 5, used: 1.004, whose: "of this playground" } });
    await expect.poll(() => usedIn(el)).toBe("1.004 of 5 used");
    unmount();
  });

  test("to the last thousandth it is no reason, however its doubles add up", async () => {
    const start = ready({ spending: { limit: 0.352, used: 0.1 + 0.2, whose: "of this playground" } });
    const { el, unmount } = await mountAt({ start }, 1280);
    expect(usedIn(el)).toBe("0.3 of 0.352 used");
    expect(reasonsOf(el).list).toBe(null);
    unmount();
  });
});

test("a value that is refused has no price, and the API is asked for none", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const model = new FakeModel(ready({ values: { ...filled, generation_output_number: 99 } }), kernel);
  mountModel(model, 1280);
  await vi.advanceTimersByTimeAsync(1000);
  await expect.element(page.getByText("price not known, 12.48 left")).toBeVisible();
  expect(model.commands("estimate")).toEqual([]);
  model.put({ values: { ...filled, generation_output_number: 1 } });
  await vi.advanceTimersByTimeAsync(1000);
  expect(model.commands("estimate")).toMatchObject([{ values: { generation_output_number: 1 } }]);
});
