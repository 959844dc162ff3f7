"""Credits: reserved at acceptance, charged on success, refunded on failure or cancel. Whole thousandths inside."""

import sqlite3

from genwidget.sandbox.http.responses import Refusal


def to_credits(thousandths: int) -> float:
    """Return credits with three decimals."""
    return thousandths / 1000


def balance(db: sqlite3.Connection, account_id: str, now_ms: int) -> int:
    """Return an account's balance in thousandths, after settling what has ended."""
    settle(db, now_ms)
    row = db.execute("SELECT balance FROM accounts WHERE account_id = ?", (account_id,)).fetchone()
    return int(row["balance"])


def reserve(db: sqlite3.Connection, account_id: str, generation_id: str, amount: int, now_ms: int) -> None:
    """Take credits at acceptance.

    Raises:
        Refusal: 402, the balance is too low; nothing was taken.
    """
    if balance(db, account_id, now_ms) < amount:
        raise Refusal("BSE1004")
    _move(db, account_id, generation_id, "reserve", -amount, now_ms)


def add(db: sqlite3.Connection, account_id: str, amount: int, now_ms: int) -> None:
    """Give an account credits."""
    _move(db, account_id, None, "add", amount, now_ms)


def refund(db: sqlite3.Connection, generation: sqlite3.Row, at_ms: int) -> bool:
    """Give a reservation back and settle the generation; False if it was settled before."""
    if not _mark_settled(db, generation["generation_id"]):
        return False
    _move(db, generation["account_id"], generation["generation_id"], "refund", generation["cost"], at_ms)
    return True


def settle(db: sqlite3.Connection, now_ms: int) -> None:
    """Charge or refund every generation that has ended since the last look.

    Nothing runs when a generation ends: its end was written down at acceptance, and whoever looks first settles it.
    """
    due = db.execute("SELECT * FROM generations WHERE is_settled = 0 AND ends_at <= ?", (now_ms,)).fetchall()
    for row in due:
        if row["outcome"] == "failed":
            refund(db, row, row["ends_at"])
        elif _mark_settled(db, row["generation_id"]):
            # A charge moves nothing: the reservation already did.
            _write(db, row["account_id"], row["generation_id"], "charge", 0, row["ends_at"])


def _mark_settled(db: sqlite3.Connection, generation_id: str) -> bool:
    changed = db.execute(
        "UPDATE generations SET is_settled = 1 WHERE generation_id = ? AND is_settled = 0", (generation_id,)
    )
    return changed.rowcount == 1


def _move(  # noqa: PLR0913, PLR0917 - one value per column
    db: sqlite3.Connection, account_id: str, generation_id: str | None, kind: str, amount: int, at_ms: int
) -> None:
    db.execute("UPDATE accounts SET balance = balance + ? WHERE account_id = ?", (amount, account_id))
    _write(db, account_id, generation_id, kind, amount, at_ms)


def _write(  # noqa: PLR0913, PLR0917 - one value per column
    db: sqlite3.Connection, account_id: str, generation_id: str | None, kind: str, amount: int, at_ms: int
) -> None:
    db.execute(
        "INSERT INTO credit_events (account_id, generation_id, kind, amount, at) VALUES (?, ?, ?, ?, ?)",
        (account_id, generation_id, kind, amount, at_ms),
    )
