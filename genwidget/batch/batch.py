"""A batch: many generations as one, each paid for once, through any crash."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple, Self

from genwidget import platform
from genwidget.api.keys import ApiKey, KeyGiven, sealed
from genwidget.api.models import Generation
from genwidget.api.regions import Target
from genwidget.arguments import function_of, switch_of
from genwidget.batch import outputs, result_frame
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.carried import carried
from genwidget.batch.display import show_batch
from genwidget.batch.driver import Driver
from genwidget.batch.given import as_integer, as_path, as_states
from genwidget.batch.holder import this_process
from genwidget.batch.lookup import find_batch, limits_of, place_and_key, status_of
from genwidget.batch.picks import picks_of
from genwidget.batch.plan import Plan
from genwidget.batch.plan_file import read_plan
from genwidget.batch.progress import Progress, done_of, line_of
from genwidget.batch.rows import RETRIED, BatchRow, BatchState, ItemRow, ItemState
from genwidget.batch.settled import all_settled, settle, settled_items, settled_status
from genwidget.batch.shared import NoteRun, Shared
from genwidget.batch.status import Listener, Status, tell
from genwidget.batch.stop_if import NOT_GIVEN, NotGiven, StopIf, check_stop_if
from genwidget.batch.store import BatchStore
from genwidget.batch.tables import TableOptions, plan_of_table
from genwidget.batch.unsure import UnsureItems
from genwidget.batch.wait import ended_items, wait_for_end
from genwidget.batch.way_on import way_on
from genwidget.catalogue import Catalogue
from genwidget.errors import BatchHeld, BatchStopped, GenwidgetError, InvalidRequest, LedgerError, StopIfNeeded
from genwidget.io_thread import no_wait, wait_for
from genwidget.messages import render
from genwidget.runs import runner
from genwidget.runs.entries import Limits
from genwidget.runs.spend_limit import SpendLimit, read_credits
from genwidget.settings import Settings

#: What carries batches in a parent process. Its work is not to be ended here, as it would be if it were let go.
_abandoned: Final[list[Driver]] = []


class Parts(NamedTuple):
    """What a batch is made of, for whoever shows it."""

    row: BatchRow
    store: BatchStore
    carrier: runner.Runner
    status: Status
    key: ApiKey | None


class Batch:
    """Many generations as one.

    :meth:`Plan.run <genwidget.batch.plan.Plan.run>` makes it; :meth:`open` and :meth:`list` find those of before.
    It goes on while the process lives; in a new one :meth:`open` takes it up. All of it can be read at any time, from
    any thread.
    """

    def __init__(  # noqa: PLR0913 - what it is made of; most by keyword
        self,
        row: BatchRow,
        store: BatchStore,
        carrier: runner.Runner,
        *,
        holder: str | None = None,
        stop_if: StopIf | NotGiven | None = NOT_GIVEN,
        limits: Limits = (),
        note_run: NoteRun | None = None,
    ) -> None:
        self._row = row
        self._store = store
        self._carrier = carrier
        self._driver: Driver | None = None
        self._key: ApiKey | None = None
        self._stop_if = stop_if
        self._limits = limits
        self._note_run = note_run
        #: Which other process carries it, for people; None where none does.
        self.holder = holder
        self._listeners: list[Listener] = []
        self._status = settled_status(row, store) if holder is None else status_of(row, store)
        self._status.subscribe(self._tell)

    def __repr__(self) -> str:
        return f"<Batch {self.batch_id} {self.state}: {line_of(self._status, self.count)}>"

    # Plans.

    @staticmethod
    def from_frame(  # noqa: PLR0913 - keywords, each with a default
        table: Any,
        *,
        model: str | None = None,
        columns: Mapping[str, str] | None = None,
        template: str | None = None,
        repeat: int = 1,
        seed: int | None = None,
        catalogue: Catalogue | None = None,
    ) -> Plan:
        """Plan a generation for each row of a table.

        Args:
            table: a pandas, polars or pyarrow table, or a list of mappings.
            model: of the rows that have no column ``model``.
            columns: fields, or ``model``, by the columns that they are taken from; None takes each column whose name is
                a field, with or without ``generation_``. A column ``model`` stays the model's unless it is taken here.
            template: a pattern for the prompt (:class:`genwidget.batch.templates.Template`); its names are columns.
            repeat: how often each row is made.
            seed: of what the template draws, 0 where none is given; ``generation_seed`` is the field.
            catalogue: the models known; None takes those that ship.

        Raises:
            InvalidRequest: no table, or a column that cannot be used. What is wrong with a row is in ``problems``.
            ConfigurationError: narwhals is not installed.
        """
        options = TableOptions(
            model=model, columns=columns, template=template, repeat=repeat, seed=seed, catalogue=catalogue
        )
        return plan_of_table(table, options)

    @staticmethod
    def from_file(path: str | Path, **options: Any) -> Plan:
        """Plan what a ``.toml``, ``.csv`` or ``.parquet`` file says; keywords as of :meth:`from_frame`.

        They go before what a ``.toml`` file says, but for ``model``, which is of what names none.

        Raises:
            InvalidRequest: it cannot be read, or is no plan; or it names its model, and ``model`` is given too.
            ConfigurationError: a Parquet file, and pyarrow is not installed.
        """
        return read_plan(as_path(path, "from_file()", InvalidRequest), TableOptions(**options))

    # Batches of before.

    @classmethod
    def open(
        cls, batch_id: str, key: KeyGiven = None, *, go_on: bool = True, stop_if: StopIf | NotGiven | None = NOT_GIVEN
    ) -> Self:
        """Return a batch of the ledger; one that was under way when its process ended goes on.

        What was planned is sent, what was sent is asked for again with its idempotency key, what was accepted is
        followed. One that was stopped waits for :meth:`resume`. One that another process carries can be read.

        Args:
            batch_id: its id, or how it begins.
            key: the API key that it was started with; None takes the sandbox's own, or the environment's.
            go_on: whether it may go on.
            stop_if: as of :meth:`genwidget.batch.plan.Plan.run`. All else that a batch was started with is stored, but
                a function cannot be: one that had it goes on only where it is given again, or None in its place.

        Raises:
            NoSuchBatch: there is none, or its plan was not stored whole.
            StopIfNeeded: it should go on, and its ``stop_if`` is not given.
            InvalidRequest: ``stop_if`` is no function, or ``go_on`` no switch.
            KeyNotLocked, ResumeRefused: it should go on, and there is no key, or another one.
            LedgerError: the ledger cannot be read.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        check_stop_if(stop_if)
        is_going_on = switch_of(go_on, "go_on=")
        carrier = runner.shared()
        store = BatchStore(carrier.ledger)
        row = find_batch(store, batch_id)
        running = carried.find(carrier.ledger.path, row.batch_id)
        if running is not None:
            if stop_if is not NOT_GIVEN:
                running._replace_stop_if(stop_if)  # noqa: SLF001 - another batch of this class
            return running  # type: ignore[return-value]
        if carrier.ledger.lives_elsewhere(row.owner):
            return cls(row, store, carrier, holder=row.holder or "")
        batch = cls(row, store, carrier, stop_if=stop_if)
        if is_going_on and row.state == BatchState.RUNNING:
            batch.resume(key)
        return batch

    @classmethod
    def list(cls, limit: int = 100) -> "list[Batch]":
        """Return the newest batches first; none of them goes on by this. What cannot be read is left out.

        Raises:
            InvalidRequest: ``limit`` is no whole number.
            LedgerError: the ledger cannot be read.
        """
        rows = BatchStore(runner.shared().ledger).newest(as_integer(limit, "batch_bad_limit", least=0))
        found: list[Batch] = []
        for row in rows:
            if row.state != BatchState.STORING:
                with suppress(LedgerError):  # its items are none of ours
                    found.append(cls.open(row.batch_id, go_on=False))
        return found

    # What is known.

    @property
    def batch_id(self) -> str:
        """Its id, such as ``b_7f3a90c1d2e4b586``."""
        return self._row.batch_id

    @property
    def count(self) -> int:
        """How many items it has."""
        return self._row.count

    @property
    def created_at(self) -> float:
        """When it was started, in Unix seconds."""
        return self._row.created_at

    @property
    def ended(self) -> int:
        """How many items have ended."""
        return done_of(self._status)

    @property
    def state(self) -> str:
        """``running``, ``stopped`` or ``ended``; ``interrupted`` where its process ended before."""
        if self._status.state is BatchState.RUNNING and self._driver is None and self.holder is None:
            return "interrupted"
        return self._status.state.value

    @property
    def reason(self) -> str | None:
        """Why it stopped, or what delays it, as a sentence; None where neither is so."""
        return self._status.reason

    @property
    def counts(self) -> dict[str, int]:
        """How many items there are in each state, of those that there are any."""
        return {state.value: count for state, count in self._status.counts.items()}

    @property
    def credits(self) -> float:
        """What the items that ended have cost, in credits, as far as known."""
        return round(self._status.credits, 6)

    @property
    def folder(self) -> Path | None:
        """Where its files go, or None."""
        return None if self._row.folder is None else Path(self._row.folder)

    def items(self, *states: str) -> Iterator[BatchItem]:
        """Yield the items, of some states or of all, in order.

        Raises:
            InvalidRequest: there is no such state.
            LedgerError: the ledger cannot be read.
        """
        return self._items(as_states(states))

    # Waiting.

    def wait(
        self,
        timeout_s: float | None = None,
        *,
        progress: bool | None = None,
        on_delay: Callable[[str], None] | None = None,
    ) -> Self:
        """Wait until all items have ended, or the batch has stopped, and return this batch.

        Args:
            timeout_s: seconds to wait at most; None waits as long as it takes.
            progress: whether a line shows how far it is; None shows it in terminals and notebooks.
            on_delay: called with a sentence each time that something else delays it, such as a full disk.

        Raises:
            TimeoutError: ``timeout_s`` passed; the batch goes on.
            InvalidRequest: ``timeout_s`` is no number of seconds, ``progress`` no switch, ``on_delay`` no function.
            BatchStopped: it met what all its items would meet, such as a 402 or the spend limit; the sentence says what
                to do, and with which call it goes on.
            BatchHeld: another process carries it.
            RuntimeError: called on the thread that carries runs.
        """
        if self._carrier.is_own_thread():
            raise RuntimeError(no_wait())
        self._refuse_held()
        is_shown = None if progress is None else switch_of(progress, "progress=")
        told = None if on_delay is None else function_of(on_delay, "on_delay=")
        line = Progress(self._status, self.count, is_shown, told)
        wait_for_end(self._status, line, self._carrier.timing.clock, timeout_s)
        return self._judged()

    def __await__(self) -> Generator[Any, None, Self]:
        """Wait in any event loop; errors as of :meth:`wait`."""
        self._refuse_held()
        yield from asyncio.shield(asyncio.wrap_future(self._status.ended)).__await__()
        return self._judged()

    async def as_completed(self) -> AsyncIterator[BatchItem]:
        """Yield each item that has ended, those of before first, then each as it ends, until the batch ends.

        Raises:
            BatchStopped, BatchHeld: as of :meth:`wait`, after the last item.
            LedgerError: the ledger cannot be read.
        """
        self._refuse_held()
        async for item in ended_items(self._row, self._store, self._status, self._write):
            yield item
        self._judged()

    # Steering.

    def stop(self) -> None:
        """Send nothing new. What is under way ends, and is saved; :meth:`resume` goes on.

        Another process that carries the batch is asked to, and does so within seconds.

        Raises:
            GenwidgetError: it is not running.
        """
        self._ask("stop")

    def cancel(self) -> None:
        """Send nothing new, and cancel at the API what is under way; errors as of :meth:`stop`."""
        self._ask("cancel")

    def resume(self, key: KeyGiven = None, *, limit: float | None = None) -> Self:
        """Go on: with what has no answer or not all of its files, then with what is planned. Returns at once.

        Args:
            key: the API key that it was started with; None takes the one in use, the sandbox's own, or the
                environment's.
            limit: credits in all, what was spent before included; None keeps the limit of before.

        Raises:
            KeyNotLocked, ResumeRefused: there is no key, or another one.
            StopIfNeeded: it was started with ``stop_if``, by another process: :meth:`open` takes it.
            BatchHeld: another process carries it.
            ConfigurationError: ``limit`` is no number of credits, or the sandbox is not installed.
            LedgerError: the ledger cannot be used.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        self._refuse_held()
        with self._taking_up():
            return self if self._is_running else self._go_on(key, limit, ())

    def retry_failed(self, key: KeyGiven = None, *, limit: float | None = None) -> Self:
        """Begin the items anew that failed or were refused, each with another idempotency key. Returns at once.

        Args:
            key: as of :meth:`resume`.
            limit: as of :meth:`resume`.

        Raises:
            GenwidgetError: it is running; and as of :meth:`resume`.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        self._refuse_held()
        with self._taking_up():
            if self._is_running:
                raise GenwidgetError(render("batch_running", batch_id=self.batch_id))
            return self._go_on(key, limit, RETRIED)

    def retry(self, number: int, key: KeyGiven = None) -> Self:
        """Begin one item anew that failed or was refused, with another idempotency key, whether or not the batch runs.

        Args:
            number: the item's, from 1.
            key: as of :meth:`resume`.

        Raises:
            InvalidRequest: there is no such item.
            GenwidgetError: it did not fail; and as of :meth:`resume`.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        self._refuse_own_thread()
        self._refuse_held()
        self._write()
        (item,) = self._settled([self._store.require(self._row, number)])
        if item.state not in RETRIED:
            raise GenwidgetError(render("batch_item_not_failed", number=f"{item.position + 1:,}"))
        with self._taking_up():
            if not self._is_running:
                return self._go_on(key, None, RETRIED, only=item.position)
        assert self._driver is not None
        wait_for(self._carrier.submit(self._driver.retry(item)))
        return self

    # What a person thinks of the items.

    def rate(self, number: int, rating: int | None) -> None:
        """Note what a person thinks of an item; it lies in the ledger, with the item's run.

        Args:
            number: the item's, from 1.
            rating: 1 to 5, 0 for rejected, None for no opinion.

        Raises:
            InvalidRequest: there is no such item, or no such rating.
            GenwidgetError: nothing was sent of it yet.
            LedgerError: the ledger cannot be used.
        """
        self._refuse_own_thread()
        item = self._store.require(self._row, number)
        if not self._carrier.rate_by_id(item.run_id, rating).result():
            raise GenwidgetError(render("batch_item_not_begun", number=f"{item.position + 1:,}"))

    @property
    def picks(self) -> Sequence[BatchItem]:
        """The items that were rated and not rejected: the best first, and among equals in order.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        return picks_of(self._store, self.items())

    def save_picks(self, folder: str | Path) -> Sequence[Path]:
        """Save the files of the :attr:`picks`; else as of :meth:`save_all`."""
        return self._save(self.picks, as_path(folder, "save_picks()"))

    # Items that were sent and never answered until their idempotency key no longer held.

    def search(self, number: int, key: KeyGiven = None) -> Sequence[Generation]:
        """Return what the content list has that an unsure item may have made: of its model and prompt, since then.

        What another run is known to have made is left out.

        Args:
            number: the item's, from 1.
            key: as of :meth:`resume`.

        Raises:
            GenwidgetError: the item is not unsure, or the list cannot be read, or not to its end.
        """
        return self._unsure(key).search(number)

    def adopt(self, number: int, generation_id: str, key: KeyGiven = None) -> Self:
        """Take a generation as that of an unsure item. :meth:`resume` then saves its files and counts what it cost.

        Args:
            number: the item's, from 1.
            generation_id: such as :meth:`search` found.
            key: as of :meth:`resume`.

        Raises:
            GenwidgetError: the item is not unsure; or the generation is another run's, is of another model or prompt,
                or cannot be read. Nothing has changed.
        """
        return self._decided(self._unsure(key).adopt, number, generation_id)

    def send_again(self, number: int, key: KeyGiven = None, *, although_found: bool = False) -> Self:
        """Plan an unsure item anew, with another idempotency key: :meth:`resume` then sends it, and it is paid for.

        The content list is searched first, so that nothing is paid for twice by accident.

        Args:
            number: the item's, from 1.
            key: as of :meth:`resume`.
            although_found: even where the content list has what the item may have made, without a look at it. What is
                reserved for that stays reserved.

        Raises:
            GenwidgetError: the item is not unsure; or the content list has something that it may have made, or cannot
                be read, or not to its end. Nothing has changed.
        """
        return self._decided(self._unsure(key).send_again, number, although_found)

    # Results.

    def to_frame(self, images: str | None = "path", backend: str | None = None) -> Any:
        """Return a data frame with a row for each item.

        Args:
            images: ``path`` for a column ``files`` of lists of paths, ``thumbnail`` for a column of PNG bytes, at most
                256 pixels wide and high; None for neither.
            backend: ``pandas``, ``polars`` or ``pyarrow``; None takes the first that is installed.

        Raises:
            ConfigurationError: no such library is installed, or another word was given.
            LedgerError: the ledger cannot be read.
        """
        return result_frame.frame_of(self.items(), images, backend)

    def to_parquet(self, path: str | Path, images: str | None = "path") -> None:
        """Write what :meth:`to_frame` returns as a Parquet file.

        Raises:
            OutputNotSaved: it cannot be written there.
            ConfigurationError: pyarrow is not installed, or ``path`` is no path.
        """
        target = as_path(path, "to_parquet()")
        result_frame.write_parquet(self.to_frame(images, "pyarrow"), target)

    def save_all(self, folder: str | Path) -> Sequence[Path]:
        """Save the files of all items that have any, and return their paths; a file that is there stays as it is.

        Of a batch that saves no files itself, they are the files of its items from then on.

        Raises:
            OutputNotSaved: some could not be saved; the others are.
            ConfigurationError: the folder cannot be used.
            LedgerError: the ledger cannot be read, or not take where the files are.
        """
        return self._save(self.items(), as_path(folder, "save_all()"))

    def map_outputs(
        self, function: Callable[[Path], Any], executor: Executor | None = None
    ) -> Iterator[outputs.Mapped]:
        """Call a function of each saved file's path, and yield what it returned, in the order of the items.

        Args:
            function: called wherever the executor does.
            executor: of any library, such as ``dask.distributed``'s or ``ipyparallel``'s; None takes threads.

        Raises:
            GenwidgetError: the batch saves no files, and those of its items are not all saved by :meth:`save_all`.
            InvalidRequest: ``function`` is no function, or ``executor`` no executor.
            Exception: what the function raised.
        """
        if self._row.folder is None:
            self._refuse_own_thread()
            self._write()
            if self._store.has_unknown_files(self.batch_id):
                raise GenwidgetError(render("batch_not_saved"))
        return outputs.map_files(self.items(ItemState.DONE), function, executor)

    # Inside.

    def _save(self, items: Iterable[BatchItem], folder: Path) -> Sequence[Path]:
        return outputs.save_all(items, folder, self._carrier, self._key, self._note_files)

    def _note_files(self, saved: outputs.Saved) -> None:
        files = outputs.unknown(saved, has_folder=self._row.folder is not None)
        if files:
            wait_for(self._store.note_files(self.batch_id, files))

    @property
    def parts(self) -> Parts:
        """What it is made of at this moment."""
        return Parts(self._row, self._store, self._carrier, self._status, self._key)

    def refresh(self) -> None:
        """Read anew how far it is, where this process does not carry it.

        Raises:
            LedgerError, NoSuchBatch: it cannot be read.
        """
        if self.holder is not None:
            self._row = find_batch(self._store, self.batch_id)
            self._take_status()
        elif self.is_left:
            row, cause = find_batch(self._store, self.batch_id), self._status.cause
            if self._driver is None or row.state != BatchState.RUNNING:  # else it broke off, and says why
                self._row = row
                self._take_status(is_left=True)
                self._status.cause = cause if self._status.state is BatchState.STOPPED else None

    @property
    def is_left(self) -> bool:
        """Whether no process carries it, as far as this one knows: its runs may be taken up by themselves."""
        return self.holder is None and not self._is_running

    def _settled(self, items: Sequence[ItemRow]) -> Sequence[ItemRow]:
        return settle(items, self._row, self._store.ledger) if self.is_left else items

    def unwritten(self) -> Mapping[int, ItemRow]:
        """Return the items, by their positions, of which the ledger does not have the newest; for use on its thread."""
        return {} if self._driver is None else self._driver.unwritten()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each item that changes, or with None for any other change; return what ends that.

        It is called on the thread of the change, which is mostly the one that carries runs.
        """
        self._listeners.append(function_of(listener, "subscribe()"))

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, item: ItemRow | None) -> None:
        for listener in tuple(self._listeners):
            tell(listener, item)

    def leave_to_parent(self) -> None:
        """Be, in a forked process, a batch of another process; for use by the fork alone."""
        if self._is_running:
            self.holder = self._row.holder or ""
        if self._driver is not None:
            _abandoned.append(self._driver)
        self._driver, self._carrier = None, runner.shared()
        self._status = self._status.of_parent()
        self._status.subscribe(self._tell)

    @property
    def _is_running(self) -> bool:
        return self._driver is not None and not self._status.ended.done()

    def _items(self, states: Collection[str] | None) -> Iterator[BatchItem]:
        self._refuse_own_thread()
        self._write()
        find = settled_items if self.is_left else _items
        for row in find(self._row, self._store, states):
            yield BatchItem.of(self._row, row)

    def _taking_up(self) -> Lock:
        return carried.taking_up(self._carrier.ledger.path, self.batch_id)

    def _unsure(self, key: KeyGiven) -> UnsureItems:
        key = None if key is None else sealed(key)
        self._refuse_own_thread()
        self._refuse_held()
        if self._is_running:
            raise GenwidgetError(render("batch_running", batch_id=self.batch_id))
        return UnsureItems(self._row, self._store, self._carrier, self._key if key is None else key)

    def _decided(self, decide: Callable[..., None], *arguments: Any) -> Self:
        decide(*arguments)
        self._row = find_batch(self._store, self.batch_id)
        self._take_status(is_left=True)
        return self

    def _replace_stop_if(self, stop_if: StopIf | None) -> None:
        self._stop_if = stop_if
        if self._driver is not None:
            self._driver.shared.stop_if = stop_if

    def _all_limits(self) -> Sequence[SpendLimit]:
        beside = self._limits() if callable(self._limits) else self._limits
        return (*limits_of(self._row), *beside)

    def _take_status(self, *, is_left: bool = False) -> None:
        """Count anew, and let those who watch know that anything may have changed."""
        self._status = (settled_status if is_left else status_of)(self._row, self._store)
        if self.holder is not None and self._row.asked is not None:
            self._status.note_stop(cancel=self._row.asked == "cancel")
        self._status.subscribe(self._tell)
        self._tell(None)

    def _go_on(self, key: KeyGiven, limit: float | None, again: Collection[str], *, only: int | None = None) -> Self:
        other = carried.find(self._carrier.ledger.path, self.batch_id)
        if other is not None and other._is_running:  # noqa: SLF001 - another object of the same batch
            raise GenwidgetError(render("batch_running", batch_id=self.batch_id))
        row = find_batch(self._store, self.batch_id)
        if self._stop_if is NOT_GIVEN and row.has_stop_if:
            raise StopIfNeeded(batch_id=self.batch_id)
        target, found = place_and_key(row, self._key if key is None else key)
        if limit is not None:
            wait_for(self._store.set(self.batch_id, spend_limit=str(read_credits(limit, "limit"))))
        self.launch(target, found, is_reopened=True, again=again, only=only)
        return self

    def launch(
        self,
        target: Target,
        key: ApiKey,
        *,
        is_reopened: bool,
        again: Collection[str] = (),
        only: int | None = None,
    ) -> None:
        """Take the batch for this process, and carry it on its thread.

        Args:
            target: where it goes.
            key: the API key.
            is_reopened: whether items may have been sent before.
            again: the ends after which items are begun anew.
            only: the position of the one of these items that is; None for all.

        Raises:
            BatchHeld: another process has it.
            LedgerError: the ledger cannot be used.
        """
        holder = this_process(self._carrier.timing.now())
        if not self._store.claim(self._row, holder):
            row = find_batch(self._store, self.batch_id)
            raise BatchHeld(batch_id=self.batch_id, holder=row.holder)
        if again:
            self._store.write(
                [one.after for one in all_settled(self._row, self._store) if one.after.state in again]
            ).result()
            self._store.plan_again(self.batch_id, again, only)
        self._row = find_batch(self._store, self.batch_id)
        self._key = key
        self._take_status()
        shared = Shared(
            batch=self._row,
            target=target,
            key=key,
            settings=Settings.from_environment(),
            stop_if=None if self._stop_if is NOT_GIVEN else self._stop_if,
            limits=self._all_limits,
            note_run=self._note_run,
            store=self._store,
            carrier=self._carrier,
            is_reopened=is_reopened,
        )
        self._driver = Driver(shared, self._status)
        ledger, status = self._carrier.ledger.path, self._status
        carried.keep(ledger, self)
        status.ended.add_done_callback(lambda _: carried.forget(ledger, self.batch_id, status))
        self._carrier.run_in_background(self._driver.run())

    def _ask(self, what: str) -> None:
        if self._is_running:
            assert self._driver is not None
            self._status.note_stop(cancel=what == "cancel")  # whoever asked sees it at once
            self._carrier.submit(self._driver.ask(cancel=what == "cancel"))
        elif self.holder is not None:
            wait_for(self._store.set(self.batch_id, asked=what))
            self._status.note_stop(cancel=what == "cancel")
        else:
            code = "batch_has_ended" if self._status.state is BatchState.ENDED else "batch_not_running"
            raise GenwidgetError(render(code, batch_id=self.batch_id))

    def _write(self) -> None:
        """Have written down what has changed, so that the ledger can be read."""
        if self._is_running:
            assert self._driver is not None
            wait_for(self._carrier.submit(self._driver.write()))

    def _refuse_own_thread(self) -> None:
        """Refuse to read the ledger on the thread that carries runs, unless this Python has no other."""
        if platform.can_start_threads() and self._carrier.is_own_thread():
            raise RuntimeError(no_wait())

    def _refuse_held(self) -> None:
        if self.holder is not None:
            raise BatchHeld(batch_id=self.batch_id, holder=self.holder)

    def _judged(self) -> Self:
        cause = self._status.cause
        if cause is not None:
            way = way_on(cause)
            sentence = render(f"batch_stopped_by_{way}" if way else "batch_stopped_by", reason=self.reason)
            raise BatchStopped(sentence, batch=self) from cause
        return self

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Return what a notebook shows of it: its sheet, or a table where there is no widget."""
        return show_batch(self)


def _items(batch: BatchRow, store: BatchStore, states: Collection[str] | None) -> Iterator[ItemRow]:
    return store.items(batch.batch_id, states)
