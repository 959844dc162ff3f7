"""What is known of a batch at this moment, for any thread."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Literal

from genwidget.batch.rows import BatchState, ItemRow, ItemState
from genwidget.logs import logger_of

logger = logger_of(__name__)

Listener = Callable[[ItemRow | None], None]


class Status:
    """Counts, cost and state of a batch; changed by what carries it, read by whoever wants.

    Attributes:
        state: of the batch.
        cause: the error behind the reason, or None.
        stopping: what it is to do before its state is another: ``stop``, or ``cancel`` what is under way; else None.
        ended: done when the batch has ended or stopped.
    """

    def __init__(self, state: BatchState, reason: str | None, counts: Mapping[ItemState, int], cost: float) -> None:
        self.state = state
        self._reason = reason
        self._delays: dict[str, str] = {}
        self.cause: BaseException | None = None
        self.stopping: Literal["stop", "cancel"] | None = None
        self.ended: Future[None] = Future()
        self._lock = threading.Lock()
        self._counts = Counter(counts)
        self._credits = cost
        self._listeners: list[Listener] = []
        if state is not BatchState.RUNNING:
            self.ended.set_result(None)

    def of_parent(self) -> "Status":
        """Return, in a forked process, what its parent knew: the locks of this one may be held for good."""
        copied = Status(self.state, self._reason, self._counts, self._credits)
        copied._delays, copied.cause, copied.stopping = dict(self._delays), self.cause, self.stopping
        return copied

    @property
    def reason(self) -> str | None:
        """Why it stopped, or what delays it, as a sentence; None where neither is so."""
        with self._lock:
            return self._reason or next(iter(self._delays.values()), None)

    @property
    def delayed_by(self) -> str | None:
        """What delays it, as a sentence, or None."""
        with self._lock:
            return next(iter(self._delays.values()), None)

    def delay(self, what: str, reason: str | None) -> None:
        """Note what delays the batch, by a word for its kind; None where that is over."""
        with self._lock:
            if reason is None:
                self._delays.pop(what, None)
            else:
                self._delays[what] = reason

    def note_stop(self, *, cancel: bool) -> None:
        """Note that nothing new is sent; a stop does not take back that what is under way is canceled."""
        self.stopping = "cancel" if cancel or self.stopping == "cancel" else "stop"

    @property
    def counts(self) -> dict[ItemState, int]:
        """How many items there are in each state, of those that there are any."""
        with self._lock:
            return {state: count for state, count in self._counts.items() if count}

    @property
    def credits(self) -> float:
        """What the items that ended have cost, as far as known."""
        return self._credits

    def take(self, before: ItemRow, after: ItemRow) -> None:
        """Count an item in its new state."""
        with self._lock:
            self._counts[before.state] -= 1
            self._counts[after.state] += 1
            self._credits += (after.credits or 0.0) - (before.credits or 0.0)
        self.tell(after)

    def close(self, state: BatchState, reason: str | None, cause: BaseException | None) -> None:
        """End: whoever waits goes on."""
        with self._lock:
            self._delays.clear()
            self.state, self._reason, self.cause = state, reason, cause
        if not self.ended.done():
            self.ended.set_result(None)
        self.tell(None)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the item, or None, on the thread of each change; return what ends that."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock, suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, item: ItemRow | None) -> None:
        """Let those who listen know of a change."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            tell(listener, item)


def tell(listener: Listener, item: ItemRow | None) -> None:
    """Tell one who listens: what is paid for is carried on, whatever those who watch it do, ``sys.exit()`` too.

    On the main thread Ctrl-C is a person's, and goes on to them.
    """
    try:
        listener(item)
    except BaseException as error:
        if not isinstance(error, Exception) and threading.current_thread() is threading.main_thread():
            raise
        logger.exception("A listener of a batch failed")
