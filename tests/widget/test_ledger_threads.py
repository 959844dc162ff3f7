"""Nothing that the page asks for reads or writes the ledger on the thread that carries runs."""

import functools
import sqlite3
import threading
from typing import ClassVar

from genwidget.io_thread import THREAD_NAME
from genwidget.runs.ledger import file as files
from tests.widget.conftest import FORM, PROMPT, Page


class Watched(sqlite3.Connection):
    """Notes which thread executes what."""

    seen: ClassVar[list] = []

    def execute(self, statement, *values):
        self.seen.append((threading.current_thread().name, statement.split()[0]))
        return super().execute(statement, *values)


def test_the_ledger_is_read_and_written_beside_the_thread_that_carries_runs(make, pg, page, sandbox, monkeypatch):
    monkeypatch.setattr(files.sqlite3, "connect", functools.partial(sqlite3.connect, factory=Watched))
    monkeypatch.setattr(Watched, "seen", [])
    assert page.ask("hello")[0]["ok"]
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda one: one["state"] == "succeeded")
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    lost_id = page.send()["run_id"]
    page.wait_for("run", lambda one: one["state"] == "lost")
    assert page.ask("check_content", run_id=lost_id)[0]["ok"]
    assert page.ask("resume", run_id=lost_id)[0]["ok"]
    page.wait_for("run", lambda one: one["state"] == "succeeded")
    for kind, more in (
        ("load_run", {"run_id": run_id}),
        ("list_runs", {}),
        ("usual_time", {name: FORM[name] for name in ("region", "model_type", "model_id")}),
        ("fetch_request", {"run_id": run_id}),
        ("fetch_output", {"run_id": run_id, "index": 0}),
    ):
        assert page.ask(kind, **more)[0]["ok"], kind
    assert page.ask("export", **FORM, values={"generation_prompt": PROMPT}, language="curl")[0]["ok"]
    assert Page(make()).ask("hello")[0]["ok"]
    assert pg.session.publisher.drain()
    words = {word for _, word in Watched.seen}
    assert {"INSERT", "UPDATE", "SELECT"} <= words
    assert [one for one in Watched.seen if one[0] == THREAD_NAME] == []
