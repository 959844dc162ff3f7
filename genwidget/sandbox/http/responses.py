"""Replies of the sandbox: the two JSON envelopes, the error table, and the firewall's page."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from genwidget.sandbox import assumptions

#: code -> (type, HTTP status, retryable). The codes of the API's pages, then ours.
ERRORS: Final[dict[str, tuple[str, int, bool]]] = {
    "BSE1001": ("authentication_required", 401, False),
    "BSE1002": ("authentication_failed", 401, False),
    "BSE1003": ("insufficient_permissions", 403, False),
    "BSE1004": ("insufficient_credits", 402, False),
    "BSE1005": ("rate_limit_exceeded", 429, True),
    "BSE1006": ("auth_rate_limited", 429, True),
    "BSE1007": ("ip_not_allowed", 403, False),
    "BSE1008": ("account_not_found", 404, False),
    "BSE1009": ("concurrency_limit_exceeded", 429, True),
    "BSE2001": ("invalid_input", 400, False),
    "BSE2002": ("file_too_large", 422, False),
    "BSE2003": ("file_too_small", 422, False),
    "BSE2004": ("unsupported_file_format", 422, False),
    "BSE2005": ("file_load_error", 422, False),
    "BSE2006": ("content_policy_violation", 422, False),
    "BSE2007": ("file_size_exceeded", 422, False),
    "BSE2008": ("parameter_out_of_range", 422, False),
    "BSE2009": ("file_download_error", 422, False),
    "BSE2015": ("idempotency_key_reused", 409, False),
    "BSE2016": ("idempotency_key_in_progress", 409, True),
    assumptions.CODE_PAYLOAD_TOO_LARGE: ("payload_too_large", 413, False),
    assumptions.CODE_MODEL_NOT_FOUND: ("model_not_found", 404, False),
    assumptions.CODE_GENERATION_NOT_FOUND: ("generation_not_found", 404, False),
    assumptions.CODE_NOT_CANCELABLE: ("generation_not_cancelable", 409, False),
    assumptions.CODE_PROVIDER_ERROR: ("provider_error", 502, True),
    assumptions.CODE_PROVIDER_TIMEOUT: ("provider_timeout", 504, True),
    assumptions.CODE_ALL_PROVIDERS_FAILED: ("all_providers_failed", 502, True),
    assumptions.CODE_INTERNAL_ERROR: ("internal_error", 500, True),
}

#: Sentences of the API's pages where there is one, else ours.
ERROR_MESSAGES: Final[dict[str, str]] = {
    "BSE1001": "Authentication is required. Send your API key as a bearer token.",
    "BSE1002": "The API key is not valid for this region, or it has expired or was revoked.",
    "BSE1003": "The API key does not have the scope that this route needs.",
    "BSE1004": "Insufficient credits. Please upgrade your plan or wait for renewal.",
    "BSE1005": "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.",
    "BSE1006": "Too many failed authentication attempts. Please retry later.",
    "BSE1007": "This IP address is not allowed to use the API key.",
    "BSE1008": "The account of this API key was not found.",
    "BSE1009": "Too many generations are in progress. Please retry when one has completed.",
    "BSE2001": "The request body contains invalid parameters.",
    "BSE2002": "The input file has too many pixels.",
    "BSE2003": "The input file has too few pixels.",
    "BSE2004": "The input file is not a JPEG, PNG or WebP picture.",
    "BSE2005": "The input file could not be read.",
    "BSE2006": "The request was refused by the content policy.",
    "BSE2007": "The input file has too many bytes.",
    "BSE2008": "A parameter is out of its range.",
    "BSE2009": "The input file could not be downloaded.",
    "BSE2015": "This Idempotency-Key was already used with a different request body.",
    "BSE2016": (
        "A request with this Idempotency-Key is still being processed. Retry once the original request completes."
    ),
    assumptions.CODE_PAYLOAD_TOO_LARGE: "The request body is larger than 100 KB.",
    assumptions.CODE_MODEL_NOT_FOUND: "The model was not found.",
    assumptions.CODE_GENERATION_NOT_FOUND: "The generation was not found.",
    assumptions.CODE_NOT_CANCELABLE: "The generation has already ended and cannot be canceled.",
    assumptions.CODE_PROVIDER_ERROR: "The inference provider returned an error.",
    assumptions.CODE_PROVIDER_TIMEOUT: "The inference provider did not answer in time.",
    assumptions.CODE_ALL_PROVIDERS_FAILED: "All inference providers failed.",
    assumptions.CODE_INTERNAL_ERROR: "An unexpected error occurred.",
}

EDGE_PAGE: Final = (
    b"<!doctype html>\n<html><head><title>403 Forbidden</title></head>\n"
    b"<body><h1>403 Forbidden</h1><p>The request was blocked.</p></body></html>\n"
)
GATEWAY_PAGE: Final = (
    b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n"
    b"<body><h1>502 Bad Gateway</h1></body></html>\n"
)


@dataclass(slots=True)
class Reply:
    """One HTTP answer before it is written; ``code`` is the error code that the request log keeps."""

    status: int
    content: bytes
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None


class Refusal(Exception):
    """An error envelope on its way out."""

    def __init__(  # noqa: PLR0913 - one keyword per part of the envelope
        self,
        code: str,
        message: str | None = None,
        *,
        details: Mapping[str, Any] | None = None,
        provider_errors: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = ERROR_MESSAGES[code] if message is None else message
        self.details = details
        self.provider_errors = provider_errors
        self.headers = dict(headers or {})
        self.status = ERRORS[code][1] if status is None else status


def encode(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def iso_time(ms: int | None) -> str | None:
    """Return milliseconds of the epoch as the API writes times: ISO 8601, UTC, milliseconds, ``Z``."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def request_id() -> str:
    """Return a new id such as ``req_a1b2c3d4``."""
    return f"req_{secrets.token_hex(4)}"


def success(message: str, data: Any, now_ms: int, **page: int) -> Reply:
    """Return the success envelope; ``page`` holds ``total``, ``limit`` and ``offset`` of a paged answer."""
    envelope = {
        "status": "success",
        "request_id": request_id(),
        "message": message,
        "timestamp": iso_time(now_ms),
        "data": data,
        **page,
    }
    return Reply(200, encode(envelope))


def refusal(reason: Refusal) -> Reply:
    """Return the error envelope."""
    kind, _, retryable = ERRORS[reason.code]
    error: dict[str, Any] = {
        "code": reason.code,
        "type": kind,
        "message": reason.message,
        "retryable": retryable,
    }
    if reason.details is not None:
        error["details"] = dict(reason.details)
    if reason.provider_errors is not None:
        error["provider_errors"] = [dict(one) for one in reason.provider_errors]
    envelope = {"status": "error", "request_id": request_id(), "error": error}
    return Reply(reason.status, encode(envelope), headers=reason.headers, code=reason.code)


def edge_page() -> Reply:
    """Return the firewall's answer to a wrong path, method or parameter shape: HTML, never an envelope."""
    return Reply(403, EDGE_PAGE, "text/html; charset=utf-8")
