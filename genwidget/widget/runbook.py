"""The runs of one playground, and which of them is shown."""

from collections.abc import Callable, Iterable
from typing import Any

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.run import Run
from genwidget.widget.history import Runs
from genwidget.widget.sender import Sender
from genwidget.widget.state import LineCounts, run_snapshot


class RunBook:
    """Keeps runs, follows them, and tells the page of every change through its sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._runs: dict[str, Run] = {}
        self._unsubscribes: list[Callable[[], None]] = []
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
        if run_id not in self._runs:
            raise GenwidgetError(render("no_such_run"))
        return self._runs[run_id]

    def all(self) -> list[Run]:
        """Return the runs in no order."""
        return list(self._runs.values())

    def add(self, runs: Iterable[Run]) -> None:
        """Take runs that are not known yet, and follow them."""
        self._take(runs)
        self._tell_rows()

    def show(self, run: Run) -> None:
        """Show a run, new or known."""
        self.shown = run
        self._take([run])
        self._tell(run)

    def close(self) -> None:
        """Follow nothing any more."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()

    def _take(self, runs: Iterable[Run]) -> None:
        for run in runs:
            if run.run_id not in self._runs:
                self._runs[run.run_id] = run
                self._unsubscribes.append(run.subscribe(self._tell))

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
        return None if self.shown is None else run_snapshot(self.shown, self._lines)

    def _of_shown(self, name: str) -> Any:
        return None if self.shown is None else getattr(self.shown, name)
