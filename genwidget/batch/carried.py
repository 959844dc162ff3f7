"""The batches that this process carries; none of them in a forked process, whose parent is another process."""

import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from genwidget.batch.batch import Batch
    from genwidget.batch.status import Status


class Carried:
    """Batches by the path of their ledger and their id. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: dict[tuple[Path, str], Batch] = {}
        self._taking_up: dict[tuple[Path, str], threading.Lock] = {}
        #: Those too that have ended: a fork finds their locks as they are.
        self._begun: weakref.WeakSet[Batch] = weakref.WeakSet()

    def __len__(self) -> int:
        return len(self._batches)

    def find(self, ledger: Path, batch_id: str) -> "Batch | None":
        """Return a batch that is carried here, or None."""
        with self._lock:
            return self._batches.get((ledger, batch_id))

    def keep(self, ledger: Path, batch: "Batch") -> None:
        """Take a batch that is carried from now on."""
        with self._lock:
            self._batches[ledger, batch.batch_id] = batch
            self._begun.add(batch)

    def forget(self, ledger: Path, batch_id: str, status: "Status") -> None:
        """Let a batch go that has ended, unless it has been taken up again since: it has another status then."""
        with self._lock:
            found = self._batches.get((ledger, batch_id))
            if found is not None and found.parts.status is status:
                del self._batches[ledger, batch_id]

    def taking_up(self, ledger: Path, batch_id: str) -> threading.Lock:
        """Return what is held while a batch is taken up, so that of two who do so the second finds it running."""
        with self._lock:
            return self._taking_up.setdefault((ledger, batch_id), threading.Lock())

    def after_fork_in_child(self) -> None:
        """Leave all of them to the parent."""
        self._lock = threading.Lock()  # another thread of the parent may have held it at the fork
        self._batches, self._taking_up = {}, {}
        for batch in tuple(self._begun):
            batch.leave_to_parent()
        self._begun.clear()


#: Those of this process.
carried: Final = Carried()

if hasattr(os, "register_at_fork"):  # not on Windows, which forks nothing
    os.register_at_fork(after_in_child=carried.after_fork_in_child)
