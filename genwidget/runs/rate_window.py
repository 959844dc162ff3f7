"""The window in which an account may make so many requests, as its answers tell it. Pure."""

import math
from collections.abc import Callable
from typing import Final

from genwidget.api.retry import MAX_HOLD_S
from genwidget.runs.forecast import WindowAhead

#: Several processes that wait for one window do not go on in the same moment: up to so many seconds later.
SPREAD_S: Final = 0.25


class RateWindow:
    """Counts what is left of one account's window.

    Args:
        clock: seconds that only grow.
        jitter: uniform in [0, 1).
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._limit: int | None = None
        self._left: int | None = None
        self._reset = -math.inf
        self._ends_at = -math.inf
        self._length_s = 0.0
        self._paused_until = -math.inf
        self._out = 0

    def sent(self) -> None:
        """Take note of a request that leaves."""
        self._out += 1

    def answered(self) -> None:
        """Take note of the end of a request, however it ended."""
        self._out -= 1

    def note(self, limit: int | None, left: int | None, reset: float | None, after_s: float | None) -> None:
        """Take what an answer tells.

        Args:
            limit: how many requests a window allows.
            left: how many are left.
            reset: which window it is: when it ends, on the server's clock, in seconds.
            after_s: in how many seconds that is.
        """
        if left is None or reset is None or after_s is None or not 0 < after_s <= MAX_HOLD_S:
            return
        if reset < self._reset:  # an answer that was overtaken
            return
        if reset > self._reset:
            self._reset, self._left, self._ends_at = reset, left, self._clock() + after_s + self._jitter() * SPREAD_S
            self._length_s = max(self._length_s, after_s)
        self._left = left if self._left is None else min(self._left, left)
        self._limit = limit

    def pause(self, after_s: float) -> None:
        """Send nothing for so many seconds: the API asks for it, and knows better than its headers when to go on."""
        until = self._clock() + min(after_s, MAX_HOLD_S) + self._jitter() * SPREAD_S
        self._paused_until = max(self._paused_until, until)
        self._ends_at = self._paused_until

    def ready_at(self) -> float:
        """Return from when on the next request may leave, on the clock; what is over lies in the past."""
        if self._left is None:
            return self._paused_until
        if self._clock() >= self._ends_at:  # another window, of which nothing is told yet
            self._left = self._limit
        if self._left is None or self._left - self._out > 0:
            return self._paused_until
        return max(self._paused_until, self._ends_at)

    def ahead(self) -> WindowAhead:
        """Return what is known of this window and of those after it; the first answer in one tells its length."""
        now = self._clock()
        left = 0 if self._left is None else max(0, self._left - self._out)
        opens_in_s = max(0.0, self._paused_until - now)
        return WindowAhead(self._limit, left, max(0.0, self._ends_at - now), self._length_s, opens_in_s)
