"""Waits for the end of a batch: for all of it, or item by item as they end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from genwidget.arguments import seconds_of
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.progress import Progress
from genwidget.batch.rows import ENDED, BatchRow, ItemRow
from genwidget.batch.status import Status
from genwidget.batch.store import BatchStore
from genwidget.messages import render

#: How often a progress line is brought up to date, in seconds.
_SHOW_S: Final = 0.2


def wait_for_end(status: Status, line: Progress, clock: Callable[[], float], timeout_s: Any) -> None:
    """Block until a batch has ended or stopped, and show meanwhile how far it is.

    Raises:
        TimeoutError: ``timeout_s`` passed.
        InvalidRequest: ``timeout_s`` is no number of seconds.
    """
    timeout_s = seconds_of(timeout_s)
    give_up_at = None if timeout_s is None else clock() + timeout_s
    with line:
        while True:
            left_s = _SHOW_S if give_up_at is None else min(_SHOW_S, max(0.0, give_up_at - clock()))
            try:
                status.ended.result(left_s)
            except TimeoutError:
                line.show()
                if give_up_at is not None and clock() >= give_up_at:
                    sentence, reason = render("batch_still_running", seconds=timeout_s), status.reason
                    told = sentence if reason is None else render("batch_delayed", sentence=sentence, reason=reason)
                    raise TimeoutError(told) from None
                continue
            return


async def ended_items(
    batch: BatchRow, store: BatchStore, status: Status, write: Callable[[], None]
) -> AsyncIterator[BatchItem]:
    """Yield each item that has ended, those of before first, then each as it ends, until the batch ends.

    Args:
        batch: its row.
        store: where its items are.
        status: what tells of each change.
        write: returns once every change so far is in the store; blocks.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Queue[int | None] = asyncio.Queue()  # positions alone, however slow the reader is

    def note(item: ItemRow | None) -> None:
        if item is None or item.state.is_ended:
            loop.call_soon_threadsafe(ended.put_nowait, None if item is None else item.position)

    unsubscribe = status.subscribe(note)
    if status.ended.done():
        ended.put_nowait(None)
    try:
        seen, last = bytearray(batch.count), -1
        await asyncio.to_thread(write)
        while page := await asyncio.to_thread(store.page, batch.batch_id, last, ENDED):
            for row in page:
                seen[row.position] = True
                yield BatchItem.of(batch, row)
            last = page[-1].position
        while (position := await ended.get()) is not None:
            if seen[position]:
                continue
            seen[position] = True
            await asyncio.to_thread(write)
            found = await asyncio.to_thread(store.item, batch.batch_id, position)
            if found is not None:
                yield BatchItem.of(batch, found)
    finally:
        unsubscribe()
