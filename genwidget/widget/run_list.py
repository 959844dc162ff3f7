"""The runs of one playground, which of them is shown, and what the page is told of them."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.runs.display import narrowed, show_runs
from genwidget.runs.entries import IDEMPOTENCY_S
from genwidget.runs.ledger import KeyUse, Ledger, Row
from genwidget.runs.run import Run
from genwidget.runs.state import NOT_ANSWERED
from genwidget.widget.payload_types import HistoryPayload, RunFacts, RunPayload
from genwidget.widget.payloads import LineCounts, run_facts, run_snapshot
from genwidget.widget.publisher import TraitPublisher


class Runs(Sequence[Run]):
    """An immutable list of runs, newest first. ``rows`` are plain records of the moment at which it was made."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = tuple(sorted(runs, key=lambda run: run.created_at, reverse=True))
        self.rows = [run_facts(run) for run in self._runs]

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        """Return one run, or some."""
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Runs) and self._runs == other._runs and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]  # it stands for a moment

    def __repr__(self) -> str:
        return f"<Runs: {len(self)}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Show a table of the newest."""
        return narrowed(show_runs(self._runs, repr(self)), include, exclude)

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per run: ids, state, what was sent, times in whole milliseconds, credits."""
        return [
            {
                **run_facts(run),
                "model_type": run.model_type,
                "region": run.region_id,
                "generation_id": run.generation_id,
                "prompt": run.prompt,
                "outputs": [output.url for output in run.outputs],
            }
            for run in self._runs
        ]

    def to_frame(self) -> Any:
        """Return the records as a pandas DataFrame with times as timestamps.

        Raises:
            ImportError: pandas is not installed; it is no dependency.
        """
        import pandas as pd  # noqa: PLC0415 - optional, and slow to import

        frame = pd.DataFrame(self.to_records())
        if "created_at" in frame:
            frame["created_at"] = pd.to_datetime(frame["created_at"], errors="coerce")
        return frame


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger has: rows, how many more beside them, and how many of the newest cannot be read."""

    rows: list[Row]
    beside: int
    unreadable: int


def read_runs(ledger: Ledger, limit: int, key: KeyUse | None, known: Callable[[], Iterable[Run]]) -> Found:
    """Return the newest rows, with all those of a day that were under way when their process ended. Blocks.

    Args:
        ledger: where to read.
        limit: how many of the newest.
        key: whose runs; None for those of every key.
        known: gives the runs that the playground has; they are not counted beside the rows.

    Raises:
        LedgerError: it cannot be read.
    """
    newest = ledger.read(limit, key)
    rows = {row.intent_id: row for row in (*newest.rows, *ledger.interrupted(time.time() - IDEMPOTENCY_S, key))}
    beside = ledger.count_beside({*rows, *(run.run_id for run in known())}, key)
    return Found(list(rows.values()), beside - newest.unreadable, newest.unreadable)


