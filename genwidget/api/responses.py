"""The API's JSON decoded: envelopes, errors, headers. No I/O."""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from genwidget.api.http_response import HttpResponse, Meta, RateLimit
from genwidget.api.json_size import decoded_size
from genwidget.api.models import DataT
from genwidget.errors import (
    ApiError,
    InvalidJsonResponse,
    ResponseTooLarge,
    TransportError,
    UnexpectedReply,
    api_error_class,
)
from genwidget.messages import render
from genwidget.text import MAX_NUMBER, MAX_SENTENCE, MAX_TEXT, encodable, load_json, number, shown

TERMINAL_STATUSES: Final = frozenset({"succeeded", "failed", "canceled"})
#: Seconds with a fraction, which HTTP does not have and some servers say.
_FRACTION: Final = re.compile(r"[0-9]{1,15}\.[0-9]{1,15}", re.ASCII)
FIRST_SERVER_STATUS: Final = 500
TOO_MANY_REQUESTS: Final = 429
NO_CONTENT: Final = 204
#: How many bytes a body may take while it is decoded: of a record, and of what is small where all is well.
MAX_DECODED: Final = 46_000_000
MAX_DECODED_REPLY: Final = 24_000_000
#: How many texts of a list are taken: more than any generation has outputs or providers.
MAX_TEXTS: Final = 10_000


def decode_json(
    content: bytes, *, status_code: int, may_have_started: bool = False, most_bytes: int = MAX_DECODED
) -> Any:
    """Return the JSON of a body, fit to be written down again as of :func:`genwidget.text.load_json`.

    Raises:
        InvalidJsonResponse: it is no JSON: bytes of another kind, cut off, ``NaN``, or nested past all reason.
        ResponseTooLarge: its objects would take more than ``most_bytes`` of memory.
    """
    kind: type[TransportError] = InvalidJsonResponse
    try:
        if decoded_size(content) <= most_bytes:
            return load_json(content.decode("utf-8-sig"))
        kind = ResponseTooLarge
    except ValueError:
        pass
    # Raised here and not in the handler: the decoder's own error holds the whole body.
    raise kind(status_code=status_code, may_have_started=may_have_started)


def decode_error(reply: HttpResponse) -> ApiError:
    """Return the error of a non-2xx answer, whatever its body."""
    try:
        body, unread = decode_json(reply.content, status_code=reply.status_code, most_bytes=MAX_DECODED_REPLY), ""
    except TransportError as error:
        body, unread = None, error.message
    envelope = body.get("error") if isinstance(body, dict) else None
    part: dict[str, Any] = envelope if isinstance(envelope, dict) else {}
    code = text(part.get("code")) or f"HTTP_{reply.status_code}"
    details = part.get("details") if isinstance(part.get("details"), dict) else {}
    stated = part.get("retryable")
    return api_error_class(code, reply.status_code)(
        text(part.get("message")) or _sentence_without_words(reply, body, unread),
        status_code=reply.status_code,
        api_code=code,
        api_type=text(part.get("type")) or "api_error",
        retryable=stated if isinstance(stated, bool) else _is_retried_by_status(reply.status_code, body),
        is_stated=isinstance(stated, bool),
        request_id=text(body.get("request_id")) if isinstance(body, dict) else None,
        details=details,
        provider_errors=[one for one in listed(part.get("provider_errors")) if isinstance(one, dict)],
        retry_after_s=retry_after_s(reply.headers, details or {}),
        body=body,
        reply=reply,
        rate_limit=rate_limit(reply.headers),
    )


def decode_data(kind: type[DataT], reply: HttpResponse) -> DataT:
    """Return the typed data of an answer; 204 counts as an empty object.

    Raises:
        ApiError: the status is not 2xx.
        InvalidJsonResponse: the body is no JSON.
        UnexpectedReply: the JSON has another shape.
    """
    if not reply.is_success:
        raise decode_error(reply)
    try:
        return _read_data(kind, reply)
    except TransportError as error:
        # Whatever a 2xx says that cannot be read, it is an answer to a request that arrived.
        error.may_have_started, error.effect = True, reply.effect
        raise


