"""The ledger's file: durable, owner-only, shared."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from genwidget.errors import LedgerError
from genwidget.runs.ledger import KeyUse, Ledger
from genwidget.runs.ledger import file as files
from genwidget.runs.ledger.file import MIGRATIONS
from tests.ledger_rows import a_row


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "data" / "ledger.sqlite3")
    yield one
    one.close()


def test_a_row_comes_back_as_it_was_begun(ledger):
    assert ledger.begin(a_row()) is True
    assert ledger.find("i1") == a_row()
    assert ledger.find("i2") is None


def test_a_begun_row_is_on_the_disk_for_another_process(ledger):
    ledger.begin(a_row())
    with sqlite3.connect(ledger.path) as other:
        assert other.execute("SELECT idempotency_key FROM runs").fetchall() == [("key-i1",)]
    other.close()


def test_an_intent_is_begun_once(ledger):
    ledger.begin(a_row())
    assert ledger.begin(a_row(idempotency_key="another")) is False
    assert ledger.find("i1").idempotency_key == "key-i1"


def test_an_idempotency_key_is_never_shared_by_two_intents(ledger):
    ledger.begin(a_row())
    assert ledger.begin(a_row("i2", idempotency_key="key-i1")) is False


def test_an_outcome_changes_what_came_back_and_nothing_that_was_asked(ledger):
    ledger.begin(a_row())
    ledger.record(a_row(state="succeeded", generation_id="g", status_code=200, body=b"other", idempotency_key="other"))
    assert ledger.find("i1") == a_row(state="succeeded", generation_id="g", status_code=200)


def test_an_outcome_that_is_written_while_the_ledger_is_read_is_in_what_is_read(ledger, monkeypatch):
    query = ledger._query

    def read_and_let_write(*arguments):
        found = query(*arguments)
        other.rollback()
        assert ledger.drain(30)
        return found

    monkeypatch.setattr(ledger, "_query", read_and_let_write)
    for at, read in enumerate((ledger.find, ledger.starting_with, lambda _: ledger.rows(), lambda _: None)):
        name = f"i{at}"
        ledger.begin(a_row(name))
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ledger.record(a_row(name, state="succeeded", generation_id=f"g{at}"))
        found = read(name)
        assert f"g{at}" in (repr(found) if found else ledger.generation_ids())
        other.close()


def test_a_forgotten_run_stays_forgotten(ledger):
    ledger.begin(a_row())
    assert [ledger.forget("i1"), ledger.forget("i1")] == [True, False]
    ledger.record(a_row(state="succeeded"))
    assert ledger.rows() == []


def test_rows_come_newest_first(ledger):
    for at in (1.0, 3.0, 2.0):
        ledger.begin(a_row(f"at{at:g}", created_at=at))
    assert [row.intent_id for row in ledger.rows()] == ["at3", "at2", "at1"]
    assert [row.intent_id for row in ledger.rows(limit=1)] == ["at3"]


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        (None, {"us a", "us b", "elsewhere a", "sandbox a", "another sandbox a", "sandbox b"}),
        (KeyUse("a", "https://us.example"), {"us a"}),
        (KeyUse("b", "https://us.example"), {"us b"}),
        (KeyUse("a", "https://elsewhere.example"), {"elsewhere a"}),
        (KeyUse("a", None), {"sandbox a", "another sandbox a"}),  # its port is another in each process
        (KeyUse("c", None), set()),
    ],
)
def test_the_rows_of_a_key_are_those_that_were_sent_with_it_to_its_host(ledger, key, seen):
    hosts = {
        "us": {"region_id": "us", "api_url": "https://us.example"},
        "elsewhere": {"region_id": "us", "api_url": "https://elsewhere.example"},
        "sandbox": {},
        "another sandbox": {"api_url": "http://127.0.0.1:2"},
    }
    for name in ("us a", "us b", "elsewhere a", "sandbox a", "another sandbox a", "sandbox b"):
        host, fingerprint = name.rsplit(" ", 1)
        ledger.begin(a_row(name, key_fingerprint=fingerprint, **hosts[host]))
    assert {row.intent_id for row in ledger.rows(key=key)} == seen
    assert {row.intent_id for row in ledger.interrupted(0, key)} == seen
    assert ledger.count_beside([], key) == len(seen)
    assert ledger.count_beside(["us a", "sandbox a", "no run"], key) == len(seen - {"us a", "sandbox a"})


def test_a_run_is_found_by_how_its_id_begins(ledger):
    for name in ("ab1", "ab2", "a%", "b"):
        ledger.begin(a_row(name))
    assert [row.intent_id for row in ledger.starting_with("ab")] == ["ab1", "ab2"]
    assert [row.intent_id for row in ledger.starting_with("a%")] == ["a%"]
    assert ledger.starting_with("c") == []


def test_only_the_owner_can_read_the_file_and_its_folder(ledger):
    ledger.begin(a_row())
    names = sorted(path.name for path in ledger.path.parent.iterdir())
    assert names == ["ledger.sqlite3", "ledger.sqlite3-owners", "ledger.sqlite3-shm", "ledger.sqlite3-wal"]
    assert {path.stat().st_mode & 0o777 for path in ledger.path.parent.iterdir()} == {0o600}
    assert ledger.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_of_a_newer_version_is_left_alone(ledger):
    ledger.begin(a_row())
    ledger.close()
    with sqlite3.connect(ledger.path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(LedgerError) as caught:
        ledger.begin(a_row("i2"))
    assert str(caught.value) == (
        f"The ledger at {ledger.path} was written by a newer genwidget. Update this one; nothing was sent."
    )


def test_a_file_of_an_older_version_is_migrated_with_its_rows(ledger, monkeypatch):
    ledger.begin(a_row())
    ledger.close()
    monkeypatch.setattr(files, "MIGRATIONS", (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN note TEXT;"))
    assert ledger.find("i1") == a_row()
    with sqlite3.connect(ledger.path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        assert other.execute("SELECT note FROM runs").fetchall() == [(None,)]
    other.close()


def test_a_migration_that_breaks_off_changes_nothing(ledger, monkeypatch):
    ledger.begin(a_row())
    ledger.close()
    broken = (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN note TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;")
    with monkeypatch.context() as patch:
        patch.setattr(files, "MIGRATIONS", broken)
        with pytest.raises(LedgerError):
            ledger.rows()
    assert ledger.rows() == [a_row()]


def test_a_file_that_is_no_ledger_is_named_in_one_sentence(ledger):
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(b"not a database at all, but long enough to look like one" * 20)
    with pytest.raises(LedgerError) as caught:
        ledger.begin(a_row())
    assert str(caught.value) == (
        f"The ledger at {ledger.path} cannot be used (file is not a database). Nothing was sent. "
        "Set GENWIDGET_DATA_DIR to a folder that can be written, or move the file away if it is damaged."
    )
    assert caught.value.next_step == ""
    with pytest.raises(LedgerError, match=r"cannot be read \(file is not a database\)\. Set GENWIDGET_DATA_DIR to"):
        ledger.rows()


def test_a_forked_process_has_a_connection_and_a_writer_of_its_own(ledger):
    ledger.begin(a_row())
    ledger.record(a_row(state="accepted"))
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ledger.begin(a_row("i2"))
            ledger.record(a_row("i2", state="succeeded"))
            status = 0 if ledger.drain(10) and ledger.find("i2").state == "succeeded" else 2
        finally:
            os._exit(status)
    ledger.begin(a_row("i3"))
    ledger.record(a_row("i3", state="succeeded"))
    assert os.waitpid(child, 0)[1] == 0
    assert ledger.drain(10)
    assert {row.intent_id: row.state for row in ledger.rows()} == {
        "i1": "accepted",
        "i2": "succeeded",
        "i3": "succeeded",
    }
    with sqlite3.connect(ledger.path) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    other.close()


CARRIER = """
import sys
from pathlib import Path
from test_ledger import a_row
from genwidget.runs.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for state in ("sending", "accepted", "processing", "succeeded"):
    ledger.begin(a_row(state, state=state))
