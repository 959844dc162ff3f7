"""One generation from the press of Send to its end, as a person holds it."""

import asyncio
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from genwidget import platform
from genwidget.api.keys import KeyGiven, sealed
from genwidget.api.media_types import Fetched, guess_type
from genwidget.api.models import Canceled, Deleted, Generation
from genwidget.api.regions import Target
from genwidget.api.responses import text, texts
from genwidget.arguments import function_of, seconds_of
from genwidget.errors import GenwidgetError, Interrupted, ProcessEnded
from genwidget.io_thread import bounded, no_wait, wait_for, wait_or_end
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.recipes.recipe import Recipe, RecipeFile
from genwidget.runs.display import narrowed, show_run
from genwidget.runs.intent import Intent
from genwidget.runs.outputs import Output, Outputs
from genwidget.runs.run_end import ERRORS, next_step, run_error, why_no_output
from genwidget.runs.run_recipe import recipe_of
from genwidget.runs.snapshot import Countdown, RunSnapshot, Waiting
from genwidget.runs.state import RunEvent, RunState, step
from genwidget.runs.timeline import TimelineEntry, build_timeline
from genwidget.settings import Settings

if TYPE_CHECKING:
    from genwidget.runs.runner import Runner

logger = logger_of(__name__)

__all__ = ["Countdown", "Intent", "Output", "Run", "RunSnapshot", "RunState"]

#: Ends of which it is known that they cost nothing.
_FREE: Final = frozenset({RunState.FAILED, RunState.REFUSED, RunState.UNREACHED, RunState.UNSENT, RunState.ANSWERED})

CallableT = TypeVar("CallableT", bound=Callable[..., None])


def _unsigned(constructor: CallableT) -> CallableT:
    """Let help show no signature: only a runner makes runs, and people are given them."""
    vars(constructor)["__signature__"] = object()  # inspect then finds none, and says so to whoever asks
    return constructor


