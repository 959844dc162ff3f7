"""Many runs at once: each is sent once, nothing waits where it costs, and nothing stays."""

import asyncio
import contextlib
import functools
import gc
import weakref
from collections import Counter

import httpx
import pytest

from genwidget.api import transport as transport_module
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.senders import CONNECTIONS
from genwidget.api.transport import Call, Transport
from genwidget.catalogue import Catalogue
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.contract.quick_server import QuickServer

REQUEST = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
COUNT = 1000


@pytest.fixture
def runner(tmp_path):
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    yield one
    one.close()
    thread.close()


@pytest.fixture
def start(runner):
    with QuickServer() as server:
        target = Target("us", server.url, server.url, is_own_origin=True)

        def begin(**more):
            return runner.start(REQUEST, target, ApiKey(API_KEY, custom_host=True), Settings(), **more)

        begin.server = server
        yield begin


def test_a_thousand_sends_at_once_are_a_thousand_generations(start):
    runs = [start() for _ in range(COUNT)]
    assert Counter(str(run.wait(120).state) for run in runs) == {"succeeded": COUNT}
    assert {run.generation_id for run in runs} == set(start.server.made.values())
    assert (len(start.server.made), start.server.requests["generate"]) == (COUNT, COUNT)


def test_a_run_that_has_ended_stays_only_where_somebody_holds_it(start, runner):
    runs = [start() for _ in range(20)]
    for run in runs:
        run.wait(60)
    held, gone = runs[0], [weakref.ref(run) for run in runs[1:]]
    runner.submit(asyncio.sleep(0)).result(10)  # the last of them has been shut down
    del runs, run
    gc.collect()
    assert [one() for one in gone] == [None] * 19
    assert (len(runner._entries), len(runner._workers)) == (1, 0)
    assert runner.held(held.run_id) is held
    assert held.outputs[0].url.startswith("https://example.com/")


def test_a_run_that_nobody_holds_is_carried_to_its_end(start, runner):
    start(intent_id="nobody's")
    gc.collect()
    while (row := runner.ledger.find("nobody's")) is None or row.state != "succeeded":
        runner.submit(asyncio.sleep(0.01)).result(10)
    again = start(intent_id="nobody's")
    assert again.wait(30).generation_id == row.generation_id
    assert start.server.requests["generate"] == 1


@pytest.mark.anyio
async def test_no_more_requests_are_handed_to_httpx_than_it_has_connections_and_none_is_timed_before(monkeypatch):
    counts, most, is_full, is_let_go = Counter(), Counter(), asyncio.Event(), asyncio.Event()

    @contextlib.asynccontextmanager
    async def counted(what, _delay=None):
        counts[what] += 1
        most[what] = max(most[what], counts[what])
        if counts["at httpx"] == CONNECTIONS:
            is_full.set()
        yield
        counts[what] -= 1

    async def answer(_request):
        async with counted("at httpx"):
            await is_let_go.wait()
        return httpx.Response(200, json={})

    monkeypatch.setattr(transport_module.asyncio, "timeout", functools.partial(counted, "timed"))
    transport = Transport(Settings(), transport=httpx.MockTransport(answer))
    calls = [asyncio.create_task(transport.exchange(Call("GET", "http://127.0.0.1:1/"))) for _ in range(100)]
    await is_full.wait()
    is_let_go.set()
    assert [reply.status_code for reply in await asyncio.gather(*calls)] == [200] * 100
    assert most == {"at httpx": CONNECTIONS, "timed": CONNECTIONS}
    await transport.aclose()
