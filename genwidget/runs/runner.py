"""Runs generations on one background thread: submit, poll, cancel, resume."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, TypeAlias, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary, WeakMethod

import httpx

from genwidget import io_thread
from genwidget.api import changes
from genwidget.api.changes import Change
from genwidget.api.client import Client
from genwidget.api.download import download
from genwidget.api.keys import ApiKey, KeyGiven
from genwidget.api.media_types import Fetched
from genwidget.api.models import Canceled, Deleted, Generation
from genwidget.api.regions import Target, is_same_host, resolve
from genwidget.api.transport import Timing, Transport
from genwidget.arguments import is_same_id
from genwidget.errors import GenwidgetError, NotSent, ResumeRefused, ShutDown
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.request.pricing import Priced
from genwidget.request.validation import Request
from genwidget.runs.entries import KeySource, Limits, RunEntries, RunEntry, check_resume, is_movable, key_for
from genwidget.runs.forecast import Work, seconds_of
from genwidget.runs.ledger import KeyUse, Ledger, Row, Watch
from genwidget.runs.prices import Prices
from genwidget.runs.rating import read_rating
from genwidget.runs.records import facts_of, first_facts, intent_of, new_intent, row_of, target_of
from genwidget.runs.recovery import fetch_record, find_generations
from genwidget.runs.run import Run
from genwidget.runs.shared_polls import SharedPolls
from genwidget.runs.spend_limit import SpendLimit, machine_limit
from genwidget.runs.state import RunState
from genwidget.runs.turns import Account, Place, Turns
from genwidget.runs.worker import RunWorker, Terms
from genwidget.settings import Settings


def _of(limits: Limits) -> Sequence[SpendLimit]:
    return limits() if callable(limits) else limits


def _machine() -> tuple[SpendLimit, ...]:
    limit = machine_limit()
    return () if limit is None else (limit,)


async def _tell(run: Run) -> None:
    run.advance()


def _take_came_back(run: Run, row: Row) -> None:
    """Take from a run's row that the credits of its generation came back."""
    if row.came_back and row.generation_id == run.generation_id and run.credits != 0:
        run.advance(credits_refunded=True)


async def _tell_came_back(run: Run, row: Row) -> None:
    _take_came_back(run, row)


ResultT = TypeVar("ResultT")
RunWatcher: TypeAlias = Callable[[Run, KeyUse, Client], None]
#: What can become of a run in the ledger, whether or not anybody holds it; ``ended`` where it was taken up.
Mark: TypeAlias = Literal["rated", "deleted", "ended"]
MarkWatcher: TypeAlias = Callable[[Mark], None]

logger = logger_of(__name__)


