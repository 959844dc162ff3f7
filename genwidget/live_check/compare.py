"""Comparing one answer with what we assume of every answer: status, media type, envelope, headers."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from genwidget.api.http_response import Reply
from genwidget.api.responses import decode_json
from genwidget.errors import InvalidJsonResponse
from genwidget.live_check.shapes import key_differences

ENVELOPE: Final = frozenset({"status", "request_id", "message", "timestamp", "data"})
PAGING: Final = frozenset({"total", "limit", "offset"})
ERROR_ENVELOPE: Final = frozenset({"status", "request_id", "error"})
_ERROR: Final = frozenset({"code", "type", "message", "retryable"})
_ERROR_EXTRAS: Final = frozenset({"details", "provider_errors"})
_REQUEST_ID: Final = re.compile(r"req_[A-Za-z0-9]+")
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_LIMITS: Final = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
#: A window that resets further away than this is no time in Unix seconds.
_FARTHEST_RESET_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Expected:
    """What one answer should be."""

    status: int = 200
    names: frozenset[str] = ENVELOPE
    message: str | None = None


def read_json(reply: Reply) -> Any:
    """Return the JSON of a body, or None where it is none."""
    try:
        return decode_json(reply.content, status_code=reply.status_code)
    except InvalidJsonResponse:
        return None


def answer_differences(reply: Reply, expected: Expected) -> list[str]:
    """Return what is different of status and media type."""
    told = []
    if reply.status_code != expected.status:
        told.append(f"HTTP {reply.status_code}{_code_of(reply)}; we assume {expected.status}")
    media_type = reply.headers.get("content-type", "nothing").partition(";")[0].strip()
    if media_type != "application/json":
        told.append(f"the content type is {media_type}; we assume application/json")
    elif read_json(reply) is None:
        told.append("the body is no JSON")
    return told


def envelope_differences(body: Any, expected: Expected) -> list[str]:
    """Return what is different around the data."""
    if not isinstance(body, dict):
        return ["there is no envelope"]
    is_error = expected.names is ERROR_ENVELOPE
    told = key_differences(body, expected.names, "envelope")
    wanted = "error" if is_error else "success"
    if body.get("status") != wanted:
        told.append(f"status is not {wanted}")
    told += _matches(body, "request_id", _REQUEST_ID, "req_ and letters")
    if is_error:
        return told + _error_differences(body.get("error"))
    told += _matches(body, "timestamp", _TIMESTAMP, "ISO 8601 in UTC with milliseconds")
    if expected.message is not None and body.get("message") != expected.message:
        told.append(f"message is another than: {expected.message}")
    return told


def limit_differences(headers: Mapping[str, str]) -> list[str]:
    """Return what is different of the rate limit's headers."""
    told = []
    for name in _LIMITS:
        value = headers.get(name.lower())
        if value is None:
            told.append(f"{name} is missing")
        elif not _WHOLE.fullmatch(value):
            told.append(f"{name} is no whole number")
        elif name == "X-RateLimit-Reset" and abs(int(value) - time.time()) > _FARTHEST_RESET_S:
            told.append(f"{name} is no Unix time in seconds near to now")
    return told


def _error_differences(error: Any) -> list[str]:
    if not isinstance(error, dict):
        return ["error is no object"]
    present = frozenset(error) & _ERROR_EXTRAS
    told = key_differences(error, _ERROR | present, "error")
    for name in ("code", "type", "message"):
        if name in error and not isinstance(error[name], str):
            told.append(f"error.{name} is no text")
    if "retryable" in error and not isinstance(error["retryable"], bool):
        told.append("error.retryable is neither true nor false")
    return told


def _matches(body: Mapping[str, Any], name: str, pattern: re.Pattern[str], wanted: str) -> list[str]:
    value = body.get(name)
    if name not in body or (isinstance(value, str) and pattern.fullmatch(value)):
        return []
    return [f"{name} is not of the form: {wanted}"]


def _code_of(reply: Reply) -> str:
    body = read_json(reply)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" {code}" if isinstance(code, str) else ""
