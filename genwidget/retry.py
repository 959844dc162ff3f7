"""What is tried again and after how long. Pure: no clock, no sleep, no sockets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from genwidget.errors import ApiError, ConnectionFailed, GenwidgetError

#: First and longest wait of full jitter, in seconds. Source: the vendor's own client.
BASE_DELAY_S: Final = 1.0
MAX_DELAY_S: Final = 30.0
#: The longest ``Retry-After`` that is waited for; a longer one ends the tries and is shown.
MAX_RETRY_AFTER_S: Final = 60.0
#: "The first request with this idempotency key is still running."
STILL_RUNNING_CODE: Final = "BSE2016"
#: Past this many polls the wait has long been at its longest; it keeps the power from overflowing.
MAX_GROWING_POLLS: Final = 100

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


def full_jitter(attempt: int, jitter: Jitter) -> float:
    """Return a wait in seconds: uniform from 0 to 1 s, 2 s, 4 s … at most 30 s."""
    return jitter() * min(BASE_DELAY_S * 2.0 ** min(attempt - 1, 5), MAX_DELAY_S)


def decide(
    error: GenwidgetError,
    *,
    attempt: int,
    max_tries: int,
    request: Repeatability,
    jitter: Jitter,
) -> Retry | Stop:
    """Return what follows on the failure of try number ``attempt`` (from 1).

    An answer that says it can be retried is obeyed. A broken connection is tried again where the request can be sent
    twice, or never left. A passed time limit, a body past the limit and bytes that are no JSON are not: they end the
    tries at once, since a second answer would be no more readable.
    """
    if isinstance(error, ApiError):
        if error.api_code == STILL_RUNNING_CODE and request.has_key:
            return Retry(_after(error) or full_jitter(1, jitter), is_counted=False)
        if attempt >= max_tries or not _can_repeat_answered(error, request) or _is_too_long(error):
            return Stop()
        return Retry(_after(error) or full_jitter(attempt, jitter))
    can_repeat = isinstance(error, ConnectionFailed) and (request.is_repeatable or not error.may_have_started)
    return Retry(full_jitter(attempt, jitter)) if can_repeat and attempt < max_tries else Stop()


def poll_delay(  # noqa: PLR0913 - the schedule, by name
    poll: int, jitter: Jitter, *, first_s: float, factor: float, max_s: float, spread: float = 0.1
) -> float:
    """Return the wait in seconds after poll number ``poll`` (from 1): growing by ``factor`` up to ``max_s``, +-10 %."""
    steady = max_s if poll > MAX_GROWING_POLLS else min(first_s * factor ** (poll - 1), max_s)
    return steady * (1 + spread * (2 * jitter() - 1))


def _can_repeat_answered(error: ApiError, request: Repeatability) -> bool:
    """A keyless POST is repeated only where the API itself says so, and never on a guess from the HTTP status."""
    return error.retryable and (request.is_repeatable or error.is_stated)


def _after(error: ApiError) -> float | None:
    after_s = error.retry_after_s
    return after_s if after_s is not None and 0 < after_s <= MAX_RETRY_AFTER_S else None


def _is_too_long(error: ApiError) -> bool:
    return error.retry_after_s is not None and error.retry_after_s > MAX_RETRY_AFTER_S
