"""The page in a fresh Chromium that reaches this machine and nothing else."""

import http.server
import shutil
import threading
import time
from functools import partial

import pytest
from playwright.sync_api import expect, sync_playwright

LIMIT_MS = 240_000
MOST_CLICKS = 6
#: No proxy answers there, and no name is found: whatever is asked of another host fails.
ALONE = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-sandbox",
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and counts their bytes."""

    sent = 0

    def do_GET(self):
        try:
            super().do_GET()
        except OSError:
            self.close_connection = True  # the page has gone

    def copyfile(self, source, outputfile):
        content = source.read()
        type(self).sent += len(content)
        outputfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def address(folder):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def page():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ALONE)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(LIMIT_MS)
        yield page
        browser.close()


def test_from_the_address_to_the_first_picture(page, address, capsys):
    asked, clicks, begun = [], 0, time.monotonic()
    page.on("request", lambda request: asked.append(request.url))

    def click(place):
        nonlocal clicks
        clicks += 1
        place.click()

    page.goto(address)
    page.get_by_role("heading", name="Quickstart").wait_for()
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
    with capsys.disabled():
        print(f"\nfirst picture: {clicks} clicks, {seconds:.1f} s, {Handler.sent:,} bytes")
