"""Executes one run: record it in the ledger, submit it, poll it. Every failure ends in a readable state."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from genwidget.api.client import Client
from genwidget.api.models import Canceled
from genwidget.api.transport import Timing
from genwidget.errors import (
    GenwidgetError,
    InsufficientCredits,
    Interrupted,
    LedgerError,
    NotSent,
    PriceUnknown,
    ProcessEnded,
    RunCanceled,
    SpendLimitReached,
    TransportError,
)
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.request.pricing import Priced
from genwidget.runs.entries import may_hold
from genwidget.runs.ledger import Ledger
from genwidget.runs.poll import poll_run
from genwidget.runs.prices import Prices
from genwidget.runs.recorder import RunRecorder
from genwidget.runs.records import facts_of, planned, row_of
from genwidget.runs.run import Run
from genwidget.runs.shared_polls import SharedPolls
from genwidget.runs.spend_limit import SpendLimit
from genwidget.runs.state import NOT_ANSWERED, RunEvent, RunState
from genwidget.runs.submit import submit_run, take_turn
from genwidget.runs.timeline import TimelineData, TimelineEntry, guess, mark, without_sending
from genwidget.runs.turns import Place, Turn

logger = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may cost: the limits that it is held to, and whether it is sent where its price is not known."""

    limits: Sequence[SpendLimit] = ()
    allow_unknown: bool = False

    @property
    def has_limit(self) -> bool:
        """Whether anything bounds it."""
        return any(limit.credits is not None for limit in self.limits)


