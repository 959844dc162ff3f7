"""What runs cost, in the ledger: reserved with the intent, spent or released with its end. Called within a transaction.

Each run has one row per scope that it counts in; the ledger's own scope, ``machine``, counts every run. Triggers keep
the total of each scope, so that a limit is checked against one row, however long the ledger is. A row outlives its
run's, which can be forgotten: what was spent stays spent.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from genwidget.api.keys import is_public
from genwidget.errors import SpendLimitReached
from genwidget.runs.ledger.row import Row
from genwidget.runs.spend_limit import (
    MACHINE,
    Spending,
    SpendLimit,
    price_units,
    reached,
    to_credits,
)
from genwidget.runs.state import RunState

#: Ends after which it is known what a run has cost. After any other it may still be charged.
SETTLED: Final = frozenset(
    {
        RunState.SUCCEEDED,
        RunState.FAILED,
        RunState.CANCELED,
        RunState.ANSWERED,
        RunState.REFUSED,
        RunState.UNREACHED,
        RunState.UNSENT,
    }
)

#: The schema's part, for :data:`genwidget.runs.ledger.file.MIGRATIONS`. Amounts are millionths of a credit.
SCHEMA: Final = """
    CREATE TABLE spending (
        intent_id TEXT NOT NULL, scope TEXT NOT NULL, is_sandbox INTEGER NOT NULL, at_most INTEGER,
        reserved INTEGER NOT NULL, spent INTEGER NOT NULL, PRIMARY KEY (intent_id, scope)
    ) WITHOUT ROWID;
    CREATE TABLE spending_totals (
        scope TEXT NOT NULL, is_sandbox INTEGER NOT NULL, reserved INTEGER NOT NULL, spent INTEGER NOT NULL,
        PRIMARY KEY (scope, is_sandbox)
    ) WITHOUT ROWID;
    CREATE TRIGGER spending_added AFTER INSERT ON spending BEGIN
        INSERT INTO spending_totals VALUES (NEW.scope, NEW.is_sandbox, NEW.reserved, NEW.spent)
        ON CONFLICT (scope, is_sandbox) DO UPDATE SET reserved = reserved + NEW.reserved, spent = spent + NEW.spent;
    END;
    CREATE TRIGGER spending_changed AFTER UPDATE ON spending BEGIN
        UPDATE spending_totals
        SET reserved = reserved + NEW.reserved - OLD.reserved, spent = spent + NEW.spent - OLD.spent
        WHERE scope = NEW.scope AND is_sandbox = NEW.is_sandbox;
    END;
    INSERT INTO spending
    SELECT intent_id, 'machine', region_id = 'sandbox', NULL,
        CASE WHEN is_open AND price BETWEEN 0 AND 1e9 THEN CAST(ROUND(price * 1e6) AS INTEGER) ELSE 0 END,
        CASE WHEN NOT is_open AND credits BETWEEN 0 AND 1e9 THEN CAST(ROUND(credits * 1e6) AS INTEGER) ELSE 0 END
    FROM (SELECT *, state IN ('sending', 'accepted', 'processing', 'lost', 'expired') AS is_open FROM runs)
    WHERE typeof(intent_id) = 'text' AND region_id IS NOT NULL;
