"""A real browser on real servers. One of each serves the whole run; every test has a page or a widget of its own."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import LabPage
from tests.browser.limits import LIMIT_MS
from tests.browser.panel import PlaygroundView
from tests.browser.servers import LabServer, VoilaServer, chromium_path, free_port, root_flags
from tests.browser.side_panel import PanelServer, SidePanel
from tests.holding import HoldingSandbox

SCREENSHOTS = Path(__file__).parents[2] / "reports" / "screenshots"
expect.set_options(timeout=LIMIT_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    setattr(item, f"report_{call.when}", report)
    return report


@pytest.fixture(scope="session")
def playwright():
    """What drives browsers; there can be one in a process."""
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def chromium(playwright, tmp_path_factory):
    """The system's Chromium with a profile, as a person has it.

    The profile keeps what JupyterLab's scripts compile to, a quarter of what each load of it costs; and without a
    turning wheel to be drawn, more of the machine is left to what is tested.
    """
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=chromium_path(),
        args=root_flags("--no-sandbox"),
        reduced_motion="reduce",
    )
    context.set_default_timeout(LIMIT_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


def new_page(chromium):
    """Return a new page; this wide, a notebook shows the three panels side by side."""
    page = chromium.new_page()
    page.set_viewport_size({"width": 1920, "height": 1000})
    return page


def keep_screenshot(request, page):
    """Keep what a failed test had on its screen."""
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed and not page.is_closed():
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^a-zA-Z0-9_]+', '-', request.node.name)}.png")


@pytest.fixture
def page(chromium, request):
    """A page of the test's own."""
    page = new_page(chromium)
    yield page
    keep_screenshot(request, page)
    page.close()


@pytest.fixture(scope="session")
def sandbox_port():
    return free_port()


@pytest.fixture
def sandbox(sandbox_port):
    """A new sandbox for each test, always at the address that the kernels know. Three times as fast as it would be."""
    with HoldingSandbox(sandbox_port, speed=3) as one:
        yield one


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory, sandbox_port):
    server = LabServer(tmp_path_factory.mktemp("lab"), GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def voila_server(tmp_path_factory, sandbox_port):
    server = VoilaServer(tmp_path_factory.mktemp("voila"), GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def panel_server(tmp_path_factory, sandbox_port):
    server = PanelServer(tmp_path_factory.mktemp("panel"), GENWIDGET_SANDBOX_URL=f"http://127.0.0.1:{sandbox_port}")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def panel(page, panel_server, sandbox):
    """A page on the JupyterLab with the side panel; no kernel runs yet."""
    panel_server.end_all()
    return SidePanel(page, panel_server)


@pytest.fixture
def lab(page, lab_server):
    """A page of its own on JupyterLab; nothing is open yet."""
    return LabPage(page, lab_server)


@pytest.fixture(scope="session")
def shared_lab(chromium, lab_server):
    """One notebook for all tests that do without one of their own; each replaces its cells."""
    page = new_page(chromium)
    yield LabPage(page, lab_server).open("")
    page.close()


@pytest.fixture
def notebook(shared_lab, request):
    """The notebook that tests share."""
    yield shared_lab
    keep_screenshot(request, shared_lab.page)


@pytest.fixture
def show(notebook, sandbox):
    """Show a new playground in the shared notebook, as ``pg`` in its kernel, and return its view."""

    def show(arguments='region="sandbox"', *, is_locked=False, before="", last="pg"):
        notebook.show(
            "if 'pg' in globals(): pg.close()",
            f"from genwidget import Playground, Settings, errors\n{before}\npg = Playground({arguments})\n{last}",
        )
        view = PlaygroundView(notebook.page).wait()
        if is_locked:
            view.lock_sandbox_key()
        return view

    return show
