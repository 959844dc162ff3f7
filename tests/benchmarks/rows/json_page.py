"""A large JSON response that the page has: to the screen, scrolled and searched."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.row import Figure, Row, Sample
from tests.benchmarks.rows.large_json import SEARCH_IN_PAGE
from tests.benchmarks.stage import TOOLS
from tests.browser.servers import chromium_path, root_flags
from tests.browser.sheets import ROOT, serve

SIZES: Final = (1, 10, 100)
PAINT, SCROLL, SEARCH = "to the screen", "longest frame while scrolling", "search"
STATE: Final = "following"
#: Gives the page another run, whose body is as large, and waits for the frame that shows its beginning.
_SHOW: Final = """
async ({ size, turn }) => {
  const entry = '  { "prompt": "A seal on Arctic ice, at night", "seed": 123456789, "ratio": "16:9" },\\n';
  const count = Math.ceil((size * 1e6) / entry.length);
  const bytes = new TextEncoder().encode(`[\\n  "body ${turn}",\\n${entry.repeat(count)}  {}\\n]`);
  const kernel = model.kernel;
  let began = 0;
  model.kernel = (command) => {
    if (command.kind !== "fetch_body") return kernel(command);
    began = bench.now();
    return { bytes };
  };
  const run = { ...model.get("run"), run_id: `run-${turn}`, lines: { reply: count + 4, record: null } };
  model.put({ run });
  const view = () => document.querySelector(".view")?.textContent ?? "";
  const { at } = await bench.shown(() => view().includes(`body ${turn}`));
  model.kernel = kernel;
  return at - began;
}
"""
_SCROLL: Final = """
async () => {
  const scroller = document.querySelector(".view").closest(".gw-res");
  return await bench.longestFrame(() => { scroller.scrollTop += 300; }, 60);
}
"""


def of(size: int, what: str) -> str:
    """Return the name of a value."""
    return f"{size} MB: {what}"


class JsonPage(Row):
    """1, 10 and 100 MB."""

    name = "json-page"
    title = "JSON of 1, 10 and 100 MB that the page has"
    how = (
        "The page over a kernel that answers at once, in a window of 1,280 pixels: from the answer that brings the "
        "text to the frame that shows its beginning, without a question before; then sixty steps of scrolling, and a "
        "search for a word that every line has. The API's answers are read up to 10 MiB, so 100 MB come no other way."
    )
    unit = "ms"
    rounds = 5
    figures = (
        *(Figure(ours=of(size, PAINT), most=500) for size in SIZES),
        *(Figure(ours=of(size, SCROLL), most=32) for size in SIZES),
        *(Figure(ours=of(size, SEARCH), most=500) for size in SIZES),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Show each size in turn."""
        subprocess.run(["npm", "run", "--silent", "harness"], cwd=ROOT / "js", check=True)  # noqa: S607 - npm of the path
        server = serve()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
            page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
            page.add_init_script(TOOLS)
            page.goto(f"http://127.0.0.1:{server.server_port}/js/test/harness.html?w=1240#{STATE}")
            page.locator(f"body[data-reached='{STATE}']").wait_for()
            turns = iter(range(1, 1_000_000))
            yield {f"{size} MB": _sampler(page, size, lambda: next(turns)) for size in SIZES}
            browser.close()
        server.shutdown()
        server.server_close()


def _sampler(page: Page, size: int, turn: Callable[[], int]) -> Sample:
    def sample() -> Mapping[str, float]:
        return {
            of(size, PAINT): page.evaluate(_SHOW, {"size": size, "turn": turn()}),
            of(size, SCROLL): page.evaluate(_SCROLL),
            of(size, SEARCH): page.evaluate(SEARCH_IN_PAGE),
        }

    return sample