class Run:
    """The life of one request: read its attributes at any time, from any thread; wait for its end.

    ``Playground.send`` makes it, and ``Playground.runs`` holds those of before.
    """

    @_unsigned
    def __init__(
        self, intent: Intent, target: Target, settings: Settings, runner: "Runner", snapshot: RunSnapshot | None = None
    ) -> None:
        self.intent = intent
        self.target = target
        self._snapshot = snapshot or RunSnapshot(started_at=intent.created_at)
        self.settings = settings
        #: Whether someone looks at it now: what only adds to its timeline is asked for then, however many others run.
        self.is_shown = False
        self._runner = runner
        self._lock = threading.Lock()
        self._files: dict[int, RecipeFile] = {}
        self._ended: Future[None] = Future()
        self._listeners: list[Callable[[Run], None]] = []
        if self._snapshot.state.is_terminal:
            self._ended.set_result(None)

    def __repr__(self) -> str:
        return f"<Run {self.run_id} {self.model_id} {self.state}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Show its pictures by their links, its state and its cost; no media becomes part of the notebook."""
        error = "" if self.is_deleted or self.state not in ERRORS else run_error(self).message
        return narrowed(show_run(self, self.outputs, error), include, exclude)

    @property
    def run_id(self) -> str:
        """The intent's id, which is the run's."""
        return self.intent.intent_id

    @property
    def intent_id(self) -> str:
        """The id minted where Send was pressed."""
        return self.intent.intent_id

    @property
    def model_type(self) -> str:
        """``image`` or ``video``."""
        return self.intent.model_type

    @property
    def model_id(self) -> str:
        """The model's identifier."""
        return self.intent.model_id

    @property
    def region_id(self) -> str:
        """The region it was sent to."""
        return self.target.region_id

    @property
    def is_of_sandbox(self) -> bool:
        """Whether it costs no money: sent to the sandbox, by its region or by its URL."""
        return self._runner.key_use(self).is_of_sandbox

    @property
    def created_at(self) -> float:
        """When Send was pressed, in Unix seconds."""
        return self.intent.created_at

    @property
    def request(self) -> Mapping[str, Any] | None:
        """The body as sent, or None where it was not stored."""
        return self.intent.body

    @property
    def prompt(self) -> str:
        """The prompt, or an empty text."""
        return self.intent.prompt

    @property
    def snapshot(self) -> RunSnapshot:
        """All that changes, at one moment."""
        return self._snapshot

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._snapshot.state

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self._snapshot.state.is_terminal

    @property
    def is_interrupted(self) -> bool:
        """Whether it was under way when its process ended, and has not been taken up since."""
        return self.state.can_resume and not self.is_deleted and isinstance(self.error, Interrupted | ProcessEnded)

    @property
    def generation_id(self) -> str | None:
        """The server's id, or None so far."""
        return self._snapshot.generation_id

    @property
    def status_code(self) -> int | None:
        """The HTTP status of the POST, or None."""
        return self._snapshot.status_code

    @property
    def latency_ms(self) -> int | None:
        """Whole milliseconds of the POST, its tries included."""
        return self._snapshot.latency_ms

    @property
    def total_ms(self) -> int | None:
        """Whole milliseconds from Send to the end, without the wait for its turn.

        Of a lost or expired run that was resumed: from the creation of its generation to its completion, as its record
        says, else None.
        """
        return self._snapshot.total_ms

    @property
    def error(self) -> GenwidgetError | None:
        """Why it did not end in outputs, or None."""
        return self._snapshot.error

    @property
    def next_step(self) -> str:
        """What can be done about an end without outputs, or an empty text."""
        return next_step(self.state, self.error)

    @property
    def retry(self) -> Countdown | None:
        """The wait before the next try, or None."""
        return self._snapshot.retry

    @property
    def waiting(self) -> Waiting | None:
        """Why it is not sent yet, and until when; None where it does not wait."""
        return self._snapshot.waiting

    @property
    def response(self) -> dict[str, Any] | None:
        """The JSON object that answered the POST, or None."""
        return self._snapshot.response

    @property
    def raw_reply(self) -> bytes | None:
        """The bytes that answered the POST, or None."""
        return self._snapshot.raw_reply

    @property
    def generation(self) -> dict[str, Any] | None:
        """The generation's record once it has ended, or None."""
        return self._snapshot.generation

    @property
    def raw_record(self) -> bytes | None:
        """The bytes of the record's reply, or None."""
        return self._snapshot.raw_record

    @property
    def timeline(self) -> tuple[TimelineEntry, ...]:
        """What happened, in order, and what is inferred to come."""
        return build_timeline(self._snapshot.state, self._snapshot.timeline_data)

    @property
    def is_deleted(self) -> bool:
        """Whether its files are gone at the API: it was deleted here, or its record says so."""
        removed = (self.generation or {}).get("generation_removed")
        return self._snapshot.is_deleted or removed is True or removed == "true"

    @property
    def rating(self) -> int | None:
        """What a person thinks of it: 1 to 5, 0 for rejected, None where nobody has said."""
        return self._snapshot.rating

    def rate(self, rating: int | None) -> None:
        """Note what a person thinks of it, in the ledger; blocks until it is written.

        Args:
            rating: 1 to 5, 0 for rejected, None for no opinion.

        Raises:
            InvalidRequest: there is no such rating.
            GenwidgetError: nothing of the run was sent, or it was forgotten.
            LedgerError: the ledger cannot be written.
        """
        self._runner.rate(self, rating).result()

    @property
    def provider(self) -> str | None:
        """The provider that served, as the record says, or None."""
        return text((self.generation or {}).get("generation_provider_used")) or self._snapshot.provider

    @property
    def credits(self) -> float | None:
        """What it cost in credits, where known; nothing where nothing was made.

        Of a run that has not ended, or is ``expired``, it is what it costs if it succeeds, which is reserved for it.
        """
        if self.state in _FREE or self._snapshot.credits_refunded:
            return 0.0
        return None if self.state is RunState.LOST else self.intent.price

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The files that the generation made; one that is not there raises NoSuchOutput, which says why."""
        record = {} if self.is_deleted else self.generation or {}
        urls = texts(record.get("generation_output_file"))
        asked = text(record.get("generation_output_format"))
        made = (
            Output(
                url,
                index,
                guess_type(url, self.model_type, asked),
                self.generation_id or self.run_id,
                self._fetch,
                self._recipe_of,
                self.settings.save_recipes,
            )
            for index, url in enumerate(urls)
        )
        return Outputs.of(made, partial(why_no_output, self))

    @property
    def recipe(self) -> Recipe:
        """How its files were made: the request, what served it, times, cost, and the hash of each file fetched so far.

        ``recipe.json_text`` is it as JSON. Without the body where the setting ``store_bodies`` is off.
        """
        with self._lock:
            files = sorted(self._files.values(), key=lambda one: one.place)
        return recipe_of(self, files, has_body=self.settings.store_bodies)

    def _recipe_of(self, index: int) -> Recipe:
        """Return the recipe of one output, with the hash of its file once that was fetched."""
        with self._lock:
            files = [self._files[index]] if index in self._files else []
        return recipe_of(self, files, has_body=self.settings.store_bodies)

    def wait(self, timeout_s: float | None = None) -> Self:
        """Wait for the end, from any thread but the run's own, and return this run.

        Args:
            timeout_s: seconds to wait at most; None waits as long as it takes.

        Raises:
            TimeoutError: ``timeout_s`` passed; the run goes on.
            RunFailed, RunCanceled, RunRefused, RunUnreached, RunUnsent, RunLost, DeadlinePassed: how else it ended;
                ``__cause__`` says more.
            RuntimeError: called on the thread that carries runs.
        """
        timeout_s = seconds_of(timeout_s)
        self._refuse_own_thread()
        try:
            self._ended.result(bounded(timeout_s))
        except TimeoutError:
            waiting = self.waiting
            if waiting is not None:
                raise TimeoutError(render("still_waiting", seconds=timeout_s, reason=waiting.reason)) from None
            raise TimeoutError(render("still_running", seconds=timeout_s)) from None
        return self._judged()

    def __await__(self) -> Generator[Any, None, Self]:
        """Wait for the end in any event loop; errors as of :meth:`wait`."""
        # Shielded, since a caller that gives up must not end the run for others.
        yield from asyncio.shield(asyncio.wrap_future(self._ended)).__await__()
        return self._judged()

    def cancel(self, timeout_s: float | None = None) -> Canceled:
        """Cancel at the API, waiting for its reply; a run whose POST is out is canceled once that is answered.

        Raises:
            Conflict: too late; the run goes on to its end.
            GenwidgetError: the API could not be asked, or the run has ended already.
        """
        timeout_s = seconds_of(timeout_s)
        self._refuse_own_thread()
        return wait_for(self._runner.cancel(self), timeout_s)

    def delete(self, key: KeyGiven = None, timeout_s: float | None = None) -> Deleted:
        """Delete the generation and its files at the API.

        Args:
            key: the API key; None takes the one that the run was sent with, or of the environment.
            timeout_s: seconds to wait for the reply; None waits as long as it takes.

        Raises:
            GenwidgetError: there is no generation, or the API refused.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        timeout_s = seconds_of(timeout_s)
        self._refuse_own_thread()
        return wait_or_end(self._runner.delete(self, key), timeout_s)

    def search(self, key: KeyGiven = None, timeout_s: float | None = None) -> tuple[Generation, ...]:
        """Return what the content list has that this run may have made: of its model and prompt, since it was sent.

        Args:
            key: the API key; None takes the one that the run was sent with, or of the environment.
            timeout_s: seconds to wait for the list; None waits as long as it takes.

        Raises:
            GenwidgetError: the list cannot be read, or not to its end, and what was read has nothing.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        timeout_s = seconds_of(timeout_s)
        self._refuse_own_thread()
        return wait_or_end(self._runner.search(self, key), timeout_s)

    def reload(self, key: KeyGiven = None, timeout_s: float | None = None) -> Self:
        """Ask the API for the record of the generation again, which has the links of its outputs; return this run.

        A run of an earlier process is read from the ledger, which has no links.

        Args:
            key: the API key; None takes the one that the run was sent with, or of the environment.
            timeout_s: seconds to wait for the reply; None waits as long as it takes.

        Raises:
            GenwidgetError: there is no generation, or the API could not be asked, or has none such any more.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        timeout_s = seconds_of(timeout_s)
        self._refuse_own_thread()
        wait_or_end(self._runner.read_record(self, key), timeout_s)
        return self

    def resume(self, key: KeyGiven = None) -> Self:
        """Take a lost, unreached, unsent or expired run up again: the same bytes and idempotency key, or further polls.

        Args:
            key: the API key that the run was sent with; None takes the one in use, or of the environment.

        Raises:
            ResumeRefused: another key, a body that was not stored, more than 24 hours ago, or another process that
                follows it.
            LedgerError: the ledger cannot be read.
            RuntimeError: called on the thread that carries runs.
        """
        key = None if key is None else sealed(key)  # before anything can raise: tracebacks may show arguments
        if platform.can_start_threads():  # else it is begun without a wait
            self._refuse_own_thread()
        self._runner.resume(self, key)
        return self

    def subscribe(self, listener: Callable[["Run"], None]) -> Callable[[], None]:
        """Call ``listener`` after each change; return what ends that.

        It is called on the thread that carries runs, or on the one where this process learns of what another has made
        of the run, and should not block.

        Raises:
            InvalidRequest: it is no function.
        """
        given: object = listener
        if not callable(given):  # what can be called needs no further look, on the way of each Send
            function_of(given, "subscribe()")
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def advance(
        self,
        event: RunEvent | None = None,
        *,
        save_outcome: Callable[[], None] | None = None,
        is_told: bool = True,
        **changes: Any,
    ) -> None:
        """Take an event and what it brought; for what carries the run.

        Args:
            event: what happened; None where only facts change.
            save_outcome: called before anyone hears of the change.
            is_told: whether those who listen are called, which is for no thread that must not wait.
            changes: fields of :class:`RunSnapshot`.

        Raises:
            IllegalEvent: the event cannot happen in this state; nothing changed.
        """
        with self._lock:
            before = self._snapshot.state
            state = before if event is None else step(before, event)
            self._snapshot = replace(self._snapshot, state=state, **changes)
            if before.is_terminal and not state.is_terminal:
                self._ended = Future()
            ended = self._ended
        if save_outcome is not None:
            save_outcome()
        if is_told:
            self._tell()
        if state.is_terminal and not ended.done():
            ended.set_result(None)

    def restate(self, snapshot: RunSnapshot) -> None:
        """Take what has come of a run that another process carried to another end than was known here."""
        with self._lock:
            self._snapshot = snapshot
            ended = self._ended
        self._tell()
        if snapshot.state.is_terminal and not ended.done():
            ended.set_result(None)

    def _tell(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(self)
            except BaseException:  # a run that is paid for is carried on, whatever those who watch it do
                logger.exception("A listener of run %s failed", self.run_id)

    def _refuse_own_thread(self) -> None:
        """A wait on the thread that would have to do the work would never end."""
        if self._runner.is_own_thread():
            raise RuntimeError(no_wait())

    def _judged(self) -> Self:
        if self.state in ERRORS:
            raise run_error(self) from self.error
        return self

    def _fetch(self, index: int, url: str) -> Fetched:
        self._refuse_own_thread()
        fetched = wait_or_end(self._runner.fetch(self, url))
        file = RecipeFile.of(index, fetched)
        with self._lock:
            self._files[index] = file
        return fetched