class RunList:
    """Keeps runs, follows them, and tells the page of every change through its sender.

    The page is told how many runs there are and that something of them changed, never which: it asks for the list.

    Args:
        publisher: takes what the page must know.
        admits: whether a run may be seen here; one that may not is never kept. Asked again by :meth:`drop_hidden`.
    """

    def __init__(self, publisher: TraitPublisher, admits: Callable[[Run], bool]) -> None:
        self._publisher = publisher
        self._admits = admits
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._rows: dict[str, RunFacts] = {}
        self._unsubscribes: dict[str, Callable[[], None]] = {}
        self._sent: set[str] = set()
        self._posting: set[str] = set()
        self._lines = LineCounts()
        self._version = 0
        self._beside = 0
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

    def waiting(self) -> list[Run]:
        """Return the runs of a day that were under way when their process ended, and were not taken up since."""
        since = time.time() - IDEMPOTENCY_S
        return [run for run in self.all() if run.is_interrupted and run.created_at >= since]

    def is_sent(self, run_id: str) -> bool:
        """Tell whether this playground sent a run, whether or not it may be seen now."""
        return run_id in self._sent

    def note_sent(self, run_id: str) -> None:
        """Take note that this playground sends a run."""
        self._sent.add(run_id)

    def note_posting(self, run: Run) -> None:
        """Tell the page, until then, that the POST of a run that it sent has not been answered."""
        with self._lock:
            if run.run_id in self._runs and run.state in NOT_ANSWERED:
                self._posting.add(run.run_id)
        self._tell_posting()

    def add(self, runs: Iterable[Run], *, beside: int) -> None:
        """Take the runs that are not known yet and may be seen, and follow them.

        Args:
            runs: what was read.
            beside: how many more the ledger has.
        """
        with self._lock:
            self._beside = beside
            self._take(runs)
        self._tell_list()

    def show(self, run: Run) -> None:
        """Show a run, new or known, if it may be seen."""
        with self._lock:
            self._take([run])
            if run.run_id not in self._runs:
                return
            if self.shown is not None:
                self.shown.is_shown = False
            self.shown, run.is_shown = run, True
        self._tell_all(run, is_changed=True)

    def drop_hidden(self) -> None:
        """Drop the runs that may not be seen any more, the shown one too. They go on."""
        with self._lock:
            gone = [run for run in self._runs.values() if not self._admits(run)]
            for run in gone:
                del self._runs[run.run_id], self._rows[run.run_id]
                self._unsubscribes.pop(run.run_id)()
                self._posting.discard(run.run_id)
            self._beside = 0
            is_shown_gone = self.shown in gone
            if is_shown_gone:
                self.shown = None
            self._version += 1
        if is_shown_gone:
            self._publisher.set_now(run=None, response=None, outputs=())
        self._tell_posting()
        self._tell_list()

    def close(self) -> None:
        """Follow nothing any more."""
        with self._lock:
            for unsubscribe in self._unsubscribes.values():
                unsubscribe()
            self._unsubscribes.clear()

    def _take(self, runs: Iterable[Run]) -> None:
        for run in runs:
            if run.run_id not in self._runs and self._admits(run):
                self._runs[run.run_id], self._rows[run.run_id] = run, run_facts(run)
                self._unsubscribes[run.run_id] = run.subscribe(self._tell)
                self._version += 1

    def _tell(self, run: Run) -> None:
        """Tell the page of a change; called on the thread that carries runs, so what takes time is made later."""
        with self._lock:
            if run.run_id not in self._runs:
                return
            row = run_facts(run)
            is_changed = row != self._rows[run.run_id]
            if is_changed:
                self._rows[run.run_id] = row
                self._version += 1
            is_answered = run.run_id in self._posting and run.state not in NOT_ANSWERED
            if is_answered:
                self._posting.remove(run.run_id)
        self._tell_all(run, is_changed=is_changed, is_answered=is_answered)

    def _tell_all(self, run: Run, *, is_changed: bool, is_answered: bool = False) -> None:
        """The run goes first: a page that heard elsewhere of its answer would show the run before it again."""
        is_shown = run is self.shown
        if is_shown:
            self._publisher.publish(run=self._snapshot)
        if is_shown or is_answered:  # what was handed over before a newer `run` is handed over again, to follow it
            self._tell_posting()
        if is_changed:
            self._tell_list()
        if is_shown:  # last, since an observer may take its time over an output
            self._publisher.publish(response=lambda: self._of_shown("response"))
            self._publisher.publish(outputs=lambda: self._of_shown("outputs"))

    def _tell_posting(self) -> None:
        self._publisher.publish(posting=lambda: sorted(self._posting))

    def _tell_list(self) -> None:
        self._publisher.publish(runs=lambda: Runs(self.all()))
        self._publisher.publish(history_state=self._state)

    def _state(self) -> HistoryPayload:
        with self._lock:
            count = len(self._runs) + self._beside
            return {"count": count, "version": self._version, "waiting": len(self.waiting())}

    def _snapshot(self) -> RunPayload | None:
        shown = self.shown  # another thread may drop it
        return None if shown is None else run_snapshot(shown, self._lines)

    def _of_shown(self, name: str) -> Any:
        shown = self.shown
        return None if shown is None else getattr(shown, name)