class RunWorker:
    """Carries one run; used on the runner's thread alone. It holds the key, and is dropped when the run ends."""

    def __init__(  # noqa: PLR0913 - what a run is carried with
        self,
        run: Run,
        api: Client,
        ledger: Ledger,
        timing: Timing,
        *,
        key_fingerprint: str,
        place: Place,
        polls: SharedPolls,
        prices: Prices,
        on_no_credits: Callable[[], None],
    ) -> None:
        self.run = run
        self.task: asyncio.Task[None] | None = None
        self._api = api
        self._ledger = ledger
        self._timing = timing
        self._fingerprint = key_fingerprint
        self.place = place
        self._on_no_credits = on_no_credits
        self._polls = polls
        self._prices = prices
        self._recorder = RunRecorder(run, ledger, timing, key_fingerprint)
        self._is_submitted = asyncio.Event()
        self._is_cancel_asked = asyncio.Event()
        self._is_new = False  # sent for the first time, so that nothing can be resumed before it is recorded
        self._has_begun = False  # its POST has, or may at any moment

    async def execute(self, terms: Terms | None = None) -> None:
        """Wait for the run's turn, record it, submit it, poll it; without terms, take up one that was recorded."""
        self._is_new = terms is not None
        if self._is_new:
            self._recorder.claims = []
        with self._always_ends():
            if self.run.state is not RunState.SENDING:
                self._recorder.begin()
                self._is_submitted.set()
                await self._poll()
                return
            refusal = None if terms is None else await self._find_price(terms)
            if refusal is not None:
                self._end_unsent(RunEvent.REFUSED, refusal)
                return
            turn = self.place.join()
            try:
                await self._send(terms, turn)
            finally:
                turn.leave()

    async def _send(self, terms: Terms | None, turn: Turn) -> None:
        """Wait for the turn, and keep the place until the generation has ended."""
        if terms is not None and not self._is_of_batch and not turn.through.done():
            self._claim(self._ledger.note_waiting(row_of(self.run, self._fingerprint, self._timing.now())))
        has_limit = terms is not None and terms.has_limit
        if not await take_turn(self._recorder, turn, "timeline_checking" if has_limit else "timeline_sending"):
            self._end_waiting()
            return
        if self._recorder.may_have_started and not may_hold(self.run.created_at, self._timing.now()):
            self._recorder.step(timeline_data={"marks": without_sending(self._recorder.timeline_data.marks)})
            self._stop(TransportError(render("resume_too_old"), may_have_started=True))
            return
        if terms is not None and not await self._record_intent(terms):
            return
        if not self._recorder.has_waited:
            self._recorder.begin()
        if has_limit:
            marks = without_sending(self._recorder.timeline_data.marks)
            marks = (*marks, mark(self._recorder.now_ms(), "timeline_sending"))
            self._recorder.step(timeline_data={"marks": marks})
        self._has_begun = True
        await submit_run(self._recorder, self._api, turn)
        self._is_submitted.set()
        if isinstance(self.run.error, InsufficientCredits):
            self._on_no_credits()  # before the place is free, and the next one leaves
        if not self.run.is_terminal:
            await self._poll(is_priced=has_limit)  # then it was asked for before

    async def _poll(self, *, is_priced: bool = False) -> None:
        """Poll to the end, and ask beside for a price that no list has, unless that was done."""
        intent = self.run.intent
        if is_priced or intent.price is not None or intent.body is None:
            await poll_run(self._recorder, self._api, self._polls)
            return
        priced = Priced.of_body(intent.model_id, intent.body)
        self._recorder.price = asyncio.create_task(self._learn_price(priced))
        try:
            await poll_run(self._recorder, self._api, self._polls)
        finally:
            self._recorder.price.cancel()

    async def _learn_price(self, priced: Priced) -> None:
        price = await self._prices.find(self._api, self.place.account, priced)
        if price is not None:
            self.run.intent = replace(self.run.intent, price=price)
            self._recorder.save_outcome()
            self._recorder.step()

    @property
    def _is_of_batch(self) -> bool:
        return self.place.queue is not None

    @property
    def is_held(self) -> bool:
        """Whether it waits: for its turn, or, before its first POST, for its price or its row."""
        is_before = self._is_new and not self._has_begun and self.run.state is RunState.SENDING
        return is_before or self.run.state is RunState.WAITING

    def put_off(self, why: NotSent) -> None:
        """Do not send a run that waits for its turn, unless an earlier try may have made something.

        Items of a batch are left to it: it stops by itself, and plans them again.
        """
        if self.run.state is RunState.WAITING and not self._is_of_batch and not self._recorder.may_have_started:
            self._recorder.put_off = why
            self._recorder.interrupt_wait()

    def shut_down(self, *, is_new: bool) -> None:
        """End a run that came as all was shut down, before anything of it was done; ``is_new`` has no row."""
        if is_new:
            self._recorder.claims = []
            self._end_unsent(RunEvent.REFUSED, GenwidgetError(render("runner_closed")))
        else:
            self._stop(_interrupted(self.run.state))
        self._is_submitted.set()

    def reopen(self) -> None:
        """Make a lost or expired run live again."""
        resumed = mark(0, "timeline_resumed")
        marks = (*self.run.snapshot.timeline_data.marks, resumed) if self.run.state is RunState.EXPIRED else (resumed,)
        timeline_data = TimelineData(marks=marks, plan=self.run.snapshot.timeline_data.plan or planned(self.run.intent))
        self.run.advance(
            RunEvent.RESUMED,
            timeline_data=timeline_data,
            error=None,
            total_ms=None,
            is_cancel_asked=False,
            # What is sent anew has cost nothing so far, and makes another generation.
            credits_refunded=self.run.snapshot.credits_refunded and self.run.generation_id is not None,
            started_at=self._timing.now(),
        )
        self._recorder.save_outcome()

    async def cancel(self) -> Canceled:
        """Cancel at the API; while the POST is out, as soon as it is answered.

        Raises:
            GenwidgetError: it ended before it could be canceled, or the API refused.
        """
        self._recorder.is_cancel_asked = True
        self._recorder.step(is_cancel_asked=True)
        self._recorder.interrupt_wait()
        self._is_cancel_asked.set()
        try:
            await self._is_submitted.wait()
            if self.run.state is RunState.CANCELED:
                return Canceled(generation_id=self.run.generation_id or "", generation_status="canceled")
            canceled = await self._cancel_there()
        except GenwidgetError:
            self._recorder.is_cancel_asked = False
            self._recorder.step(is_cancel_asked=False)
            raise
        self._recorder.step(credits_refunded=bool(canceled.credits_refunded))
        if self.run.is_terminal:  # a poll was faster, and what is written down does not say yet what came back
            self._recorder.save_outcome()
        self._recorder.interrupt_wait()
        return canceled

    async def _cancel_there(self) -> Canceled:
        if self.run.is_terminal or self.run.generation_id is None:
            raise GenwidgetError(render("too_late_to_cancel"))
        return await self._api.cancel_generation(self.run.generation_id)

    async def _record_intent(self, terms: Terms) -> bool:
        """Return whether to submit, once the row is on the disk. The run can be canceled meanwhile."""
        row = row_of(self.run, self._fingerprint, self._timing.now())
        begun = asyncio.wrap_future(self._claim(self._ledger.begin_soon(row, terms.limits)))
        canceled = asyncio.ensure_future(self._is_cancel_asked.wait())
        waits: set[asyncio.Future[Any]] = {begun, canceled}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self._recorder.is_cancel_asked:
                begun.cancel()  # not written, if it is still waiting; not sent in any case
                self._end_unsent(RunEvent.CANCELED, RunCanceled(render("generation_canceled"), run=self.run))
                return False
            is_new = begun.result()
        except (LedgerError, SpendLimitReached) as error:
            self._end_unsent(RunEvent.REFUSED, error)
            return False
        except asyncio.CancelledError:
            begun.cancel()
            self._end_unsent(RunEvent.REFUSED, GenwidgetError(render("runner_closed")))
            raise
        finally:
            canceled.cancel()
        if is_new:
            self._recorder.claims = None
            self._recorder.step(is_recorded=True)
        else:
            self._recorder.claims = []  # whatever was noted of it
            await self._restore_from_row()
        return is_new

    def _claim(self, written: Future[bool]) -> Future[bool]:
        assert self._recorder.claims is not None, "it is sent for the first time"
        self._recorder.claims.append(written)
        return written

    async def _find_price(self, terms: Terms) -> GenwidgetError | None:
        """Ask the API for a price that no list has, where there is a limit; return why the run is not sent."""
        intent = self.run.intent
        if intent.price is not None or not terms.has_limit:
            return None
        priced = Priced.of_body(intent.model_id, intent.body or {})
        try:
            found = (await self._api.estimate(priced.model_id, **priced.question)).price
        except GenwidgetError as error:
            if terms.allow_unknown:
                return None
            return PriceUnknown(reason=render("price_unknown_reason", reason=error.message))
        except asyncio.CancelledError:
            self._end_unsent(RunEvent.REFUSED, GenwidgetError(render("runner_closed")))
            raise
        if found is None and not terms.allow_unknown:
            return PriceUnknown(reason="")
        self.run.intent = replace(intent, price=found)
        return None

    def _end_unsent(self, event: RunEvent, error: GenwidgetError) -> None:
        is_canceled = event is RunEvent.CANCELED
        marks = without_sending(self._recorder.timeline_data.marks)
        label = {RunEvent.CANCELED: "timeline_canceled", RunEvent.UNSENT: "timeline_unsent"}
        at_ms = self._recorder.now_ms()
        ends = (mark(at_ms, label.get(event, "timeline_refused"), tone="plain" if is_canceled else "bad"),)
        self._recorder.step(
            event,
            timeline_data={"marks": marks, "ends": ends},
            error=error,
            total_ms=at_ms,
            credits_refunded=is_canceled,
        )

    @contextmanager
    def _always_ends(self) -> Iterator[None]:
        """Let every failure become an end that can be read: whoever waits for the run must not wait for ever."""
        try:
            yield
        except asyncio.CancelledError:
            self._stop(_interrupted(self.run.state))
            raise
        except GenwidgetError as error:
            self._stop(error)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            logger.exception("Run %s broke off", self.run.run_id)
            sentence = render("unforeseen", kind=type(error).__name__)
            self._stop(TransportError(sentence, may_have_started=True))
        finally:
            self._is_submitted.set()

    def _end_waiting(self) -> None:
        """End a run that was canceled or put off before its turn: it costs nothing, unless it had been sent before."""
        put_off = self._recorder.put_off
        if put_off is not None and not self._recorder.is_cancel_asked:
            self._end_unsent(RunEvent.UNSENT, put_off)
        elif self._recorder.may_have_started:
            self._stop(TransportError(render("lost"), may_have_started=True))
        else:
            self._end_unsent(RunEvent.CANCELED, RunCanceled(render("generation_canceled"), run=self.run))

    async def _restore_from_row(self) -> None:
        """This intent was taken before, by a run that is held here no more or by another process: tell what came of it.

        It is not sent again. What its row says of it can be resumed, if anything can.
        """
        row = await asyncio.to_thread(self._ledger.find, self.run.run_id)
        if row is None:
            self._stop(_interrupted(self.run.state))
        else:
            self.run.restate(facts_of(row))

    def _stop(self, error: GenwidgetError) -> None:
        """End a run that cannot be carried on: so that it can be resumed, if anything of it may have been sent."""
        state = self.run.state
        if state.is_terminal:
            return
        if state is RunState.WAITING and not self._recorder.may_have_started:
            if not self._is_of_batch:
                self._end_unsent(RunEvent.UNSENT, NotSent("unsent_ended"))
                return
            event = RunEvent.REFUSED if self._is_new else RunEvent.UNREACHED
            self._end_unsent(event, GenwidgetError(render("runner_closed")))
            return
        event = RunEvent.LOST if state in NOT_ANSWERED else RunEvent.EXPIRED
        at_ms = self._recorder.now_ms()
        ends = (_last_mark(event, error, at_ms), guess("timeline_may_run"))
        self._recorder.step(event, timeline_data={"ends": ends}, error=error, total_ms=at_ms)


def _interrupted(state: RunState) -> GenwidgetError:
    """Return what is told of a run whose process ends while it is under way."""
    if state in NOT_ANSWERED:
        return Interrupted(may_have_started=True)
    return ProcessEnded(render("process_ended"))


def _last_mark(event: RunEvent, error: GenwidgetError, at_ms: int) -> TimelineEntry:
    if event is RunEvent.LOST:
        return mark(at_ms, "timeline_unreadable", tone="bad")
    return mark(at_ms, "timeline_process_ended" if isinstance(error, ProcessEnded) else "timeline_expired")
