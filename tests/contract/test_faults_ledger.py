"""Four processes send at once and write one ledger: nothing is lost, nobody reads of a lock."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from genwidget.ledger import Ledger
from genwidget.sandbox import Limits, Sandbox
from tests.faults.lives import SETTINGS as SCALED
from tests.faults.service import ROOT

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
    with subprocess.Popen(
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
