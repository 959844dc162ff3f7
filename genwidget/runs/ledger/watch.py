"""Tells who wants to know that the ledger could not be written for a while, and when all is written."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from genwidget.logs import logger_of
from genwidget.runs.ledger import ledger as ledgers
from genwidget.runs.ledger.ledger import Ledger

logger = logger_of(__name__)

#: How often trouble is looked at again, in seconds.
INTERVAL_S: Final = 0.5

State = tuple[str | None, str | None]
Listener = Callable[[str | None, str | None], None]


class Watch:
    """Looks at a ledger from an event loop, which no disk keeps waiting.

    Args:
        ledger: what is watched.
        submit: carries a coroutine out on the loop; raises RuntimeError once that has been closed.
    """

    def __init__(self, ledger: Ledger, submit: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._ledger = ledger
        self._submit = submit
        self._listeners: list[Listener] = []
        self._is_looking = False
        self._has_warned = False
        #: Why nothing could be written for a while, and what a person should know of the file; sentences or None.
        self.state: State = (None, None)
        ledger.subscribe(self._begin)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the sentences of ``state`` when one changes, on the loop; return what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def _begin(self) -> None:
        if not self._is_looking:
            with suppress(RuntimeError):  # the loop was closed: there is nobody to be told
                self._submit(self._look())

    async def _look(self) -> None:
        if self._is_looking:
            return
        self._is_looking = True
        try:
            await asyncio.sleep(ledgers.PATIENCE_S)
            while not self._ledger.is_written:
                self._tell(self._ledger.trouble, self._ledger.note)
                await asyncio.sleep(INTERVAL_S)
        finally:
            self._is_looking = False
        self._tell(None, self._ledger.note)

    def _tell(self, trouble: str | None, note: str | None) -> None:
        if (trouble, note) == self.state:
            return
        self.state = trouble, note
        if trouble is not None and not self._has_warned:
            logger.warning(trouble)
        self._has_warned = trouble is not None
        for listener in tuple(self._listeners):
            listener(trouble, note)
