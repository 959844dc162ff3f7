"""What the I/O thread does for a playground beside its runs."""

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final

from genwidget.errors import GenwidgetError
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.runs.runner import FindRunner
from genwidget.widget.alerts import alert_of, plain_alert
from genwidget.widget.payload_types import Alert

_LOG: Final = logger_of(__name__)


class Background:
    """Work that nobody waits for; what goes wrong is told as an alert."""

    def __init__(self, find_runner: FindRunner) -> None:
        self._find_runner = find_runner
        self._under_way: set[Future[object]] = set()

    def start(self, work: Coroutine[Any, Any, object], on_error: Callable[[Alert], None]) -> None:
        """Hand work to the I/O thread; returns at once.

        Raises:
            ShutDown: the thread has been closed.
        """

        def ended(future: Future[object]) -> None:
            self._under_way.discard(future)
            error = None if future.cancelled() else future.exception()
            if isinstance(error, GenwidgetError):
                on_error(alert_of(error))
            elif error is not None:
                # The text of an unforeseen error may quote what was sent, so only its kind is told.
                kind = type(error).__name__
                _LOG.error("Work beside the page failed: %s", kind)
                on_error(plain_alert("unforeseen", render("unforeseen", kind=kind), scope="send"))

        future = self._find_runner().submit(work)
        self._under_way.add(future)
        future.add_done_callback(ended)

    def give_up(self) -> None:
        """Cancel all that is under way."""
        for future in list(self._under_way):
            future.cancel()
