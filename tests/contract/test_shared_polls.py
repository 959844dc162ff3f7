"""With many generations under way, one page of the content list answers for all; the rest is asked about singly."""

import threading
import time
from collections import Counter

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.runs.shared_polls import FEW
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.contract.quick_server import QuickServer

REQUEST = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
MANY = 20
LIMIT_S = 60


@pytest.fixture
def server():
    with QuickServer() as one:
        one.held = True
        yield one


@pytest.fixture
def start(server, tmp_path):
    thread = IoThread()
    runner = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    target = Target("us", server.url, server.url, is_own_origin=True)
    key = ApiKey(API_KEY, custom_host=True)
    settings = Settings(poll_first_s=0.02, poll_max_s=0.05)
    yield lambda count: [runner.start(REQUEST, target, key, settings) for _ in range(count)]
    runner.close()
    thread.close()


def until(claim):
    """Wait until something holds at the server."""
    end = time.monotonic() + LIMIT_S
    while not claim():
        assert time.monotonic() < end, "never held"
        threading.Event().wait(0.01)


def pages_later(server, count=4):
    """Wait until so many more pages were read, and return how often single records were meanwhile."""
    lists, reads = server.requests["list"], server.requests["read"]
    until(lambda: server.requests["list"] >= lists + count)
    return server.requests["read"] - reads


def ended(runs):
    return Counter(str(run.wait(LIMIT_S).state) for run in runs)


def test_one_page_answers_for_all_and_each_record_is_read_once_at_its_end(server, start):
    runs = start(MANY)
    runs[3].is_shown = True
    until(lambda: all(run.state == "processing" for run in runs))
    pages_later(server)
    asked = Counter(server.asked)
    assert pages_later(server) == 0
    assert set(server.asked - asked) == {runs[3].generation_id}, "the helper is asked for the shown one alone"
    reads, server.held = server.requests["read"], False
    assert ended(runs) == {"succeeded": MANY}
    assert server.requests["read"] == reads + MANY
    assert all(run.raw_record and run.outputs for run in runs)


def test_what_the_list_lacks_is_asked_about_by_itself(server, start):
    runs = start(MANY)
    until(lambda: all(run.state == "processing" for run in runs))
    server.unlisted = {runs[0].generation_id}
    pages_later(server)
    assert pages_later(server) >= 1
    server.held = False
    assert ended(runs) == {"succeeded": MANY}


@pytest.mark.parametrize("status", [403, 404, 502])
def test_without_a_list_each_is_asked_about_by_itself(server, start, status):
    server.list_status = status
    runs = start(MANY)
    until(lambda: all(run.state == "processing" for run in runs))
    server.held = False
    assert ended(runs) == {"succeeded": MANY}
    assert 1 <= server.requests["list"] <= 3


def test_few_are_asked_about_one_by_one(server, start):
    runs = start(FEW)
    until(lambda: all(run.state == "processing" for run in runs))
    reads = server.requests["read"]
    until(lambda: server.requests["read"] > reads + 3 * FEW)
    server.held = False
    assert ended(runs) == {"succeeded": FEW}
    assert server.requests["list"] == 0


def test_more_than_a_page_are_told_by_several(server, start):
    runs = start(110)
    until(lambda: all(run.state == "processing" for run in runs))
    pages_later(server)
    assert pages_later(server) == 0
    server.held = False
    assert ended(runs) == {"succeeded": 110}


def test_pages_go_on_telling_of_the_last_ones(server, start):
    runs = start(MANY)
    until(lambda: all(run.state == "processing" for run in runs))
    server.ended = {run.generation_id for run in runs[3:]}
    assert ended(runs[3:]) == {"succeeded": MANY - 3}
    assert pages_later(server) == 0
    server.held = False
    assert ended(runs) == {"succeeded": MANY}
