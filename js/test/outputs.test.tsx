import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Kernel } from "./fake-model";
import { film } from "./film";
import { button, mount, response, show } from "./mount";
import { picture } from "./picture";
import { drawn } from "./reach";
import { alert, bytesOf, following, GENERATION, kernel, PROMPT, ready, succeeded } from "./states";

const NOT_DRAWN =
  "This output is not a picture or video that this browser can show. It can be saved as it is.";

/** Click Save, and return the text of the file that the browser is given. */
async function saved(): Promise<string> {
  const given = new Promise<string>((resolve) => {
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      HTMLAnchorElement.prototype.click = click;
      fetch(this.href).then((answer) => resolve(answer.text()));
    };
  });
  await button("Save").click();
  return given;
}

describe("outputs", () => {
  const shownPicture = () => response().getByRole("img", { name: PROMPT, exact: true });

  test("are pictures named by the prompt, with their facts, drawn from bytes that came through the kernel", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    await expect.element(shownPicture()).toBeVisible();
    expect(model.commands("fetch_output")).toMatchObject([{ run_id: "run-1", index: 0 }]);
    expect((shownPicture().element() as HTMLImageElement).src).toMatch(/^blob:/);
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
    await shownPicture().click();
    await expect.element(page.getByRole("dialog", { name: "Output 1" })).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(page.getByRole("dialog", { name: "Output 1" })).not.toBeInTheDocument();
  });

  test("give their memory back", async () => {
    const { unmount } = mount(ready({ run: succeeded() }));
    await expect.element(shownPicture()).toBeVisible();
    const { src } = shownPicture().element() as HTMLImageElement;
    const isKept = () =>
      fetch(src).then(
        () => true,
        () => false,
      );
    expect(await isKept()).toBe(true);
    unmount();
    await expect.poll(isKept).toBe(false);
  });

  test("are kept, and not fetched again, while the kernel goes and comes back", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    await expect.element(shownPicture()).toBeVisible();
    model.say("comm:close");
    await expect.element(page.getByRole("alert").getByText("Not connected.")).toBeVisible();
    await button("Try again").click();
    await expect.element(page.getByRole("alert").getByText("Not connected.")).not.toBeInTheDocument();
    await expect.element(button("Save")).toBeEnabled();
    expect(model.commands("fetch_output")).toHaveLength(1);
    const { src } = shownPicture().element() as HTMLImageElement;
    expect((await fetch(src)).ok).toBe(true);
  });

  test("are videos found by their label", async () => {
    const video: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "video/mp4", filename: "a.mp4", alt: PROMPT }, bytes: film() }
        : kernel(command);
    mount(ready({ run: succeeded() }), video);
    await expect.element(page.getByLabelText(PROMPT, { exact: true })).toHaveAttribute("controls");
    expect(page.getByLabelText(PROMPT, { exact: true }).element().tagName).toBe("VIDEO");
  });

  test.each([1280, 920, 700, 360])(
    "of 16:9 sit in a box of 16:9, with their size and cost, %d px",
    async (width) => {
      const { el } = await show("film", width);
      const video = el.querySelector("video");
      const { width: wide, height: high } = video?.getBoundingClientRect() ?? new DOMRect();
      expect(wide).toBeGreaterThan(150);
      expect(wide / high).toBeCloseTo(16 / 9, 2);
      await expect.element(response().getByText("64 × 36", { exact: true })).toBeVisible();
      await expect.element(response().getByText("0.31 credits", { exact: true })).toBeVisible();
    },
  );

  test("that cannot be fetched say so, and can be asked for again", async () => {
    const message = "This output can no longer be fetched (403). Its link may have expired.";
    let tries = 0;
    const fails: Kernel = (command) => {
      if (command.kind !== "fetch_output" || tries++ > 0) return kernel(command);
      return { ok: false, alert: alert({ message, code: "output_gone" }) };
    };
    mount(ready({ run: succeeded() }), fails);
    await expect.element(response().getByText(message)).toBeVisible();
    await response().getByRole("button", { name: "Try again" }).click();
    await expect.element(shownPicture()).toBeVisible();
  });

  test("of a type that is no picture or video are not drawn", async () => {
    const svg: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "image/svg+xml", filename: "a.svg", alt: "a" }, bytes: bytesOf("<svg/>") }
        : kernel(command);
    mount(ready({ run: succeeded() }), svg);
    await expect.element(response().getByText(NOT_DRAWN)).toBeVisible();
    expect(response().element().querySelector("img")).toBeNull();
    expect(await saved()).toBe("<svg/>");
  });

  const broken: [name: string, mediaType: string, bytes: Uint8Array][] = [
    ["cut off", "image/png", picture().subarray(0, 20)],
    ["of another kind", "image/png", bytesOf("<html>gone</html>")],
    ["empty", "image/jpeg", new Uint8Array(0)],
    ["a video in name", "video/mp4", bytesOf("....ftypisom....")],
    ["a video that is cut off", "video/mp4", film().subarray(0, 300)],
  ];
  test.each(broken)(
    "whose bytes are %s show a sentence, can be saved, and asked for again",
    async (...row) => {
      const [, mediaType, bytes] = row;
      let tries = 0;
      const sends: Kernel = (command) =>
        command.kind === "fetch_output" && tries++ === 0
          ? { data: { media_type: mediaType, filename: "a.png", alt: PROMPT }, bytes }
          : kernel(command);
      mount(ready({ run: succeeded() }), sends);
      await expect.element(response().getByText(NOT_DRAWN)).toBeVisible();
      expect(response().element().querySelector("figure :is(img, video)")).toBeNull();
      expect(await saved()).toBe(new TextDecoder().decode(bytes));
      await response().getByRole("button", { name: "Try again" }).click();
      await expect.element(shownPicture()).toBeVisible();
      await expect.element(response().getByText(NOT_DRAWN)).not.toBeInTheDocument();
    },
  );

  test("whose address is no web address have no link to copy", async () => {
    const outputs = [
      { index: 0, media_type: "image/png", kind: "image" as const, url: "javascript:alert(1)" },
    ];
    mount(ready({ run: { ...succeeded(), outputs } }));
    await expect.element(shownPicture()).toBeVisible();
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
    await expect.poll(() => shownPicture().elements().length).toBe(4);
    await button("Copy link of output 3").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe("https://files.example.com/2.png");
  });
});

