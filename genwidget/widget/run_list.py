"""The runs of one playground, which of them is shown, and what the page is told of them."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakMethod, WeakSet

from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.runs.entries import IDEMPOTENCY_S
from genwidget.runs.ledger import KeyUse, Ledger, Row
from genwidget.runs.run import Run
from genwidget.runs.state import NOT_ANSWERED
from genwidget.widget.past_runs import PastRuns
from genwidget.widget.payload_types import HistoryPayload, RunFacts, RunPayload
from genwidget.widget.payloads import LaidOut, run_facts, run_snapshot
from genwidget.widget.publisher import TraitPublisher
from genwidget.widget.runs import Runs
from genwidget.widget.unsent import Unsent

#: How many runs that have ended are held for good: the newest, with all that came of them.
MOST_HELD: Final = 100
#: After how many ends those beyond are let go.
BETWEEN: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger has: rows, how many more beside them, and how many of the newest cannot be read."""

    rows: list[Row]
    beside: int
    unreadable: int


def read_runs(ledger: Ledger, limit: int, key: KeyUse | None, known: Callable[[], Iterable[str]]) -> Found:
    """Return the newest rows, with all those of a day that were under way when their process ended. Blocks.

    Args:
        ledger: where to read.
        limit: how many of the newest.
        key: whose runs; None for those of every key.
        known: gives the ids of the runs that the playground has; they are not counted beside the rows.

    Raises:
        LedgerError: it cannot be read.
    """
    newest = ledger.read(limit, key)
    rows = {row.intent_id: row for row in (*newest.rows, *ledger.interrupted(time.time() - IDEMPOTENCY_S, key))}
    beside = ledger.count_beside({*rows, *known()}, key)
    return Found(list(rows.values()), beside - newest.unreadable, newest.unreadable)


