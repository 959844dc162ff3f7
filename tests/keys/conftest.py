"""Two origins, a ledger with runs of both, and playgrounds whose page is played by the test."""

import dataclasses
import shutil

import comm
import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.errors import RunLost
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.sandbox import API_KEY, STATE_KEYS, Limits
from genwidget.widget import Playground
from tests.holding import HoldingSandbox
from tests.keys.relay import Relay
from tests.widget.conftest import FAST, RecordingComm

#: Two keys, both of which the sandbox behind both hosts knows.
KEY, OTHER_KEY = API_KEY, STATE_KEYS["other_account"]


def pytest_terminal_summary(terminalreporter):
    """Print what was searched for keys."""
    from tests.keys.places import PLACES  # noqa: PLC0415 - only where these tests ran
    from tests.keys.world import KNOWN, WAYS  # noqa: PLC0415

    if not any("test_sinks" in one.nodeid for one in terminalreporter.stats.get("passed", [])):
        return
    count = len(WAYS) * len(PLACES)
    terminalreporter.write_line(f"key sinks: {len(WAYS)} ways in x {len(PLACES)} places out = {count} searches")
    terminalreporter.write_line(f"ways in: {'; '.join(WAYS)}")
    terminalreporter.write_line(f"places out: {'; '.join(PLACES)}")
    terminalreporter.write_line(f"known: {'; '.join(f'{way} -> {place}' for way, place in sorted(KNOWN))}")


@pytest.fixture(autouse=True)
def _recording_comms(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)


@pytest.fixture(scope="module")
def service():
    with HoldingSandbox(speed=50, limits=Limits(generate_per_window=100_000), balance=10_000) as one:
        yield one


@pytest.fixture(scope="module")
def home(service):
    with Relay(service.url) as one:
        yield one


@pytest.fixture(scope="module")
def foreign(service):
    with Relay(service.url) as one:
        yield one


def target_at(host):
    return Target("us", host.url, host.url, is_own_origin=True)


def send(carrier, host, key=KEY, **options):
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
    return carrier.start(request, target_at(host), ApiKey(key), FAST, **options)


@pytest.fixture(scope="module")
def written(service, home, foreign, tmp_path_factory):
    """A ledger of an earlier process, and its runs by host and state, all sent with ``KEY``."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite3"
    carrier = runner.Runner(ledger=Ledger(path))
    ids = {}
    for name, host in (("home", home), ("foreign", foreign)):
        ids[name, "succeeded"] = send(carrier, host).wait(20).run_id
        service.faults.add(kind="not_json", route="generate", count=1)
        run = send(carrier, host)
        with pytest.raises(RunLost):
            run.wait(20)
        ids[name, "lost"] = run.run_id
    carrier.close()
    return path, ids


@pytest.fixture
def ids(written, tmp_path, home, foreign, monkeypatch):
    """Run ids by host and state; the ledger is this test's own copy of what the earlier process left."""
    path, ids = written
    for part in path.parent.iterdir():
        shutil.copy(part, tmp_path / part.name)
    carrier = runner.Runner(ledger=Ledger(tmp_path / path.name))
    monkeypatch.setattr(runner, "shared", lambda: carrier)
    home.forget()
    foreign.forget()
    yield ids
    carrier.close()


@pytest.fixture
def make(ids):
    made = []

    def make(region="us", **options):
        options.setdefault("settings", FAST)
        made.append(Playground(region, values={"generation_prompt": "A seal"}, **options))
        return made[-1]

    yield make
    for playground in made:
        playground.close()


ONE_TRY = dataclasses.replace(FAST, max_tries=1)
