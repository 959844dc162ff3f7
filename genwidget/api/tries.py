"""A call and its further tries, until an answer can be used or nothing more may be tried."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from genwidget.api.http_response import Reply
from genwidget.api.responses import FIRST_SERVER_STATUS, decode_error
from genwidget.api.retry import STILL_RUNNING_CODE, Repeatability, Retry, decide
from genwidget.api.transport import Call, Transport
from genwidget.errors import ApiError, GenwidgetError, TransportError


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of all tries.

    Attributes:
        reply: the last answer, or None where the last try had none.
        error: why it cannot be used, or None for 2xx.
        may_have_started: whether a try without a usable answer may have had its effect.
    """

    reply: Reply | None
    error: GenwidgetError | None
    tries: int
    may_have_started: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """The wait before try number ``attempt``; ``error`` is why the one before cannot be used."""

    attempt: int
    delay_s: float
    error: GenwidgetError


#: Waits; returns False where nothing more may be tried.
Waiter = Callable[[Pause], Awaitable[bool]]


async def send(call: Call, transport: Transport, wait: Waiter | None = None) -> Sent:
    """Send until an answer can be used, or :func:`genwidget.api.retry.decide` ends the tries.

    ``wait`` waits between tries, and may end them; without it the transport's own clock does.
    An earlier request with the same idempotency key that still runs is asked for as long as one try may last.
    """
    settings, timing = transport.settings, transport.timing
    request = Repeatability(call.is_post, call.idempotency_key is not None)
    attempt, sends, has_started, give_up_at = 1, 0, False, None
    while True:
        reply: Reply | None = None
        error: GenwidgetError | None = None
        try:
            reply = await transport.exchange(call)
            error = None if reply.is_success else decode_error(reply)
        except TransportError as failure:
            error = failure
        if error is None:
            return Sent(reply, None, attempt, has_started)
        sends += 1
        error.attempts = sends
        has_started = has_started or may_have_started(error)
        verdict = decide(error, attempt=attempt, request=request, settings=settings, jitter=timing.jitter)
        if not isinstance(verdict, Retry):
            return _given_up(call, Sent(reply, error, attempt, has_started))
        if not verdict.is_counted:
            now = timing.clock()
            give_up_at = give_up_at or now + call.timeout_s
            if now + verdict.delay_s > give_up_at:
                return _given_up(call, Sent(reply, error, attempt, has_started))
        attempt += verdict.is_counted
        pause = Pause(attempt, verdict.delay_s, error)
        if wait is None:
            await timing.sleep(pause.delay_s)
        elif not await wait(pause):
            return _given_up(call, Sent(reply, error, attempt, has_started))


def _given_up(call: Call, sent: Sent) -> Sent:
    """Let the error of the last try say that the request may have had its effect, if an earlier one may have."""
    if sent.may_have_started and call.method != "GET":
        if isinstance(sent.error, ApiError | TransportError):
            sent.error.may_have_started = True
        if isinstance(sent.error, ApiError):
            sent.error.add_note(sent.error.next_step)
    return sent


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
