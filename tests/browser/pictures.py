"""Take the README's picture, and others to look at, of a real run in JupyterLab: ``python -m tests.browser.pictures``.

``docs/playground.png`` is the README's; the others, by width and theme, go to ``reports/pictures``.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from genwidget.sandbox import Sandbox
from tests.browser.lab import LabPage
from tests.browser.servers import LabServer, chromium_path, root_flags

ROOT = Path(__file__).parents[2]
PROMPT = "A baby seal playing on Arctic ice"
CELL = """from genwidget import Playground
Playground(region="sandbox", model="bfl/flux-1.1-pro", values={"generation_provider_order": "bfl, replicate, fal"})"""
#: Name, width and height of the window in px, dark or not.
PICTURES = (
    ("1280-light", 1280, 1010, False),
    ("1280-dark", 1280, 1010, True),
    ("800-light", 800, 1400, False),
    ("800-dark", 800, 1400, True),
)
README_WIDTH = 1460


def carry_out(lab, sandbox):
    """Run one generation that hops to its second provider, and return the playground."""
    lab.command("application:toggle-left-area")
    lab.show(CELL)
    playground = lab.page.get_by_role("region", name="Playground")
    playground.get_by_role("button", name="Use the sandbox key").click()
    playground.get_by_role("button", name="Lock API key").click()
    inputs = playground.get_by_role("tab", name="input")
    if inputs.is_visible():
        inputs.click()
    playground.get_by_label("generation_prompt").first.fill(PROMPT)
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    playground.get_by_role("button", name="Send request").click()
    expect(playground.get_by_role("img", name=PROMPT)).to_be_visible()
    expect(playground.get_by_role("region", name="JSON", exact=True)).to_contain_text("generation_id")
    return playground


def main():
    pictures = ROOT / "reports" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    (ROOT / "docs").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox, sync_playwright() as playwright:
        server = LabServer(Path(folder), GENWIDGET_SANDBOX_URL=sandbox.url).start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=root_flags("--no-sandbox"))
        for name, width, height, is_dark in (*PICTURES, ("readme", README_WIDTH, 1010, False)):
            page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
            lab = LabPage(page, server).open("pass")
            lab.set_theme("JupyterLab Dark" if is_dark else "JupyterLab Light")
            playground = carry_out(lab, sandbox)
            if name == "readme":
                playground.screenshot(path=ROOT / "docs" / "playground.png")
            else:
                page.screenshot(path=pictures / f"lab-{name}.png")
            lab.set_theme("JupyterLab Light")
            page.close()
        browser.close()
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
