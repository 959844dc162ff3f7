import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Traits } from "../src/protocol";
import type { Kernel } from "./fake-model";
import { button, mount } from "./mount";
import { alert, bytesOf, following, GENERATION, kernel, ready, succeeded, traits } from "./states";

const group = (name: string) => page.getByRole("group", { name, exact: true });
const idOf = (name: string) => group(name).getByLabelText("generation_id", { exact: true });
const sendOf = (name: string) =>
  group(name).getByRole("button", { name: `Send request: ${name}`, exact: true });
const OTHER = "11111111-2222-4333-8444-555555555555";

async function open(start: Traits = ready({ run: succeeded() }), answer: Kernel = kernel, width?: number) {
  const mounted = mount(start, answer, width);
  await button("Manage content").click();
  return mounted;
}

describe("the management tools", () => {
  const tools = [
    ["Content Info", "GET", "/v1/content/{generation_id}", "Get the full record for a single generation"],
    [
      "Cancel Generation",
      "POST",
      "/v1/content/generation/cancel/{generation_id}",
      "Cancel an in-progress generation",
    ],
    [
      "Delete Content",
      "DELETE",
      "/v1/content/{generation_id}",
      "Delete a generation and permanently remove its output files from storage",
    ],
  ] as const;

  test("stand behind a disclosure, each with its method, route, hint and input", async () => {
    mount(ready());
    await expect.element(button("Manage content")).toHaveAttribute("aria-expanded", "false");
    await button("Manage content").click();
    for (const [name, method, route, hint] of tools) {
      for (const text of [method, route, hint, "required", "string<uuid>", "No response yet"]) {
        await expect.element(group(name).getByText(text, { exact: true })).toBeVisible();
      }
      await expect.element(idOf(name)).toHaveAttribute("placeholder", "00000000-0000-0000-0000-000000000000");
    }
    await button("Manage content").click();
    await expect.element(group("Content Info")).not.toBeInTheDocument();
  });

  test("are filled in from the latest generation, until the person types another", async () => {
    const { model } = await open();
    for (const [name] of tools) await expect.element(idOf(name)).toHaveValue(GENERATION);
    await idOf("Content Info").fill(OTHER);
    const newer = OTHER.replaceAll("1", "9");
    model.put({ run: { ...following(), run_id: "run-2", generation_id: newer } });
    await expect.element(idOf("Delete Content")).toHaveValue(newer);
    await expect.element(idOf("Content Info")).toHaveValue(OTHER);
  });

  test("say what is no UUID and send nothing", async () => {
    const { model } = await open();
    await idOf("Content Info").fill("550e8400-e29b");
    await expect.element(idOf("Content Info")).toHaveAccessibleDescription("Must be a valid UUID");
    await sendOf("Content Info").click();
    await expect.element(idOf("Content Info")).toHaveFocus();
    expect(model.commands("manage")).toHaveLength(0);
  });

  test("look at once by Enter, ask about a deletion, and lead to the button of what cannot be undone", async () => {
    const { model } = await open();
    await idOf("Content Info").click();
    await userEvent.keyboard("{Enter}");
    expect(model.commands("manage")).toMatchObject([{ action: "info", generation_id: GENERATION }]);
    await idOf("Delete Content").click();
    await userEvent.keyboard("{Enter}");
    await expect
      .element(group("Delete Content").getByRole("button", { name: "Keep", exact: true }))
      .toHaveFocus();
    await idOf("Delete Content").click();
    await userEvent.keyboard("{Enter}");
    await expect
      .element(group("Delete Content").getByRole("button", { name: "Keep", exact: true }))
      .toHaveFocus();
    await idOf("Cancel Generation").click();
    await userEvent.keyboard("{Enter}");
    await expect.element(sendOf("Cancel Generation")).toHaveFocus();
    await idOf("Cancel Generation").fill("550e8400-e29b");
    await userEvent.keyboard("{Enter}");
    await expect.element(idOf("Cancel Generation")).toHaveFocus();
    expect(model.commands("manage")).toHaveLength(1);
    model.put({ locked: false });
    await idOf("Content Info").click();
    await userEvent.keyboard("{Enter}");
    expect(model.commands("manage")).toHaveLength(1);
  });

  test.each([300, 360, 700, 920, 1280])(
    "what is wrong lies over none of their buttons and moves none, at %i px",
    async (width) => {
      const { el } = await open(
        ready({ run: succeeded() }),
        (command) => {
          if (command.kind !== "manage") return kernel(command);
          const message = `Generation ${GENERATION} was not found at the host of this region.`;
          return { ok: false, alert: alert({ message, more: message }), data: { latency_ms: 5 } };
        },
        width,
      );
      const shown = () => [...el.querySelectorAll<HTMLElement>(".gw-tool button, .gw-tool input")];
      const box = (one: Element) => one.getBoundingClientRect();
      const places = () => {
        const { top } = box(el.querySelector(".gw-mng") as Element);
        return shown().map((one) => [one.ariaLabel || one.id, box(one).left, box(one).top - top].join());
      };
      await expect.element(sendOf("Delete Content")).toBeVisible();
      const before = places();
      for (const [name] of tools) await idOf(name).fill("550e8400-e29b");
      expect(el.querySelectorAll(".gw-tool .gw-bad")).toHaveLength(tools.length);
      expect(places()).toEqual(before);
      for (const [name] of tools.slice(0, 2)) {
        await idOf(name).fill(GENERATION);
        await sendOf(name).click();
        await expect.element(group(name).getByRole("button", { name: "Try again" })).toBeVisible();
      }
      for (const text of el.querySelectorAll(".gw-tool .gw-bad")) {
        const letters = document.createRange();
        letters.selectNodeContents(text.firstChild?.nodeType === Node.TEXT_NODE ? text.firstChild : text);
        const said = letters.getBoundingClientRect();
        const covered = shown().filter((one) => {
          const { left, right, top, bottom } = box(one);
          return left < said.right && right > said.left && top < said.bottom && bottom > said.top;
        });
        expect(covered.map((one) => one.textContent)).toEqual([]);
      }
    },
  );

  test("ask for a locked key first", async () => {
    const { model } = await open(traits());
    await expect
      .element(group("Content Info").getByRole("button", { name: "Lock API key to send" }))
      .toBeDisabled();
    model.put({ locked: true });
    await expect.element(sendOf("Content Info")).toBeEnabled();
  });

  test("show their own status, latency and JSON", async () => {
    const { model } = await open();
    await sendOf("Content Info").click();
    expect(model.commands("manage")).toMatchObject([{ action: "info", generation_id: GENERATION }]);
    await expect.element(group("Content Info").getByText("200", { exact: true })).toBeVisible();
    await expect.element(group("Content Info").getByText("96 ms", { exact: true })).toBeVisible();
    await expect
      .element(group("Content Info").getByRole("region", { name: "Content Info response" }))
      .toHaveTextContent("req_e5f6a7b8");
    await expect.element(group("Delete Content").getByText("No response yet")).toBeVisible();
  });

  test("say Sending... while they wait", async () => {
    const { model } = await open(ready({ run: succeeded() }), (command) =>
      command.kind === "manage" ? null : kernel(command),
    );
    await sendOf("Content Info").click();
    await expect.element(group("Content Info").getByRole("button", { name: "Sending..." })).toBeDisabled();
    const [asked] = model.commands("manage");
    model.answer(asked?.id ?? "", { data: { status_code: 404, latency_ms: 5 }, bytes: bytesOf("{}") });
    await expect.element(group("Content Info").getByText("404", { exact: true })).toBeVisible();
    await expect.element(sendOf("Content Info")).toBeEnabled();
  });

  test("delete only after one question, which begins at the answer that keeps", async () => {
    const { model } = await open(ready({ run: succeeded() }), (command) =>
      command.kind === "manage"
        ? { data: { status_code: 204, latency_ms: 80 }, bytes: bytesOf("{}") }
        : kernel(command),
    );
    await sendOf("Delete Content").click();
    const keep = group("Delete Content").getByRole("button", { name: "Keep", exact: true });
    await expect.element(keep).toHaveFocus();
    await keep.click();
    await expect.element(idOf("Delete Content")).toHaveFocus();
    expect(model.commands("manage")).toHaveLength(0);
    await sendOf("Delete Content").click();
    await group("Delete Content").getByRole("button", { name: "Delete", exact: true }).click();
    expect(model.commands("manage")).toMatchObject([{ action: "delete", generation_id: GENERATION }]);
    await expect.element(group("Delete Content").getByText("204", { exact: true })).toBeVisible();
    await expect
      .element(group("Delete Content").getByRole("region", { name: "Delete Content response" }))
      .toHaveTextContent("{}");
  });

  test("delete what was asked about, though another generation comes before the answer", async () => {
    const { model } = await open(ready({ run: succeeded() }));
    await sendOf("Delete Content").click();
    const question = group("Delete Content").getByRole("button", { name: "Delete", exact: true });
    await expect.element(question).toBeVisible();
    const newer = OTHER.replaceAll("1", "9");
    model.put({ run: { ...succeeded(), run_id: "run-2", generation_id: newer } });
    await expect.element(idOf("Content Info")).toHaveValue(newer);
    await expect.element(idOf("Delete Content")).toHaveValue(GENERATION);
    await question.click();
    expect(model.commands("manage")).toMatchObject([{ action: "delete", generation_id: GENERATION }]);
    await expect.element(idOf("Delete Content")).toHaveValue(newer);
  });

  test("ask anew where another id is typed during the question", async () => {
    await open(ready({ run: succeeded() }));
    await sendOf("Delete Content").click();
    await idOf("Delete Content").fill(OTHER);
    await expect.element(sendOf("Delete Content")).toBeVisible();
  });

  test("say what the API refused, in their own place", async () => {
    const message = "Generation not found";
    await open(ready({ run: succeeded() }), (command) => {
      if (command.kind !== "manage") return kernel(command);
      const data = { status_code: 404, latency_ms: 5, is_json: true };
      return { ok: false, alert: alert({ message }), data, bytes: bytesOf('{\n  "status": "error"\n}') };
    });
    await sendOf("Cancel Generation").click();
    await expect.element(group("Cancel Generation").getByRole("alert")).toHaveTextContent(message);
    await expect.element(group("Cancel Generation").getByText("404", { exact: true })).toBeVisible();
    await expect
      .element(page.getByRole("region", { name: "Response", exact: true }).getByRole("alert"))
      .not.toBeInTheDocument();
  });

  test("say why a host was not reached, and send the same again", async () => {
    let isDown = true;
    const { model } = await open(ready({ run: succeeded() }), (command) =>
      command.kind === "manage" && isDown
        ? { ok: false, alert: alert({ message: "Could not reach the API", more: "Its name was not found." }) }
        : kernel(command),
    );
    await sendOf("Content Info").click();
    const said = group("Content Info").getByRole("alert");
    await expect.element(said).toHaveTextContent("Could not reach the API. Its name was not found.");
    isDown = false;
    await group("Content Info").getByRole("button", { name: "Try again" }).click();
    await expect.element(group("Content Info").getByText("200", { exact: true })).toBeVisible();
    await expect.element(said).not.toBeInTheDocument();
    const same = { action: "info", generation_id: GENERATION };
    expect(model.commands("manage")).toMatchObject([same, same]);
  });

  test("copy themselves as cURL, with the key left to the environment", async () => {
    await open();
    await group("Cancel Generation").getByRole("button", { name: "Copy cURL" }).click();
    await expect
      .poll(() => navigator.clipboard.readText())
      .toBe(
        `curl -X POST "https://api.us.babysea.ai/v1/content/generation/cancel/${GENERATION}" \\\n` +
          '  -H "Authorization: Bearer $BABYSEA_API_KEY"',
      );
  });
});
