"""The page in a fresh Chromium that reaches this machine and nothing else."""

import time

import pytest
from playwright.sync_api import expect

from tests.lite.serving import LIMIT_MS, Handler, browser_alone, served

MOST_CLICKS = 6


@pytest.fixture
def address(folder):
    with served(folder) as one:
        yield one


@pytest.fixture
def page():
    with browser_alone() as context:
        yield context.new_page()


def test_from_the_address_to_the_first_picture(page, address, capsys):
    asked, clicks, begun = [], 0, time.monotonic()
    page.on("request", lambda request: asked.append(request.url))

    def click(place):
        nonlocal clicks
        clicks += 1
        place.click()

    page.goto(address)
    page.get_by_role("heading", name="Quickstart").wait_for()
    assert "jp-CodeCell" in page.locator(".jp-Cell").nth(1).get_attribute("class"), "it says to run the next cell"
    click(page.locator(".jp-CodeCell .cm-content").first)
    page.keyboard.press("Shift+Enter")
    click(page.get_by_role("button", name="Use the sandbox key"))
    click(page.get_by_role("button", name="Lock", exact=False).first)
    send = page.get_by_role("button", name="Send request").first
    expect(send).to_be_enabled(timeout=LIMIT_MS)
    click(send)
    picture = page.locator(".gw-out img").first
    picture.wait_for()
    page.wait_for_function("() => document.querySelector('.gw-out img').naturalWidth > 0")
    seconds = time.monotonic() - begun

    assert picture.get_attribute("src").startswith("blob:")
    assert clicks <= MOST_CLICKS
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []
    # The landing notebook says what outlives the page, and runs there to its end.
    expect(page.locator(".jp-RenderedMarkdown", has_text="The ledger lies in the browser's storage")).to_be_attached()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-Notebook .jp-CodeCell").last
    expect(last.locator(".jp-OutputArea-output")).to_contain_text("curl", timeout=LIMIT_MS)
    expect(page.locator(".jp-Notebook").get_by_text("succeeded 200")).to_be_attached()
    expect(page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)
    with capsys.disabled():
        print(f"\nfirst picture: {clicks} clicks, {seconds:.1f} s, {Handler.sent:,} bytes")