class RunList:
    """Keeps runs, follows them, and tells the page of every change through its sender.

    The page is told how many runs there are and that something of them changed, never which: it asks for the list.

    Of the runs that have ended the newest are held, and each that can be resumed; of the others what :class:`PastRun`
    has, once the ledger has them.

    Args:
        publisher: takes what the page must know.
        admits: whether a run may be seen here; one that may not is never kept. Asked again by :meth:`drop_hidden`.
        past: the runs that are not held.
        let_go: begins what calls :meth:`let_go`, and returns at once.
    """

    def __init__(
        self, publisher: TraitPublisher, admits: Callable[[Run], bool], past: PastRuns, let_go: Callable[[], None]
    ) -> None:
        self._publisher = publisher
        self._admits = admits
        self._past = past
        self._begin_to_let_go = let_go
        self._ends = 0
        self._unwritten: set[str] = set()
        self._heard: WeakSet[Run] = WeakSet()
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._rows: dict[str, RunFacts] = {}
        self._unsubscribes: dict[str, Callable[[], None]] = {}
        self._sent: set[str] = set()
        self._of_batches: set[str] = set()
        self._under_way: set[str] = set()  # of those that were sent from here
        self._posting: set[str] = set()
        self._unsent = Unsent()
        self._left: dict[str, Run] = {}  # those that may be waiting or unsent, which few of them are
        self.laid_out = LaidOut()
        self._version = 0
        self._beside = 0
        self._turns = itertools.count(1)
        self._shown_turn = 0
        self.shown: Run | None = None

    def find(self, run_id: str) -> Run | None:
        """Return a run of this playground that somebody holds, or None."""
        run = self._runs.get(run_id)
        return self._past.held(run_id) if run is None else run

    def knows(self, run_id: str) -> bool:
        """Tell whether a run is of this playground, whether or not somebody holds it."""
        return run_id in self._runs or run_id in self._past

    def get(self, run_id: str) -> Run:
        """Return a run of this playground.

        Raises:
            GenwidgetError: it has no such run.
        """
        run = self.find(run_id)
        if run is None:
            raise GenwidgetError(render("no_such_run"))
        return run

    def all(self) -> list[Run]:
        """Return the runs that are held, in no order."""
        with self._lock:
            return list(self._runs.values())

    def ids(self) -> set[str]:
        """Return the ids of all runs."""
        with self._lock:
            return {*self._runs, *self._past.ids()}

    def listed(self, find_picks: Callable[[], Sequence[Run]] = tuple) -> Runs:
        """Return all runs as of now; ``find_picks`` gives those that were rated."""
        with self._lock:
            past = self._past.all()
            return Runs(
                self._runs.values(), find_picks, self._rows, past=past, read=self._past.read, beside=self._beside
            )

    def waiting(self) -> list[Run]:
        """Return the runs of a day that were under way when their process ended, and were not taken up since."""
        since = time.time() - IDEMPOTENCY_S
        return [run for run in self._some_left() if run.is_interrupted and run.created_at >= since]

    def unsent(self) -> list[Run]:
        """Return the runs that were not sent, or not paid when they were, the oldest first."""
        return self._unsent.among(self._some_left())

    def _some_left(self) -> list[Run]:
        with self._lock:
            return list(self._left.values())

    def _note_left(self, run: Run) -> None:
        if run.state.can_resume:
            self._left[run.run_id] = run
        else:
            self._left.pop(run.run_id, None)

    def note_resent(self, run: Run) -> None:
        """Take note that the request of a run that could not be paid is sent again."""
        self._unsent.drop(run.run_id)
        self._tell_list()

    def is_sent(self, run_id: str) -> bool:
        """Tell whether this playground, or a batch of it, sent a run, whether or not it may be seen now."""
        return run_id in self._sent or run_id in self._of_batches

    def note_of_batch(self, run: Run, key: KeyUse) -> None:
        """Take a run that a batch of this playground sends, once it is in the ledger; it is not held.

        What of it is not sent is the batch's to send, and is not offered here.
        """

        def changed(run: Run) -> None:
            if run.is_terminal:
                end()
            if run.is_terminal or run.run_id not in self._of_batches:
                self._add_of_batch(run, key)

        end = run.subscribe(changed)
        changed(run)

    def _add_of_batch(self, run: Run, key: KeyUse) -> None:
        if not run.snapshot.is_recorded:
            return
        with self._lock:
            self._of_batches.add(run.run_id)
            if run.run_id not in self._runs:
                self._past.add(run, key)
                self._hear(run)
        self.note_change()

    def follow_of_batch(self, run: Run) -> None:
        """Tell the page, until it ends, that a run of a batch of this playground is under way; it is not held."""

        def changed(run: Run) -> None:
            if run.is_terminal:
                end()
            if self._note_under_way(run):
                self._tell_list()

        end = run.subscribe(changed)
        changed(run)

    def _note_under_way(self, run: Run) -> bool:
        """Tell whether it is the first, or was the last."""
        with self._lock:
            before = bool(self._under_way)
            if run.is_terminal:
                self._under_way.discard(run.run_id)
            else:
                self._under_way.add(run.run_id)
            return bool(self._under_way) is not before

    def note_sent(self, run_id: str) -> None:
        """Take note that this playground sends a run."""
        self._unsent.note_sending(self._some_left())
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
            self._take(run for run in runs if run.run_id not in self._past)
        self._tell_list()

    def turn(self) -> int:
        """Return the place of what is asked for now among all that is to be shown."""
        return next(self._turns)

    def show(self, run: Run, turn: int | None = None) -> None:
        """Show a run, new or known, if it may be seen, and unless what was asked for after it is shown already.

        Args:
            run: which.
            turn: what :meth:`turn` gave when it was asked for; None where that is now.
        """
        with self._lock:
            turn = self.turn() if turn is None else turn
            self._take([run])
            if run.run_id not in self._runs or turn < self._shown_turn:
                return
            self._shown_turn = turn
            if self.shown is not None:
                self.shown.is_shown = False
            self.shown, run.is_shown = run, True
        self._tell_all(run, is_changed=True)

    def drop(self, run: Run) -> None:
        """Drop a run that was forgotten; the shown one stays to be looked at."""
        with self._lock:
            if run.run_id in self._runs and run is not self.shown:
                self._forget(run)
            self._past.drop(run.run_id)
        self.note_change()

    def note_change(self) -> None:
        """Tell the page that something has changed of a run that is not kept here."""
        with self._lock:
            self._version += 1
        self._tell_list()

    def surplus(self) -> list[Run]:
        """Return the runs that need not be held if they are in the ledger: of those that have ended all but the newest.

        One that can be resumed is held: its body may be nowhere else.
        """
        with self._lock:
            ended = [run for run in self._runs.values() if self._has_ended(run) and run.run_id not in self._unwritten]
        return sorted(ended, key=lambda run: run.created_at)[:-MOST_HELD]

    def let_go(self, runs: Iterable[Run], unwritten: Iterable[str], key_of: Callable[[Run], KeyUse]) -> None:
        """Hold some runs no more.

        Args:
            runs: those that :meth:`surplus` named.
            unwritten: the ids of those that are not in the ledger; they are held for good.
            key_of: returns the key that a run was sent with.
        """
        with self._lock:
            self._unwritten.update(unwritten)
            for run in runs:
                is_held = run.run_id in self._runs and run.run_id not in self._unwritten
                if is_held and self._has_ended(run):
                    self._forget(run)
                    self._past.add(run, key_of(run))
                    self._hear(run)
        self._publisher.publish(runs=self.listed)  # the list that was told last still holds them

    def note_restored(self, run: Run) -> None:
        """Take a run that was made anew of its row; it is held no longer than somebody needs it."""
        with self._lock:
            if run.run_id in self._past:
                self._past.complete(run)
                self._hear(run)

    def _has_ended(self, run: Run) -> bool:
        is_over = run.is_terminal and not run.state.can_resume
        return is_over and run is not self.shown and run.run_id not in self._posting

    def _hear(self, run: Run) -> None:
        """Tell the page of what changes of a run that is not held here; the run holds this list no longer for it."""
        if run not in self._heard:
            self._heard.add(run)
            heard = WeakMethod(self._note_past)
            run.subscribe(lambda run: None if (note := heard()) is None else note(run))

    def _note_past(self, run: Run) -> None:
        if run.run_id in self._past:
            self.note_change()

    def drop_hidden(self, admits_key: Callable[[KeyUse], bool]) -> None:
        """Drop the runs that may not be seen any more, the shown one too. They go on.

        Args:
            admits_key: whether the runs of a key may be seen, where they are not held.
        """
        with self._lock:
            self._past.keep(admits_key)
            gone = [run for run in self._runs.values() if not self._admits(run)]
            for run in gone:
                self._forget(run)
                self._posting.discard(run.run_id)
                self._unsent.drop(run.run_id)
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
                self._unsubscribes[run.run_id] = run.subscribe(self._tell)  # first, so that no change is missed
                self._runs[run.run_id], self._rows[run.run_id] = run, run_facts(run)
                self._note_left(run)
                if run.run_id in self._sent:
                    self._note_under_way(run)
                self._ends += run.is_terminal
                if not self._past.drop(run.run_id):
                    self._version += 1

    def _forget(self, run: Run) -> None:
        del self._runs[run.run_id], self._rows[run.run_id]
        self._left.pop(run.run_id, None)
        self._under_way.discard(run.run_id)
        self._unwritten.discard(run.run_id)
        self._unsubscribes.pop(run.run_id)()

    def _tell(self, run: Run) -> None:
        """Tell the page of a change; called on the thread that carries runs, so what takes time is made later."""
        with self._lock:
            if run.run_id not in self._runs:
                return
            row = run_facts(run)
            is_changed = row != self._rows[run.run_id]
            if is_changed:
                self._rows[run.run_id] = row
                self._note_left(run)
                self._ends += run.is_terminal
                self._version += 1
                if run.run_id in self._sent:
                    self._unsent.note(run)
                    self._note_under_way(run)
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
        self._publisher.publish(runs=self.listed)
        self._publisher.publish(history_state=self._state)
        with self._lock:
            is_time = self._ends >= BETWEEN
            if is_time:
                self._ends = 0
        if is_time:
            self._begin_to_let_go()

    def _state(self) -> HistoryPayload:
        with self._lock:
            count = len(self._runs) + len(self._past) + self._beside
            waiting, unsent = len(self.waiting()), self._unsent.sentence(self._left.values())
            return {
                "count": count,
                "version": self._version,
                "waiting": waiting,
                "unsent": unsent,
                "is_under_way": bool(self._under_way),
            }

    def _snapshot(self) -> RunPayload | None:
        shown = self.shown  # another thread may drop it
        return None if shown is None else run_snapshot(shown, self.laid_out)

    def _of_shown(self, name: str) -> Any:
        shown = self.shown
        return None if shown is None else getattr(shown, name)
