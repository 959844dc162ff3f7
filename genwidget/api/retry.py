"""Which failures are retried, after what delay, and the loop that sends one call until an outcome."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Self

from genwidget.api.http_response import HttpResponse
from genwidget.api.responses import FIRST_SERVER_STATUS, decode_error
from genwidget.api.transport import Call, Transport
from genwidget.errors import ApiError, ConnectionFailed, GenwidgetError, InsufficientCredits, TransportError
from genwidget.settings import Settings

#: "The first request with this idempotency key is still running."
STILL_RUNNING_CODE: Final = "BSE2016"
MAX_DOUBLINGS: Final = 30
#: Who is told to wait for longer is refused, and not held, in seconds.
MAX_HOLD_S: Final = 3600.0

#: A host that let the limit pass may let it pass again; a certificate and a variable stay what they are.
_NO_SECOND_TRY: Final = frozenset({"timed_out", "certificate", "environment"})

Jitter = Callable[[], float]  # uniform in [0, 1), as random.random


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after ``delay_s``; ``is_counted`` tells whether it uses up one of the tries."""

    delay_s: float
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not try again."""


@dataclass(frozen=True, slots=True)
class Repeatability:
    """What a request allows: whether it may have an effect, and whether a second one has a second effect.

    Attributes:
        is_post: a POST; every other method can be sent twice.
        has_key: it carries an idempotency key, so the API answers a second one with the first one's reply.
    """

    is_post: bool
    has_key: bool = False

    @property
    def is_repeatable(self) -> bool:
        """Tell whether sending it twice has one effect."""
        return not self.is_post or self.has_key


def full_jitter(attempt: int, settings: Settings, jitter: Jitter) -> float:
    """Return a wait in seconds after try number ``attempt``: uniform from 0 to 1 s, 2 s, 4 s … at most 30 s."""
    doublings = min(attempt - 1, MAX_DOUBLINGS)
    return jitter() * min(settings.retry_first_s * 2.0**doublings, settings.retry_max_s)


def decide(
    error: GenwidgetError, *, attempt: int, request: Repeatability, settings: Settings, jitter: Jitter
) -> Retry | Stop:
    """Return what follows on the failure of try number ``attempt`` (from 1).

    An answer that says it can be retried is obeyed. A broken connection is tried again where the request can be sent
    twice, or never left. A passed time limit, a body past the limit and bytes that are no JSON are not: they end the
    tries at once, since a second answer would be no more readable.
    """
    wait_s = full_jitter(attempt, settings, jitter)
    if isinstance(error, ApiError):
        after_s = error.retry_after_s
        if error.api_code == STILL_RUNNING_CODE and request.has_key:
            return Retry(_obeyed(after_s, settings) or full_jitter(1, settings, jitter), is_counted=False)
        is_too_long = after_s is not None and after_s > settings.retry_after_max_s
        if attempt >= settings.max_tries or is_too_long or not _can_repeat_answered(error, request):
            return Stop()
        return Retry(_obeyed(after_s, settings) or wait_s)
    if not isinstance(error, ConnectionFailed) or error.reason in _NO_SECOND_TRY or attempt >= settings.max_tries:
        return Stop()
    return Retry(wait_s) if request.is_repeatable or not error.may_have_started else Stop()


def _can_repeat_answered(error: ApiError, request: Repeatability) -> bool:
    """A keyless POST is repeated only where the API itself says so, and never on a guess from the HTTP status.

    Without credits no try helps, whatever the answer says of itself.
    """
    if isinstance(error, InsufficientCredits):
        return False
    return error.retryable and (request.is_repeatable or error.is_stated)


def _obeyed(after_s: float | None, settings: Settings) -> float | None:
    return after_s if after_s is not None and 0 < after_s <= settings.retry_after_max_s else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all tries so far.

    Attributes:
        reply: the last answer, or None where the last try had none.
        error: why it cannot be used, or None for 2xx.
        may_have_started: whether a try without a usable answer may have had its effect.
    """

    reply: HttpResponse | None
    error: GenwidgetError | None
    may_have_started: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that was made.

    Attributes:
        outcome: what has come of it.
        next_number: the number of the next try; the same again where this one is not counted.
        is_held: the API says that it is too early. This is no failure, and when to go on is for whoever iterates.
        delay_s: how long to wait before the next try, in seconds; None where there is none.
    """

    outcome: Outcome
    next_number: int
    delay_s: float | None = None
    is_held: bool = False


class Attempts:
    """The tries of one call: ``async for attempt in Attempts(call, transport)`` sends once for each item.

    They end with an answer that can be used, or where :func:`decide` says so. Whoever iterates waits ``delay_s`` before
    the next item, and may stop at any. An earlier request with the same idempotency key that still runs is asked for
    as long as one try may last.

    Args:
        call: what is sent.
        transport: the connections.
        held: codes of errors that say that it is too early; for longer than :data:`MAX_HOLD_S` they end the tries.
    """

    def __init__(self, call: Call, transport: Transport, held: Collection[str] = ()) -> None:
        self._held = held
        self._call = call
        self._transport = transport
        self._number = 1
        self._sends = 0
        self._has_started = False
        self._give_up_at = math.inf
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Attempt:
        if self._is_over:
            raise StopAsyncIteration
        reply, error = await _exchange(self._call, self._transport)
        if error is None:
            self._is_over = True
            return Attempt(Outcome(reply, None, self._has_started), self._number)
        self._sends += 1
        error.attempts = self._sends
        self._has_started = self._has_started or may_have_started(error)
        is_held = isinstance(error, ApiError) and error.api_code in self._held and _is_soon(error)
        delay_s = 0.0 if is_held else self._delay_after(error)
        self._is_over = delay_s is None
        if self._has_started and self._call.method != "GET":
            _say_started(error)
        return Attempt(Outcome(reply, error, self._has_started), self._number, delay_s, is_held)

    def _delay_after(self, error: GenwidgetError) -> float | None:
        call, settings, timing = self._call, self._transport.settings, self._transport.timing
        request = Repeatability(call.is_post, call.idempotency_key is not None)
        verdict = decide(error, attempt=self._number, request=request, settings=settings, jitter=timing.jitter)
        if not isinstance(verdict, Retry):
            return None
        if verdict.is_counted:
            self._number += 1
            return verdict.delay_s
        now = timing.clock()
        self._give_up_at = min(self._give_up_at, now + call.timeout_s)
        return verdict.delay_s if now + verdict.delay_s <= self._give_up_at else None


async def send(call: Call, transport: Transport, *, once: bool = False) -> Outcome:
    """Send until there is no further try, or once, and return what came of it."""
    async for attempt in Attempts(call, transport):
        if once or attempt.delay_s is None:
            return attempt.outcome
        await transport.timing.sleep(attempt.delay_s)
    raise AssertionError("unreachable")


async def _exchange(call: Call, transport: Transport) -> tuple[HttpResponse | None, GenwidgetError | None]:
    """Return the answer, if any, and why it cannot be used, or None."""
    try:
        reply = await transport.exchange(call)
    except TransportError as failure:
        return None, failure
    return reply, None if reply.is_success else decode_error(reply)


def _is_soon(error: ApiError) -> bool:
    return error.retry_after_s is None or error.retry_after_s <= MAX_HOLD_S


def _say_started(error: GenwidgetError) -> None:
    """Let an error say that the request may have had its effect, as this try or an earlier one may have."""
    if isinstance(error, ApiError | TransportError):
        error.may_have_started = True
    if isinstance(error, ApiError):
        error.add_note(error.next_step)


def may_have_started(error: GenwidgetError) -> bool:
    """Tell whether a POST that met this error may have had its effect.

    A server error without the API's own envelope is a gateway's: what stands behind it may have done its work.
    """
    if isinstance(error, TransportError):
        return error.may_have_started
    if isinstance(error, ApiError):
        is_gateway = error.status_code >= FIRST_SERVER_STATUS and error.api_code.startswith("HTTP_")
        return is_gateway or error.api_code == STILL_RUNNING_CODE
    return False
