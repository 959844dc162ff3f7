"""What clients of this process change at the API, told to whoever keeps what such a change makes old."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from weakref import WeakMethod

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.io_thread import PerProcess
from genwidget.logs import logger_of

logger = logger_of(__name__)

#: A generation was begun, or has ended as far as its client knows, or was deleted.
Kind = Literal["begun", "ended", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        kind: what was changed.
        target: where.
        key: whose account it is.
        generation_id: of which generation, where known.
        is_refunded: whether the API said that its credits came back.
    """

    kind: Kind
    target: Target
    key: ApiKey
    generation_id: str | None = None
    is_refunded: bool = False

    @property
    def is_for_good(self) -> bool:
        """Whether what is written down of a generation is no longer true."""
        return self.generation_id is not None and (self.is_refunded or self.kind == "deleted")


Listener = Callable[[Change], None]

#: Begins to listen, if that is not done yet; None where nothing would.
_listen: Callable[[], object] | None = None


def listen_late(listen: Callable[[], object]) -> None:
    """Have whoever keeps what is for good begin to listen with the first such change, and not before.

    So a script that sends no runs need not load what keeps them.

    Args:
        listen: begins to listen, if that is not done yet.
    """
    global _listen  # noqa: PLW0603 - the one of the process, and of those that it forks
    _listen = listen


def _begin_late() -> None:
    if _listen is None:
        return
    try:
        _listen()
    except Exception:  # what was changed is changed, whether or not it can be written down
        logger.exception("What a client has changed could not be written down")


class Changes:
    """Tells of changes. Safe for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[WeakMethod[Listener]] = []

    def subscribe(self, listener: Listener) -> None:
        """Call a method after each change, on the thread of the client that made it, for as long as its object lives.

        It returns at once, and raises nothing.
        """
        with self._lock:
            self._listeners.append(WeakMethod(listener))

    def tell(self, change: Change) -> None:
        """Tell of a change."""
        if change.is_for_good:
            _begin_late()
        with self._lock:
            found = [(one, one()) for one in self._listeners]
            self._listeners = [one for one, listener in found if listener is not None]
        for _, listener in found:
            if listener is not None:
                listener(change)

    def close(self) -> None:
        """Forget everyone."""
        with self._lock:
            self._listeners.clear()


#: The process's own.
shared: Final = PerProcess(Changes)
