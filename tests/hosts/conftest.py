"""One server of each host for all of its columns, and a sandbox that is asked what really came."""

import re
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import SCREENSHOTS, chromium, playwright, pytest_runtest_makereport
from tests.holding import HoldingSandbox
from tests.hosts.all import HOSTS
from tests.hosts.host import Around
from tests.hosts.table import HOLDS, lines

__all__ = ["chromium", "playwright", "pytest_runtest_makereport"]
VERDICTS = {}


def pytest_addoption(parser):
    parser.addoption(
        "--environments",
        default=sys.prefix,
        help="the folder of the environments `hosts` and `oldest`, which hold the wheel",
    )


def pytest_runtest_logreport(report):
    facts = dict(report.user_properties)
    if "host" not in facts or (report.passed and report.when != "call"):
        return
    cell = facts["host"], facts["column"]
    VERDICTS[cell] = facts["says"] if report.passed and VERDICTS.get(cell, HOLDS) != "FAILED" else "FAILED"


def pytest_terminal_summary(terminalreporter):
    tried = [one for one in HOSTS if any(name == one.name for name, _ in VERDICTS)]
    if not tried:
        return
    terminalreporter.section("hosts")
    for line in lines(tried, VERDICTS):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def around(request, chromium, tmp_path_factory):
    environments = Path(request.config.getoption("--environments")).absolute()
    with HoldingSandbox(speed=6, balance=10_000) as sandbox:
        yield Around(environments, chromium, sandbox, tmp_path_factory.mktemp("hosts"))


@pytest.fixture(scope="session", params=HOSTS, ids=lambda one: re.sub(r"\W+", "-", one.name))
def served(request, around):
    """A host that has been started."""
    host = request.param(around)
    host.start()
    yield host
    host.stop()


@pytest.fixture
def host(served, request):
    """A host on which nothing is open."""
    yield served
    report = getattr(request.node, "report_call", None)
    page = getattr(served, "page", None)
    if report is not None and report.failed and page is not None and not page.is_closed():
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^a-zA-Z0-9_]+', '-', request.node.name)}.png")
    served.sandbox.let_go()
    served.close()
