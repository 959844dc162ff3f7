"""What belongs to one event loop: locks and connections cannot be used in another, nor in a forked process."""

import asyncio
import os
from collections.abc import Callable
from typing import Generic, TypeVar

OwnT = TypeVar("OwnT")


class PerLoop(Generic[OwnT]):
    """Gives the one object of the running event loop, made at first need; a forked process makes its own."""

    def __init__(self, make: Callable[[], OwnT]) -> None:
        self._make = make
        #: No lock guards it: one that another thread holds at a fork would never be let go in the child.
        self._made: dict[tuple[int, asyncio.AbstractEventLoop], OwnT] = {}

    def __call__(self) -> OwnT:
        """Return the object."""
        place = os.getpid(), asyncio.get_running_loop()
        if place not in self._made:
            for old in [one for one in list(self._made) if one[1].is_closed()]:
                self._made.pop(old, None)
            self._made[place] = self._make()
        return self._made[place]

    def made(self) -> list[tuple[asyncio.AbstractEventLoop, OwnT]]:
        """Return what this process has, with the loop of each."""
        return [(loop, one) for (pid, loop), one in list(self._made.items()) if pid == os.getpid()]
