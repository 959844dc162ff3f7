"""What clients of this process change at the API, told to whoever keeps what such a change makes old."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from weakref import WeakMethod

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.io_thread import PerProcess

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


Listener = Callable[[Change], None]


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
