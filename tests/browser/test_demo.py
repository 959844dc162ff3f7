"""``genwidget demo`` as a newcomer meets it: a JupyterLab that has never been started, on a copy of the quickstart."""

import sys

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.panel import PlaygroundView
from tests.browser.servers import LabServer
from tests.browser.side_panel import SidePanel

#: What JupyterLab asks a person: in the middle of the page, and at its lower right.
QUESTIONS = ".jp-Dialog, .Toastify__toast"

#: What the quickstart's playground begins with.
PROMPT = "A baby seal on Arctic ice"


class DemoServer(LabServer):
    """The demo's JupyterLab, without the settings by which the other servers of the tests keep quiet."""

    def __init__(self, root, **extra):
        super().__init__(root, **extra)
        (root / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings").unlink()

    def command(self):
        # An address and a token that the test knows; all else is as the demo starts it.
        taken = ("--ServerApp.ip", "--ServerApp.port", "--IdentityProvider.token", "--LabApp.expose_app_in_browser")
        known = [one for one in super().command() if one.startswith(taken)]
        starts = "import sys; from genwidget.cli import main; sys.exit(main())"
        return [sys.executable, "-c", starts, "demo", "--", *known]


@pytest.fixture
def demo(tmp_path, sandbox_port):
    server = DemoServer(tmp_path, GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    server.environment.pop("JUPYTERLAB_WORKSPACES_DIR")
    yield server.start()
    server.stop()


def test_the_demo_asks_nothing_and_its_first_click_on_send_makes_a_picture(page, demo, sandbox):
    page.goto(f"{demo.url}/?token={demo.token}")
    LabPage(page, demo).wait_for_kernel()
    expect(page.locator(".jp-OutputArea-output")).to_have_count(0)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    page.keyboard.press("Shift+Enter")
    view = PlaygroundView(page).wait()
    view.lock_sandbox_key()
    view.send.click()
    expect(view.picture(PROMPT)).to_be_visible()
    assert [one["generation_prompt"] for one in sandbox.generations] == [PROMPT]
    # Whatever it asks, it asks within the seconds that a picture takes.
    expect(page.locator(QUESTIONS)).to_have_count(0)
    assert page.locator(".jp-Notification-Status").inner_text().strip() in {"", "0"}
    told = demo.log.read_text()
    folder = demo.notebooks / "genwidget-demo"
    assert f"in {folder}. What you save there stays" in told
    assert "its credits are no money" in told
    # Nothing that a person cannot act on stands before the address.
    assert "Warning" not in told
    assert "LabApp]" not in told
    assert (folder / "01-quickstart.ipynb").is_file()
    assert not (demo.root / "home" / ".jupyter").exists(), "the user's own workspaces and settings are left alone"


_MODEL = "window.jupyterapp.shell.currentWidget.context.model"


def test_the_demos_notebook_has_nothing_to_be_saved_once_its_kernel_is_there(page, demo, sandbox):
    page.goto(f"{demo.url}/?token={demo.token}")
    LabPage(page, demo).wait_for_kernel()
    metadata = page.evaluate(f"() => {_MODEL}.sharedModel.metadata")
    page.wait_for_function(f"() => 'version' in {_MODEL}.sharedModel.metadata.language_info")
    assert page.evaluate(f"() => {_MODEL}.dirty") is False, metadata


def test_the_demos_panel_begins_in_the_sandbox(page, demo, sandbox):
    view = SidePanel(page, demo).goto().show()
    expect(view.region("Sandbox")).to_be_checked()
