"""Polling one generation to its end, without a run."""

from collections.abc import Awaitable, Callable
from typing import Final

from genwidget.api.models import Generation
from genwidget.api.responses import TERMINAL_STATUSES
from genwidget.api.retry import PollFailures, poll_delay
from genwidget.api.transport import Transport
from genwidget.errors import (
    ApiError,
    DeadlinePassed,
    GenwidgetError,
    InvalidRequest,
    RunCanceled,
    RunFailed,
    TransportError,
    UnexpectedReply,
)
from genwidget.messages import render

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
    if interval_s is not None and not 0 < interval_s <= MAX_INTERVAL_S:
        raise InvalidRequest(render("bad_interval", most=f"{MAX_INTERVAL_S:g}"))
    timing, settings = transport.timing, transport.settings
    give_up_at = timing.clock() + limit_s
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
        if timing.clock() + delay_s > give_up_at:
            cause = None if isinstance(record, Generation) else record
            raise DeadlinePassed(render("deadline_passed", minutes=f"{limit_s / 60:g}")) from cause
        await timing.sleep(delay_s)
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
