"""What was asked and what came back, in SQLite: it outlives the kernel, and several processes may share it.

A row is committed before the first byte of a paid request leaves, so that its idempotency key is never lost. It holds
no key, only a fingerprint.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Self

from genwidget.errors import LedgerError
from genwidget.lifecycle import RunState
from genwidget.messages import render
from genwidget.owners import owner_of
from genwidget.settings import data_dir

#: One script per version of the schema; a file of version n needs those from n on.
MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE runs (
        intent_id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, request_hash TEXT NOT NULL, body BLOB,
        region_id TEXT NOT NULL, api_url TEXT NOT NULL, helper_url TEXT NOT NULL, is_own_origin INTEGER NOT NULL,
        model_type TEXT NOT NULL, model_id TEXT NOT NULL, path TEXT NOT NULL, key_fingerprint TEXT NOT NULL,
        created_at REAL NOT NULL, state TEXT NOT NULL, generation_id TEXT, status_code INTEGER, latency_ms INTEGER,
        total_ms INTEGER, error_code TEXT, credits REAL, provider TEXT, price REAL, updated_at REAL NOT NULL
    );
    CREATE INDEX runs_by_time ON runs (created_at DESC);
    """,
    "ALTER TABLE runs ADD COLUMN owner INTEGER;",
)
#: States of runs that a process carries.
_LIVE: Final = frozenset(one.value for one in RunState if not one.is_terminal)
#: How long a writer waits for another process, in milliseconds, and how often it then begins again.
BUSY_TIMEOUT_MS: Final = 5_000
BUSY_TRIES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One intent and what came of it. Times are Unix seconds; ``body`` is None where bodies are not stored.

    The ledger itself sets the last two: ``owner`` is the process that wrote the row last, as :mod:`genwidget.owners`
    numbers them; ``is_carried_elsewhere`` says that the run is live and that this is another process, which was alive
    when the row was read.
    """

    intent_id: str
    idempotency_key: str
    request_hash: str
    body: bytes | None
    region_id: str
    api_url: str
    helper_url: str
    is_own_origin: bool
    model_type: str
    model_id: str
    path: str
    key_fingerprint: str
    created_at: float
    state: str
    generation_id: str | None = None
    status_code: int | None = None
    latency_ms: int | None = None
    total_ms: int | None = None
    error_code: str | None = None
    credits: float | None = None
    provider: str | None = None
    price: float | None = None
    updated_at: float
    owner: int | None = field(default=None, compare=False)
    is_carried_elsewhere: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key at the host that it is for: its fingerprint, and the API's origin, or None for any sandbox's."""

    fingerprint: str
    api_url: str | None

    @classmethod
    def of(cls, fingerprint: str, region_id: str, api_url: str) -> Self:
        """Return the use of a key; the sandbox has another port in each process."""
        return cls(fingerprint, None if region_id == "sandbox" else api_url)


_COLUMNS: Final = tuple(one.name for one in fields(Row) if one.name != "is_carried_elsewhere")
#: What changes after a row was begun.
_OUTCOME: Final = (
    "state",
    "generation_id",
    "status_code",
    "latency_ms",
    "total_ms",
    "error_code",
    "credits",
    "provider",
    "updated_at",
    "owner",
)


