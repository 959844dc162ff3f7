"""The thread that writes the ledger: it keeps what cannot be written, and keeps nobody waiting."""

import os
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest

from genwidget.errors import LedgerError
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger import ledger as ledgers
from tests.unit.test_ledger import a_row, in_process


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "data" / "ledger.sqlite3")
    yield one
    one.close()


@contextmanager
def locked(ledger):
    """Another process's lock, as far as SQLite can tell."""
    holder = sqlite3.connect(ledger.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def column(ledger, name):
    """What is really on the disk."""
    with closing(sqlite3.connect(ledger.path)) as other:
        return [value for (value,) in other.execute(f"SELECT {name} FROM runs ORDER BY rowid")]  # noqa: S608


def test_an_outcome_is_kept_while_the_file_is_locked_and_written_after_that(ledger):
    ledger.begin(a_row())
    with locked(ledger):
        for number in range(500):
            ledger.record(a_row(state="processing", latency_ms=number))
        ledger.record(a_row(state="succeeded", generation_id="g"))
        assert len(ledger._writer.outcomes()) == 1, "of each run only the newest is kept"
        assert ledger.find("i1").state == "succeeded", "whoever reads here knows it already"
        assert ledger.generation_ids() == {"g"}
        assert column(ledger, "state") == ["sending"]
        assert not ledger.is_written
    assert ledger.drain(10)
    assert column(ledger, "state") == ["succeeded"]
    assert ledger.is_written


def test_who_reads_does_not_wait_for_who_writes(ledger, monkeypatch):
    monkeypatch.setattr(ledgers, "READ_TIMEOUT_S", 0)
    ledger.begin(a_row())
    with locked(ledger):
        assert [row.intent_id for row in ledger.rows()] == ["i1"]


ALONE = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    print(other.execute("PRAGMA journal_mode = DELETE").fetchone())
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_read_lets_go_of_no_lock_of_another_connection(ledger):
    ledger.begin(a_row())
    ledger.rows()
    Ledger(ledger.path).rows()
    with in_process(ALONE, ledger.path) as other:
        assert other.communicate(timeout=30) == ("database is locked\n", ""), "it thinks that it has the file alone"


def test_an_intent_waits_for_a_locked_file_and_is_written_once_it_is_free(ledger):
    ledger.begin(a_row())
    with locked(ledger):
        waiting = ledger.begin_soon(a_row("i2"))
        with pytest.raises(TimeoutError):
            waiting.result(2 * files.BUSY_TIMEOUT_S)
    assert waiting.result(10) is True
    assert column(ledger, "intent_id") == ["i1", "i2"]


def test_an_intent_whose_wait_was_too_long_is_never_written(ledger, monkeypatch):
    ledger.begin(a_row())
    monkeypatch.setattr(ledgers, "LIMIT_S", 0.1)
    with locked(ledger), pytest.raises(LedgerError) as caught:
        ledger.begin(a_row("i2"))
    assert str(caught.value) == f"The ledger at {ledger.path} cannot be used (database is locked). Nothing was sent."
    assert ledger.drain(10)
    assert column(ledger, "intent_id") == ["i1"]


def test_an_intent_that_was_canceled_while_it_waited_is_never_written(ledger):
    ledger.begin(a_row())
    with locked(ledger):
        waiting = ledger.begin_soon(a_row("i2"))
        assert waiting.cancel()
    assert ledger.drain(10)
    assert column(ledger, "intent_id") == ["i1"]


def test_a_ledger_that_cannot_be_written_says_so_after_a_while_and_only_then(ledger, monkeypatch):
    ledger.begin(a_row())
    with locked(ledger):
        ledger.record(a_row(state="succeeded"))
        assert ledger.trouble is None
        monkeypatch.setattr(ledgers, "PATIENCE_S", 0)
        assert not ledger.drain(2 * files.BUSY_TIMEOUT_S)
        assert ledger.trouble == (
            f"The ledger at {ledger.path} cannot be written (database is locked). What is not yet written is kept and "
            "tried again while this process lives. Waiting: 1"
        )
    assert ledger.drain(10)
    assert ledger.trouble is None


def test_what_could_not_be_written_before_the_end_is_logged(ledger, caplog):
    ledger.begin(a_row())
    with locked(ledger):
        ledger.record(a_row(state="succeeded"))
        ledger.close(2 * files.BUSY_TIMEOUT_S)
    assert [record.message for record in caplog.records] == [
        f"The ledger at {ledger.path} could not be written before the end (database is locked). Not written: 1"
    ]


def test_a_process_that_starts_no_thread_any_more_still_writes_when_it_closes(ledger, monkeypatch):
    ledger.begin(a_row())

    def refuse(_):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    other = Ledger(ledger.path)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        other.record(a_row(state="accepted"))
        with pytest.raises(LedgerError) as caught:
            other.begin(a_row("i2"))
        assert column(ledger, "state") == ["sending"]
        other.close()
        assert column(ledger, "state") == ["accepted"]
        ledger.record(a_row(state="succeeded"))
        assert ledger.begin(a_row("i2")), "a thread that is there goes on"
    assert str(caught.value) == "genwidget has been shut down in this process; nothing was sent."
    assert ledger.drain(10)
    assert column(ledger, "state") == ["succeeded", "sending"]


def test_a_ledger_that_is_closed_has_no_thread_and_gets_another_at_need(ledger):
    ledger.begin(a_row())
    thread = ledger._writer._thread
    ledger.close()
    thread.join(10)
    assert not thread.is_alive()
    ledger.begin(a_row("i2"))
    assert ledger._writer._thread is not thread


def test_a_process_forked_while_a_write_waits_does_not_write_it_too(ledger):
    ledger.begin(a_row())
    with locked(ledger):
        ledger.record(a_row(state="accepted"))
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if ledger.is_written else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert not ledger.is_written
    assert ledger.drain(10)
    assert column(ledger, "state") == ["accepted"]
