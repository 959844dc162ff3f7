"""A real browser on real servers. One of each serves the whole run; every test has a page or a widget of its own.

pytest-playwright's fixtures are not used: they warn under this pytest, and warnings are errors here.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import LabPage
from tests.browser.servers import LabServer, root_flags

SCREENSHOTS = Path(__file__).parents[2] / "reports" / "screenshots"
expect.set_options(timeout=15_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    setattr(item, f"report_{call.when}", report)
    return report


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium; ``CHROMIUM`` names another."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("No Chromium found: run `make browser`, or set CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=root_flags("--no-sandbox"))
        yield browser
        browser.close()


def new_page(chromium, **options):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context.new_page()


def keep_screenshot(request, page):
    """Keep what a failed test had on its screen."""
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed and not page.is_closed():
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^a-zA-Z0-9_]+', '-', request.node.name)}.png")


@pytest.fixture
def page(chromium, request):
    """A page in a context of its own."""
    page = new_page(chromium)
    yield page
    keep_screenshot(request, page)
    page.context.close()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    server = LabServer(tmp_path_factory.mktemp("lab"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lab(page, lab_server):
    """A page of its own on JupyterLab; nothing is open yet."""
    return LabPage(page, lab_server)
