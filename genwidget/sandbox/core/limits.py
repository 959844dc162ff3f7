"""Rate windows and caps on running generations, per account."""

import math
from dataclasses import dataclass, field, fields

from genwidget.sandbox import assumptions
from genwidget.sandbox.http.responses import Refusal
from genwidget.sandbox.means import ABOVE_0, WHOLE_FROM_0, check_all
from genwidget.spelling import Named


@dataclass(frozen=True, slots=True)
class Limits(Named):
    """The numbers of one sandbox; requests are per window and account, caps are per account.

    Attributes:
        window_s: the length of a window, in seconds.
        generate_per_window: requests that make a generation.
        reads_per_window: all other requests.
        auth_failures_per_window: requests that may fail for their key.
        images_at_once: generations of images under way.
        videos_at_once: generations of videos under way.
    """

    window_s: float = assumptions.WINDOW_S
    generate_per_window: int = assumptions.GENERATE_PER_WINDOW
    reads_per_window: int = assumptions.READS_PER_WINDOW
    auth_failures_per_window: int = assumptions.AUTH_FAILURES_PER_WINDOW
    images_at_once: int = assumptions.IMAGES_AT_ONCE
    videos_at_once: int = assumptions.VIDEOS_AT_ONCE

    def __post_init__(self) -> None:
        """Refuse what is no number of these.

        Raises:
            TypeError, ValueError: a number of another type, or below 0.
        """
        check_all({one.name: ABOVE_0 if one.name == "window_s" else WHOLE_FROM_0 for one in fields(self)}, self)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where one request stands in its window."""

    limit: int
    remaining: int
    reset_s: int  # Unix seconds
    retry_after_s: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """The three headers of every reply."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_s),
        }

    def enforce(self, code: str = "BSE1005") -> None:
        """Refuse a request past the limit.

        Raises:
            Refusal: 429, with ``Retry-After`` in whole seconds.
        """
        if self.is_exceeded:
            raise Refusal(
                code,
                details={"retry_after_seconds": self.retry_after_s, "limit": self.limit},
                headers={"Retry-After": str(self.retry_after_s)},
            )


@dataclass(slots=True)
class _Window:
    started_s: float
    count: int = 0


@dataclass(slots=True)
class RateWindows:
    """Fixed windows, in memory: a restart forgets them."""

    window_s: float
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)

    def take(self, who: str, bucket: str, limit: int, now_s: float, *, count: int = 1) -> Allowance:
        """Count a request (or, with ``count=0``, only look) and tell where it stands."""
        window = self._windows.get((who, bucket))
        if window is None or not window.started_s <= now_s < window.started_s + self.window_s:
            window = self._windows[who, bucket] = _Window(now_s)
        window.count += count
        ends_s = window.started_s + self.window_s
        return Allowance(
            limit=limit,
            remaining=max(0, limit - window.count),
            reset_s=math.ceil(ends_s),
            retry_after_s=max(1, math.ceil(ends_s - now_s)),
            is_exceeded=window.count + (count == 0) > limit,  # a look asks about the request to come
        )
