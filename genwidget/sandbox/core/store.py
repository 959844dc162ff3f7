"""The sandbox's data: one SQLite file in its state folder, which several processes may share."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from genwidget.sandbox import assumptions
from genwidget.sandbox.core.accounts import ACCOUNTS, POOR_ACCOUNT

SCHEMA_VERSION: Final = 1
BUSY_TIMEOUT_S: Final = 10.0
_DAY_MS: Final = 86_400_000

_SCHEMA: Final = """
CREATE TABLE accounts (account_id TEXT PRIMARY KEY, balance INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE generations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    generation_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    model_type TEXT NOT NULL,
    body TEXT NOT NULL,
    provider_order TEXT NOT NULL,
    cost INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    canceled_at INTEGER,
    removed_at INTEGER,
    is_settled INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX generations_due ON generations (is_settled, ends_at);
CREATE INDEX generations_of_account ON generations (account_id, seq);
CREATE TABLE attempts (
    generation_id TEXT NOT NULL,
    attempt_order INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model_id TEXT NOT NULL,
    prediction_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    error_code TEXT,
    cost INTEGER NOT NULL,
    PRIMARY KEY (generation_id, attempt_order)
);
CREATE INDEX attempts_of_time ON attempts (ended_at);
CREATE TABLE credit_events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    generation_id TEXT,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE TABLE idempotency (
    account_id TEXT NOT NULL,
    route TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    generation_id TEXT NOT NULL,
    reply BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, route, idempotency_key)
);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    account_id TEXT,
    key_prefix TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    route TEXT,
    endpoint TEXT,
    idempotency_key TEXT,
    status INTEGER,
    code TEXT,
    is_replay INTEGER NOT NULL,
    fault TEXT
);
CREATE INDEX requests_of_account ON requests (account_id, at);
"""


class Store:
    """One connection, used by one thread at a time; every change is one transaction.

    Amounts of credits are whole thousandths, times are milliseconds of the epoch.
    """

    def __init__(self, folder: Path, *, opening_balance: int, now_ms: int, is_temporary: bool = False) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.files = folder / "files"
        self.files.mkdir(mode=0o700, exist_ok=True)
        #: Uploaded pictures; made with the first.
        self.inputs = folder / "inputs"
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "sandbox.sqlite3", timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        # WAL lets other processes read while one writes; a killed process loses nothing that was committed.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'OFF' if is_temporary else 'NORMAL'}")
        with self.transaction() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
                _create(db, opening_balance, now_ms)
            db.execute("DELETE FROM requests WHERE at < ?", (now_ms - assumptions.KEEP_REQUESTS_DAYS * _DAY_MS,))
        self._forget_old_files(now_ms)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the only write lock of all processes; commit at the end, or roll back on an exception."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk may have ended it
                    self._db.execute("ROLLBACK")
                raise

    def forget_files(self, generation_id: str) -> None:
        """Remove the files made for a generation, if any were."""
        shutil.rmtree(self.files / generation_id, ignore_errors=True)

    def _forget_old_files(self, now_ms: int) -> None:
        # An output is drawn from its record, so a file that is missing is made again when it is asked for.
        for folder in self.files.iterdir():
            with suppress(FileNotFoundError):  # another process, which starts too, was faster
                if folder.stat().st_mtime * 1000 < now_ms - assumptions.KEEP_FILES_DAYS * _DAY_MS:
                    shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()


def _create(db: sqlite3.Connection, opening_balance: int, now_ms: int) -> None:
    # executescript would commit the transaction that keeps two processes from creating at once.
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            db.execute(statement)
    for account in ACCOUNTS:
        balance = 0 if account is POOR_ACCOUNT else opening_balance
        db.execute("INSERT INTO accounts VALUES (?, ?, ?)", (account.account_id, balance, now_ms))
        db.execute(
            "INSERT INTO credit_events (account_id, kind, amount, at) VALUES (?, 'add', ?, ?)",
            (account.account_id, balance, now_ms),
        )
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
