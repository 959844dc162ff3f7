"""The runs of one playground, and which of them is shown."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.run import Run
from genwidget.widget.history import Runs
from genwidget.widget.sender import Sender
from genwidget.widget.state import LineCounts, run_snapshot


class RunBook:
    """Keeps runs, follows them, and tells the page of every change through its sender.

    Args:
        sender: takes what the page must know.
        admits: tells whether a run may be seen here; one that may not is never kept. Asked again by :meth:`sift`.
    """

    def __init__(self, sender: Sender, admits: Callable[[Run], bool]) -> None:
        self._sender = sender
        self._admits = admits
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._unsubscribes: dict[str, Callable[[], None]] = {}
        self._sent: set[str] = set()
        self._lines = LineCounts()
        self.shown: Run | None = None

    def find(self, run_id: str) -> Run | None:
        """Return a run of this playground, or None."""
        return self._runs.get(run_id)

    def get(self, run_id: str) -> Run:
        """Return a run of this playground.

        Raises:
            GenwidgetError: it has no such run.
        """
        run = self._runs.get(run_id)
        if run is None:
            raise GenwidgetError(render("no_such_run"))
        return run

    def all(self) -> list[Run]:
        """Return the runs in no order."""
        with self._lock:
            return list(self._runs.values())

    def is_sent(self, run_id: str) -> bool:
        """Tell whether this playground sent a run, whether or not it may be seen now."""
        return run_id in self._sent

    def note_sent(self, run_id: str) -> None:
        """Take note that this playground sends a run."""
        self._sent.add(run_id)

    def add(self, runs: Iterable[Run]) -> None:
        """Take the runs that are not known yet and may be seen, and follow them."""
        self._take(runs)
        self._tell_rows()

    def show(self, run: Run) -> None:
        """Show a run, new or known, if it may be seen."""
        with self._lock:
            self._take([run])
            if run.run_id not in self._runs:
                return
            self.shown = run
        self._tell(run)

    def sift(self) -> None:
        """Drop the runs that may not be seen any more, the shown one too. They go on."""
        with self._lock:
            for run in [one for one in self._runs.values() if not self._admits(one)]:
                del self._runs[run.run_id]
                self._unsubscribes.pop(run.run_id)()
            is_gone = self.shown is not None and self.shown.run_id not in self._runs
            if is_gone:
                self.shown = None
        if is_gone:
            self._sender.set_now(run=None, response=None, outputs=())
        self._tell_rows()

    def close(self) -> None:
        """Follow nothing any more."""
        with self._lock:
            for unsubscribe in self._unsubscribes.values():
                unsubscribe()
            self._unsubscribes.clear()

    def _take(self, runs: Iterable[Run]) -> None:
        with self._lock:
            for run in runs:
                if run.run_id not in self._runs and self._admits(run):
                    self._runs[run.run_id] = run
                    self._unsubscribes[run.run_id] = run.subscribe(self._tell)

    def _tell(self, run: Run) -> None:
        """Tell the page of a change; called on the thread that carries runs, so what takes time is made later.

        The run goes before its row: a page that read of its answer in the row first would show the run before it again.
        """
        is_shown = run is self.shown
        if is_shown:
            self._sender.publish(run=self._snapshot)
        self._tell_rows()
        if is_shown:
            self._sender.publish(response=lambda: self._of_shown("response"))
            self._sender.publish(outputs=lambda: self._of_shown("outputs"))

    def _tell_rows(self) -> None:
        self._sender.publish(runs=lambda: Runs(self.all()))

    def _snapshot(self) -> dict[str, Any] | None:
        shown = self.shown  # another thread may drop it
        return None if shown is None else run_snapshot(shown, self._lines)

    def _of_shown(self, name: str) -> Any:
        shown = self.shown
        return None if shown is None else getattr(shown, name)
