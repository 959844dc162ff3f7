"""Which process carries a run: a lock that the system itself takes back when the process ends, however it ends.

One file beside the ledger, of no bytes; each process that carries runs locks one byte of it, chosen at random, past its
end. The byte's number is what rows keep. A process id would be given away again, and means nothing in another
container that shares the same home.
"""

import errno
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from genwidget import platform

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: Bytes are numbered from 1 up to this: what the locks of every system can reach.
_MOST: Final = 2**31 - 2
_TRIES: Final = 8
_TAKEN: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class Owner:
    """This process, as the owner of runs in one ledger. Safe from any thread; a forked process is another owner.

    There is one per file, from :func:`owner_of`: a POSIX process that closes any descriptor of a file loses every lock
    that it has there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._users: set[int] = set()
        self._file: int | None = None
        self._number: int | None = None

    def number(self, user: object) -> int | None:
        """Return the number of the byte that this process has locked, and keep it until all users release it.

        None where files cannot be locked.
        """
        with self._guarded():
            self._users.add(id(user))
            if self._number is None:
                self._number = self._claim()
            return self._number

    def release(self, user: object) -> None:
        """Let the byte go, unless another user counts on it."""
        with self._guarded():
            self._users.discard(id(user))
            if not self._users and self._file is not None:
                os.close(self._file)
                self._file = self._number = None

    def lives_elsewhere(self, number: int | None) -> bool:
        """Tell whether another process that is alive has that byte; False where this cannot be known."""
        with self._guarded():
            if number is None or number == self._number or not platform.can_lock_files():
                return False
            try:
                return not _try_lock(self._open(), number, is_kept=False)
            except OSError:
                return False
            finally:
                if not self._users and self._file is not None:
                    os.close(self._file)
                    self._file = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        if self._pid != os.getpid():
            if self._file is not None:
                os.close(self._file)
            # The lock too: another thread of the parent may have held it at the fork.
            self._lock, self._pid, self._users = threading.Lock(), os.getpid(), set()
            self._file = self._number = None
        with self._lock:
            yield

    def _claim(self) -> int | None:
        if not platform.can_lock_files():
            return None
        try:
            opened = self._open()
            for _ in range(_TRIES):
                number = 1 + secrets.randbelow(_MOST)
                if _try_lock(opened, number, is_kept=True):
                    return number
        except OSError:
            return None
        return None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        return self._file


_owners: Final[dict[Path, Owner]] = {}


def owner_of(path: Path) -> Owner:
    """Return this process as the owner of runs whose lock file is at that path."""
    return _owners.setdefault(path.absolute(), Owner(path.absolute()))


def _try_lock(opened: int, number: int, *, is_kept: bool) -> bool:
    """Lock one byte for as long as the file is open, or look whether it could be; False where another process has it.

    Raises:
        OSError: files cannot be locked here.
    """
    try:
        if sys.platform == "win32":
            os.lseek(opened, number, os.SEEK_SET)
            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
            if not is_kept:
                os.lseek(opened, number, os.SEEK_SET)
                msvcrt.locking(opened, msvcrt.LK_UNLCK, 1)
        else:
            # Two processes that look at once share the lock, and so do not take one another for its owner.
            fcntl.lockf(opened, (fcntl.LOCK_EX if is_kept else fcntl.LOCK_SH) | fcntl.LOCK_NB, 1, number)
            if not is_kept:
                fcntl.lockf(opened, fcntl.LOCK_UN, 1, number)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True
