"""Four processes send at once and write one ledger: nothing is lost, nobody reads of a lock."""

import dataclasses
import functools
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from decimal import Decimal

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.errors import LedgerError, RunLost, RunRefused
from genwidget.io_thread import THREAD_NAME, IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger import ledger as ledgers
from genwidget.runs.runner import Runner
from genwidget.runs.spend_limit import SpendLimit
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.settings import Settings
from tests.faults.lives import SETTINGS as SCALED
from tests.faults.service import ROOT
from tests.processes import running

#: No fault is drawn here, so the limits leave a loaded machine its time.
SETTINGS = SCALED | {
    "GENWIDGET_POST_TIMEOUT_S": "20",
    "GENWIDGET_REQUEST_TIMEOUT_S": "20",
    "GENWIDGET_DEADLINE_S": "60",
}

PROCESSES = 4
COUNT = 12


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(speed=200, limits=Limits(images_at_once=100)) as running:
        yield running


def test_four_processes_write_one_ledger_and_no_row_is_lost(sandbox, tmp_path):
    own = {"GENWIDGET_DATA_DIR": str(tmp_path), "GENWIDGET_SANDBOX_URL": sandbox.url, "GENWIDGET_POST_TIMEOUT_S": "30"}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crowd", f"process-{number}", str(COUNT)],
            cwd=ROOT,
            env={**os.environ, **SETTINGS, **own},
            stderr=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    # A fifth reads all the while, as a history that is looked at does.
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    looks, pause = 0, threading.Event()
    while any(one.poll() is None for one in crowd):
        looks += len(ledger.rows()) > 0
        pause.wait(0.01)
    ends = [one.communicate()[1] for one in crowd]
    assert [(one.returncode, end) for one, end in zip(crowd, ends, strict=True)] == [(0, b"")] * PROCESSES
    rows = ledger.rows(limit=1_000)
    ledger.close()
    kept = {json.loads(row.body)["generation_prompt"] for row in rows}
    assert kept == {f"process-{a} {b}" for a in range(PROCESSES) for b in range(0, COUNT, 2)}
    assert len(rows) == PROCESSES * COUNT / 2
    assert {row.state for row in rows} == {"succeeded"}
    assert {row.generation_id for row in rows} <= {one["generation_id"] for one in sandbox.generations}
    assert len(sandbox.generations) == PROCESSES * COUNT
    assert looks > 3


def test_a_writer_that_holds_the_file_for_long_delays_others_and_breaks_nothing(sandbox, tmp_path):
    holder = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.rows()
    ledger.close()
    holder.execute("BEGIN EXCLUSIVE")
    own = {"GENWIDGET_DATA_DIR": str(tmp_path), "GENWIDGET_SANDBOX_URL": sandbox.url}
    with running(
        [sys.executable, "-m", "tests.faults.crowd", "late", "1"],
        cwd=ROOT,
        env={**os.environ, **SETTINGS, **own},
        stderr=subprocess.PIPE,
    ) as late:
        with pytest.raises(subprocess.TimeoutExpired):
            late.wait(3)
        assert all(one["generation_prompt"] != "late 0" for one in sandbox.generations)
        holder.execute("COMMIT")
        assert (late.wait(60), late.stderr.read()) == (0, b"")
    holder.close()
    assert [one["generation_prompt"] for one in sandbox.generations].count("late 0") == 1