print("begun", flush=True)
sys.stdin.read()
"""


def in_process(script, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("end", ["kill", "terminate", "close its input"])
def test_a_row_says_whether_the_process_that_carries_its_run_is_alive(tmp_path, end):
    path = tmp_path / "data" / "ledger.sqlite3"
    ledger = Ledger(path)
    with in_process(CARRIER, path) as carrier:
        assert carrier.stdout.readline() == "begun\n"
        elsewhere = {row.state: row.is_carried_elsewhere for row in ledger.rows()}
        assert elsewhere == {"sending": True, "accepted": True, "processing": True, "succeeded": False}
        assert ledger.find("sending").is_carried_elsewhere, "who looks does not take the place of who carries"
        if end == "close its input":
            carrier.communicate(timeout=20)
        else:
            getattr(carrier, end)()
            carrier.communicate(timeout=20)
    assert not any(row.is_carried_elsewhere for row in ledger.rows())
    ledger.close()


def test_a_row_of_this_process_is_not_carried_elsewhere_whichever_ledger_reads_it(ledger):
    ledger.begin(a_row())
    other = Ledger(ledger.path)
    other.begin(a_row("i2"))
    assert not any(row.is_carried_elsewhere for row in (*ledger.rows(), *other.rows()))
    other.close()
    with in_process(
        "import sys; from pathlib import Path; from genwidget.runs.ledger import Ledger;"
        "print([row.is_carried_elsewhere for row in Ledger(Path(sys.argv[1])).rows()])",
        ledger.path,
    ) as reader:
        assert reader.communicate(timeout=20)[0] == "[True, True]\n", (
            "the ledger that was closed let go of no other's lock"
        )


def test_a_forked_process_is_another_owner(ledger):
    ledger.begin(a_row())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            own = Ledger(ledger.path)
            is_parents = own.find("i1").is_carried_elsewhere
            own.begin(a_row("i2"))
            os.write(writing, b"begun")
            status = 0 if is_parents else 2
        finally:
            os._exit(status)
    assert os.read(reading, 5) == b"begun"
    assert os.waitpid(child, 0)[1] == 0
    for end in (reading, writing):
        os.close(end)
    assert [row.is_carried_elsewhere for row in ledger.rows()] == [False, False]


WRITER = """
import sys
from pathlib import Path
from pathlib import Path
from test_ledger import a_row
from dataclasses import replace
from genwidget.runs.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    row = a_row(f"{sys.argv[2]}-{number}")
    assert ledger.begin(row)
    ledger.record(replace(row, state="succeeded"))
