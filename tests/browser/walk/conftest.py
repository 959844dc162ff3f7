"""One page per host for all the rows, and one sandbox that is asked what really came."""

import re

import pytest

from tests.browser.conftest import new_page
from tests.browser.side_panel import PanelServer
from tests.browser.walk.hosts import CellHost, DashboardServer, PanelHost, VoilaHost
from tests.browser.walk.table import ROOT, Table, is_in_brief_walk, row_of
from tests.holding import HoldingSandbox

HOSTS = {host.name: host for host in (CellHost, PanelHost, VoilaHost)}
#: Rows that wait for an end need not wait for it as long as a person does.
HASTE = {
    "GENWIDGET_POLL_FIRST_S": "0.2",
    "GENWIDGET_POLL_MAX_S": "1",
    "GENWIDGET_RETRY_FIRST_S": "0.1",
    "GENWIDGET_POST_TIMEOUT_S": "4",
}
TABLE = Table()


#: What is generated in a brief walk: the hosts share the page and the kernel's side, where the two kinds differ.
BRIEF = {"cell": "image", "panel": "video", "voila": "image"}


def pytest_addoption(parser):
    parser.addoption(
        "--host",
        action="append",
        choices=[*HOSTS, "none"],
        help="walk in this host alone, none being what needs no host; may be given again",
    )
    parser.addoption(
        "--brief",
        action="store_true",
        help="walk every row in the cell alone, and image or video in each host, not both",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "brief_in(*hosts): where a brief walk does what is no row's; else everywhere")


def pytest_collection_modifyitems(config, items):
    hosts, is_brief = config.getoption("--host"), config.getoption("--brief")

    def is_wanted(item):
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        host, kind = parameters.get("walked", "none"), parameters.get("kind")
        if hosts and host not in hosts:
            return False
        return not is_brief or host == "none" or (kind in {None, BRIEF[host]} and is_brief_walk_of(item, host))

    config.hook.pytest_deselected(items=[item for item in items if not is_wanted(item)])
    items[:] = [item for item in items if is_wanted(item)]


def is_brief_walk_of(item, host):
    row = row_of(item.originalname)
    if row is None:
        marker = item.get_closest_marker("brief_in")
        return marker is None or host in marker.args
    return is_in_brief_walk(row, host)


def pytest_runtest_logreport(report):
    TABLE.take(report)


def pytest_terminal_summary(terminalreporter):
    lines = TABLE.lines()
    if not lines:
        return
    terminalreporter.section("rows by hosts")
    for line in lines:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def walk_sandbox():
    with HoldingSandbox(speed=6, balance=10_000) as one:
        yield one


@pytest.fixture(scope="session")
def walk_lab(tmp_path_factory, walk_sandbox):
    server = PanelServer(tmp_path_factory.mktemp("walk-lab"), GENWIDGET_SANDBOX_URL=walk_sandbox.url, **HASTE)
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def walk_voila(tmp_path_factory, walk_sandbox):
    server = DashboardServer(tmp_path_factory.mktemp("walk-voila"), GENWIDGET_SANDBOX_URL=walk_sandbox.url, **HASTE)
    yield server.start()
    server.stop()


@pytest.fixture(scope="session", params=HOSTS)
def walked(request, chromium):
    """A host with its one page, open for all the rows."""
    server = request.getfixturevalue("walk_voila" if request.param == "voila" else "walk_lab")
    host = HOSTS[request.param](new_page(chromium), server)
    host.is_doubtful = True
    yield host
    host.close()
    host.page.close()


@pytest.fixture
def sandbox(walk_sandbox):
    """The walk's sandbox, without the faults of the row before."""
    walk_sandbox.faults.clear()
    yield walk_sandbox
    walk_sandbox.faults.clear()
    walk_sandbox.let_go()


@pytest.fixture
def host(walked, sandbox, request):
    """The row's host. After a row that failed it is opened anew, so that no failure is handed on."""
    case = request.node.callspec.id
    request.node.user_properties += [("walk_host", walked.name), ("walk_case", case)]
    if walked.is_doubtful:
        walked.open()
    walked.is_doubtful = True
    yield walked
    report = getattr(request.node, "report_call", None)
    walked.is_doubtful = report is None or not report.passed
    if walked.is_doubtful and not walked.page.is_closed():
        screenshots = ROOT / "reports" / "screenshots"
        screenshots.mkdir(parents=True, exist_ok=True)
        walked.page.screenshot(path=screenshots / f"{re.sub(r'[^a-zA-Z0-9_]+', '-', request.node.name)}.png")


@pytest.fixture
def view(host):
    """The playground of the row's host."""
    return host.view


@pytest.fixture(params=["image", "video"])
def kind(request):
    """What is generated."""
    return request.param