class Runner:
    """Carries any number of runs at once.

    Args:
        thread: where; None takes the process's own.
        ledger: what intents are written into; None takes the user's own.
        timing: another clock, for tests.
        transport: another httpx transport, for tests.
    """

    def __init__(
        self,
        thread: io_thread.IoThread | None = None,
        *,
        ledger: Ledger | None = None,
        timing: Timing | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.thread = thread or io_thread.shared()
        self.ledger = ledger or Ledger()
        #: In which all is counted that is sent here: see :class:`genwidget.runs.spend_limit.SpendLimit`.
        self.scope: Final = f"kernel:{uuid4()}"
        #: Tells when the ledger cannot be written for a while.
        self.watch = Watch(self.ledger, self.submit)
        self._timing = timing or Timing()
        self._httpx = transport
        self._lock = threading.Lock()
        self._entries = RunEntries()
        #: When the ratings of runs were written that were rated here: what was read before knows no better.
        self._rated: WeakKeyDictionary[Run, float] = WeakKeyDictionary()
        self._workers: dict[str, RunWorker] = {}
        self._transports: dict[Settings, Transport] = {}
        self._turns = Turns(self._timing, self.ledger)
        self._polls: dict[Account, SharedPolls] = {}
        self._prices = Prices(self._timing)
        self._watchers: list[RunWatcher] = []
        self._mark_watchers: list[WeakMethod[MarkWatcher]] = []
        self._background_tasks: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        changes.shared().subscribe(self._note_change)
        self.ledger.subscribe_came_back(self._note_came_back)

    @property
    def timing(self) -> Timing:
        """The clock of all that is carried here."""
        return self._timing

    @property
    def is_closed(self) -> bool:
        """Whether what was under way has been shut down."""
        return self._is_stopped

    def is_own_thread(self) -> bool:
        """Tell whether the caller is on the thread that carries runs."""
        return self.thread.is_current()

    def watch_runs(self, watcher: RunWatcher) -> None:
        """Call a watcher on the thread for each run that begins to be carried from now on.

        It gets the run, the key that the run is carried with, and the API at the run's host.
        """
        self._watchers.append(watcher)

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Carry out on the thread what nobody waits for; it is canceled where this is closed, and not begun later.

        Raises:
            ShutDown: the thread has been closed.
        """
        try:
            self.submit(self._run_background_task(work))
        except ShutDown:
            work.close()
            raise

    def submit(self, work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
        """Carry a coroutine out on the thread.

        Raises:
            ShutDown: the thread has been closed.
        """
        return self.thread.submit(work)

    def start(  # noqa: PLR0913 - what is sent, where, as whom; keywords
        self,
        request: Request,
        target: Target,
        key: ApiKey,
        settings: Settings | None = None,
        *,
        intent_id: str | None = None,
        idempotency_key: str | None = None,
        key_source: KeySource | None = None,
        queue: str | None = None,
        limits: Limits = (),
        allow_unknown: bool = False,
    ) -> Run:
        """Send a checked request and return its run at once. An intent id that was taken gives the run it made.

        What would pass a limit, those of ``limits`` and that of ``GENWIDGET_SPEND_LIMIT``, is refused before a byte
        leaves: the run ends ``refused``, with :class:`SpendLimitReached` as its error. A price that is not known is
        asked for first, where there is a limit.

        Args:
            request: as validation made it.
            target: where it goes.
            key: the API key.
            settings: limits; None takes the defaults and ``GENWIDGET_*``.
            intent_id: minted where Send was pressed; None mints one.
            idempotency_key: minted with the intent, and never used for another; None mints one.
            key_source: gives the key in use when the run is resumed or deleted later.
            queue: the batch that it is of, by its id; None for a click. Where the account takes no more at once, clicks
                are sent first, and batches take turns, one generation each: a small batch does not wait for a large
                one. A click that waits is in the ledger as ``waiting``: another process can send it once this one has
                ended, and nothing is reserved or paid for it before.
            limits: what may be spent, by whom, beside the machine's limit.
            allow_unknown: send what has no price, and no estimate, although there is a limit; it counts as nothing.

        Raises:
            WrongKey: the key is bound to another origin.
            ConfigurationError: ``GENWIDGET_SPEND_LIMIT`` is no number of credits.
        """
        key = key.at(target.api_url)
        terms = Terms((*_of(limits), SpendLimit(self.scope, None), *_machine()), allow_unknown)
        with self._lock:
            taken = None if intent_id is None else self._entries.find(intent_id)
            if taken is not None:
                return taken
            intent = new_intent(request, self._timing.now(), intent_id, idempotency_key)
            first = first_facts(intent, has_limit=terms.has_limit)
            run = Run(intent, target, settings or Settings.from_environment(), self, first)
            self._entries.note(run, RunEntry(key.fingerprint, key_source, limits=limits))
        self.submit(self._carry(run, key, terms, queue))
        return run

    def restore(self, row: Row, settings: Settings | None = None, *, key_source: KeySource | None = None) -> Run:
        """Return the run of a row: the one carried here, else as the row tells it now. Nothing is sent."""
        with self._lock:
            run = self._entries.find(row.intent_id)
            if run is None:
                settings = settings or Settings.from_environment()
                run = Run(intent_of(row), target_of(row), settings, self, facts_of(row))
                self._entries.note(run, RunEntry(row.key_fingerprint, key_source, is_restored=True))
        entry = self._entries.of(run)
        if entry.is_restored and not entry.is_resumed:
            before, now = run.snapshot, facts_of(row)
            if (before.state, str(before.error)) != (now.state, str(now.error)):  # another process carried it on
                run.restate(now)
        if row.rating != run.rating and row.read_at > self._rated.get(run, -1.0):  # another process may have rated it
            run.advance(rating=row.rating)
        if row.is_deleted and not run.is_deleted:
            run.advance(is_deleted=True)
        _take_came_back(run, row)
        return run

    def held(self, run_id: str) -> Run | None:
        """Return the run of this id that was sent or restored here, if somebody holds it."""
        return self._entries.find(run_id)

    def rate(self, run: Run, rating: int | None) -> Future[None]:
        """Note what a person thinks of a run; the future has its end once it is written, else why it could not be.

        Raises:
            InvalidRequest: there is no such rating.
        """
        rated = Future[None]()

        def end(done: Future[bool]) -> None:
            error = done.exception()
            if error is None and not done.result():
                error = GenwidgetError(render("rating_too_early"))
            if not rated.set_running_or_notify_cancel():  # nobody waits any more
                return
            if error is None:
                rated.set_result(None)
            else:
                rated.set_exception(error)

        self.rate_by_id(run.run_id, rating).add_done_callback(end)
        return rated

    def rate_by_id(self, run_id: str, rating: int | None) -> Future[bool]:
        """Note what a person thinks of a run, held or not; the future is False where the ledger has no such run.

        Raises:
            InvalidRequest: there is no such rating.
        """
        checked, rated = read_rating(rating), Future[bool]()

        def end(done: Future[bool]) -> None:
            error = done.exception()
            if error is None and done.result():
                run = self._entries.find(run_id)
                if run is not None:
                    self._rated[run] = time.monotonic()
                    run.advance(rating=checked, is_told=False)
                # not here, on the ledger's own thread, which would wait for who listens
                self._tell_mark("rated", run)
            if not rated.set_running_or_notify_cancel():  # nobody waits any more
                return
            if error is None:
                rated.set_result(done.result())
            else:
                rated.set_exception(error)

        self.ledger.rate(run_id, checked).add_done_callback(end)
        return rated

    def watch_marks(self, watcher: MarkWatcher) -> None:
        """Call a method, on the thread, once the ledger has a mark of any run from here; its object is not kept alive.

        A method that is called already is called once.
        """
        heard: WeakMethod[MarkWatcher] = WeakMethod(watcher)
        with self._lock:
            self._mark_watchers = [one for one in self._mark_watchers if one() is not None and one != heard] + [heard]

    def _tell_mark(self, mark: Mark, run: Run | None = None) -> None:
        if run is not None or self._mark_watchers:  # else the thread may not be needed for anything
            with suppress(ShutDown):  # nothing is carried here any more
                self.submit(self._tell_mark_here(mark, run))

    async def _tell_mark_here(self, mark: Mark, run: Run | None) -> None:
        if run is not None:
            await _tell(run)
        with self._lock:
            watchers = [one() for one in self._mark_watchers]
        for watcher in watchers:
            if watcher is not None:
                watcher(mark)

    def note_deleted(self, generation_id: str, target: Target) -> None:
        """Note, here and in the ledger, that a generation was deleted, so that nothing of it is offered any more."""
        marked = self.ledger.mark_deleted(generation_id, target.region_id, target.api_url)
        marked.add_done_callback(lambda _: self._tell_mark("deleted"))
        for run in self._of_generation(generation_id, target):
            if not run.is_deleted:
                run.advance(is_deleted=True)

    def note_refunded(self, generation_id: str, target: Target) -> None:
        """Note, here and in the ledger, that the credits of a generation came back, whoever has canceled it."""
        for run in self._of_generation(generation_id, target):
            if not run.snapshot.credits_refunded:
                run.advance(credits_refunded=True)
        self.ledger.mark_refunded(generation_id, target.region_id, target.api_url)

    def _of_generation(self, generation_id: str, target: Target) -> list[Run]:
        runs = self._entries.runs()
        return [
            run for run in runs if is_same_id(run.generation_id, generation_id) and is_same_host(run.target, target)
        ]

    def _note_came_back(self, row: Row) -> None:
        """Note what another process wrote down of a run; on the ledger's own thread, which waits for none."""
        run = self._entries.find(row.intent_id)
        if run is not None:
            with suppress(ShutDown):
                self.submit(_tell_came_back(run, row))

    def _note_change(self, change: Change) -> None:
        if change.generation_id is None or self._is_stopped:
            return
        if change.kind == "deleted":
            self.note_deleted(change.generation_id, change.target)
        elif change.is_refunded:
            self.note_refunded(change.generation_id, change.target)

    def key_use(self, run: Run) -> KeyUse:
        """Return the key that a run was sent with, and its host."""
        target = run.target
        return KeyUse.of(self._entries.of(run).key_fingerprint, target.region_id, target.api_url)

    def cancel(self, run: Run) -> Future[Canceled]:
        """Ask the API to cancel; the future ends with its reply, or with why it could not."""
        return self.submit(self.cancel_here(run))

    def delete(self, run: Run, key: KeyGiven = None) -> Future[Deleted]:
        """Ask the API to delete a run's record and files."""
        return self.submit(self._delete(run, self.key_for(run, key)))

    def fetch(self, run: Run, url: str) -> Future[Fetched]:
        """Fetch an output, without the key."""
        return self.submit(download(url, run.target, run.settings, self._httpx))

    def search(self, run: Run, key: KeyGiven = None) -> Future[tuple[Generation, ...]]:
        """Look in the content list for what a run may have made whose answer was lost."""
        return self.submit(self._search(run, self.key_for(run, key)))

    def read_generation(self, run: Run, generation_id: str, key: KeyGiven = None) -> Future[Generation]:
        """Ask, with a run's key at its host, for the record of any generation."""
        return self.submit(self._api_of(run, key).get_generation(generation_id))

    def read_record(self, run: Run, key: KeyGiven = None) -> Future[None]:
        """Ask for the record of a run's generation, which then tells its outputs."""
        return self.submit(fetch_record(self._api_of(run, key), run))

    def resume(self, run: Run, key: KeyGiven = None, *, limits: Limits = ()) -> Run:
        """Take a lost or expired run up again: the same bytes and idempotency key, or further polls. Reads the ledger.

        Args:
            run: which.
            key: the key that it was sent with; None takes the one in use, or of the environment.
            limits: for a run that reached nobody or was not sent, in place of those of the same scopes that it was sent
                within.

        Raises:
            ResumeRefused: another key, a body that was not stored, more than 24 hours ago, another process that
                follows it, or nothing to resume.
            KeyNotLocked: there is no API key.
            ConfigurationError: it was sent to the sandbox, which is not installed.
            LedgerError: the ledger cannot be read.
            SpendLimitReached: it reached nobody or was not sent, and sending it now would pass a limit.
            ShutDown: all has been shut down in this process.
        """
        check_resume(run, self._timing.now())
        found = self.key_for(run, key, to_resume=True)
        is_unsent = self._catch_up(run) and run.state in {RunState.UNREACHED, RunState.UNSENT}
        if is_unsent and not self._begin_again(run, limits) and self._catch_up(run):
            raise ResumeRefused(render("followed_elsewhere"))
        begun = self.submit(self._resume(run, found))
        if not self.is_own_thread():
            io_thread.wait_for(begun)
        return run

    def key_for(self, run: Run, key: KeyGiven = None, *, to_resume: bool = False) -> ApiKey:
        """Return the key for a call about a run, bound to the run's origin. Blocks while the sandbox starts.

        A sandbox run of an earlier process then points to the sandbox of this one, whose port is another.

        Raises:
            KeyNotLocked, WrongKey, InvalidApiKey, ResumeRefused: as of :func:`genwidget.runs.entries.key_for`.
            ConfigurationError: it was sent to the sandbox, which is not installed.
        """
        entry = self._entries.of(run)
        found = key_for(run, entry, key, to_resume=to_resume)
        if is_movable(run, entry):
            run.target = resolve("sandbox")
        return found.at(run.target.api_url)

    def _api_of(self, run: Run, key: KeyGiven) -> Client:
        """Return the API at a run's host with the run's key; errors as of :meth:`key_for`."""
        found = self.key_for(run, key)  # first: it may point the run to another sandbox
        return self.api(run.target, found, run.settings)

    def api(self, target: Target, key: ApiKey | None, settings: Settings) -> Client:
        """Return the API on the connections of this runner, for use on its thread."""
        if settings not in self._transports:
            self._transports[settings] = Transport(settings, transport=self._httpx, timing=self._timing)
        return Client.over(target, key, self._transports[settings])

    async def find_prices(self, api: Client, key_fingerprint: str, asked: Sequence[Priced]) -> dict[Priced, float]:
        """Return what the API tells of prices, in credits; those that it cannot tell now are left out.

        Args:
            api: what is asked; for use on the I/O thread.
            key_fingerprint: of its key.
            asked: the prices.
        """
        account = Account((await api.target()).api_url, key_fingerprint)
        return await self._prices.find_all(api, account, asked)

    async def forecast(self, account: Account, counts: Mapping[str, Sequence[tuple[int, float]]], most: int) -> float:
        """Return in how many seconds so many generations end, as the pace of their account lets them be sent.

        Args:
            account: whose pace.
            counts: by ``image`` and ``video``, how many there are of each duration in seconds.
            most: how many of a kind are under way at once.
        """
        works = [Work(self._turns.room(account, kind, most), of_kind) for kind, of_kind in counts.items()]
        return await asyncio.to_thread(seconds_of, works, self._turns.window_ahead(account))

    def close(self) -> None:
        """Shut down what is under way, so that it can be resumed, and close every connection. The thread stays."""
        if self.thread.is_started:
            try:
                stopped = self.submit(self._stop())
                if not self.is_own_thread():
                    stopped.result(io_thread.CLOSE_TIMEOUT_S)
            except (RuntimeError, TimeoutError, CancelledError):
                logger.warning("Runs under way could not be shut down in time")
        self.ledger.close()

    def _catch_up(self, run: Run) -> bool:
        """Take what another process has made of a run since it was known here; False where it was taken up here.

        Raises:
            ResumeRefused: another process follows it, or it cannot be resumed any more.
            LedgerError: the ledger cannot be read.
        """
        row = self.ledger.find(run.run_id)
        if row is None:
            return True
        if row.is_carried_elsewhere:
            raise ResumeRefused(render("followed_elsewhere"))
        is_live = not RunState(row.state).is_terminal
        if is_live and row.owner is not None and row.owner == self.ledger.own_number():
            return False
        facts = facts_of(row)
        if facts.state is not run.state:
            run.restate(facts)
            check_resume(run, self._timing.now())
        _take_came_back(run, row)
        return True

    def _begin_again(self, run: Run, limits: Limits) -> bool:
        """Write down that a run is sent which reached nobody or was not sent; False where it is no such run any more.

        Raises:
            SpendLimitReached, LedgerError: as of :meth:`resume`.
        """
        entry = self._entries.of(run)
        row = row_of(run, entry.key_fingerprint, self._timing.now())
        own = SpendLimit(self.scope, None)
        return self.ledger.begin_again(row, (*_of(entry.limits), *_of(limits), own, *_machine()))

    async def _resume(self, run: Run, key: ApiKey) -> None:
        """Begin again on the thread; whoever comes second finds the run under way.

        Raises:
            ShutDown: all has been shut down.
        """
        if self._is_stopped:
            raise ShutDown
        if run.state.can_resume:
            worker = self._worker_for(run, key)
            self._entries.note(run, replace(self._entries.of(run), is_resumed=True))
            worker.reopen()
            worker.task = asyncio.create_task(self._execute(worker))

    async def _carry(self, run: Run, key: ApiKey, terms: Terms, queue: str | None) -> None:
        worker = self._worker_for(run, key, queue)
        worker.task = asyncio.current_task()
        await self._execute(worker, terms)

    async def _execute(self, worker: RunWorker, terms: Terms | None = None) -> None:
        """Carry a run; without terms one that is taken up again."""
        run_id = worker.run.run_id
        try:
            if self._is_stopped:
                worker.shut_down(is_new=terms is not None)
            else:
                await worker.execute(terms)
        finally:
            if self._workers.get(run_id) is worker:  # the key goes with it
                del self._workers[run_id]
            if terms is None:
                self._tell_mark("ended")

    def _worker_for(self, run: Run, key: ApiKey, queue: str | None = None) -> RunWorker:
        api = self.api(run.target, key, run.settings)
        account = Account(run.target.api_url, key.fingerprint)
        polls = self._polls.setdefault(account, SharedPolls(self._timing))
        worker = RunWorker(
            run,
            api,
            self.ledger,
            self._timing,
            key_fingerprint=key.fingerprint,
            place=Place(self._turns, account, run.model_type, queue),
            polls=polls,
            prices=self._prices,
            on_no_credits=partial(self._put_off_waiting, account),
        )
        self._workers[run.run_id] = worker
        for watcher in self._watchers:
            watcher(run, KeyUse.of(key.fingerprint, run.target.region_id, run.target.api_url), api)
        return worker

    def _put_off_waiting(self, account: Account) -> None:
        """Send nothing that waits for its turn at an account without credits: each would be refused like the first."""
        for worker in list(self._workers.values()):
            if worker.place.account == account:
                worker.put_off(NotSent("unsent_credits"))

    async def cancel_here(self, run: Run, *, is_waiting_only: bool = False) -> Canceled:
        """Cancel a run; on the thread alone.

        Args:
            run: which.
            is_waiting_only: only where it waits for its turn, or nothing of it has left.

        Raises:
            GenwidgetError: it cannot be canceled any more, or the API could not be asked, or refused.
        """
        worker = self._workers.get(run.run_id)
        if worker is None or (is_waiting_only and not worker.is_held):
            raise GenwidgetError(render("too_late_to_cancel"))
        return await worker.cancel()

    async def _delete(self, run: Run, key: ApiKey) -> Deleted:
        if run.generation_id is None:
            raise GenwidgetError(render("no_generation"))
        return await self.api(run.target, key, run.settings).delete_generation(run.generation_id)

    async def _search(self, run: Run, key: ApiKey) -> tuple[Generation, ...]:
        known = await asyncio.to_thread(self.ledger.generation_ids)
        return await find_generations(self.api(run.target, key, run.settings), run, known - {run.generation_id})

    async def _run_background_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.current_task()
        if self._is_stopped or task is None:
            work.close()
            return
        self._background_tasks.add(task)
        try:
            await work
        finally:
            self._background_tasks.discard(task)

    async def _stop(self) -> None:
        self._is_stopped = True
        self._turns.close()
        tasks = [*self._background_tasks, *(one.task for one in self._workers.values() if one.task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in list(self._workers.values()):  # taken up, and canceled before the first step
            worker.shut_down(is_new=False)
        self._workers.clear()
        self._prices.close()
        for polls in self._polls.values():
            polls.close()
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()


#: The process's own runner.
shared: Final = io_thread.PerProcess(Runner)
#: Returns the runner to use now: a forked process has another one.
FindRunner: TypeAlias = Callable[[], Runner]
