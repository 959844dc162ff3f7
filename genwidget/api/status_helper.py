"""The playground's own status helper: it tells every provider's try, where a host has it. Asked without the key."""

from typing import Any, Final

from pydantic import ValidationError

from genwidget.api.http_response import HttpResponse
from genwidget.api.models import GenerationStatus
from genwidget.api.responses import FIRST_SERVER_STATUS, MAX_DECODED_REPLY, TOO_MANY_REQUESTS, decode_json, segment
from genwidget.api.transport import Call, Transport
from genwidget.errors import ClientClosed, TransportError

HELPER_PATH: Final = "/api/playground/generation-status/"
#: It only adds to the timeline, so it may not hold a poll up for long.
HELPER_TIMEOUT_S: Final = 5.0
#: A host that cannot be reached would otherwise slow every poll down.
MAX_FAILURES: Final = 3


async def ask_helper(transport: Transport, helper_url: str, generation_id: str) -> GenerationStatus | None:
    """Return what the helper tells, or None.

    A host whose answer is odd (404, 403, no JSON, another shape) has no helper, and is not asked again on these
    connections. A host that cannot be reached, or fails for now, may have one: it gets three chances in a row.
    """
    if helper_url in transport.silent_helpers:
        return None
    call = Call("GET", helper_url + HELPER_PATH + segment(generation_id), timeout_s=HELPER_TIMEOUT_S)
    try:
        reply = await transport.exchange(call)
    except ClientClosed:
        raise
    except TransportError:
        _count_failure(transport, helper_url)
        return None
    if reply.status_code >= FIRST_SERVER_STATUS or reply.status_code == TOO_MANY_REQUESTS:
        _count_failure(transport, helper_url)
        return None
    transport.helper_failures.pop(helper_url, None)
    told = _read(reply, generation_id)
    if told is None:
        transport.silent_helpers.add(helper_url)
    return told


def _count_failure(transport: Transport, helper_url: str) -> None:
    failures = transport.helper_failures.get(helper_url, 0) + 1
    transport.helper_failures[helper_url] = failures
    if failures >= MAX_FAILURES:
        transport.silent_helpers.add(helper_url)


def _read(reply: HttpResponse, generation_id: str) -> GenerationStatus | None:
    if not reply.is_success:
        return None
    try:
        body: Any = decode_json(reply.content, status_code=reply.status_code, most_bytes=MAX_DECODED_REPLY)
        inner = body.get("data") if isinstance(body, dict) else None
        told = GenerationStatus.model_validate(inner if isinstance(inner, dict) else body)
    except (TransportError, ValidationError):
        return None
    return told if told.generation_id == generation_id else None