def _read_data(kind: type[DataT], reply: HttpResponse) -> DataT:
    body = {} if reply.status_code == NO_CONTENT else decode_json(reply.content, status_code=reply.status_code)
    envelope: dict[str, Any] = body if isinstance(body, dict) else {}
    inner = envelope.get("data", {})
    # A paged answer has its counts beside the data.
    paging = {name: envelope[name] for name in ("total", "limit", "offset") if name in envelope}
    try:
        data = kind.model_validate({**paging, **inner} if isinstance(inner, dict) else inner)
    except ValidationError as error:
        where = ".".join(str(part) for part in ("data", *error.errors(include_input=False)[0]["loc"]))
    else:
        data._meta = meta_of(reply, body)  # noqa: SLF001 - a private attribute of our own class
        return data
    raise UnexpectedReply(where=where, status_code=reply.status_code)


def meta_of(reply: HttpResponse, body: Any) -> Meta:
    """Return what stands around the data."""
    envelope: dict[str, Any] = body if isinstance(body, dict) else {}
    return Meta(
        status_code=reply.status_code,
        request_id=text(envelope.get("request_id")),
        message=text(envelope.get("message")),
        timestamp=text(envelope.get("timestamp")),
        rate_limit=rate_limit(reply.headers),
        replayed=reply.is_replayed,
        latency_ms=reply.latency_ms,
        phases=reply.phases,
        json=body,
        content=b"{}" if reply.status_code == NO_CONTENT else reply.content,
    )


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """Return the window of the ``X-RateLimit-*`` headers, or None without them."""
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    found = [whole(headers.get(name)) for name in names]
    return None if found == [None, None, None] else RateLimit(*found)


def server_time(headers: Mapping[str, str], now: float) -> float:
    """Return the Unix time at the server: its clock tells when its window ends, and this one, ``now``, may be wrong."""
    found = _moment(headers.get("date", ""))
    return now if found is None else found


def _moment(said: str) -> float | None:
    """Return a date of HTTP in Unix seconds, or None."""
    try:
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def retry_after_s(headers: Mapping[str, str], details: Mapping[str, Any]) -> float | None:
    """Return the seconds to wait: of the ``Retry-After`` header, else of the error's own details, else None.

    The header has seconds, whole as HTTP has them or not, or a date, which is by the clock of the server.
    """
    said = headers.get("retry-after", "").strip()
    after = whole(said)
    if after is not None:
        return after
    if _FRACTION.fullmatch(said):
        return number(float(said))
    until = _moment(said)
    if until is not None:
        return max(0.0, until - server_time(headers, time.time()))
    return number(details.get("retry_after_seconds"))


def whole(value: str | None) -> int | None:
    """Return a header's whole number, or None."""
    is_whole = value is not None and value.isascii() and value.isdigit() and len(value) < len(str(MAX_NUMBER))
    return int(value) if is_whole and value is not None else None


def text(value: Any, limit: int = MAX_SENTENCE) -> str | None:
    """Return a value that is a text and not empty, fit to show, else None: JSON may hold anything anywhere."""
    return shown(value, limit) if isinstance(value, str) and value else None


def identifier(value: Any) -> str | None:
    """Return a value that can stand for something of the server's, else None: of a longer text a part would not."""
    return text(value, MAX_TEXT) if isinstance(value, str) and len(value) <= MAX_TEXT else None


def listed(value: Any) -> list[Any]:
    """Return a value that is a list, else an empty one."""
    return value if isinstance(value, list) else []


def texts(value: Any, most: int = MAX_TEXTS) -> tuple[str, ...]:
    """Return the texts of a value that is a list, the first ones of too many, each fit to show."""
    return tuple(shown(one) for one in listed(value)[:most] if isinstance(one, str))


def segment(value: str) -> str:
    """Return a value as one path segment: an id that holds a slash, or is only dots, cannot leave its place."""
    quoted = quote(encodable(value), safe="")
    return quoted.replace(".", "%2E") if quoted in {".", ".."} else quoted


def _sentence_without_words(reply: HttpResponse, body: Any, unread: str) -> str:
    if body is None and reply.content:
        return unread or render("invalid_json")
    return render("http_status", status=reply.status_code)


def _is_retried_by_status(status_code: int, body: Any) -> bool:
    """Without the API's word: 5xx in any form; 429 only as JSON, since an edge's own page says nothing of the API."""
    return status_code >= FIRST_SERVER_STATUS or (status_code == TOO_MANY_REQUESTS and body is not None)
