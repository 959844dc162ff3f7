"""Records a live run: elapsed time, timeline, ledger row."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from genwidget.api.transport import Timing
from genwidget.runs.ledger import Ledger
from genwidget.runs.records import row_of
from genwidget.runs.run import Run
from genwidget.runs.state import RunEvent, RunState
from genwidget.runs.timeline import TimelineData, TimelineEntry

#: The ledger knows a run from the moment that it may be sent, and what has come of it; whether it waits is not kept.
_NO_OUTCOMES: Final = frozenset({RunEvent.WAITING, RunEvent.SENDING})


class RunRecorder:
    """One run on its way; used on the thread that carries runs, and nowhere else."""

    def __init__(self, run: Run, ledger: Ledger, timing: Timing, key_fingerprint: str) -> None:
        self.run = run
        self.ledger = ledger
        self.timing = timing
        self.key_fingerprint = key_fingerprint
        self.is_cancel_asked = False
        #: A lost run is taken up: whatever it is answered now, its first request may have made a generation.
        self.may_have_started = run.state is RunState.LOST
        self._began = timing.clock()
        self.has_waited = False
        #: How long it waited for its turn, in milliseconds: no part of what the API took.
        self.waited_ms = 0
        self._nudge = asyncio.Event()

    def begin(self) -> None:
        """Start the run's clock."""
        self._began = self.timing.clock()

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
        is_outcome = event is not None and event not in _NO_OUTCOMES
        self.run.advance(event, save_outcome=self.save_outcome if is_outcome else None, **changes)

    def mark(self, *entries: TimelineEntry) -> None:
        """Add to what our side did."""
        self.step(timeline_data={"marks": (*self.timeline_data.marks, *entries)})

    def save_outcome(self) -> None:
        """Hand the run to the ledger's own thread, which keeps it until it is written."""
        self.ledger.record(row_of(self.run, self.key_fingerprint, self.timing.now()))

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

    def interrupt_wait(self) -> None:
        """End the wait under way."""
        self._nudge.set()


def unix_ms(moment: str | None) -> float | None:
    """Return a moment of the wire, ISO 8601, as Unix milliseconds; None where it is none."""
    try:
        return datetime.fromisoformat(moment or "").timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        return None
