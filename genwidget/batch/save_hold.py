"""Holds a batch back while its files cannot be written: one try after the other, and nothing new is sent meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from genwidget.errors import OutputNotSaved

ResultT = TypeVar("ResultT")

#: How many files are fetched and written at once: each is held in memory meanwhile.
SAVES_AT_ONCE: Final = 4
#: How often in a row files that cannot be written are tried once the batch stops; until then without end.
MOST_WRITES_STOPPING: Final = 4


class SaveHold:
    """The tries of one batch to write files; used on the runner's thread.

    While files can be written several items are saved at once. After a write that failed one is tried after the other,
    each after a longer pause: every try fetches the file anew, and holds a thread that other batches want too.

    Args:
        pause: waits before a try, by how many have failed in a row; not for longer than until the batch stops.
        stopped: set when the batch begins to stop.
    """

    def __init__(self, pause: Callable[[int], Awaitable[None]], stopped: asyncio.Event) -> None:
        self._pause = pause
        self._stopped = stopped
        self._several = asyncio.Semaphore(SAVES_AT_ONCE)
        self._one = asyncio.Semaphore(1)
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._failures = 0
        self._error: OutputNotSaved | None = None
        #: Takes why files cannot be written, as a sentence, or None once they can; the driver's.
        self.tell: Callable[[str | None], None] = lambda _: None

    @property
    def is_over(self) -> bool:
        """Whether the batch stops, and nothing more is tried."""
        return self._stopped.is_set() and self._failures >= MOST_WRITES_STOPPING

    async def wait(self) -> None:
        """Return once files can be written, or the batch stops."""
        if self._is_open.is_set() or self._stopped.is_set():
            return
        waits = {asyncio.ensure_future(self._is_open.wait()), asyncio.ensure_future(self._stopped.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def attempt(self, write: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Return what ``write`` returns, once it is its turn.

        Raises:
            OutputNotSaved: it cannot be written, or, where the batch stops, others could not.
            GenwidgetError: what ``write`` raised.
        """
        while True:
            error = self._error
            async with self._several if error is None else self._one:
                if (self._error is None) is not (error is None):
                    continue
                if self._error is not None:
                    if not self.is_over:
                        await self._pause(self._failures)
                    if self.is_over:
                        raise self._error
                return await self._try(write)

    async def _try(self, write: Callable[[], Awaitable[ResultT]]) -> ResultT:
        try:
            made = await write()
        except OutputNotSaved as error:
            was, self._error = self._error, error
            self._failures += 1
            self._is_open.clear()
            if was is None or was.message != error.message:
                self.tell(error.message)
            raise
        if self._error is not None:
            self._error, self._failures = None, 0
            self._is_open.set()
            self.tell(None)
        return made