"""


def test_four_processes_write_one_ledger_at_once_and_lose_nothing(tmp_path):
    path = tmp_path / "data" / "ledger.sqlite3"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number), "50"],
            env=environment,
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    ends = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [(writer.returncode, end) for writer, end in zip(writers, ends, strict=True)] == [(0, b"")] * 4
    ledger = Ledger(path)
    rows = ledger.rows(limit=1_000)
    ledger.close()
    assert {row.intent_id for row in rows} == {f"{a}-{b}" for a in range(4) for b in range(50)}
    assert {row.state for row in rows} == {"succeeded"}


def test_a_deletion_is_marked_at_its_own_host_alone_and_stays(ledger):
    port = {"api_url": "http://127.0.0.1:2"}
    for name, more in {
        "here": {},
        "on another port": port,
        "elsewhere": {"region_id": "us", "api_url": "https://api.example"},
        "another": {"generation_id": "g2"},
    }.items():
        ledger.begin(a_row(name, **{"generation_id": "g1", **more}))
    ledger.mark_deleted("g1", "sandbox", "http://127.0.0.1:3").result(10)
    ledger.record(a_row("here", generation_id="g1", state="succeeded"))  # what came of it is written later
    assert ledger.drain(10)
    assert {row.intent_id for row in ledger.rows() if row.is_deleted} == {"here", "on another port"}
    assert ledger.find("here").state == "succeeded"


def test_a_rating_stays_whatever_comes_of_its_run_and_is_taken_back(ledger):
    for name in ("i1", "i2", "i3"):
        ledger.begin(a_row(name))
    assert ledger.rate("i1", 5).result(10)
    assert ledger.rate("i2", 0).result(10)
    assert not ledger.rate("no run", 3).result(10)
    ledger.record(a_row("i1", state="succeeded"))
    assert ledger.drain(10)
    assert ledger.ratings(["i1", "i2", "i3", "no run"]) == {"i1": 5, "i2": 0}
    assert (ledger.find("i1").rating, ledger.find("i3").rating) == (5, None)
    assert ledger.rate("i1", None).result(10)
    assert ledger.ratings(["i1"]) == {}
