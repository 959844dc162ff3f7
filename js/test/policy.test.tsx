/** What the page says where a Content-Security-Policy refuses what comes from a blob: address. */

import { afterEach, describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import { tellOfBlobScripts } from "../src/sidebar/blob-scripts";
import { SENTENCES } from "../src/sidebar/sentences.generated";
import type { Kernel } from "./fake-model";
import { mount, response } from "./mount";
import { drawn } from "./reach";
import { bytesOf, kernel, ready, succeeded } from "./states";

function refuse(
  effectiveDirective: string,
  blockedURI = "blob",
  disposition: "enforce" | "report" = "enforce",
): void {
  const facts = { documentURI: location.href, originalPolicy: "", statusCode: 200, violatedDirective: "" };
  const how = { ...facts, blockedURI, effectiveDirective, bubbles: true, disposition };
  document.body.dispatchEvent(new SecurityPolicyViolationEvent("securitypolicyviolation", how));
}

describe("an output", () => {
  // First of this file: what was refused once is known from then on.
  test("whose picture was refused says so, and no longer that it is none", async () => {
    const sends: Kernel = (command) =>
      command.kind === "fetch_output"
        ? { data: { media_type: "image/png", filename: "a.png", alt: "a" }, bytes: bytesOf("x") }
        : kernel(command);
    mount(ready({ run: succeeded() }), sends);
    await expect
      .element(response().getByText("This output is not a picture", { exact: false }))
      .toBeVisible();
    refuse("img-src", "blob", "report");
    await drawn();
    await expect
      .element(response().getByText("This output is not a picture", { exact: false }))
      .toBeVisible();
    refuse("img-src");
    await expect
      .element(response().getByText("refuses pictures and videos from blob: addresses", { exact: false }))
      .toBeVisible();
    await expect
      .element(response().getByText("This output is not a picture", { exact: false }))
      .not.toBeInTheDocument();
  });
});

/** As ipywidgets draws a view that could not be made. */
const ERROR = '<div class="jupyter-widgets"><div class="jupyter-widgets-error-widget">Error</div></div>';
/** As a view is that was made before its script was refused. */
const EMPTY = '<div class="lm-Widget"></div>';

function failedView(inner = ERROR, place = "jp-OutputArea-output"): void {
  const view = document.createElement("div");
  view.className = place;
  view.innerHTML = inner;
  document.body.append(view);
}

describe("a widget that was not started", () => {
  afterEach(() => {
    for (const one of document.querySelectorAll(".jp-OutputArea-output, .gw-panel-body")) one.remove();
  });

  test("says that its script was refused, once, and is silent where it was not", async () => {
    tellOfBlobScripts();
    failedView();
    refuse("img-src");
    refuse("script-src-elem", "https://cdn.example");
    refuse("script-src-elem", "blob", "report");
    await expect.element(page.getByText(SENTENCES.blob_scripts)).not.toBeInTheDocument();
    refuse("script-src-elem");
    refuse("script-src-elem");
    await expect.element(page.getByRole("alert")).toHaveTextContent(SENTENCES.blob_scripts);
    failedView();
    await expect.poll(() => page.getByText(SENTENCES.blob_scripts).elements().length).toBe(2);
  });

  test.each(["jp-OutputArea-output", "gw-panel-body"])(
    "says so where its view is empty, in %s",
    async (at) => {
      failedView(EMPTY + EMPTY, at);
      await expect.element(page.getByRole("alert")).toHaveTextContent(SENTENCES.blob_scripts);
      failedView(ERROR);
      await expect.poll(() => page.getByText(SENTENCES.blob_scripts).elements().length).toBe(2);
    },
  );

  test("says nothing of an element that is empty elsewhere", async () => {
    failedView(EMPTY, "lm-Panel");
    failedView();
    await expect.poll(() => page.getByText(SENTENCES.blob_scripts).elements().length).toBe(1);
    document.querySelector(".lm-Panel")?.remove();
  });
});
