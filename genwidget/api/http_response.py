"""One HTTP response as it was read: status, headers, body, timing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genwidget.errors import Effect


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The account's window, from the reply's headers; ``reset`` is Unix time in seconds."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


@dataclass(frozen=True, slots=True)
class Phases:
    """Whole milliseconds of one exchange; None where a phase did not happen (a reused connection has no connect)."""

    connect_ms: int | None = None
    tls_ms: int | None = None
    send_ms: int | None = None
    first_byte_ms: int | None = None
    body_ms: int | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP answer, read within its limit; ``content`` is free of the key, ``effect`` is the request's."""

    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    latency_ms: int = 0
    phases: Phases = Phases()
    effect: Effect = "run"

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return self.status_code // 100 == 2  # noqa: PLR2004 - 2xx

    @property
    def is_replayed(self) -> bool:
        """Tell whether the API answered with what it had answered to the same idempotency key before."""
        return self.headers.get("idempotency-replayed", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands around the data of a typed reply."""

    status_code: int
    request_id: str | None
    message: str | None
    timestamp: str | None
    rate_limit: RateLimit | None
    replayed: bool
    latency_ms: int
    phases: Phases
    json: Any = field(repr=False)
    content: bytes = field(repr=False)
