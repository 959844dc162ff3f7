"""Idempotency keys: the same key and body within 24 hours is the same generation, whatever happened to the answer."""

import hashlib
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from genwidget.sandbox import assumptions
from genwidget.sandbox.http.responses import Refusal

HEADER: Final = "Idempotency-Key"
_PATTERN: Final = re.compile(r"[A-Za-z0-9_\-:.]{1,255}")


@dataclass(frozen=True, slots=True)
class Intent:
    """One keyed request: keys are per account and route."""

    account_id: str
    route: str
    idempotency_key: str
    body_hash: str

    @property
    def slot(self) -> tuple[str, str, str]:
        """What two requests share that may not be processed at once."""
        return (self.account_id, self.route, self.idempotency_key)


def read_key(header: str | None) -> str | None:
    """Return the key of a request, or None without one.

    Raises:
        Refusal: 400, it is malformed.
    """
    if header is not None and not _PATTERN.fullmatch(header):
        raise Refusal("BSE2001", details={"field": HEADER})
    return header


def body_hash(body: Any) -> str:
    """Return a hash that two bodies share when they say the same, whatever their spacing and order."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def find_original(db: sqlite3.Connection, intent: Intent, now_ms: int) -> sqlite3.Row | None:
    """Return what the first request with this key was answered, or None if this is the first.

    Raises:
        Refusal: 409, the key was used with another body.
    """
    oldest = now_ms - assumptions.IDEMPOTENCY_HOURS * 3_600_000
    db.execute("DELETE FROM idempotency WHERE created_at <= ?", (oldest,))
    row = db.execute(
        "SELECT * FROM idempotency WHERE account_id = ? AND route = ? AND idempotency_key = ?", intent.slot
    ).fetchone()
    if row is not None and row["body_hash"] != intent.body_hash:
        raise Refusal("BSE2015")
    assert row is None or isinstance(row, sqlite3.Row)
    return row


def keep(db: sqlite3.Connection, intent: Intent, generation_id: str, reply: bytes, now_ms: int) -> None:
    """Write down the answer, in the transaction that writes the generation."""
    db.execute(
        "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*intent.slot, intent.body_hash, generation_id, reply, now_ms),
    )
