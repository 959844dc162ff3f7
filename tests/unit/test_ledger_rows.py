"""Rows that another version, another program or a failing disk has left: they spoil no other."""

import json
import sqlite3
import types
from contextlib import closing

import pytest

from genwidget.cli import main
from genwidget.runs import runner
from genwidget.runs.ledger import Ledger, unreadable
from genwidget.widget.payloads import LaidOut, run_snapshot
from genwidget.widget.runs import Runs
from tests.ledger_rows import a_row
from tests.unit.test_records import restored


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "data" / "ledger.sqlite3")
    yield one
    one.close()


NO_TEXT = b"\xff\xfe"
TEXTS = (
    "intent_id",
    "idempotency_key",
    "request_hash",
    "region_id",
    "api_url",
    "helper_url",
    "model_type",
    "model_id",
    "path",
    "key_fingerprint",
)
#: Without these nobody knows which run a row is.
WRONG = {
    **dict.fromkeys(TEXTS, (NO_TEXT,)),
    "state": ("unheard-of", NO_TEXT, 7),
    "is_own_origin": (2, "yes", NO_TEXT),
    **dict.fromkeys(("created_at", "updated_at"), (1e300, -1e300, float("inf"), -1.0, "now", NO_TEXT)),
}
#: What may be absent, and is absent where it cannot be read.
ODD = {
    **dict.fromkeys(("generation_id", "error_code", "provider"), (NO_TEXT, 7, 1e300)),
    **dict.fromkeys(("status_code", "latency_ms", "total_ms"), ("soon", NO_TEXT, 1e300)),
    **dict.fromkeys(("credits", "price"), (float("inf"), "much", NO_TEXT)),
    "is_deleted": ("yes", 7, None, NO_TEXT),
    "rating": ("yes", 1.5, 6, -1, NO_TEXT),
    "owner": (-1, 2**62, "me", NO_TEXT),
    "body": (b"no json", "[1]", NO_TEXT, b"[" * 100_000, b"9" * 5_000, 7),
}


def each(table):
    return [pytest.param(name, value, id=f"{name}-{value!r:.20}") for name in table for value in table[name]]


def spoil(ledger, name, value):
    ledger.begin(a_row("good", created_at=1.0, owner=None))
    ledger.begin(a_row("bad", state="processing", created_at=2.0))
    ledger.close()
    with closing(sqlite3.connect(ledger.path)) as other, other:
        # A BLOB as a TEXT is what a text that is no UTF-8 is stored as.
        mark = "CAST(? AS TEXT)" if value is NO_TEXT else "?"
        other.execute(f"UPDATE runs SET {name} = {mark} WHERE intent_id = 'bad'", (value,))  # noqa: S608


@pytest.mark.parametrize(("name", "value"), each(WRONG))
def test_a_row_that_cannot_be_read_spoils_no_other(ledger, name, value, capsys, monkeypatch):
    spoil(ledger, name, value)
    reading = ledger.read()
    assert ([row.intent_id for row in reading.rows], reading.unreadable) == (["good"], 1)
    assert unreadable(reading.unreadable) == "1 row of the ledger could not be read"
    assert unreadable(2) == "2 rows of the ledger could not be read"
    assert ledger.starting_with("good") == reading.rows
    assert told_by_shell(ledger, monkeypatch, capsys) == (1, "1 row of the ledger could not be read\n")


@pytest.mark.parametrize(("name", "value"), each(ODD))
def test_a_row_of_which_a_part_cannot_be_read_is_read_without_it(ledger, name, value, capsys, monkeypatch):
    spoil(ledger, name, value)
    reading = ledger.read()
    assert ([row.intent_id for row in reading.rows], reading.unreadable) == (["bad", "good"], 0)
    run = restored(reading.rows[0])
    assert run_snapshot(run, LaidOut())["state"] == "expired"
    assert Runs([run]).to_records()[0]["prompt"] == ("" if name == "body" else "seal")
    assert not reading.rows[0].is_carried_elsewhere
    assert told_by_shell(ledger, monkeypatch, capsys) == (2, "")


def told_by_shell(ledger, monkeypatch, capsys):
    """Return how many runs `genwidget runs list` prints, as a table and as JSON alike, and what it complains of."""
    monkeypatch.setattr(runner, "shared", lambda: types.SimpleNamespace(ledger=ledger))
    assert main(["runs", "list"]) == 0
    table, complaint = capsys.readouterr()
    assert main(["runs", "list", "--json"]) == 0
    count = len(json.loads(capsys.readouterr().out))
    assert len(table.splitlines()) == count + 1
    return count, complaint


def test_a_text_that_sqlite_cannot_take_is_written_as_far_as_it_can_be_encoded(ledger):
    ledger.begin(a_row(provider="\ud800", total_ms=10**30))
    ledger.record(a_row(state="failed", error_code="\udfff", latency_ms=-(10**30)))
    assert ledger.drain(10)
    row = ledger.find("i1")
    assert (row.state, row.error_code, row.latency_ms) == ("failed", "\ufffd", None)
    assert ledger.find("\ud800") is None
