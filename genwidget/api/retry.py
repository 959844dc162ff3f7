"""What is tried again and after how long. Pure: no clock, no sleep, no sockets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from genwidget.errors import ApiError, ConnectionFailed, GenwidgetError, RequestTimedOut
from genwidget.settings import Settings

#: "The first request with this idempotency key is still running."
STILL_RUNNING_CODE: Final = "BSE2016"
#: Past this many polls the wait has long been at its longest; it keeps the powers from overflowing.
MAX_GROWING_POLLS: Final = 100
MAX_DOUBLINGS: Final = 30
#: So many polls in a row may give what cannot be read: a new generation may not be known everywhere at once, and what
#: stands before the API may answer in its place for a moment.
MAX_UNREADABLE_POLLS: Final = 5

#: A host that let the limit pass may let it pass again, and a certificate stays what it is.
_NO_SECOND_TRY: Final = frozenset({"timed_out", "certificate"})
_NOT_FOUND: Final = 404
_REQUEST_TIMEOUT: Final = 408

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


def poll_delay(poll: int, settings: Settings, jitter: Jitter) -> float:
    """Return the wait in seconds after poll number ``poll`` (from 1): growing up to the longest, varied a little."""
    growth = settings.poll_factor ** min(poll - 1, MAX_GROWING_POLLS)
    steady = min(settings.poll_first_s * growth, settings.poll_max_s)
    return steady * (1 + settings.poll_jitter * (2 * jitter() - 1))


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
        if isinstance(error, ConnectionFailed | RequestTimedOut):
            return True
        if isinstance(error, ApiError):
            if error.retryable or error.status_code == _REQUEST_TIMEOUT:
                return True
            if error.status_code != _NOT_FOUND and not error.api_code.startswith("HTTP_"):
                return False
        self._unreadable += 1
        return self._unreadable < MAX_UNREADABLE_POLLS


def _can_repeat_answered(error: ApiError, request: Repeatability) -> bool:
    """A keyless POST is repeated only where the API itself says so, and never on a guess from the HTTP status."""
    return error.retryable and (request.is_repeatable or error.is_stated)


def _obeyed(after_s: float | None, settings: Settings) -> float | None:
    return after_s if after_s is not None and 0 < after_s <= settings.retry_after_max_s else None
