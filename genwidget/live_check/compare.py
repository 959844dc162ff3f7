"""Comparing one answer with what we assume of every answer: status, media type, envelope, headers."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from genwidget.api.http_response import HttpResponse
from genwidget.api.models import (
    EXACTLY,
    Attempt,
    Data,
    Estimate,
    Generation,
    GenerationStatus,
    LibraryModel,
    LibraryProvider,
    ModelHealth,
    ProviderHealth,
    ServiceHealth,
)
from genwidget.api.responses import TERMINAL_STATUSES, decode_json
from genwidget.errors import InvalidJsonResponse

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


def read_json(reply: HttpResponse) -> Any:
    """Return the JSON of a body, or None where it is none."""
    try:
        return decode_json(reply.content, status_code=reply.status_code)
    except InvalidJsonResponse:
        return None


def answer_differences(reply: HttpResponse, expected: Expected) -> list[str]:
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


def _code_of(reply: HttpResponse) -> str:
    body = read_json(reply)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" {code}" if isinstance(code, str) else ""


#: Names that the API's own types call optional. A name that is not here must be there, if only as null.
_MAY_BE_ABSENT: Final[dict[type[Data], frozenset[str]]] = {
    LibraryModel: frozenset({"model_pricing"}),
    ModelHealth: frozenset({"model_pricing"}),
    Estimate: frozenset({"cost_per_second", "duration_seconds", "resolution"}),
    ServiceHealth: frozenset({"bucket", "error"}),
    Generation: frozenset(Generation.model_fields) - {"account_id", "generation_id"},
}


#: Names whose values this library acts on, or shows as known words, by the type that has them; source: the API's page
#: on generations, and the types of its official client.
_STATUSES: Final = frozenset({"pending", "processing", *TERMINAL_STATUSES})


_KNOWN_VALUES: Final[dict[tuple[type[Data], str], frozenset[str]]] = {
    (Generation, "generation_status"): _STATUSES,
    (GenerationStatus, "generation_status"): _STATUSES,
    (Attempt, "outcome"): frozenset({"used", "failed", "cancelled", "discarded", "pending"}),
    (ProviderHealth, "status"): frozenset({"healthy", "recovering", "degraded", "unknown"}),
    (LibraryModel, "model_type"): frozenset({"image", "video"}),
    (ModelHealth, "model_type"): frozenset({"image", "video"}),
    (Estimate, "model_type"): frozenset({"image", "video"}),
}


#: Every input of a model stands in its records under its own name.
_GENERATION_PREFIX: Final = "generation_"


_IMPLEMENTATION: Final = frozenset(
    {
        "delivery_method",
        "cancel_method",
        "webhook_verification",
        "error_mapping",
        "cost_tracking",
        "schema_conversion",
        "failover_strategy",
        "health_monitoring",
        "supported_media_types",
        "supported_models_total",
    }
)


def shape_differences(kind: type[Data], data: Any) -> list[str]:
    """Return what is missing, of another type, or new; of values only the words that no list of ours has."""
    try:
        # As JSON, and strictly: a number that comes as text is a difference here, though the client reads it.
        read = kind.model_validate_json(json.dumps(data), strict=True, context=EXACTLY)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        return list(dict.fromkeys(f"{_place(one['loc'])}: {one['msg']}" for one in wrong))
    return list(dict.fromkeys(_walk(read, "data")))


def key_differences(found: Any, expected: frozenset[str], place: str) -> list[str]:
    """Return the names that an object lacks, and those that it has beside."""
    if not isinstance(found, dict):
        return [f"{place} is no object"]
    missing = [f"{place}.{name} is missing" for name in sorted(expected - set(found))]
    return [*missing, *(f"{place}.{name} is new" for name in sorted(set(found) - expected))]


def _walk(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, tuple):
        for one in value:
            yield from _walk(one, f"{place}[]")
    elif isinstance(value, Data):
        yield from _names(value, place)
        yield from _new_values(value, place)
        for name in type(value).model_fields:
            inner = getattr(value, name)
            parts = tuple(inner.values()) if isinstance(inner, dict) else inner
            yield from _walk(parts, f"{place}.{name}")
        if isinstance(value, LibraryProvider):
            yield from key_differences(value.babysea_implementation, _IMPLEMENTATION, f"{place}.babysea_implementation")


def _names(value: Data, place: str) -> Iterator[str]:
    kind = type(value)
    for name, field in kind.model_fields.items():
        if name not in value.model_fields_set and name not in _MAY_BE_ABSENT.get(kind, ()):
            yield f"{place}.{field.alias or name} is missing"
    for name in value.model_extra or {}:
        if not (kind is Generation and name.startswith(_GENERATION_PREFIX)):
            yield f"{place}.{name} is new"


def _new_values(value: Data, place: str) -> Iterator[str]:
    for (kind, name), known in _KNOWN_VALUES.items():
        found = getattr(value, name) if type(value) is kind else None
        if found is not None and found not in known:
            yield f"{place}.{name} is {found}; we know {', '.join(sorted(known))}"


def _place(location: tuple[int | str, ...]) -> str:
    text = "data"
    for part in location:
        text += "[]" if isinstance(part, int) else f".{part}"
    return text
