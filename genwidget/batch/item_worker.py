"""Executes one item of a batch: its run, from wherever that is, to its end; then its files, until they are there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from genwidget.batch.files import save_output
from genwidget.batch.forgotten import forgotten_row
from genwidget.batch.rows import ItemRow, ItemState
from genwidget.batch.shared import Shared
from genwidget.errors import (
    AuthenticationFailed,
    GenwidgetError,
    InsufficientCredits,
    LedgerError,
    NotFound,
    OutputNotSaved,
    OutputUnavailable,
    PermissionRefused,
    ResumeRefused,
    RunError,
    ShutDown,
    SpendLimitReached,
)
from genwidget.messages import render
from genwidget.request.validation import Request
from genwidget.runs.entries import may_hold
from genwidget.runs.ledger import Row
from genwidget.runs.run import Run
from genwidget.runs.state import RunState

#: How often a run without an answer is taken up again.
MOST_RESUMES: Final = 8
#: The same for a host that was never reached since the batch was begun, or resumed: its address may be wrong.
MOST_RESUMES_UNREACHED: Final = 1
#: How often in a row files that are gone are asked for.
MOST_FETCHES: Final = 4
#: What every item of a batch would meet, as the ledger has it.
FOR_ALL_CODES: Final = frozenset({"BSE1001", "BSE1002", "BSE1003", "BSE1004", "BSE1007"})

ENDS: Final = {
    RunState.FAILED: ItemState.FAILED,
    RunState.CANCELED: ItemState.CANCELED,
    RunState.ANSWERED: ItemState.ANSWERED,
    RunState.REFUSED: ItemState.REFUSED,
}
#: Nothing has left, or it has not been answered yet: the run's own row says what can be done.
_UNSENT: Final = frozenset(
    {RunState.WAITING, RunState.SENDING, RunState.REFUSED, RunState.CANCELED, RunState.UNREACHED, RunState.UNSENT}
)
#: Nothing was made, and the same run can be sent.
_NOT_SENT: Final = frozenset({RunState.UNREACHED, RunState.UNSENT})
#: The API has not answered, as far as this run tells.
_UNANSWERED: Final = frozenset(
    {RunState.WAITING, RunState.SENDING, RunState.CANCELED, RunState.UNREACHED, RunState.UNSENT, RunState.LOST}
)


class ItemWorker:
    """Carries one item; used on the runner's thread alone."""

    def __init__(self, item: ItemRow, shared: Shared) -> None:
        self.item = item
        self.run: Run | None = None
        self._shared = shared
        self._is_reusing = shared.batch.is_reusing
        #: Its run was canceled while it waited for its turn, to be begun again once files can be written.
        self.is_put_back = False
        #: The ledger has it that the run of an earlier process was not sent, or met what all items would meet.
        self._was_unsent = False
        self._resumes = 0
        #: How often nothing could be begun, in a row.
        self._refusals = 0

    async def execute(self) -> None:
        """Carry the item to its end, or to where the batch stops."""
        while True:
            run = await self._find_run()
            if run is None:
                return
            self.run = run
            if not await self._follow(run) or self._shared.is_stopping():
                return
            if self.is_put_back:
                self.is_put_back = False
                continue
            self._refusals += 1
            await self._shared.pause(self._refusals)
            if self._shared.is_stopping():
                return

    async def _follow(self, run: Run) -> bool:
        """Follow a run to an end; return whether the item is planned again."""
        unsubscribe = run.subscribe(self._note)
        try:
            while True:
                self._note(run)
                with suppress(RunError):
                    await run
                if not run.state.can_resume:
                    break
                if not await self._resume(run):
                    return False
        finally:
            unsubscribe()
        if self._shared.carrier.is_closed:
            return False
        return await self._save(run) if run.state is RunState.SUCCEEDED else self._end(run)

    # The run.

    async def _find_run(self) -> Run | None:
        """Return the run of this round: of the ledger where it has one, else begun; None where the item has ended."""
        item, shared = self.item, self._shared
        if item.state is not ItemState.PLANNED or shared.is_reopened:
            row = await self._find_row(self._row_of_round)
            if row is not None:
                # Without a code of the API's it was never sent: its process was ending.
                codes = {None, *FOR_ALL_CODES}
                self._was_unsent = row.state == RunState.REFUSED and row.error_code in codes
                return self._restore(row)
            if shared.is_stopping():  # and what is known of its run could not be read
                return None
            if item.intent_id is not None:  # the stored success that it had taken was forgotten
                self._plan_again(intent_id=None, generation_id=None, credits=None)
                item = self.item
        if self._is_reusing and item.state is ItemState.PLANNED:
            reused = await self._find_success()
            if reused is not None:
                return reused
        if item.state is ItemState.PLANNED:
            await shared.hold.wait()
            if shared.is_stopping():
                return None
        return self._start()

    def _start(self) -> Run:
        item, shared = self.item, self._shared
        body = item.values
        prompt = body.get("generation_prompt")
        request = Request(item.model_type, item.model_id, item.path, body, prompt, item.price)
        run = shared.carrier.start(
            request,
            shared.target,
            shared.key,
            shared.settings,
            intent_id=item.run_id,
            queue=item.batch_id,
            idempotency_key=item.idempotency_key,
            key_source=lambda: shared.key,
            limits=shared.limits,
            allow_unknown=shared.batch.allows_unknown,
        )
        if shared.note_run is not None:
            shared.note_run(run)
        return run

    def _restore(self, row: Row) -> Run:
        shared = self._shared
        return shared.carrier.restore(row, shared.settings, key_source=lambda: shared.key)

    def _row_of_round(self) -> Row | None:
        """Return the row of this round's run; one that was begun and forgotten is in the ledger again then. Blocks."""
        item, shared = self.item, self._shared
        ledger = shared.carrier.ledger
        row = ledger.find(item.run_id)
        if row is not None or item.intent_id is not None:
            return row
        if item.state is ItemState.PLANNED and not shared.store.was_begun(item.run_id):
            return None
        forgotten = forgotten_row(shared.batch, item, shared.now())
        ledger.begin(forgotten)
        return ledger.find(item.run_id) or forgotten  # or this version cannot read it

    async def _find_row(self, find: Callable[[], Row | None]) -> Row | None:
        """Read a row; None where there is none, or the batch stops.

        A ledger that cannot be read, and a run that another process carries, are tried again: nothing may be sent
        before.
        """
        tries = 0
        while True:
            try:
                row = await asyncio.to_thread(find)
            except LedgerError:
                row = None
            else:
                if row is None or not row.is_carried_elsewhere:
                    return row
            if self._shared.is_stopping():
                return None
            tries += 1
            await self._shared.pause(tries)

    async def _find_success(self) -> Run | None:
        """Return the run of a stored success of the same request, and take it for this item."""
        shared, item = self._shared, self.item
        hashed = Request(item.model_type, item.model_id, item.path, item.values).sha256
        found = await asyncio.to_thread(shared.store.success_of, item, hashed, shared.api_url, shared.key.fingerprint)
        for run_id in found:
            if run_id in shared.reused:
                continue
            row = await self._find_row(partial(shared.carrier.ledger.find, run_id))
            if row is None or run_id in shared.reused:
                continue
            shared.reused.add(run_id)
            self._change(intent_id=run_id)
            return self._restore(row)
        return None

    def _note(self, run: Run) -> None:
        """Write down that the item was sent, once the run's row is not all that tells. While it stops, none waits."""
        if run.state is RunState.WAITING and self._shared.is_stopping() and not run.snapshot.is_cancel_asked:
            self._shared.recall(self)  # the API said that it came too early
        if run.state not in _UNANSWERED and not self._shared.is_stopping():
            self._shared.is_reached = True
            self._shared.delay("reach", None)
        if self.item.state is ItemState.PLANNED and run.state not in _UNSENT:
            self._change(state=ItemState.SENT)

    async def _resume(self, run: Run) -> bool:
        """Take a run without an answer up again; return whether it is followed."""
        shared, state = self._shared, run.state
        if state is RunState.LOST and not may_hold(run.created_at, shared.now()):
            await self._give_up(run)
            return False
        self._resumes += 1
        most = MOST_RESUMES
        if state in _NOT_SENT:
            shared.delay("reach", run.error.message if run.error is not None else render("lost"))
            most = MOST_RESUMES if shared.is_reached else MOST_RESUMES_UNREACHED
            most = 0 if shared.is_stopping() else most
        if self._resumes > most:
            self._leave(run)
            return False
        await shared.pause(self._resumes)
        if shared.carrier.is_closed:
            return False
        try:
            await asyncio.to_thread(shared.carrier.resume, run, shared.key, limits=shared.limits)
        except (LedgerError, ShutDown):
            pass  # tried again, unless all is shut down
        except SpendLimitReached as error:
            shared.stop(error.message, error)
            self._leave(run)
            return False
        except ResumeRefused as error:
            if run.state.can_resume:  # else another process has carried it on, and its end is told here
                self._take(_left_as(run.state), reason=error.message)
                return False
        return True

    def _leave(self, run: Run) -> None:
        """Leave a run without an answer to the next time that the batch is taken up."""
        reason = render("batch_item_lost", count=self._resumes)
        if run.state is not RunState.LOST:
            reason = run.error.message if run.error is not None else render("lost")
        self._take(_left_as(run.state), reason=reason)
        if run.state in _NOT_SENT:
            self._shared.stop(reason, run.error)

    async def _give_up(self, run: Run) -> None:
        """Look in the content list for what was sent so long ago that its key no longer holds."""
        shared = self._shared
        try:
            searching = await asyncio.to_thread(shared.carrier.search, run, shared.key)
            found = ", ".join(one.generation_id for one in await asyncio.wrap_future(searching)) or render(
                "batch_nothing_found"
            )
        except GenwidgetError as error:
            found = error.message
        self._take(ItemState.UNSURE, reason=render("batch_item_unsure", found=found))

    def _end(self, run: Run) -> bool:
        """Take the end of a run without outputs; return whether nothing was sent."""
        error, shared = run.error, self._shared
        is_recalled = self.is_put_back or shared.is_stopping()
        was_unsent = run.generation_id is None and run.state is RunState.CANCELED and is_recalled
        if was_unsent or self._was_unsent or isinstance(error, LedgerError) or is_for_all(error):
            if error is not None and is_for_all(error):
                shared.stop(error.message, error)
            if isinstance(error, LedgerError):
                shared.wait_for_ledger(error)
            self._was_unsent = False
            self._plan_again()
            return True
        reason = error.message if error is not None else render("cli_no_generation")
        self._take(ENDS[run.state], reason=reason, credits=run.credits, generation_id=run.generation_id)
        return False

    # The files.

    async def _save(self, run: Run) -> bool:
        """Fetch and write the outputs, with which the item is done; return whether it is planned again."""
        shared, is_reused = self._shared, self.item.intent_id is not None
        cost = 0.0 if is_reused else run.credits
        if shared.folder is None:
            self._take(ItemState.DONE, generation_id=run.generation_id, credits=cost)
            return False
        self._change(state=ItemState.SAVING, generation_id=run.generation_id, credits=cost)
        gone = tries = 0
        while not shared.carrier.is_closed:
            found = await self._try_to_save(run, is_asked=gone > 0)
            if isinstance(found, tuple):
                self._take(ItemState.DONE, files=found, reason=None)
                return False
            if isinstance(found, OutputUnavailable | NotFound):
                gone += 1
                if gone >= MOST_FETCHES:
                    return self._give_files_up(found, is_reused=is_reused)
            else:
                tries += 1
                if shared.hold.is_over or (shared.is_stopping() and tries >= MOST_FETCHES):
                    return False
            if not isinstance(found, OutputNotSaved):  # for which the hold pauses
                await shared.pause(gone + tries)
        return False

    async def _try_to_save(self, run: Run, *, is_asked: bool) -> tuple[str, ...] | GenwidgetError:
        """Return the names of the files, or why they are not all there."""
        shared = self._shared
        try:
            return await shared.hold.attempt(partial(self._save_all, run, is_asked=is_asked))
        except (OutputUnavailable, NotFound) as error:
            return error
        except GenwidgetError as error:  # the disk, or the way to the files: it may pass
            if is_for_all(error):
                shared.stop(error.message, error)
            self._change(reason=error.message)
            return error

    def _give_files_up(self, error: GenwidgetError, *, is_reused: bool) -> bool:
        """Take it that files are gone; return whether the item is planned again, as one that was reused is."""
        if is_reused:
            self._is_reusing = False
            self._plan_again(intent_id=None, generation_id=None, credits=None)
        else:
            self._take(ItemState.UNSAVED, reason=render("batch_item_unsaved", reason=error.message))
        return is_reused

    async def _save_all(self, run: Run, *, is_asked: bool) -> tuple[str, ...]:
        shared = self._shared
        if run.generation is None or is_asked:  # of an earlier process; or its links may have expired
            await asyncio.wrap_future(await asyncio.to_thread(shared.carrier.read_record, run, shared.key))
        assert shared.folder is not None
        place = self.item.position, shared.folder
        names = [await asyncio.to_thread(save_output, output, *place) for output in run.outputs]
        return tuple(names)

    # The row.

    def _take(self, state: ItemState, **changes: Any) -> None:
        ended_at = self._shared.now() if state.is_ended else None
        self._change(state=state, ended_at=ended_at, **changes)

    def _plan_again(self, **changes: Any) -> None:
        self._change(state=ItemState.PLANNED, round=self.item.round + 1, reason=None, **changes)

    def _change(self, **changes: Any) -> None:
        before, self.item = self.item, replace(self.item, **changes)
        self._shared.take(before, self.item)


def _left_as(state: RunState) -> ItemState:
    """Return the state of an item whose run is left as it is."""
    return ItemState.UNREACHED if state in _NOT_SENT else ItemState(state)


def is_for_all(error: GenwidgetError | None) -> bool:
    """Tell whether every item of a batch would meet an error: it stops, and what met it stays planned.

    A page of a gateway's, such as a 403 without the API's own code, is met by one request alone.
    """
    if isinstance(error, AuthenticationFailed | PermissionRefused):
        return error.api_code in FOR_ALL_CODES
    return isinstance(error, InsufficientCredits | SpendLimitReached)
