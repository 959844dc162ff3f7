"""Lay every state of the page side by side, to look at: ``python -m tests.browser.sheets [STATE ...]``.

Each state of the harness gives ``reports/sheets/STATE.png``: 1280, 920, 700 and 360 px wide, light above dark.
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
from playwright.sync_api import expect, sync_playwright

from tests.browser.servers import chromium_path, root_flags

ROOT = Path(__file__).parents[2]
SHEETS = ROOT / "reports" / "sheets"
#: The width of the widget in px, how much wider its window is, and the tab that is chosen where the panels are tabs.
WIDTHS = (1280, 920, 700, 360)
MARGIN = 32
#: Where the panels are tabs, what a state is about may be in another than the response.
TABS = {
    "empty": "input",
    "filled": "input",
    "invalid": "input",
    "limited": "input",
    "video": "input",
    "menu": "input",
    "sandbox": "schema",
}
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


def take(browser, url, state, theme, width):
    """Return one picture of one state, as high as it is."""
    page = browser.new_page(viewport={"width": width + MARGIN, "height": 860}, reduced_motion="reduce")
    page.goto(f"{url}/js/test/harness.html?theme={theme}&w={width}&tab={TABS.get(state, 'response')}#{state}")
    expect(page.get_by_role("region", name="Playground", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
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
    listed = (ROOT / "js" / "test" / "states.ts").read_text(encoding="utf-8").split("export const STATES", 1)[1]
    return re.findall(r"^  (\w+): \(\) =>", listed, re.MULTILINE)


def main(wanted):
    SHEETS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "run", "--silent", "harness"], cwd=ROOT / "js", check=True)  # noqa: S607 - npm of the path
    server = serve()
    url = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
        for state in wanted or states():
            shots = [[take(browser, url, state, theme, width) for width in WIDTHS] for theme in ("light", "dark")]
            lay(shots).save(SHEETS / f"{state}.png")
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
