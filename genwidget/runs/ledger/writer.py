"""The one thread that writes the ledger: in order, again and again until it is down, and in nobody's way.

Where no thread can be started, whoever hands a change over writes it, and what fails is tried again from the loop.
"""

import asyncio
import atexit
import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from genwidget import platform
from genwidget.errors import GenwidgetError, LedgerError
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.ledger.file import LedgerFile, Sync, is_busy, is_full, reason_of, transaction, unusable
from genwidget.runs.ledger.generations import as_known
from genwidget.runs.ledger.owner import Owner
from genwidget.runs.ledger.row import OUTCOME, Row, bindable
from genwidget.runs.ledger.spending import settle

logger = logger_of(__name__)

#: The first and the longest pause after a write that failed, in seconds.
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
#: How long a fork waits for a write under way, in seconds.
_FORK_WAIT_S: Final = 2.0

_UPDATE: Final = f"UPDATE runs SET {', '.join(f'{name} = ?' for name in OUTCOME)} WHERE intent_id = ?"  # noqa: S608

#: What has become of a job: whether a row was changed, or why it was refused.
Done = bool | GenwidgetError


class Job:
    """A change that someone waits for.

    Args:
        change: makes it within a transaction, on the writer's thread, and may be called again after one that failed.
            It returns whether a row was changed, or why the change is refused: it has then changed nothing.
        sync: ``FULL`` where it must outlive a power cut once the future has its result.
        limit_s: how long another process may keep the file until the wait is given up.
    """

    def __init__(self, change: Callable[[sqlite3.Connection], Done], sync: Sync, limit_s: float) -> None:
        self.change = change
        self.sync: Sync = sync
        self.give_up_at = time.monotonic() + limit_s
        #: Whether a row was changed. Canceled before it was begun, nothing is written.
        self.future: Future[bool] = Future()
        self._is_begun = False

    def begin(self) -> bool:
        """Tell whether it is still wanted; from then on it cannot be canceled."""
        if not self._is_begun:
            self._is_begun = self.future.set_running_or_notify_cancel()
        return self._is_begun

    def end(self, done: Done) -> None:
        """Tell whoever waits what has become of it."""
        if isinstance(done, GenwidgetError):
            self.future.set_exception(done)
        else:
            self.future.set_result(done)

    def fail(self, error: LedgerError) -> None:
        """Tell whoever waits that nothing was written."""
        if self.begin():
            self.future.set_exception(error)


