"""Processes of one user share what an account takes, for as long as they want more than that."""

import sqlite3
import subprocess
import sys

import pytest

from genwidget.runs.ledger import Ledger, shares

ACCOUNT = "https://api.us.babysea.ai 0123456789ab image"
KILLED = """
import os, signal, sys
from pathlib import Path
from genwidget.runs.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
ledger.claim_share(sys.argv[2], "killed", float(sys.argv[3])).result(10)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def ledger(tmp_path):
    one = Ledger(tmp_path / "ledger.sqlite3")
    yield one
    one.close()


def claim(ledger, process="a", account=ACCOUNT, duration_s=60.0):
    return ledger.claim_share(account, process, duration_s).result(10)


def test_each_process_counts_once_for_its_account_until_it_gives_its_share_back(ledger):
    assert [claim(ledger, "a"), claim(ledger, "b"), claim(ledger, "a")] == [1, 2, 2]
    assert claim(ledger, "a", account="another") == 1
    assert ledger.release_share(ACCOUNT, "b").result(10) is True
    assert ledger.release_share(ACCOUNT, "b").result(10) is False
    assert claim(ledger, "a") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(("duration_s", "count"), [(60, 2), (0, 1)], ids=["lasts", "lapses"])
def test_the_share_of_a_process_that_was_killed_lapses(ledger, duration_s, count):
    subprocess.run([sys.executable, "-c", KILLED, str(ledger.path), ACCOUNT, str(duration_s)], check=False)
    assert claim(ledger) == count


def test_a_claim_renews_the_time_of_a_share(ledger):
    claim(ledger, "a", duration_s=0.0)
    claim(ledger, "a", duration_s=60.0)
    assert claim(ledger, "b") == 2


def test_a_clock_that_is_set_back_gives_no_dead_process_a_share_for_long(ledger):
    with ledger._file.open() as connection:
        assert shares.claim(connection, ACCOUNT, "dead", 1e9, 1e9 + 60) == 1
        assert shares.claim(connection, ACCOUNT, "b", 1e9 - 30, 1e9 + 30) == 2
        assert shares.claim(connection, ACCOUNT, "b", 1e9 - 3600, 1e9 - 3540) == 1


def test_shares_lapse_at_their_very_moment(ledger):
    claim(ledger)
    with ledger._file.open() as connection:
        assert shares.claim(connection, ACCOUNT, "b", 1e12, 1e12 + 1) == 1


def test_a_claim_for_which_nobody_waits_any_more_ends_in_silence(ledger, caplog):
    claim(ledger, "a")
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    claimed = ledger.claim_share(ACCOUNT, "b", 60.0)
    assert claimed.cancel()
    other.execute("ROLLBACK")
    other.close()
    assert ledger.drain()
    assert caplog.records == []