HOLDER = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
holder.execute("COMMIT")
"""


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger.sqlite3")


@pytest.fixture
def runner(ledger):
    thread = IoThread()
    one = Runner(thread, ledger=ledger)
    yield one
    one.close()
    thread.close()


@pytest.fixture
def hold(ledger):
    """Let another process keep the file, until what this returns is called."""
    holders = []

    def begin():
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(ledger.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        holders.append(holder)
        assert holder.stdout.readline() == b"held\n"
        return holder.communicate

    yield begin
    for holder in holders:
        holder.kill()
        holder.communicate()


@pytest.fixture
def start(sandbox, runner):
    settings = Settings(poll_first_s=0.02, poll_max_s=0.05, live_models=False)

    def begin(prompt, by=runner, **more):
        request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": prompt})
        if "limits" in more:
            request = dataclasses.replace(request, price=None)
        target = Target("us", sandbox.url, sandbox.url, is_own_origin=True)
        return by.start(request, target, ApiKey(API_KEY), settings, **more)

    return begin


def on_disk(ledger):
    with closing(sqlite3.connect(ledger.path)) as other:
        return dict(other.execute("SELECT intent_id, state FROM runs"))


async def no_work():
    pass


def watching(executed):
    """Connections that note the thread of each statement."""

    class Watched(sqlite3.Connection):
        def execute(self, statement, *values):
            executed.append(threading.current_thread().name)
            return super().execute(statement, *values)

    return Watched


def test_another_process_that_keeps_the_ledger_stops_nothing_that_is_under_way(
    sandbox, runner, ledger, hold, start, wait_until, monkeypatch
):
    monkeypatch.setattr(ledgers, "PATIENCE_S", 0.1)
    told = []
    runner.watch.subscribe(lambda trouble, _: told.append(trouble))
    sandbox.faults.add(kind="server_error", route="content")  # its end is not heard of before the file is held
    under_way = start("under way")
    wait_until(lambda: under_way.generation_id is not None)
    assert ledger.drain()
    release = hold()
    sandbox.faults.clear()
    executed = []
    monkeypatch.setattr(files.sqlite3, "connect", functools.partial(sqlite3.connect, factory=watching(executed)))
    assert under_way.wait(60).state == "succeeded"
    for _ in range(100):
        runner.submit(no_work()).result(60)
    wait_until(lambda: told)
    wait_until(lambda: "cannot be written (database is locked)" in (told[-1] or ""))
    wait_until(lambda: executed)
    assert THREAD_NAME not in executed, "the thread that carries runs does not wait for the file"
    assert ledger.find(under_way.run_id).state == "succeeded", "who asks here knows it"
    assert on_disk(ledger)[under_way.run_id] == "accepted"

    unsent, sent = start("unsent"), start("sent")
    canceled = unsent.cancel(timeout_s=10)
    assert (canceled.generation_id, unsent.state, unsent.credits, sent.state) == ("", "canceled", 0, "sending")
    release()
    assert sent.wait(30).state == "succeeded"
    assert ledger.drain()
    assert on_disk(ledger) == {under_way.run_id: "succeeded", sent.run_id: "succeeded"}
    wait_until(lambda: told[-1] is None)
    assert "unsent" not in {one["generation_prompt"] for one in sandbox.generations}


def test_a_run_whose_intent_cannot_be_written_within_the_limit_is_refused_and_never_sent(
    sandbox, ledger, hold, start, monkeypatch
):
    monkeypatch.setattr(ledgers, "LIMIT_S", 0.1)
    ledger.rows()
    release = hold()
    run = start("too long")
    with pytest.raises(RunRefused) as caught:
        run.wait(30)
    assert str(caught.value) == f"The ledger at {ledger.path} cannot be used (database is locked). Nothing was sent."
    release()
    assert ledger.drain()
    assert on_disk(ledger) == {}
    assert "too long" not in {one["generation_prompt"] for one in sandbox.generations}


def test_a_runner_that_closes_while_an_intent_waits_sends_it_no_more(sandbox, runner, ledger, hold, start):
    ledger.rows()
    release = hold()
    run = start("closed")
    runner.close()
    with pytest.raises(RunRefused) as caught:
        run.wait(30)
    assert str(caught.value) == "genwidget has been shut down in this process; nothing was sent."
    release()
    assert ledger.drain()
    assert on_disk(ledger) == {}
    assert "closed" not in {one["generation_prompt"] for one in sandbox.generations}


@pytest.fixture
def other(ledger):
    """A runner of another process on the same ledger."""
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(ledger.path))
    yield one
    one.close()
    thread.close()


@pytest.fixture
def taken(runner, ledger, start):
    """The row of a run that succeeded, and what it cost, as the file has them."""
    run = start("the first").wait(30)
    assert ledger.drain()
    with closing(sqlite3.connect(ledger.path)) as file:
        told = "SELECT state, generation_id, credits, spent, reserved FROM runs JOIN spending USING (intent_id)"
        yield (
            run.run_id,
            lambda: file.execute(f"{told} WHERE intent_id = ? AND scope = 'machine'", (run.run_id,)).fetchall(),
        )


def ends_canceled(run, other):
    run.cancel(timeout_s=10)


def ends_closed(run, other):
    other.close()


def ends_late(run, other):
    with pytest.raises(RunRefused, match="cannot be used"):
        run.wait(30)


@pytest.mark.parametrize("end", [ends_canceled, ends_closed, ends_late])
def test_a_run_of_an_id_that_was_taken_writes_nothing_over_the_other_where_it_ends_before_it_learns_of_it(
    ledger, hold, start, other, taken, monkeypatch, end
):
    run_id, told = taken
    before = told()
    monkeypatch.setattr(ledgers, "LIMIT_S", 0.1 if end is ends_late else 30.0)
    release = hold()
    run = start("the second", by=other, intent_id=run_id)
    end(run, other)
    assert run.is_terminal
    release()
    assert other.ledger.drain()
    assert told() == before
    assert before[0][0] == "succeeded"


def test_a_run_of_an_id_that_was_taken_writes_nothing_over_the_other_where_that_cannot_be_read(
    start, other, taken, monkeypatch
):
    run_id, told = taken
    before = told()

    def broken(_):
        raise LedgerError("It cannot be read.")

    monkeypatch.setattr(other.ledger, "find", broken)
    with pytest.raises(RunLost):
        start("the second", by=other, intent_id=run_id).wait(30)
    assert other.ledger.drain()
    assert told() == before


def test_a_run_of_an_id_that_was_taken_writes_nothing_over_the_other_where_its_price_is_not_known(
    sandbox, start, other, taken
):
    run_id, told = taken
    before = told()
    sandbox.faults.add(kind="html_403", route="estimate")
    try:
        with pytest.raises(RunRefused):
            start("the second", by=other, intent_id=run_id, limits=[SpendLimit("machine", Decimal(5))]).wait(30)
    finally:
        sandbox.faults.clear()
    assert other.ledger.drain()
    assert told() == before


@pytest.mark.parametrize("end", [ends_canceled, ends_closed])
def test_a_run_that_ends_while_its_row_is_being_written_leaves_nothing_reserved(
    sandbox, runner, ledger, start, monkeypatch, end
):
    is_begun, may_end, reserve = threading.Event(), threading.Event(), ledgers.reserve

    def held(*arguments):
        is_begun.set()
        assert may_end.wait(60)
        reserve(*arguments)

    monkeypatch.setattr(ledgers, "reserve", held)
    monkeypatch.setattr(ledger, "close", lambda: None)
    run = start("in the middle")
    assert is_begun.wait(30)
    end(run, runner)
    may_end.set()
    assert ledger.drain()
    assert on_disk(ledger) == {run.run_id: run.state}
    assert run.state in {"canceled", "refused"}
    assert ledger.spending().used == 0
    assert "in the middle" not in {one["generation_prompt"] for one in sandbox.generations}