class Ledger:
    """The ledger's file, opened at first need. Safe from any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_dir() / "ledger.sqlite3"
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner_pid = 0
        self._owner = owner_of(self.path.with_name(f"{self.path.name}.lock"))

    def begin(self, row: Row) -> bool:
        """Commit a new row and wait for the disk; False where its intent is there already, and nothing was written.

        Raises:
            LedgerError: the file cannot be used.
        """
        marks = ", ".join("?" * len(_COLUMNS))
        # The names are this module's own; values are bound.
        statement = f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
        with self._writing(sync="FULL") as connection:
            return connection.execute(statement, self._values(row, _COLUMNS)).rowcount == 1

    def record(self, row: Row) -> None:
        """Write what has come of a row; one that was forgotten meanwhile stays so.

        Raises:
            LedgerError: the file cannot be used.
        """
        assignments = ", ".join(f"{name} = ?" for name in _OUTCOME)
        with self._writing() as connection:
            connection.execute(
                f"UPDATE runs SET {assignments} WHERE intent_id = ?",  # noqa: S608 - the names are this module's own
                (*self._values(row, _OUTCOME), row.intent_id),
            )

    def rows(self, limit: int = 100, key: KeyUse | None = None) -> list[Row]:
        """Return the newest rows first: of all keys, or of one at its host.

        Raises:
            LedgerError: the file cannot be used.
        """
        condition, values = _sent_with(key)
        return self._select(f"{condition} ORDER BY created_at DESC, rowid DESC LIMIT ?", *values, limit)

    def find(self, run_id: str) -> Row | None:
        """Return the row of a run, or None.

        Raises:
            LedgerError: the file cannot be used.
        """
        found = self._select("WHERE intent_id = ?", run_id)
        return found[0] if found else None

    def starting_with(self, beginning: str) -> list[Row]:
        """Return the rows whose run's id begins so.

        Raises:
            LedgerError: the file cannot be used.
        """
        return self._select("WHERE substr(intent_id, 1, length(?1)) = ?1", beginning)

    def generation_ids(self) -> set[str]:
        """Return the ids of all generations that runs are known to have made.

        Raises:
            LedgerError: the file cannot be used.
        """
        with self._lock, self._explained():
            return {one for (one,) in self._open().execute("SELECT generation_id FROM runs") if one is not None}

    def forget(self, run_id: str) -> bool:
        """Delete the row of a run; False where there is none.

        Raises:
            LedgerError: the file cannot be used.
        """
        with self._writing() as connection:
            return connection.execute("DELETE FROM runs WHERE intent_id = ?", (run_id,)).rowcount == 1

    def close(self) -> None:
        """Close the file; it is opened again at need."""
        with self._lock:
            if self._connection is not None and self._owner_pid == os.getpid():
                self._connection.close()
            self._connection = None
        self._owner.release(self)

    def _values(self, row: Row, names: tuple[str, ...]) -> tuple[object, ...]:
        owned = replace(row, owner=self._owner.number(self))
        return tuple(getattr(owned, name) for name in names)

    def _select(self, condition: str, *values: object) -> list[Row]:
        with self._lock, self._explained():
            statement = f"SELECT {', '.join(_COLUMNS)} FROM runs {condition}"  # noqa: S608 - conditions are our own
            found = self._open().execute(statement, values).fetchall()
        return [self._row(dict(zip(_COLUMNS, one, strict=True))) for one in found]

    def _row(self, found: dict[str, Any]) -> Row:
        is_elsewhere = found["state"] in _LIVE and self._owner.lives_elsewhere(found["owner"])
        return Row(**{**found, "is_own_origin": bool(found["is_own_origin"]), "is_carried_elsewhere": is_elsewhere})

    @contextmanager
    def _writing(self, sync: str = "NORMAL") -> Iterator[sqlite3.Connection]:
        """Hold the write lock; what is committed NORMAL outlives the process, FULL a power cut too."""
        with self._lock, self._explained():
            connection = self._open()
            connection.execute(f"PRAGMA synchronous = {sync}")
            _begin(connection)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(render("ledger_failed", path=self.path, reason=error)) from error

    def _open(self) -> sqlite3.Connection:
        # A connection must not cross a fork.
        if self._connection is None or self._owner_pid != os.getpid():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._owner_pid = connection, os.getpid()
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        _insist(connection, "PRAGMA journal_mode = WAL")
        if _version(connection) == len(MIGRATIONS):
            return
        _begin(connection)
        version = _version(connection)
        if version > len(MIGRATIONS):
            connection.execute("ROLLBACK")
            raise LedgerError(render("ledger_newer", path=self.path))
        for script in MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")


def _sent_with(key: KeyUse | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition of a key at its host, and its values."""
    if key is None:
        return "", ()
    if key.api_url is None:
        return "WHERE key_fingerprint = ? AND region_id = ?", (key.fingerprint, "sandbox")
    return "WHERE key_fingerprint = ? AND api_url = ?", (key.fingerprint, key.api_url)


def _begin(connection: sqlite3.Connection) -> None:
    """Take the write lock at once: a lock taken halfway would have to give up its work."""
    _insist(connection, "BEGIN IMMEDIATE")


def _insist(connection: sqlite3.Connection, statement: str) -> None:
    """Run a statement that other processes may hold up; SQLite gives up early where it sees a deadlock coming."""
    for tries_left in reversed(range(BUSY_TRIES)):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if tries_left == 0 or error.sqlite_errorcode not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            time.sleep(0.01 * (BUSY_TRIES - tries_left))
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
