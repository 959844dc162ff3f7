"""What a disk and a file system may do to the ledger: fill up, refuse, have no shared memory."""

import functools
import shutil
import sqlite3
from pathlib import Path
from typing import ClassVar

import pytest

from genwidget.errors import LedgerError
from genwidget.messages import MESSAGES
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger.finding import Wanted
from tests.unit.test_ledger import a_row, in_process


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "data" / "ledger.sqlite3")
    yield one
    one.close()


@pytest.fixture
def prepared(monkeypatch):
    """Statements that every connection begins with; what they set ends with the connection."""
    statements = []
    prepare = files.LedgerFile._prepare

    def prepare_too(self, connection):
        prepare(self, connection)
        for statement in statements:
            connection.execute(statement)

    monkeypatch.setattr(files.LedgerFile, "_prepare", prepare_too)
    return statements


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("PRAGMA max_page_count = 1", "database or disk is full"),
        ("PRAGMA query_only = ON", "attempt to write a readonly database"),
    ],
)
def test_a_file_that_takes_no_more_is_told_as_sqlite_tells_it(ledger, prepared, statement, reason):
    large = b"x" * 100_000
    ledger.begin(a_row(body=large))
    ledger.close()
    prepared.append(statement)
    with pytest.raises(LedgerError) as caught:
        ledger.begin(a_row("i2", body=large))
    advice = " Make room on its disk." if "full" in reason else f" {MESSAGES['ledger_place']}"
    assert str(caught.value) == f"The ledger at {ledger.path} cannot be used ({reason}). Nothing was sent.{advice}"
    ledger.record(a_row(state="failed", provider="p" * 100_000))
    assert not ledger.drain(0.2)
    prepared.clear()
    assert ledger.drain(10), "what could not be written is tried again"
    assert [(row.intent_id, row.state) for row in ledger.rows()] == [("i1", "failed")]


LIMITED = """
import resource, sys
from pathlib import Path
from test_ledger import a_row
from genwidget.runs import runner
from genwidget.cli import main
from genwidget.errors import LedgerError
from genwidget.runs.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
ledger.begin(a_row())
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, most))
try:
    ledger.begin(a_row("i2", body=b"x" * 500_000))
except LedgerError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # what measures coverage writes a file at the end
"""


def test_a_write_that_the_system_refuses_is_told_with_what_sqlite_calls_it(tmp_path):
    path = tmp_path / "ledger.sqlite3"
    with in_process(LIMITED, path) as process:
        told, errors = process.communicate(timeout=30)
    assert errors == ""
    reason = "disk I/O error, SQLITE_IOERR_WRITE"
    assert told == f"The ledger at {path} cannot be used ({reason}). Nothing was sent. {MESSAGES['ledger_place']}\n"


@pytest.mark.parametrize("make", [lambda path: path.write_bytes(b""), lambda path: path.symlink_to("nowhere/at/all")])
def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path, make):
    make(tmp_path / "data")
    ledger = Ledger(tmp_path / "data" / "ledger.sqlite3")
    for use in (lambda: ledger.begin(a_row()), ledger.rows, lambda: ledger.forget("i1")):
        with pytest.raises(LedgerError) as caught:
            use()
        assert str(ledger.path) in str(caught.value)
    ledger.close()


class Watching(sqlite3.Connection):
    """Asks before each statement that changes something how it will wait for the disk."""

    seen: ClassVar[list] = []

    def execute(self, statement, *values):
        word = statement.split()[0]
        if statement.startswith(("INSERT INTO runs ", "UPDATE runs ", "COMMIT")):
            (sync,) = super().execute("PRAGMA synchronous").fetchone()
            self.seen.append((word, {1: "NORMAL", 2: "FULL"}[sync], self.in_transaction))
        return super().execute(statement, *values)


def test_an_intent_waits_for_the_disk_and_an_outcome_only_for_the_system(ledger, monkeypatch):
    monkeypatch.setattr(files.sqlite3, "connect", functools.partial(sqlite3.connect, factory=Watching))
    monkeypatch.setattr(Watching, "seen", [])
    for number in range(2):
        ledger.begin(a_row(f"i{number}"))
        ledger.record(a_row(f"i{number}", state="succeeded"))
        assert ledger.drain(10)
    told = [one for one in Watching.seen if one[0] in {"INSERT", "UPDATE"}]
    assert told == [("INSERT", "FULL", True), ("UPDATE", "NORMAL", True)] * 2
    commits = [sync for word, sync, _ in Watching.seen if word == "COMMIT"]
    assert commits[-4:] == ["FULL", "NORMAL"] * 2


