"""What the items of one running batch share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.retry import MAX_DOUBLINGS
from genwidget.batch.rows import BatchRow, ItemRow
from genwidget.batch.save_hold import SaveHold
from genwidget.batch.stop_if import StopIf
from genwidget.batch.store import BatchStore
from genwidget.errors import LedgerError
from genwidget.messages import render
from genwidget.runs.entries import Limits
from genwidget.runs.ledger import reason_of
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner
from genwidget.settings import Settings

if TYPE_CHECKING:
    from genwidget.batch.item_worker import ItemWorker

#: Takes a run that a batch begins, on the runner's thread.
NoteRun: TypeAlias = Callable[[Run], None]


@dataclass(slots=True)
class Shared:
    """What the items of one running batch share; used on the runner's thread.

    Attributes:
        batch: the batch's row, as it was when it was begun.
        target: where it goes now: the sandbox has another port in each process.
        key: the API key.
        stop_if: takes an item that has ended, and returns whether to stop; None for never.
        limits: what may be spent.
        note_run: takes each run that it begins; None where nobody wants to know.
        take: takes an item before and after a change; the driver's.
        stop: ends the batch for a reason, with the error behind it; the driver's.
        recall: lets the run of an item not leave any more, where nothing of it has; the driver's.
        delay: takes a word for what delays the batch, and the sentence, or None once that is over; the driver's.
        is_reached: whether the API was reached since the batch was begun, or resumed.
        is_reopened: whether items may have been sent before.
        stopped: set when the batch begins to stop.
        reused: the stored successes that were taken.
        hold: the tries to write files.
    """

    batch: BatchRow
    target: Target
    key: ApiKey
    settings: Settings
    stop_if: StopIf | None
    store: BatchStore
    carrier: Runner
    limits: Limits
    note_run: NoteRun | None
    is_reopened: bool
    take: Callable[[ItemRow, ItemRow], None] = field(init=False)
    stop: Callable[[str, Exception | None], None] = field(init=False)
    recall: "Callable[[ItemWorker], None]" = field(init=False)
    delay: Callable[[str, str | None], None] = field(init=False)
    is_reached: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    reused: set[str] = field(default_factory=set)
    hold: SaveHold = field(init=False)

    def __post_init__(self) -> None:
        self.hold = SaveHold(self.pause, self.stopped)

    @property
    def folder(self) -> Path | None:
        """Where files go; None where they are not saved."""
        return None if self.batch.folder is None else Path(self.batch.folder)

    @property
    def api_url(self) -> str | None:
        """The API's origin; None for the sandbox."""
        return None if self.target.region_id == "sandbox" else self.target.api_url

    def is_stopping(self) -> bool:
        """Tell whether nothing new is sent."""
        return self.stopped.is_set()

    def now(self) -> float:
        """Return Unix time in seconds."""
        return self.carrier.timing.now()

    def wait_for_ledger(self, error: LedgerError | None) -> None:
        """Tell why the ledger cannot be written, without which nothing is sent; None once it can."""
        reason = None
        if error is not None:
            reason = render(
                "batch_ledger_held", path=self.carrier.ledger.path, reason=reason_of(error.__cause__ or error)
            )
        self.delay("ledger", reason)

    async def pause(self, number: int) -> None:
        """Wait before a try, the longer the more came before it; not for longer than until the batch stops."""
        longest = min(self.settings.retry_first_s * 2 ** min(number, MAX_DOUBLINGS), self.settings.retry_max_s)
        waits = {
            asyncio.ensure_future(self.carrier.timing.sleep(longest * (0.5 + self.carrier.timing.jitter() / 2))),
            asyncio.create_task(self.stopped.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