class Writer:
    """Takes jobs, and outcomes of runs. The newest outcome of a run replaces one that is not yet written.

    The thread is started at need and stays, since an interpreter that is ending starts none. A job fails at once,
    unless another process keeps the file; an outcome is kept and tried again for as long as the process lives.

    Args:
        file: what is written.
        owner: this process, as rows name it.
        on_pending: called, from any thread, when there is something to write and there was nothing.
        on_written: called after each write, before whoever waits for it goes on.
        on_came_back: called with each outcome that was written as costing nothing, against what was handed over.
    """

    def __init__(
        self,
        file: LedgerFile,
        owner: Owner,
        on_pending: Callable[[], None],
        on_written: Callable[[], None],
        on_came_back: Callable[[Row], None],
    ) -> None:
        self._file = file
        self._owner = owner
        self._on_pending = on_pending
        self._on_written = on_written
        self._on_came_back = on_came_back
        self._start_anew()
        _writers.add(self)

    def _start_anew(self) -> None:
        # Held through each attempt to write, so that no process is forked in the middle of one.
        self._attempting = threading.Lock()
        self._is_held = False
        self._changed = threading.Condition()
        self._pid = os.getpid()
        self._jobs: deque[Job] = deque()
        self._outcomes: dict[str, Row] = {}
        self._thread: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._since: float | None = None
        self._reason: str | None = None
        #: Whether nothing could be written last for want of room.
        self.is_full = False
        self._is_hurried = False
        self._is_leaving = False
        self._is_at_it = False  # without a thread
        self._next_try: asyncio.TimerHandle | None = None

    def ask(self, job: Job) -> Future[bool]:
        """Take a job; returns at once."""
        with self._changed:
            self._jobs.append(job)
            is_first = self._wake()
            is_served = self._thread is not None or not platform.can_start_threads()
            if not is_served:
                self._jobs.remove(job)
        if not is_served:
            job.fail(LedgerError(render("runner_closed")))
        elif is_first:
            self._on_pending()
        self._serve_without_thread()
        return job.future

    def record(self, row: Row) -> None:
        """Take the outcome of a run; returns at once."""
        with self._changed:
            self._outcomes.pop(row.intent_id, None)
            self._outcomes[row.intent_id] = row
            is_first = self._wake()
        if is_first:
            self._on_pending()
        self._serve_without_thread()

    def outcomes(self) -> dict[str, Row]:
        """Return the outcomes that are not yet written, by the ids of their runs."""
        with self._changed:
            return dict(self._outcomes)

    def waiting(self) -> tuple[int, float, str | None]:
        """Return how many changes are not written, for how many seconds nothing was, and why, as far as known."""
        with self._changed:
            waited_s = 0.0 if self._since is None else time.monotonic() - self._since
            return len(self._jobs) + len(self._outcomes), waited_s, self._reason

    def drain(self, timeout_s: float) -> bool:
        """Wait until all is written, trying without longer pauses; tell whether it is."""
        with self._changed:
            self._is_hurried = True
            self._wake()
            is_served = self._thread is not None
            try:
                if is_served or not self._is_pending():
                    return self._changed.wait_for(lambda: not self._is_pending(), timeout_s)
            finally:
                self._is_hurried = False
        return self._attempt() is None

    def close(self) -> None:
        """End the thread once all is written, and close the file if nothing is being written; until there is more."""
        with self._changed:
            self._is_leaving = self._thread is not None
            self._changed.notify_all()
        if self._attempting.acquire(blocking=False):
            try:
                self._disconnect()
            finally:
                self._attempting.release()

    def before_fork(self) -> None:
        """Close the file: neither SQLite's connections nor its locks can be shared with a forked process."""
        self._is_held = self._attempting.acquire(timeout=_FORK_WAIT_S)
        if self._is_held:
            self._disconnect()

    def after_fork(self) -> None:
        """Go on, in the process that was forked."""
        if self._is_held:
            self._is_held = False
            self._attempting.release()

    def after_fork_in_child(self) -> None:
        """Begin anew: what is not yet written is the parent's to write."""
        _abandoned.append(self._connection)
        self._start_anew()

    def _is_pending(self) -> bool:
        return bool(self._jobs or self._outcomes)

    def _wake(self) -> bool:
        """Let the thread know that there is something to write; tell whether there was nothing before."""
        if not self._is_pending():
            return False
        is_first = self._since is None
        self._is_leaving = False
        if is_first:
            self._since = time.monotonic()
        if self._thread is None and platform.can_start_threads():
            thread = threading.Thread(target=self._serve, name="genwidget-ledger", daemon=True)
            # A process that is ending starts no thread any more. Outcomes are then written by whoever calls `drain`.
            with suppress(RuntimeError):
                thread.start()
                self._thread = thread
        self._changed.notify_all()
        return is_first

    def _serve(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            error = self._attempt()
            with self._changed:
                self._note(error)
                if error is None:
                    pause_s = FIRST_PAUSE_S
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._is_pending() or self._is_leaving)
                    if not self._is_pending():
                        self._thread, self._is_leaving = None, False
                        return
                    continue
                self._pause(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _serve_without_thread(self, pause_s: float = FIRST_PAUSE_S) -> None:
        """Write on the caller's thread, where there is no other."""
        if platform.can_start_threads() or self._is_at_it:  # at it: whoever was told of a write has more to write
            return
        self._is_at_it = True
        try:
            while (error := self._attempt()) is None and self._is_pending():
                pass
        finally:
            self._is_at_it = False
        self._note(error)
        if self._next_try is not None:
            self._next_try.cancel()
            self._next_try = None
        if self._is_pending():
            loop, longer_s = asyncio.get_running_loop(), min(pause_s * 2, LONGEST_PAUSE_S)
            self._next_try = loop.call_later(pause_s, self._serve_without_thread, longer_s)

    def _note(self, error: Exception | None) -> None:
        """Note what has come of an attempt, for whoever asks what is not written."""
        self.is_full = error is not None and is_full(error)
        if error is None:
            self._reason = None
            self._since = time.monotonic() if self._is_pending() else None
        else:
            self._reason = reason_of(error.__cause__ or error)

    def _pause(self, pause_s: float) -> None:
        """Wait before the next attempt, less long where someone new waits for it."""
        jobs = len(self._jobs)
        if self._is_hurried:
            self._changed.wait(FIRST_PAUSE_S)
        elif self._is_pending():
            self._changed.wait_for(lambda: self._is_hurried or len(self._jobs) > jobs, pause_s)

    def _attempt(self) -> Exception | None:
        """Write all that there is; return why not all could be written."""
        with self._attempting:
            try:
                self._write()
            except Exception as error:  # noqa: BLE001 - whatever it is, what must be written stays and is tried again
                self._disconnect()
                return error
        return None

    def _write(self) -> None:
        """Write outcomes before jobs: what a run has not spent may be reserved by the next."""
        with self._changed:
            jobs, rows = tuple(self._jobs), tuple(self._outcomes.values())
        if not jobs and not rows:
            return
        sync: Sync = "FULL" if any(job.sync == "FULL" for job in jobs) else "NORMAL"
        try:
            connection, owner = self._connect(), self._owner.number(self)
            self._file.check()
            kept = self._file.kept
            if kept is not None:
                kept.gather(connection)
            with transaction(connection, self._file.sync_for(sync)):
                known = [as_known(connection, row) for row in rows]
                unknown = [row for row in known if not _write_outcome(connection, row, owner)]
                begun = [job for job in jobs if job.begin()]
                done = [job.change(connection) for job in begun]
                for row in unknown:  # its intent may have been among the jobs, too late to be canceled
                    _write_outcome(connection, row, owner)
                if kept is not None:
                    kept.keep(connection)
        except Exception as error:
            self._fail(jobs, error)
            raise
        self._take_off(jobs, rows)
        for row, written in zip(rows, known, strict=True):
            if written is not row:
                self._on_came_back(written)
        self._on_written()
        for job, one in zip(begun, done, strict=True):
            job.end(one)

    def _take_off(self, jobs: Sequence[Job], rows: Sequence[Row]) -> None:
        with self._changed:
            for job in jobs:
                self._jobs.remove(job)
            for row in rows:
                if self._outcomes.get(row.intent_id) is row:  # else it has a newer outcome by now
                    del self._outcomes[row.intent_id]

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        """Let those go who need not wait any longer: nothing but another process's lock passes by itself."""
        now = time.monotonic()
        for job in jobs:
            if not is_busy(error) or now >= job.give_up_at:
                with self._changed:
                    self._jobs.remove(job)
                job.fail(explained(error, self._file))

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._file.open()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # What is committed is down, and nothing else is to be kept.
            with suppress(sqlite3.Error):
                connection.close()


def _write_outcome(connection: sqlite3.Connection, row: Row, owner: int | None) -> bool:
    """Tell whether there was a row of that run; without one, what it has spent is written all the same."""
    is_known = connection.execute(_UPDATE, (*bindable(row, OUTCOME, owner), row.intent_id)).rowcount == 1
    settle(connection, row)
    return is_known


def explained(error: Exception, file: LedgerFile) -> LedgerError:
    """Return the sentence for a change that was not made."""
    if isinstance(error, LedgerError):
        return error
    told = unusable("ledger_failed", file.path, error)
    told.__cause__ = error
    return told


#: How long an ending process waits for each ledger that nobody closed, in seconds.
_END_TIMEOUT_S: Final = 3.0

_writers: Final[weakref.WeakSet[Writer]] = weakref.WeakSet()
#: Connections of a parent process. Closing them here would tidy up files that the parent is using.
_abandoned: Final[list[sqlite3.Connection | None]] = []


def _at_each(call: Callable[[Writer], None]) -> Callable[[], None]:
    def at_each() -> None:
        for writer in tuple(_writers):
            call(writer)

    return at_each


@atexit.register
def _finish() -> None:
    for writer in tuple(_writers):
        writer.drain(_END_TIMEOUT_S)


if hasattr(os, "register_at_fork"):  # not on Windows, which forks nothing
    os.register_at_fork(
        before=_at_each(Writer.before_fork),
        after_in_parent=_at_each(Writer.after_fork),
        after_in_child=_at_each(Writer.after_fork_in_child),
    )
