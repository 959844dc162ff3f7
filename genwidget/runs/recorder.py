"""Records a live run: elapsed time, timeline, ledger row."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from genwidget.api.transport import Timing
from genwidget.runs.ledger import Ledger, Row
from genwidget.runs.records import row_of
from genwidget.runs.run import Run
from genwidget.runs.state import RunEvent, RunState
from genwidget.runs.timeline import TimelineData, TimelineEntry

if TYPE_CHECKING:
    from genwidget.errors import NotSent

#: The ledger knows a run from the moment that it may be sent, and what has come of it; whether it waits is not kept.
_NO_OUTCOMES: Final = frozenset({RunEvent.WAITING, RunEvent.SENDING})
#: No generation takes longer; a record that says so is not believed. In milliseconds.
_LONGEST_MS: Final = 24 * 60 * 60 * 1000

#: How long the end of a run waits for its price, in seconds.
PRICE_WAIT_S: Final = 2.0


class RunRecorder:
    """One run on its way; used on the thread that carries runs, and nowhere else."""

    def __init__(self, run: Run, ledger: Ledger, timing: Timing, key_fingerprint: str) -> None:
        self.run = run
        self.ledger = ledger
        self.timing = timing
        self.key_fingerprint = key_fingerprint
        self.is_cancel_asked = False
        #: Why it waits no more for its turn, where that is given up.
        self.put_off: NotSent | None = None
        #: A lost run is taken up: whatever it is answered now, its first request may have made a generation.
        self.may_have_started = run.state is RunState.LOST
        #: Its generation may be older than this process, or than what this process saw of it.
        self._is_taken_up = run.state in {RunState.LOST, RunState.EXPIRED}
        self._began = timing.clock()
        self.has_waited = False
        #: How long it waited for its turn, in milliseconds: no part of what the API took.
        self.waited_ms = 0
        #: What tells whether there is a row that this run has written: another may have its id. None once it is known.
        self.claims: list[Future[bool]] | None = None
        #: The question for a price that no list has, while it goes on beside the polls.
        self.price: asyncio.Task[None] | None = None
        self._nudge = asyncio.Event()

    def begin(self) -> None:
        """Start the run's clock."""
        self._began = self.timing.clock()

    @property
    def is_given_up(self) -> bool:
        """Whether it is not to be sent although its turn may come."""
        return self.is_cancel_asked or self.put_off is not None

    @property
    def timeline_data(self) -> TimelineData:
        """What is told so far."""
        return self.run.snapshot.timeline_data

    def now_ms(self) -> int:
        """Return whole milliseconds since the run, or its resumption, began."""
        return round((self.timing.clock() - self._began) * 1000)

    def step(
        self, event: RunEvent | None = None, *, timeline_data: dict[str, Any] | None = None, **changes: Any
    ) -> None:
        """Advance the run, its story too, and write the outcome down where an event or an id came in."""
        if timeline_data is not None:
            changes["timeline_data"] = replace(self.timeline_data, **timeline_data)
        if event is not None and event is not RunEvent.PROCESSING and event is not RunEvent.RESUMED:
            changes.setdefault("retry", None)
            changes.setdefault("waiting", None)
        for name in {"latency_ms", "total_ms"} & changes.keys():
            changes[name] = None if changes[name] is None else max(0, changes[name] - self.waited_ms)
        if self._is_taken_up and "total_ms" in changes:
            changes["total_ms"] = took_ms(changes.get("generation"))
        is_outcome = event is not None and event not in _NO_OUTCOMES
        self.run.advance(event, save_outcome=self.save_outcome if is_outcome else None, **changes)

    def mark(self, *entries: TimelineEntry) -> None:
        """Add to what our side did."""
        self.step(timeline_data={"marks": (*self.timeline_data.marks, *entries)})

    def save_outcome(self) -> None:
        """Hand the run to the ledger's own thread, which keeps it until it is written.

        Of a run whose row is not yet known to be its own, nothing is before it is.
        """
        row = row_of(self.run, self.key_fingerprint, self.timing.now())
        if self.claims is None:
            self.ledger.record(row)
            return
        for claim in self.claims:
            claim.add_done_callback(partial(self._save_if_own, row))

    def _save_if_own(self, row: Row, claim: Future[bool]) -> None:
        if not claim.cancelled() and claim.exception() is None and claim.result():
            self.ledger.record(row)

    async def sleep(self, delay_s: float) -> None:
        """Wait, or until :meth:`interrupt_wait`."""
        await self.wait_for(asyncio.ensure_future(self.timing.sleep(delay_s)))

    async def wait_for(self, future: "asyncio.Future[None]") -> None:
        """Wait until a future is done, or until :meth:`interrupt_wait`, which cancels it."""
        self._nudge.clear()
        waits: set[asyncio.Future[Any]] = {future, asyncio.create_task(self._nudge.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def wait_for_price(self) -> None:
        """Wait for the answer to the question for the price, if there is one, but not long."""
        if self.price is not None:
            await asyncio.wait({self.price}, timeout=PRICE_WAIT_S)

    def interrupt_wait(self) -> None:
        """End the wait under way."""
        self._nudge.set()


def took_ms(record: dict[str, Any] | None) -> int | None:
    """Return how long a generation took by its own record, in whole milliseconds; None where that does not tell."""
    try:
        created, completed = (
            datetime.fromisoformat((record or {})[name])
            for name in ("generation_created_at", "generation_completed_at")
        )
        found = round((completed - created).total_seconds() * 1000)
    except (KeyError, TypeError, ValueError, OverflowError):  # TypeError: no text, or but one of them has a zone
        return None
    return found if 0 <= found <= _LONGEST_MS else None


def unix_ms(moment: str | None) -> float | None:
    """Return a moment of the wire, ISO 8601, as Unix milliseconds; None where it is none."""
    try:
        return datetime.fromisoformat(moment or "").timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        return None