"""


class Refusal:
    """Why what was begun is undone, or None."""

    error: SpendLimitReached | None = None


@contextmanager
def undone_if_refused(connection: sqlite3.Connection) -> Iterator[Refusal]:
    """Undo what is changed within, but nothing else of the transaction, where a limit would be passed."""
    refusal = Refusal()
    connection.execute("SAVEPOINT run")
    try:
        yield refusal
    except SpendLimitReached as error:
        refusal.error = error
        connection.execute("ROLLBACK TO run")
    connection.execute("RELEASE run")


def reserve(connection: sqlite3.Connection, row: Row, limits: Sequence[SpendLimit]) -> None:
    """Reserve a run's price in each scope; where the price is not known, nothing.

    Raises:
        SpendLimitReached: a limit would be passed. The caller has to roll back what belongs to the run.
    """
    price = price_units(row.price)
    at_most = {MACHINE: None} | {limit.scope: limit.units for limit in limits}
    is_sandbox = row.region_id == "sandbox" or is_public(row.key_fingerprint)
    _check(connection, limits, price, is_sandbox=is_sandbox)
    connection.executemany(
        "INSERT INTO spending VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (intent_id, scope) DO UPDATE "
        "SET at_most = excluded.at_most, reserved = excluded.reserved, spent = 0",
        [(row.intent_id, scope, is_sandbox, bound, price or 0) for scope, bound in at_most.items()],
    )


def limits_of(connection: sqlite3.Connection, run_id: str) -> list[SpendLimit]:
    """Return the limits that a run was sent within, each as it was then, but for the machine's."""
    found = connection.execute(
        "SELECT scope, at_most FROM spending WHERE intent_id = ? AND scope != ?", (run_id, MACHINE)
    )
    return [SpendLimit(scope.decode(), None if most is None else to_credits(most)) for scope, most in found]


def settle(connection: sqlite3.Connection, row: Row) -> None:
    """Take what has come of a run: where it is known what it cost, that is spent and nothing is reserved."""
    if row.state in SETTLED or row.came_back:
        # What a run without a known price has cost is not known at its end either.
        _write(connection, row.intent_id, price_units(row.credits) or 0)
    elif row.price is not None:  # it may have been learned since the run was sent
        connection.execute(
            "UPDATE spending SET reserved = ? WHERE intent_id = ? AND reserved = 0 AND spent = 0",
            (price_units(row.price), row.intent_id),
        )


def close_out(connection: sqlite3.Connection, run_ids: str, values: tuple[object, ...]) -> None:
    """Take what is reserved for runs as spent, where nobody will ask any more what they have cost.

    Args:
        connection: to the ledger.
        run_ids: a query for their ids.
        values: bound to it.
    """
    connection.execute(
        f"UPDATE spending SET spent = reserved, reserved = 0 WHERE reserved != 0 AND intent_id IN ({run_ids})",  # noqa: S608
        values,
    )


def free(connection: sqlite3.Connection, run_ids: str, values: tuple[object, ...]) -> None:
    """Count runs as having cost nothing; arguments as of :func:`close_out`."""
    connection.execute(
        f"UPDATE spending SET spent = 0, reserved = 0 WHERE intent_id IN ({run_ids})",  # noqa: S608
        values,
    )


def read(rows: Iterable[tuple[int, int]]) -> Spending:
    """Return the spending of a row of totals, or of none."""
    return next((Spending(spent=to_credits(spent), reserved=to_credits(held)) for held, spent in rows), Spending())


#: Asks for what :func:`read` reads.
TOTAL: Final = "SELECT reserved, spent FROM spending_totals WHERE scope = ? AND is_sandbox = ?"

#: Asks for what is reserved for one run.
RESERVED: Final = "SELECT reserved FROM spending WHERE intent_id = ? AND scope = ?"


def _check(
    connection: sqlite3.Connection, limits: Sequence[SpendLimit], price: int | None, *, is_sandbox: bool
) -> None:
    for limit in limits:
        if limit.units is None:
            continue
        reserved, spent = next(connection.execute(TOTAL, (limit.scope, is_sandbox)), (0, 0))
        left = max(limit.units - reserved - spent, 0)
        if left == 0 if price is None else price > left:
            used = read([(reserved, spent)])
            raise reached(limit, used, None if price is None else to_credits(price))


def _write(connection: sqlite3.Connection, run_id: str, spent: int) -> None:
    connection.execute(
        "UPDATE spending SET spent = ?1, reserved = 0 WHERE intent_id = ?2 AND (spent != ?1 OR reserved != 0)",
        (spent, run_id),
    )
