"""Polling one generation to its end, without a run."""

from collections.abc import Awaitable, Callable
from typing import Final

from genwidget.errors import ApiError, DeadlinePassed, RunCanceled, RunFailed, TransportError
from genwidget.messages import render
from genwidget.replies import Generation
from genwidget.retry import poll_delay
from genwidget.transport import Transport
from genwidget.wire import FIRST_SERVER_STATUS, TERMINAL_STATUSES

#: Client errors that pass: a time-out, and too many requests.
_PASSING: Final = frozenset({408, 429})


async def wait_for(
    get: Callable[[str], Awaitable[Generation]], generation_id: str, transport: Transport, limit_s: float
) -> Generation:
    """Return the record once it has succeeded; errors as of :meth:`genwidget.client.Client.wait`."""
    timing, settings = transport.timing, transport.settings
    give_up_at = timing.clock() + limit_s
    poll = 1
    while True:
        record = await _poll(get, generation_id)
        if record is not None and record.generation_status in TERMINAL_STATUSES:
            return _judge(record)
        delay_s = poll_delay(poll, settings, timing.jitter)
        if timing.clock() + delay_s > give_up_at:
            raise DeadlinePassed(render("deadline_passed", minutes=f"{limit_s / 60:g}"))
        await timing.sleep(delay_s)
        poll += 1


async def _poll(get: Callable[[str], Awaitable[Generation]], generation_id: str) -> Generation | None:
    try:
        return await get(generation_id)
    except TransportError:
        return None
    except ApiError as error:
        if error.status_code < FIRST_SERVER_STATUS and error.status_code not in _PASSING and not error.retryable:
            raise
        return None


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
