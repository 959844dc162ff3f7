"""The one sender to the page: of its state the newest, at most twenty times a second; of what it asks, each answer.

An answer waits for no interval: the page asks one thing after the other, and would wait as often. The traits handed
over before it go with it.

Traits are set on a thread of the sender's own, neither the kernel's nor the I/O thread: an observer of ``outputs`` may
read an output, which waits for the I/O thread, and a busy cell must not hold the page back. The thread lives only
while there is something to deliver. Where no thread can be started, it is a task of the running loop.
"""

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from genwidget import platform
from genwidget.widget.parts import in_parts

if TYPE_CHECKING:
    import asyncio

#: Seconds before a delivery of traits alone: jupyter_server drops messages beyond 1,000 a second, and an eye sees no
#: more.
INTERVAL_S: Final = 0.05

Apply = Callable[[str, Any], None]
Post = Callable[[Mapping[str, Any], Sequence[bytes]], None]


class TraitPublisher:
    """Delivers traits and answers in the order in which they were handed over, the newest value of each trait only.

    Args:
        apply: sets one trait; called under ``lock``.
        post: sends one message with its buffers.
        lock: the one lock for traits that the kernel owns; re-entrant.
        interval_s: the least time before a delivery of traits alone, in seconds.
    """

    def __init__(self, apply: Apply, post: Post, lock: threading.RLock, *, interval_s: float = INTERVAL_S) -> None:
        self._apply = apply
        self._post = post
        self._lock = lock
        self._interval_s = interval_s
        self._guard = threading.Condition()
        self._traits: dict[str, Any] = {}
        self._in_delivery: dict[str, Any] = {}
        self._messages: list[tuple[Mapping[str, Any], Sequence[bytes]]] = []
        self._sender: threading.Thread | asyncio.Task[None] | None = None
        #: Where the sender is a task: an answer is there.
        self._hurry: asyncio.Event | None = None
        self._is_closed = False

    def publish(self, **traits: Any) -> None:
        """Hand traits over; returns at once. A value not yet delivered is replaced.

        A value that is callable is called when it is delivered, on the sender's thread: what takes time to make is
        made only for what arrives.
        """
        with self._guard:
            for name, value in traits.items():
                self._traits.pop(name, None)
                self._traits[name] = value
            self._wake()

    def answer(self, message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Hand a message over; it follows the traits handed over before it."""
        with self._guard:
            self._messages.append((message, buffers))
            self._wake()
            self._guard.notify_all()
            if self._hurry is not None:
                self._hurry.set()

    def set_now(self, **traits: Any) -> None:
        """Set traits on the caller's thread, for what must hold when a call returns. What was handed over lapses."""
        with self._guard:
            for name in traits:
                self._traits.pop(name, None)
                self._in_delivery.pop(name, None)
        with self._lock:
            for name, value in traits.items():
                self._apply(name, value)

    def drain(self, timeout_s: float = 5.0) -> bool:
        """Wait until all is delivered; tell whether it was."""
        if not platform.can_start_threads():
            while self._deliver_next():
                pass
            return True
        with self._guard:
            return self._guard.wait_for(lambda: self._sender is None, timeout_s)

    def close(self) -> None:
        """Drop what is not delivered and take nothing more."""
        with self._guard:
            self._is_closed = True
            self._traits.clear()
            self._in_delivery.clear()
            self._messages.clear()
            self._guard.notify_all()

    def _wake(self) -> None:
        if self._sender is None and not self._is_closed:
            self._sender = self._start()

    def _start(self) -> "threading.Thread | asyncio.Task[None] | None":
        if not platform.can_start_threads():
            import asyncio  # noqa: PLC0415 - after the first paint

            return asyncio.get_running_loop().create_task(self._deliver_in_loop(), name="genwidget-page")
        thread = threading.Thread(target=self._deliver_all, name="genwidget-page", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending: no page is there to be told
            return None
        return thread

    def _deliver_all(self) -> None:
        started = time.monotonic()
        while self._deliver_next():
            with self._guard:
                rest_s = started + self._interval_s - time.monotonic()
                self._guard.wait_for(lambda: self._is_closed or bool(self._messages), max(rest_s, 0))
            started = time.monotonic()

    async def _deliver_in_loop(self) -> None:
        import asyncio  # noqa: PLC0415 - after the first paint

        self._hurry = asyncio.Event()
        while self._deliver_next():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), self._interval_s)
            self._hurry.clear()

    def _deliver_next(self) -> bool:
        """Deliver what was handed over; False where there was nothing, which ends the sender."""
        with self._guard:
            if not self._traits and not self._messages:
                self._sender = None
                self._guard.notify_all()
                return False
            self._in_delivery, self._traits = self._traits, {}
            messages, self._messages = self._messages, []
            names = tuple(self._in_delivery)
        self._deliver(names, messages)
        return True

    def _deliver(self, names: Sequence[str], messages: list[tuple[Mapping[str, Any], Sequence[bytes]]]) -> None:
        for name in names:
            _report_failure(self._set, name)
        for message, buffers in messages:
            _report_failure(self._post_parts, message, buffers)

    def _post_parts(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        for part, bytes_of_it in in_parts(message, buffers):
            self._post(part, bytes_of_it)

    def _set(self, name: str) -> None:
        with self._guard:
            value = self._in_delivery.get(name)
        made = value() if callable(value) else value
        with self._lock:
            with self._guard:
                is_lapsed = name not in self._in_delivery
            if not is_lapsed:
                self._apply(name, made)


def _report_failure(call: Callable[..., None], *arguments: Any) -> None:
    """Call; show what a person's own observer raises as Python shows it for any thread, and go on."""
    try:
        call(*arguments)
    except BaseException:  # noqa: BLE001 - one observer's fault, or its exit, must not keep the rest from the page
        kind, value, trace = sys.exc_info()
        threading.excepthook(threading.ExceptHookArgs((kind, value, trace, threading.current_thread())))