describe("the generation", () => {
  const here = (tool: string) => response().getByRole("group", { name: `${tool} of this generation` });
  const managed = (status_code: number, text: string): Kernel => {
    return (command) =>
      command.kind === "manage"
        ? { data: { status_code, latency_ms: 80 }, bytes: bytesOf(text) }
        : kernel(command);
  };

  test("has its id with copy, buttons to the tools with the id filled in, and a line on webhooks", async () => {
    const { model } = mount(ready({ run: following() }));
    await expect.element(response().getByRole("button", { name: "Content Info" })).toBeEnabled();
    await expect
      .element(response().getByRole("button", { name: "Cancel Generation" }))
      .not.toBeInTheDocument();
    await expect.element(response().getByText(/^Webhooks are set up in the workspace/)).toBeVisible();
    model.put({ run: { ...following(), state: "expired", is_live: false } });
    await button("Copy generation_id").click();
    await expect.poll(() => navigator.clipboard.readText()).toBe(GENERATION);
    for (const tool of ["Content Info", "Cancel Generation"]) {
      await response().getByRole("button", { name: tool, exact: true }).click();
      await here(tool).getByRole("button", { name: "Manage content" }).click();
      const id = page.getByRole("group", { name: tool, exact: true }).getByLabelText("generation_id");
      await expect.element(id).toHaveFocus();
      await expect.element(id).toHaveValue(GENERATION);
    }
  });

  test("shows its record where it stands with one click, and closes it again", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    const info = response().getByRole("button", { name: "Content Info", exact: true });
    await info.click();
    await expect.element(here("Content Info").getByText("200", { exact: true })).toBeVisible();
    await expect
      .element(here("Content Info").getByRole("region", { name: "Content Info response" }))
      .toHaveTextContent("req_e5f6a7b8");
    await expect.element(info).toHaveFocus();
    expect(model.commands("manage")).toMatchObject([{ action: "info", generation_id: GENERATION }]);
    await here("Content Info").getByRole("button", { name: "Close Content Info" }).click();
    await expect.element(info).toHaveFocus();
    await expect.element(here("Content Info")).not.toBeInTheDocument();
  });

  test("is deleted where it stands with one click and one question, whose first answer keeps it", async () => {
    const { model } = mount(ready({ run: succeeded() }), managed(204, "{}"));
    const remove = response().getByRole("button", { name: "Delete Content", exact: true });
    for (const answer of ["{Enter}", "{Escape}"]) {
      await remove.click();
      await expect.element(here("Delete Content").getByRole("button", { name: "Keep" })).toHaveFocus();
      await userEvent.keyboard(answer);
      await expect.element(remove).toHaveFocus();
      await expect.element(here("Delete Content")).not.toBeInTheDocument();
    }
    expect(model.commands("manage")).toEqual([]);
    await remove.click();
    const view = page.getByRole("tabpanel", { name: "Result" }).element();
    view.scrollTop = 100;
    expect(view.scrollTop).toBeGreaterThan(0);
    await here("Delete Content").getByRole("button", { name: "Delete", exact: true }).click();
    await expect.element(here("Delete Content")).not.toBeInTheDocument();
    expect(view.scrollTop).toBe(0); // where it says that it was deleted
    expect(model.commands("manage")).toMatchObject([{ action: "delete", generation_id: GENERATION }]);
    await expect.element(remove).toHaveFocus();
  });

  test("that could not be deleted says why where it stands, and it can be tried again", async () => {
    let isDown = true;
    const { model } = mount(ready({ run: succeeded() }), (command) =>
      command.kind === "manage" && isDown
        ? { ok: false, alert: alert({ message: "Could not reach the API", more: "Its name was not found." }) }
        : kernel(command),
    );
    await response().getByRole("button", { name: "Delete Content", exact: true }).click();
    await here("Delete Content").getByRole("button", { name: "Delete", exact: true }).click();
    await expect
      .element(here("Delete Content").getByRole("alert"))
      .toHaveTextContent("Could not reach the API. Its name was not found.");
    isDown = false;
    await here("Delete Content").getByRole("button", { name: "Try again" }).click();
    await expect.element(here("Delete Content")).not.toBeInTheDocument();
    expect(model.commands("manage")).toHaveLength(2);
  });

  test("takes what was asked of it along to no other", async () => {
    const { model } = mount(ready({ run: succeeded() }));
    await response().getByRole("button", { name: "Content Info", exact: true }).click();
    await expect.element(here("Content Info")).toBeVisible();
    model.put({ run: { ...succeeded(), run_id: "run-2", generation_id: GENERATION.replaceAll("1", "9") } });
    await expect.element(here("Content Info")).not.toBeInTheDocument();
  });

  test("is canceled by a press alone, and not where one comes back to it from another run", async () => {
    const expired = { ...following(), state: "expired", is_live: false } as const;
    const { model } = mount(ready({ run: expired }));
    const cancel = response().getByRole("button", { name: "Cancel Generation", exact: true });
    await cancel.click();
    await expect.element(here("Cancel Generation").getByText("200", { exact: true })).toBeVisible();
    model.put({ run: { ...succeeded(), run_id: "run-2", generation_id: GENERATION.replaceAll("1", "9") } });
    await expect.element(here("Cancel Generation")).not.toBeInTheDocument();
    model.put({ run: expired });
    await expect.element(cancel).toBeEnabled();
    await drawn();
    expect(model.commands("manage")).toHaveLength(1);
    expect(here("Cancel Generation").query()).toBeNull();
  });

  test("that has ended cannot be canceled, which is said beside the button", async () => {
    const says = "The run has ended.";
    const { model } = mount(ready({ run: succeeded() }));
    const cancel = response().getByRole("button", { name: "Cancel Generation" });
    await expect.element(cancel).toBeDisabled();
    await expect.element(cancel).toHaveAccessibleDescription(says);
    await expect.element(response().getByText(says)).toBeVisible();
    model.put({ run: { ...following(), state: "expired", is_live: false } });
    await expect.element(cancel).toBeEnabled();
    await expect.element(response().getByText(says)).not.toBeInTheDocument();
  });
});
