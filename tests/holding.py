"""A sandbox that a test can hold: what is under way in it stays so, however slow the machine."""

import threading
import time
from typing import Self

from genwidget.sandbox import Limits, Sandbox


class HoldingClock:
    """Seconds of the epoch; held, they stand still, and let go, they go on from there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._behind_s = 0.0
        self._held_at: float | None = None

    def __call__(self) -> float:
        """Return the time."""
        with self._lock:
            return time.time() - self._behind_s if self._held_at is None else self._held_at

    def hold(self) -> None:
        """Stop."""
        now = self()
        with self._lock:
            self._held_at = now

    def let_go(self) -> None:
        """Go on."""
        with self._lock:
            if self._held_at is not None:
                self._behind_s = time.time() - self._held_at
            self._held_at = None


class HoldingSandbox(Sandbox):
    """The sandbox, with its time in the test's hand."""

    def __init__(
        self, port: int = 0, *, speed: float = 1.0, balance: float = 100.0, limits: Limits | None = None
    ) -> None:
        self.__clock = HoldingClock()
        super().__init__(port, speed=speed, balance=balance, limits=limits, clock=self.__clock)

    def hold(self) -> Self:
        """Answer as before, but let no generation go on until :meth:`let_go`."""
        self.__clock.hold()
        return self

    def let_go(self) -> None:
        """Let every generation go on from where it is."""
        self.__clock.let_go()