@pytest.mark.parametrize("is_wal_before", [False, True])
def test_a_file_system_without_wal_mode_is_said_once_and_written_safely(tmp_path, caplog, monkeypatch, is_wal_before):
    path = tmp_path / "ledger.sqlite3"
    if is_wal_before:
        before = Ledger(path)
        before.begin(a_row("before"))
        before.close()
    ledger = Ledger(path, vfs="unix-dotfile")
    assert ledger.note is None
    monkeypatch.setattr(files.sqlite3, "connect", functools.partial(sqlite3.connect, factory=Watching))
    monkeypatch.setattr(Watching, "seen", [])
    ledger.begin(a_row())
    ledger.record(a_row(state="succeeded"))
    ledger.close()
    assert ledger.find("i1").state == "succeeded"
    assert [sync for word, sync, _ in Watching.seen if word == "COMMIT"][-2:] == ["FULL", "FULL"]
    sentence = (
        f"SQLite's WAL mode cannot be had at {path}, so the ledger uses its delete mode: processes that share it wait "
        "for one another."
    )
    assert [record.message for record in caplog.records] == [sentence]
    assert ledger.note == sentence
    assert [row.intent_id for row in ledger.rows()] == ["i1", *["before"] * is_wal_before]
    ledger.close()


def _delete(path):
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()


def _replace(path):
    _delete(path)
    other = Ledger(path)
    other.begin(a_row("of another"))
    other.close()


#: What becomes of the file while this process uses it.
LOSSES = {
    "deleted": _delete,
    "folder deleted": lambda path: shutil.rmtree(path.parent),
    "folder a file": lambda path: (shutil.rmtree(path.parent), path.parent.touch()),
    "replaced": _replace,
    "replaced by nothing": lambda path: (_delete(path), path.touch()),
}
#: What nothing may come of then.
USES = {
    "send": lambda ledger: ledger.begin(a_row("i2")),
    "send again": lambda ledger: ledger.begin_again(a_row()),
    "store a batch": lambda ledger: ledger.change(lambda one: one.execute("DELETE FROM batches") and True).result(),
    "read runs": lambda ledger: ledger.rows(),
    "find a run": lambda ledger: ledger.find("i1"),
    "look for runs": lambda ledger: ledger.find_page(Wanted(), 10),
    "read what was spent": lambda ledger: ledger.spending(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
def test_a_file_that_is_lost_while_it_is_used_is_told_and_no_other_is_taken_for_it(ledger, lose, use):
    ledger.begin(a_row(state="unreached"))
    lose(ledger.path)
    for _ in range(2):
        with pytest.raises(LedgerError, match="was moved, deleted or replaced while this process uses it"):
            use(ledger)
    assert ledger.path.exists() == (lose in {LOSSES["replaced"], LOSSES["replaced by nothing"]}), "no new one is made"


def test_a_file_that_is_put_back_is_used_again_and_has_what_came_meanwhile(ledger, tmp_path):
    ledger.begin(a_row())
    ledger.path.parent.rename(tmp_path / "moved")
    ledger.record(a_row(state="succeeded"))
    with pytest.raises(LedgerError, match="so nothing can be sent"):
        ledger.begin(a_row("i2"))
    assert not ledger.drain(0.2)
    (tmp_path / "moved").rename(ledger.path.parent)
    ledger.begin(a_row("i2"))
    assert ledger.drain(10)
    assert {row.intent_id: row.state for row in ledger.rows()} == {"i1": "succeeded", "i2": "sending"}


def test_a_relative_path_is_the_same_file_wherever_the_process_goes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = Ledger(Path("data") / "ledger.sqlite3")
    ledger.begin(a_row())
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    ledger.begin(a_row("i2"))
    assert len(ledger.rows()) == 2
    ledger.close()
    assert list((tmp_path / "other").iterdir()) == []
