"""Scrollbars that take place, which Playwright hides by default, cut nothing off."""

import subprocess

import pytest

from tests.browser import sheets
from tests.browser.servers import chromium_path, root_flags

CUT = """() => {
  const response = document.querySelector(".gw-res");
  const parts = [...response.querySelectorAll(".gw-flow > :not(.gw-json), .gw-flow .bar")];
  return {
    bar: response.offsetWidth - response.clientWidth,
    cut: parts.filter((part) => part.offsetWidth > response.clientWidth).map((part) => part.className),
    parts: parts.length,
  };
}"""


@pytest.fixture(scope="module")
def harness():
    subprocess.run(["npm", "run", "--silent", "harness"], cwd=sheets.ROOT / "js", check=True)  # noqa: S607 - npm of the path
    server = sheets.serve()
    yield f"http://127.0.0.1:{server.server_address[1]}/js/test/harness.html"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(playwright):
    browser = playwright.chromium.launch(
        executable_path=chromium_path(), args=root_flags(), ignore_default_args=["--hide-scrollbars"]
    )
    yield browser
    browser.close()


@pytest.mark.parametrize("width", sheets.WIDTHS)
@pytest.mark.parametrize("state", ["succeeded", "failed", "lost"])
def test_response_loses_nothing_to_its_scrollbar(browser, harness, state, width):
    page = browser.new_page(viewport={"width": width + sheets.MARGIN, "height": 700}, reduced_motion="reduce")
    page.goto(f"{harness}?theme=light&w={width}#{state}")
    page.locator(f"body[data-reached='{state}']").wait_for()
    found = page.evaluate(CUT)
    page.close()
    assert found["bar"] > 0
    assert found["parts"] > 0
    assert found["cut"] == []
