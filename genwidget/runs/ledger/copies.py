"""Copies of the ledger where a process's own disk ends with it, and only whole files outlive it: in a browser.

SQLite cannot keep its file there, which needs locks and parts of files. So each change is followed, before it is
committed, by a copy of the whole file. A copy is never written again: whoever changes the ledger reads the copies of
others that it has not read, writes one with all of it under a new name, and removes those alone that are contained in
it. So no process can take another's rows away, however their steps interleave; whoever comes next finds all of them.
"""

import base64
import binascii
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from genwidget.errors import LedgerError
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.ledger.file import LedgerFile
from genwidget.runs.ledger.merging import merge

logger = logger_of(__name__)

#: Text, since a drive that is asked for a file of another kind may take it for one of text and spoil it.
_SUFFIX: Final = ".txt"


class Copies:
    """The copies in one folder, as one process reads and writes them. Safe from any thread.

    Args:
        folder: where they are; made at first need.
        work: a file of this process, for a copy that is being read.
    """

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self._work = work
        self._lock = threading.RLock()
        #: Copies of which all is in the ledger's file, and those that cannot be read.
        self._contained: set[str] = set()
        self._unread: set[str] = set()

    def gather(self, connection: sqlite3.Connection) -> None:
        """Take what others have written into the ledger's file; outside a transaction.

        Raises:
            OSError: the folder cannot be read.
            sqlite3.Error: the ledger's file cannot be written.
        """
        with self._lock:
            there = set(self._names())
            self._contained &= there
            for name in sorted(there - self._contained - self._unread):
                if self._take(name, connection):
                    self._contained.add(name)

    def keep(self, connection: sqlite3.Connection) -> None:
        """Write what the file has become, at the end of a transaction, and remove the copies that it contains.

        Raises:
            OSError: it cannot be written, and the transaction is to be given up.
        """
        with self._lock:
            name = f"{time.time_ns():020}-{secrets.token_hex(8)}{_SUFFIX}"
            self.folder.mkdir(parents=True, exist_ok=True)
            # At once: each write of a part would have the drive copy all that is there.
            (self.folder / name).write_bytes(base64.b64encode(connection.serialize()))
            for contained in self._contained:
                with suppress(OSError):  # whoever reads it once more finds nothing new in it
                    (self.folder / contained).unlink()
            self._contained = {name}

    def _names(self) -> Iterator[str]:
        if self.folder.is_dir():
            yield from (path.name for path in self.folder.iterdir() if path.suffix == _SUFFIX)

    def _take(self, name: str, connection: sqlite3.Connection) -> bool:
        """Merge a copy; False where it has gone meanwhile, which leaves its rows in another, or cannot be read."""
        try:
            self._work.write_bytes(base64.b64decode((self.folder / name).read_bytes(), validate=True))
            with closing(LedgerFile(self._work).open()):
                pass
        except FileNotFoundError:
            return False
        except (OSError, binascii.Error, sqlite3.Error, LedgerError) as error:
            logger.warning(render("ledger_copy_unreadable", path=self.folder / name, reason=error))
            self._unread.add(name)
            return False
        try:
            merge(connection, self._work)
        finally:
            for suffix in ("", "-wal", "-shm"):
                self._work.with_name(f"{self._work.name}{suffix}").unlink(missing_ok=True)
        return True
