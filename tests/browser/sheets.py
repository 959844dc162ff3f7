"""Lay every state of the page side by side, to look at: ``python -m tests.browser.sheets [STATE ...]``.

Each state of the harness gives ``reports/sheets/STATE.png``: 1280, 920, 700 and 360 px wide; light, dark, and the
system's own colours below each other.
"""

import functools
import http.server
import io
import re
import subprocess
import sys
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.servers import chromium_path, root_flags

ROOT = Path(__file__).parents[2]
SHEETS = ROOT / "reports" / "sheets"
#: The width of the widget in px, and how much wider its window is.
WIDTHS = (1280, 920, 700, 360)
MARGIN = 32
#: The theme, and whether the system draws its own colours.
LOOKS = (("light", "none"), ("dark", "none"), ("light", "active"))
GAP = 16


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing of each file."""


def serve():
    """Serve the project on a free loopback port."""
    handler = functools.partial(_Quiet, directory=ROOT)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def take(browser, url, state, look, width):
    """Return one picture of one state, as high as it is; where the panels are tabs, of the one that it is about."""
    theme, forced = look
    viewport = {"width": width + MARGIN, "height": 860}
    page = browser.new_page(viewport=viewport, reduced_motion="reduce", forced_colors=forced)
    page.goto(f"{url}/js/test/harness.html?theme={theme}&w={width}#{state}")
    page.locator(f"body[data-reached='{state}']").wait_for()
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    page.close()
    return picture


def lay(rows):
    """Return the rows of pictures as one."""
    width = max(sum(one.width + GAP for one in row) for row in rows) + GAP
    heights = [max(one.height for one in row) + GAP for row in rows]
    sheet = Image.new("RGB", (width, sum(heights) + GAP), "#888")
    y = GAP
    for row, height in zip(rows, heights, strict=True):
        x = GAP
        for one in row:
            sheet.paste(one, (x, y))
            x += one.width + GAP
        y += height
    return sheet


def states():
    """Return the names of the harness's states."""
    found = []
    for name, listed in (("states.ts", "STATES"), ("batch.ts", "SHEETS")):
        text = (ROOT / "js" / "test" / name).read_text(encoding="utf-8").split(f"export const {listed}", 1)[1]
        found += re.findall(r"^  (\w+): \(\) =>", text.split("\n};", 1)[0], re.MULTILINE)
    return found


def main(wanted):
    known = states()
    if unknown := [one for one in wanted if one not in known]:
        sys.stderr.write(f"No such state: {', '.join(unknown)}. There are: {', '.join(known)}.\n")
        return 2
    SHEETS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "run", "--silent", "harness"], cwd=ROOT / "js", check=True)  # noqa: S607 - npm of the path
    server = serve()
    url = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
        for state in wanted or known:
            shots = [[take(browser, url, state, look, width) for width in WIDTHS] for look in LOOKS]
            lay(shots).save(SHEETS / f"{state}.png")
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
