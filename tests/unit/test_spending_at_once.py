"""Spend limits under many threads and processes, some of which are killed: at no moment is more used than they let."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from genwidget.runs.ledger import Ledger
from genwidget.runs.spend_limit import Spending
from tests.ledger_rows import a_row
from tests.unit.spenders import SCOPE

PROCESSES = 4
LIMIT = "3"
WATCH = """
CREATE TRIGGER watch_{event} AFTER {event} ON spending_totals BEGIN
    INSERT INTO most VALUES (NEW.scope, NEW.reserved + NEW.spent)
    ON CONFLICT (scope) DO UPDATE SET used = max(used, excluded.used);
END
"""


@pytest.fixture
def path(tmp_path):
    """A ledger that keeps the most that each total has ever been, at each change and not only at the end of one."""
    path = tmp_path / "data" / "ledger.sqlite3"
    ledger = Ledger(path)
    ledger.begin(a_row("before", price=0.0))
    ledger.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE most (scope TEXT PRIMARY KEY, used INTEGER)")
        for event in ("INSERT", "UPDATE"):
            db.execute(WATCH.format(event=event))
    return path


def begin(path, seed, count):
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.spenders", str(path), str(seed), str(count), LIMIT],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(processes):
    for one in processes:
        one.stdin.write("\n")
        one.stdin.flush()


def most(path):
    with closing(sqlite3.connect(path)) as db:
        return {scope: Decimal(used) / 1_000_000 for scope, used in db.execute("SELECT scope, used FROM most")}


def sums(path):
    """The sums of the rows, which the totals must be."""
    with closing(sqlite3.connect(path)) as db:
        return {
            scope: Spending(Decimal(spent) / 1_000_000, Decimal(reserved) / 1_000_000)
            for scope, reserved, spent in db.execute(
                "SELECT scope, SUM(reserved), SUM(spent) FROM spending GROUP BY scope"
            )
        }


def test_threads_and_processes_together_never_use_more_than_their_limit(path):
    spenders = [begin(path, seed, 12) for seed in range(PROCESSES)]
    go(spenders)
    told = [one.communicate(timeout=120) for one in spenders]
    assert [one.returncode for one in spenders] == [0] * PROCESSES, told
    spent, refused = (sum(map(Decimal, column)) for column in zip(*(out.split() for out, _ in told), strict=True))
    ledger = Ledger(path)
    found = ledger.spending(SCOPE, is_sandbox=True)
    assert found == ledger.spending(is_sandbox=True) == Spending(spent, Decimal(0)), "nothing stays reserved"
    ledger.close()
    assert sums(path)[SCOPE] == found
    assert refused > 0, "the limit was met"
    assert Decimal(LIMIT) - Decimal("0.3") < most(path)[SCOPE] <= Decimal(LIMIT)


def test_what_killed_processes_have_reserved_stays_so_until_it_is_settled_and_is_never_given_twice(path):
    spenders = [begin(path, seed, 10_000) for seed in range(PROCESSES)]
    go(spenders)
    ledger = Ledger(path)
    while ledger.spending(SCOPE, is_sandbox=True).used < Decimal(LIMIT) / 3:
        assert [one.poll() for one in spenders] == [None] * PROCESSES, spenders[0].communicate()
    for one in spenders:
        one.kill()
        one.communicate(timeout=60)
    found = ledger.spending(SCOPE, is_sandbox=True)
    assert sums(path)[SCOPE] == found
    held = [row for row in ledger.rows(100_000) if row.state in {"sending", "lost"}]
    assert found.reserved == sum((Decimal(str(row.price)) for row in held), Decimal(0)), "the rows say for what"
    after = begin(path, "after", 12)
    go([after])
    told = after.communicate(timeout=120)
    assert after.returncode == 0, told
    assert most(path)[SCOPE] <= Decimal(LIMIT)
    for row in held:
        ledger.forget(row.intent_id)
    spent = found.used + Decimal(told[0].split()[0])
    assert ledger.spending(SCOPE, is_sandbox=True) == Spending(spent, Decimal(0))
    ledger.close()
