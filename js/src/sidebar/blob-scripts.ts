/**
 * Says why a widget could not start where the page's policy refuses scripts from blob: addresses. anywidget loads every widget
 * from one, so none of ours can say it; this is part of the extension, which the server itself hands out.
 */

import { SENTENCES } from "./sentences.generated";

/**
 * What ipywidgets draws in place of a view that could not be made; and the view that stays empty where it was made
 * before its script was refused, of which anywidget tells the console alone.
 */
const FAILED =
  '.jupyter-widgets-error-widget, :is(.jp-OutputArea-output, .gw-panel-body) [class="lm-Widget"]:empty';
/** What has one sentence, however many views of it failed. */
const PLACE = ".jp-OutputArea-output, .gw-panel-body";
const SAID = "gw-blob-scripts";

export function tellOfBlobScripts(): void {
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective, disposition }) => {
    if (disposition !== "enforce") return; // only reported
    if (!blockedURI.startsWith("blob") || !effectiveDirective.startsWith("script-src")) return;
    if (isTold) return;
    isTold = true;
    // The view fails after its script was refused, and others may fail later, which are told by this event no sooner.
    new MutationObserver(tellAll).observe(document.body, { childList: true, subtree: true });
    tellAll();
  });
}

let isTold = false;

function tellAll(): void {
  for (const failed of document.querySelectorAll(FAILED)) {
    if ((failed.closest(PLACE) ?? failed.parentElement)?.querySelector(`.${SAID}`)) continue;
    const said = document.createElement("p");
    said.className = SAID;
    said.setAttribute("role", "alert");
    said.textContent = SENTENCES.blob_scripts;
    failed.before(said);
  }
}
