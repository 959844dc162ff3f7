"""The page is told what the ledger cannot do, and goes on working."""

import sqlite3
from contextlib import contextmanager

from genwidget.runs import runner
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger import ledger as ledgers
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FORM, PROMPT, Page, eventually


@contextmanager
def locked(ledger):
    holder = sqlite3.connect(ledger.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_the_page_says_that_the_ledger_waits_and_takes_it_back(pg, page, carrier, monkeypatch):
    monkeypatch.setattr(ledgers, "PATIENCE_S", 0.1)
    carrier.ledger.rows()
    with locked(carrier.ledger):
        assert page.send()["ok"]
        alert = page.wait_for("alert", lambda one: "(database is locked)" in one["message"])
        assert (alert["code"], alert["scope"], alert["kind"]) == ("ledger_waits", "note", "warning")
        assert str(carrier.ledger.path) in alert["message"]
        form = {name: FORM[name] for name in ("region", "model_type", "model_id")}
        assert page.ask("export", **form, values={"generation_prompt": PROMPT}, language="curl")[0]["ok"]
        assert page.send(region="nowhere")["ok"] is False
        page.wait_for("alert", lambda one: one["code"] != "ledger_waits")
        assert page.send()["ok"]
        page.wait_for("alert", lambda one: one["code"] == "ledger_waits")
    eventually(lambda: pg.alert is None)
    page.wait_for("run", lambda one: one["state"] == "succeeded")


def test_a_file_system_without_wal_mode_is_said_once(make, monkeypatch, tmp_path):
    carrier = runner.Runner(ledger=Ledger(tmp_path / "ledger.sqlite3", vfs="unix-dotfile"))
    monkeypatch.setattr(runner, "shared", lambda: carrier)
    monkeypatch.setattr(ledgers, "PATIENCE_S", 0.1)
    pg = make(values={"generation_prompt": PROMPT})
    pg.session.lock_key(API_KEY, "sandbox")
    page = Page(pg)
    assert page.send()["ok"]
    alert = page.wait_for("alert", lambda one: one["code"] == "ledger_note")
    assert (alert["scope"], alert["kind"]) == ("note", "note")
    assert "SQLite's WAL mode cannot be had" in alert["message"]
    assert page.send()["ok"]
    eventually(lambda: pg.alert is None and all(run.is_terminal for run in pg.runs))
    assert carrier.ledger.drain()
    carrier.close()


def test_the_page_says_how_many_rows_cannot_be_read_and_shows_the_others(pg, page, carrier):
    kept, spoilt = (pg.send().wait(15) for _ in range(2))
    assert carrier.ledger.drain()
    with sqlite3.connect(carrier.ledger.path) as other:
        other.execute("UPDATE runs SET created_at = 1e300 WHERE intent_id = ?", (spoilt.run_id,))
    other.close()
    listed = page.ask("list_runs")[0]["data"]["rows"]
    alert = page.wait_for("alert", lambda one: one["code"] == "rows_unreadable")
    assert alert["message"] == "1 row of the ledger could not be read"
    assert kept.run_id in {row["run_id"] for row in listed}
