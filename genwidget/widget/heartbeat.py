"""A sign of life for the page while a run is under way: a page that hears nothing can say that its kernel has ended."""

import asyncio
from typing import Final

from genwidget.runs.run import Run
from genwidget.widget.background import Background
from genwidget.widget.publisher import TraitPublisher

#: Seconds between two beats. The page asks when it has heard nothing for five.
INTERVAL_S: Final = 2.0


class Heartbeat:
    """Sends a beat at intervals while any run that it follows is under way, also while the main thread is busy.

    Args:
        publisher: takes the beats.
        background: what goes on beside the runs; its end is the end of the beats.
        interval_s: seconds between two beats.
    """

    def __init__(self, publisher: TraitPublisher, background: Background, *, interval_s: float = INTERVAL_S) -> None:
        self._publisher = publisher
        self._background = background
        self._interval_s = interval_s
        self._live: list[Run] = []
        self._is_beating = False

    def follow(self, run: Run) -> None:
        """Beat until the run has ended. Returns at once."""
        if not run.is_terminal:
            self._background.start(self._beat(run), lambda _: None)

    async def _beat(self, run: Run) -> None:
        self._live.append(run)  # only ever on the I/O thread
        if self._is_beating:
            return
        self._is_beating = True
        try:
            while self._live:
                self._publisher.answer({"kind": "beat"})
                await asyncio.sleep(self._interval_s)
                self._live = [one for one in self._live if not one.is_terminal]
        finally:
            self._is_beating = False
