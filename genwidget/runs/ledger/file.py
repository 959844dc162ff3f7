"""The ledger's file: how it is opened, brought to the newest schema, and kept safe from others that use it."""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, Protocol

from genwidget.errors import LedgerError
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.ledger import batches, numbers, shares, spending

logger = logger_of(__name__)

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
    "ALTER TABLE runs ADD COLUMN is_deleted INTEGER;",
    spending.SCHEMA,
    batches.SCHEMA,
    shares.SCHEMA,
    batches.TERMS,
    """
    ALTER TABLE runs ADD COLUMN rating INTEGER;
    CREATE INDEX runs_by_rating ON runs (rating) WHERE rating IS NOT NULL;
    """,
    batches.AXES,
    numbers.SCHEMA,
)
#: How long one statement waits for another process, in seconds.
BUSY_TIMEOUT_S: Final = 0.5

#: A lock of its own for a forked process: another thread may have held it at the fork.
_making = threading.Lock()

Sync = Literal["NORMAL", "FULL"]


class Kept(Protocol):
    """Keeps what is in the file where the file itself is lost with the process."""

    def gather(self, connection: sqlite3.Connection) -> None:
        """Take what others have kept; outside a transaction."""

    def keep(self, connection: sqlite3.Connection) -> None:
        """Keep what the file has become, at the end of a transaction."""


class LedgerFile:
    """Opens connections to one file.

    Args:
        path: of the file; it and its folder are made at first need, for their owner only.
        vfs: how SQLite reaches the file system; None takes its own choice. Tests name one that has no WAL mode.
        kept: what outlives the file, where the file does not outlive the process.
    """

    def __init__(self, path: Path, vfs: str | None = None, kept: Kept | None = None) -> None:
        self.path = path
        self.kept = kept
        self._vfs = vfs
        self._is_gathered = kept is None
        #: Which file it was when it was first opened, by device and inode.
        self._identity: tuple[int, int] | None = None
        #: The journal mode that SQLite gave, such as ``wal``, once the file has been opened.
        self.journal_mode: str | None = None

    def open(self, timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
        """Return a connection for any thread, one at a time; texts are read as bytes.

        Raises:
            LedgerError: the file was written by a newer version, or is not the one that was opened before.
            sqlite3.Error, OSError: it cannot be used, or another process keeps it for longer than ``timeout_s``.
        """
        self.check()
        self._make()
        address = self.path.absolute().as_uri() + (f"?vfs={self._vfs}" if self._vfs else "")
        connection = sqlite3.connect(
            address, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
        try:
            connection.text_factory = bytes
            self._prepare(connection)
            if self.kept is not None and not self._is_gathered:
                self.kept.gather(connection)
                self._is_gathered = True
            if self._identity is None:
                self._identity = self._find()
        except BaseException:
            connection.close()
            raise
        return connection

    def check(self) -> None:
        """Refuse another file than the one that was opened first, and none: its runs and what was spent are not there.

        A connection would go on in a file that was deleted, and nobody would find what it writes.

        Raises:
            LedgerError: the file was moved, deleted or replaced.
            OSError: it cannot be looked at.
        """
        if self._identity is not None and self._find() != self._identity:
            gone = FileNotFoundError(errno.ENOENT, render("ledger_gone_reason"))
            raise LedgerError(render("ledger_gone", path=self.path)) from gone

    def _find(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_dev, found.st_ino

    def _make(self) -> None:
        """Make the file where there is none.

        One that is there is never opened but by SQLite: a POSIX process that closes any descriptor of a file loses
        every lock that it has there, those of SQLite's connections too.
        """
        with _making:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    def sync_for(self, wanted: Sync) -> Sync:
        """Return how commits wait for the disk: outside WAL mode ``NORMAL`` could leave a file that is broken."""
        return wanted if self.journal_mode == "wal" else "FULL"

    def _prepare(self, connection: sqlite3.Connection) -> None:
        mode = _set_journal(connection)
        if self.journal_mode is None and mode != "wal":
            logger.warning(render("ledger_no_wal", path=self.path, mode=mode))
        self.journal_mode = mode
        if _version(connection) == len(MIGRATIONS):
            return
        with transaction(connection, "FULL"):
            version = _version(connection)
            if version > len(MIGRATIONS):
                raise LedgerError(render("ledger_newer", path=self.path))
            for script in MIGRATIONS[version:]:
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def transaction(connection: sqlite3.Connection, sync: Sync) -> Iterator[None]:
    """Hold the write lock; what is committed NORMAL outlives the process, FULL a power cut too.

    The lock is taken at once: one taken halfway would have to give up its work.
    """
    connection.execute(f"PRAGMA synchronous = {sync}")  # within a transaction it would change nothing
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Where the disk is full SQLite has rolled back by itself; and why it failed is what must be told.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def is_busy(error: BaseException) -> bool:
    """Tell whether another process keeps the file, which passes."""
    code = error.sqlite_errorcode if isinstance(error, sqlite3.Error) and hasattr(error, "sqlite_errorcode") else 0
    return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_full(error: BaseException) -> bool:
    """Tell whether the disk has no room, or the user none of it."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def reason_of(error: BaseException) -> str:
    """Return why the file cannot be used, as SQLite or the system said it."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    name = getattr(error, "sqlite_errorname", "")
    # "disk I/O error" and "unable to open database file" say no more; their extended codes do.
    return f"{error}, {name}" if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN_")) else str(error)


def unusable(code: str, path: Path, error: BaseException) -> LedgerError:
    """Return the sentence for a file that cannot be used, with what can be done unless it passes by itself."""
    code = "ledger_full" if is_full(error) else code
    told = render(code, path=path, reason=reason_of(error))
    return LedgerError(told if is_busy(error) or is_full(error) else f"{told} {render('ledger_place')}")


def _statements(script: str) -> Iterator[str]:
    """Part a script into its statements; one that makes a trigger has more semicolons than its last."""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), "each statement ends in a semicolon"


def _set_journal(connection: sqlite3.Connection) -> str:
    """Ask for WAL mode and return what SQLite gave.

    WAL needs memory that processes share. Where the file system has none, SQLite keeps the older mode, or fails.
    """
    try:
        return _journal(connection, "WAL")
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise
        # A file in WAL mode can be brought out of it without shared memory by whoever has it alone.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        mode = _journal(connection, "DELETE")
        connection.execute("PRAGMA locking_mode = NORMAL")
        _version(connection)  # the lock is let go of with the next read
        return mode


def _journal(connection: sqlite3.Connection, mode: str) -> str:
    with closing(connection.execute(f"PRAGMA journal_mode = {mode}")) as found:
        return str(found.fetchone()[0], "ascii")


def _version(connection: sqlite3.Connection) -> int:
    with closing(connection.execute("PRAGMA user_version")) as found:
        return int(found.fetchone()[0])


def _start_anew() -> None:
    global _making  # noqa: PLW0603 - the one lock of the process
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows, which forks nothing
    os.register_at_fork(after_in_child=_start_anew)
