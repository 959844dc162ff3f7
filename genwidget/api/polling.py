"""Polling: when to ask next, and when no further poll can help."""

from collections.abc import Awaitable, Callable
from typing import Final

from genwidget.api.models import Generation
from genwidget.api.responses import TERMINAL_STATUSES
from genwidget.api.retry import Jitter
from genwidget.api.transport import Transport
from genwidget.errors import (
    ApiError,
    ClientClosed,
    ConnectionFailed,
    DeadlinePassed,
    GenwidgetError,
    RequestTimedOut,
    RunCanceled,
    RunFailed,
    TransportError,
    UnexpectedReply,
)
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.text import duration

#: The longest interval between polls, in seconds.
MAX_INTERVAL_S: Final = 3600.0


async def wait_for(
    get: Callable[[str], Awaitable[Generation]],
    generation_id: str,
    transport: Transport,
    limit_s: float,
    interval_s: float | None = None,
) -> Generation:
    """Return the record once it has succeeded; arguments and errors as of :meth:`genwidget.api.client.Client.wait`."""
    timing, settings = transport.timing, transport.settings
    deadline = Deadline(timing.clock, limit_s)
    poll, failures = 1, PollFailures()
    while True:
        record = await _poll(get, generation_id)
        if isinstance(record, Generation):
            failures.clear()
            if record.generation_status in TERMINAL_STATUSES:
                return _judge(record)
        elif not failures.can_go_on(record):
            raise record
        delay_s = poll_delay(poll, settings, timing.jitter) if interval_s is None else interval_s
        if deadline.is_over:
            cause = None if isinstance(record, Generation) else record
            raise DeadlinePassed(deadline.sentence) from cause
        await timing.sleep(min(delay_s, deadline.left_s))
        poll += 1


async def _poll(get: Callable[[str], Awaitable[Generation]], generation_id: str) -> Generation | GenwidgetError:
    try:
        record = await get(generation_id)
    except (ApiError, TransportError) as error:
        return error
    if record.generation_id != generation_id:
        return UnexpectedReply(where="data.generation_id", status_code=record.meta.status_code)
    return record


def _judge(record: Generation) -> Generation:
    if record.generation_status == "succeeded":
        return record
    if record.generation_status == "canceled":
        raise RunCanceled(render("generation_canceled")) from generation_error(record.meta.json, record)
    raise RunFailed(render("generation_failed")) from generation_error(record.meta.json, record)


def generation_error(body: object, record: Generation) -> ApiError:
    """Return a failed generation's own words as an error."""
    return ApiError(
        record.generation_error or render("generation_failed"),
        status_code=record.meta.status_code,
        api_code=record.generation_error_code or "",
        api_type="generation_failed",
        request_id=record.meta.request_id,
        body=body,
    )


#: Past this many polls the wait has long been at its longest; it keeps the powers from overflowing.
MAX_GROWING_POLLS: Final = 100


#: So many polls in a row may give what cannot be read: a new generation may not be known everywhere at once, and what
#: stands before the API may answer in its place for a moment.
MAX_UNREADABLE_POLLS: Final = 5


NOT_FOUND: Final = 404


REQUEST_TIMEOUT: Final = 408


def poll_delay(poll: int, settings: Settings, jitter: Jitter) -> float:
    """Return the wait in seconds after poll number ``poll`` (from 1): growing up to the longest, varied a little."""
    growth = settings.poll_factor ** min(poll - 1, MAX_GROWING_POLLS)
    steady = min(settings.poll_first_s * growth, settings.poll_max_s)
    return steady * (1 + settings.poll_jitter * (2 * jitter() - 1))


def can_pass(error: GenwidgetError) -> bool:
    """Tell whether what a poll met passes by itself: no connection, no answer in time, or an answer that says so."""
    if isinstance(error, ApiError):
        return error.retryable or error.status_code == REQUEST_TIMEOUT
    return isinstance(error, ConnectionFailed | RequestTimedOut)


#: A sleep may end so much early, by the resolution of clocks; no poll is worth what is left then.
_EDGE_S: Final = 0.001


class Deadline:
    """Until when a generation is followed: the last poll is made as the time passes.

    Args:
        clock: seconds that only grow.
        limit_s: how long it is followed, from now.
    """

    def __init__(self, clock: Callable[[], float], limit_s: float) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._began = clock()

    @property
    def left_s(self) -> float:
        """How much of the time is left, in seconds."""
        return max(0.0, self._limit_s - (self._clock() - self._began))

    @property
    def is_over(self) -> bool:
        """Whether the time has passed."""
        return self.left_s < _EDGE_S

    @property
    def sentence(self) -> str:
        """After how long it was given up; a last poll that was answered late makes that longer than was set."""
        return render("deadline_passed", time=duration(max(self._limit_s, self._clock() - self._began)))


class PollFailures:
    """Judges polls that fail, of one generation: whether another one can help.

    As long as it takes: no connection, no answer in time, and answers that say so themselves (429, 5xx, ``retryable``).
    A few times in a row: 404, what is not the API's own answer, and what cannot be read. Not once: any other refusal.
    """

    def __init__(self) -> None:
        self._unreadable = 0

    def clear(self) -> None:
        """Take note of a poll that did not fail."""
        self._unreadable = 0

    def can_go_on(self, error: GenwidgetError) -> bool:
        """Take note of a poll that failed, and tell whether another one can help."""
        if can_pass(error):
            return True
        if isinstance(error, ClientClosed):
            return False
        if isinstance(error, ApiError) and error.status_code != NOT_FOUND and not error.api_code.startswith("HTTP_"):
            return False
        self._unreadable += 1
        return self._unreadable < MAX_UNREADABLE_POLLS
