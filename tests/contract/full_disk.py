"""A disk that is full from its n-th write on, until room is made: for the ledger, and for the files of a batch."""

import errno
import os
import sqlite3
import threading
from pathlib import Path

from genwidget.batch import files
from genwidget.runs.ledger import file as ledger_file

#: What begins a statement that needs room.
_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")


class FullDisk:
    """Counts what is written, and refuses it while there is no room.

    Args:
        patch: of pytest.
    """

    def __init__(self, patch):
        self._lock = threading.Lock()
        self._connect, self._open = sqlite3.connect, Path.open
        self._replace, self._fsync = Path.replace, os.fsync
        self._temporary = files.tempfile.TemporaryFile
        self._own = set()
        self.note, self.forget = self._own.add, self._own.discard
        self.is_refused = threading.Event()
        self.begin(None)
        patch.setattr(ledger_file.sqlite3, "connect", self.connect)
        patch.setattr(files.Path, "open", self._method(self.open))
        patch.setattr(files.Path, "replace", self._method(self.replace))
        patch.setattr(files.os, "fsync", self.fsync)
        patch.setattr(files.tempfile, "TemporaryFile", self.temporary)

    @staticmethod
    def _method(do):
        """Return a function, which a class binds to its object."""

        def method(path, *more, **names):
            return do(path, *more, **names)

        return method

    def begin(self, first):
        """Refuse from the write of that number on; None refuses none."""
        with self._lock:
            self.count, self.first, self.what = 0, first, None
            self.is_refused.clear()

    def make_room(self):
        """Refuse nothing more."""
        with self._lock:
            self.first = None

    def write(self, what):
        """Count a write, and tell whether it is refused."""
        with self._lock:
            self.count += 1
            is_full = self.first is not None and self.count >= self.first
            if is_full and self.what is None:
                self.what = what
        if is_full:
            self.is_refused.set()
        return is_full

    def _take(self, what):
        if self.write(what):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def connect(self, address, *more, **names):
        if "ledger.sqlite3" not in str(address):
            return self._connect(address, *more, **names)
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, statement, *values):
                disk.judge(statement)
                return super().execute(statement, *values)

            def executemany(self, statement, *values):
                disk.judge(statement)
                return super().executemany(statement, *values)

        return self._connect(address, *more, factory=Connection, **names)

    def judge(self, statement):
        word = statement.split()[0]
        if word in _WRITES and self.write(f"{word} of the ledger"):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise error

    def open(self, path, mode="r", *more, **names):
        if mode != "wb" or path.suffix != ".part":
            return self._open(path, mode, *more, **names)
        kind = path.name.rpartition(".part")[0].rpartition(".")[2]
        self._take(f"open of a {kind}")
        return Short(self, self._open(path, mode, *more, **names), kind)

    def replace(self, path, target):
        if path.suffix == ".part":  # the sandbox keeps its own files
            self._take(f"rename of a {path.name.split('.')[-2]}")
        return self._replace(path, target)

    def fsync(self, number):
        if number in self._own:
            self._take("fsync")
        return self._fsync(number)

    def temporary(self, **names):
        self._take("trial of the folder")
        return self._temporary(**names)


class Short:
    """A file of which the disk takes half of what is written."""

    def __init__(self, disk, file, kind):
        self._disk, self._file, self._kind = disk, file, kind
        disk.note(file.fileno())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._disk.forget(self._file.fileno())
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, content):
        if self._disk.write(f"bytes of a {self._kind}"):
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(content)
