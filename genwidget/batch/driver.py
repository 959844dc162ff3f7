"""Runs one batch: a bounded number of its items at once, each change written down, until all have ended or it stops."""

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any, Final

from genwidget.batch.batch_item import BatchItem
from genwidget.batch.item_worker import ItemWorker
from genwidget.batch.rows import BEGUN, RETRIED, BatchState, ItemRow, ItemState
from genwidget.batch.shared import Shared
from genwidget.batch.status import Status
from genwidget.batch.stop_if import ask
from genwidget.errors import GenwidgetError, LedgerError
from genwidget.logs import logger_of
from genwidget.messages import render

logger = logger_of(__name__)

#: How many items are under way at once, those that wait for their account among them.
AT_ONCE: Final = 64
#: How long changes are gathered before they are written, in seconds.
GATHER_S: Final = 0.05
#: How long the ledger is left alone after a write that failed, in seconds.
RETRY_S: Final = 0.5
#: How often it is asked whether another process wants the batch to stop, in seconds.
ASK_S: Final = 1.0

_FAILURES: Final = frozenset({ItemState.FAILED, ItemState.REFUSED, ItemState.ANSWERED, ItemState.UNSAVED})


class Driver:
    """Runs one batch; used on the runner's thread alone."""

    def __init__(self, shared: Shared, status: Status) -> None:
        self.shared = shared
        self.status = status
        shared.take, shared.stop, shared.delay, shared.hold.tell = self.take, self.stop, self._delay, self._hold
        shared.recall = self._recall
        self._room = asyncio.Semaphore(AT_ONCE)
        self._workers: dict[asyncio.Task[None], ItemWorker] = {}
        self._dirty: dict[int, ItemRow] = {}
        self._is_dirty = asyncio.Event()
        self._in_hand: dict[int, ItemRow] = {}
        self._is_writing = asyncio.Lock()
        self._failures = 0
        self._why: tuple[str, BaseException | None] | None = None
        self._asides: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def run(self) -> None:
        """Carry the batch until all items have ended, or it stops; whoever waits for it goes on."""
        helpers = [asyncio.create_task(self._write_always()), asyncio.create_task(self._watch())]
        try:
            await self._feed_all()
            while self._workers:
                await asyncio.wait(self._workers)
            await self._close()
        except asyncio.CancelledError:  # the process ends; what is under way can be taken up by another
            self._shut_down()
            self.status.close(BatchState.STOPPED, render("batch_shut_down"), None)
            raise
        except Exception as error:
            logger.exception("Batch %s broke off", self.shared.batch.batch_id)
            self._shut_down()
            self.status.close(BatchState.STOPPED, _told(error), error)
        finally:
            for task in helpers:
                task.cancel()

    def take(self, before: ItemRow, after: ItemRow) -> None:
        """Take a change of an item: count it, and have it written down."""
        self._dirty[after.position] = after
        self._is_dirty.set()
        self.status.take(before, after)
        if after.state in _FAILURES and before.state is not after.state:
            self._failures += 1
            most = self.shared.batch.stop_after_failures
            if most is not None and self._failures >= most:
                self.stop(render("batch_stopped_failures", count=f"{self._failures:,}"), None)
        if after.state.is_ended and not before.state.is_ended and self.shared.stop_if is not None:
            self._aside(self._ask_stop_if(after))

    def stop(self, reason: str, cause: BaseException | None, *, cancel: bool = False) -> None:
        """Send nothing new; what is under way ends, and is canceled at the API where that is wanted."""
        if self._why is None:
            self._why = (reason, cause)
        self.status.note_stop(cancel=cancel)
        self.shared.stopped.set()
        for worker in self._workers.values():
            self._recall(worker, is_waiting_only=not cancel)

    def _recall(self, worker: ItemWorker, *, is_waiting_only: bool = True) -> None:
        self._aside(self._cancel(worker, is_waiting_only=is_waiting_only))

    async def ask(self, *, cancel: bool) -> None:
        """Stop, as a person asked."""
        code = "batch_stopped_canceled" if cancel else "batch_stopped_person"
        self.stop(render(code), None, cancel=cancel)

    def unwritten(self) -> dict[int, ItemRow]:
        """Return the items, by their positions, of which the ledger does not have the newest."""
        return self._in_hand | self._dirty

    async def retry(self, before: ItemRow) -> None:
        """Begin an item anew that failed, beside what is under way.

        Raises:
            GenwidgetError: nothing new is sent any more.
            LedgerError: the ledger cannot be used.
        """
        if self.shared.is_stopping() or self._is_closing:
            raise GenwidgetError(render("batch_not_running", batch_id=self.shared.batch.batch_id))
        await self._aside(self._plan_again(before))  # before which the batch does not end

    async def _plan_again(self, before: ItemRow) -> None:
        batch_id, store = self.shared.batch.batch_id, self.shared.store
        planned = await asyncio.to_thread(store.plan_again, batch_id, RETRIED, before.position)
        item = await asyncio.to_thread(store.item, batch_id, before.position)
        if planned and item is not None:
            self.status.take(before, item)
            self._aside(self._begin_again(item))

    async def _begin_again(self, item: ItemRow) -> None:
        await self._room.acquire()
        if self.shared.is_stopping():
            self._room.release()
            return
        await asyncio.wait({self._begin(item)})

    def _begin(self, item: ItemRow) -> "asyncio.Task[None]":
        worker = ItemWorker(item, self.shared)
        task = asyncio.create_task(worker.execute())
        self._workers[task] = worker
        task.add_done_callback(self._forget)
        return task

    async def _feed_all(self) -> None:
        """Begin every item. What cannot be read stops the batch: nothing more leaves, and what is under way ends."""
        try:
            for states in (BEGUN, (ItemState.PLANNED,)):
                await self._feed(states)
        except Exception as error:
            logger.exception("The items of batch %s cannot be read", self.shared.batch.batch_id)
            self.stop(_told(error), error)

    async def _feed(self, states: Collection[ItemState]) -> None:
        """Begin the items that are in some states, one after the other, as there is room."""
        last = -1
        while not self.shared.is_stopping():
            page = await self._read(last, states)
            if not page:
                return
            for item in page:
                await self._room.acquire()
                if item.state is ItemState.PLANNED:
                    await self.shared.hold.wait()
                if self.shared.is_stopping():
                    self._room.release()
                    return
                self._begin(item)
            last = page[-1].position

    async def _read(self, last: int, states: Collection[ItemState]) -> list[ItemRow]:
        """Return the next items in some states; where the ledger is gone, once it is back, or the batch stops.

        Raises:
            LedgerError: it cannot be read for another reason.
        """
        while True:
            try:
                page = await asyncio.to_thread(self.shared.store.page, self.shared.batch.batch_id, last, states)
            except LedgerError as error:
                if not isinstance(error.__cause__, FileNotFoundError) or self.shared.is_stopping():
                    raise
                self.shared.wait_for_ledger(error)  # what is under way goes on to its end meanwhile
                await asyncio.sleep(RETRY_S)
            else:
                self.shared.wait_for_ledger(None)
                return page

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._room.release()
        worker = self._workers.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("Item %d broke off", worker.item.position + 1, exc_info=error)
            self.stop(_told(error), error if isinstance(error, Exception) else None)

    async def _cancel(self, worker: ItemWorker, *, is_waiting_only: bool) -> None:
        if worker.run is None:
            return
        with suppress(GenwidgetError):  # too late, or it ended: it goes on to its end
            await self.shared.carrier.cancel_here(worker.run, is_waiting_only=is_waiting_only)

    def _hold(self, problem: str | None) -> None:
        """Tell why files cannot be written, and let nothing leave that has not; None once they can."""
        reason = None if problem is None else render("batch_save_held", problem=problem)
        self._delay("save", reason)
        if reason is not None:
            for worker in self._workers.values():
                self._aside(self._put_back(worker))

    def _delay(self, what: str, reason: str | None) -> None:
        """Let people know what delays the batch: those who wait for it, and other processes."""
        before = self.status.reason
        self.status.delay(what, reason)
        told = self.status.reason
        if told == before:
            return
        if told is not None:
            logger.warning("Batch %s: %s", self.shared.batch.batch_id, told)
        self._aside(self._note_reason())

    async def _note_reason(self) -> None:
        with suppress(LedgerError):  # who waits here knows; only other processes read it there
            await asyncio.wrap_future(self.shared.store.set(self.shared.batch.batch_id, reason=self.status.reason))

    async def _put_back(self, worker: ItemWorker) -> None:
        """Let a run that waits for its turn be planned again."""
        if worker.run is None or worker.is_put_back or self.shared.is_stopping():
            return  # one that is being put back would be told that it is too late
        worker.is_put_back = True
        try:
            await self.shared.carrier.cancel_here(worker.run, is_waiting_only=True)
        except GenwidgetError:  # it was sent meanwhile
            worker.is_put_back = False

    async def _ask_stop_if(self, item: ItemRow) -> None:
        stop_if = self.shared.stop_if
        if stop_if is None:
            return
        number = f"{item.position + 1:,}"
        answer = await asyncio.to_thread(ask, stop_if, BatchItem.of(self.shared.batch, item))
        if answer.error is not None:
            failed = render("batch_stop_if_failed", number=number, reason=answer.failure)
            logger.warning("Batch %s: %s", self.shared.batch.batch_id, failed)  # nothing may be left to be stopped
            self.stop(failed, answer.error)
        elif answer.is_stop:
            self.stop(render("batch_stopped_if", number=number), None)

    async def _watch(self) -> None:
        """Look whether another process asks this one to stop; to cancel too, where it stops already."""
        store, batch_id, heard = self.shared.store, self.shared.batch.batch_id, None
        while True:
            await asyncio.sleep(ASK_S)
            with suppress(LedgerError):
                row = await asyncio.to_thread(store.find, batch_id)
                if row is not None and row.asked and row.asked != heard:
                    heard = row.asked
                    await self.ask(cancel=heard == "cancel")

    async def _write_always(self) -> None:
        while True:
            await self._is_dirty.wait()
            await asyncio.sleep(GATHER_S)
            await self.write()

    async def write(self) -> None:
        """Return once every change so far is written; what the ledger does not take is kept and tried again."""
        async with self._is_writing:  # what another call has in hand is not written yet
            while self._dirty:
                self._is_dirty.clear()
                self._in_hand, self._dirty = self._dirty, {}
                try:
                    await asyncio.wrap_future(self.shared.store.write(list(self._in_hand.values())))
                except LedgerError as error:
                    self._dirty = self._in_hand | self._dirty
                    self.shared.wait_for_ledger(error)
                    await asyncio.sleep(RETRY_S)
                else:
                    self.shared.wait_for_ledger(None)
                self._in_hand = {}

    async def _close(self) -> None:
        """Write down how the batch ended, and let it go."""
        while self._asides:
            await asyncio.wait(self._asides)
        self._is_closing = True
        await self.write()
        left = sum(count for state, count in self.status.counts.items() if not state.is_ended)
        begun = sum(count for state, count in self.status.counts.items() if state in BEGUN)
        reason, cause = self._why or (render("batch_left", count=f"{begun:,}"), None)
        state = BatchState.STOPPED if left else BatchState.ENDED
        told = reason if left else None
        changes: dict[str, object] = {"state": state, "reason": told, "owner": None, "holder": None, "asked": None}
        changes["updated_at"] = self.shared.now()
        while True:
            try:
                await asyncio.wrap_future(self.shared.store.set(self.shared.batch.batch_id, **changes))
                break
            except LedgerError as error:
                self.shared.wait_for_ledger(error)
                await asyncio.sleep(RETRY_S)
        self.status.close(state, told, cause if left else None)

    def _shut_down(self) -> None:
        """End at once: hand what is not written yet to the ledger, which writes it before the process ends."""
        self._is_closing = True
        for task in [*self._workers, *self._asides]:
            task.cancel()
        left = self._in_hand | self._dirty
        if left:
            self.shared.store.write(list(left.values()))

    def _aside(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
        return task


def _told(error: BaseException) -> str:
    """Return why a batch cannot go on, as a sentence."""
    message = error.message if isinstance(error, GenwidgetError) else None
    return message or render("unforeseen", kind=type(error).__name__)
