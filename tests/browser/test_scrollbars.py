"""Scrollbars that take room, as most desktops have them: the page comes to rest at every width.

A scrollbar narrows what is laid out beside it; where that then needs none, it goes, and what is laid out grows again.
"""

import subprocess

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.limits import LIMIT_MS
from tests.browser.servers import chromium_path, root_flags
from tests.browser.sheets import ROOT, serve, states

#: Widths in px, step by step as a person drags; the widest and the narrowest that the page's other tests know.
WIDTHS = range(960, 300, -3)
#: Sets one width after the other, each for a frame.
NARROW = """
async (widths) => {
  for (const width of widths) {
    document.getElementById("host").style.width = `${width}px`;
    await new Promise(requestAnimationFrame);
  }
  return true;
}
"""
#: What has a scroller whose room decides how large its content is, or that stands in a container.
STATES = [one for one in states() if one.startswith("sheet")] + ["succeeded", "found", "compared", "enlarged", "code"]


@pytest.fixture(scope="module")
def narrowed():
    """A browser whose scrollbars take room, and the address of the page's states."""
    subprocess.run(["npm", "run", "--silent", "harness"], cwd=ROOT / "js", check=True)  # noqa: S607 - npm of the path
    server = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=root_flags("--no-sandbox"),
            ignore_default_args=["--hide-scrollbars"],
        )
        yield browser, f"http://127.0.0.1:{server.server_port}/js/test/harness.html?w=960"
        browser.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("state", STATES)
def test_the_page_comes_to_rest_at_every_width(narrowed, state):
    browser, address = narrowed
    page = browser.new_page(viewport={"width": 1000, "height": 860}, reduced_motion="reduce")
    page.set_default_timeout(LIMIT_MS)
    page.goto(f"{address}#{state}")
    page.locator(f"body[data-reached='{state}']").wait_for()
    page.wait_for_function(NARROW, arg=list(WIDTHS))  # a page that never comes to rest answers nothing
    page.close()
