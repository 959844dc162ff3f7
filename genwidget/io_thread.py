"""The one background thread of the process, with an event loop of its own: a busy cell stops nothing on it."""

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final, Generic, Protocol, TypeVar

from genwidget.messages import render

ResultT = TypeVar("ResultT")

THREAD_NAME: Final = "genwidget-io"
#: How long an ending process waits for what is under way to be put down, in seconds.
CLOSE_TIMEOUT_S: Final = 5.0


class IoThread:
    """A daemon thread and its loop, started at first need."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def submit(self, work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
        """Carry a coroutine out on the thread; the future may be waited for anywhere else.

        Raises:
            RuntimeError: the thread has been closed.
        """
        with self._lock:
            if self._is_closed:
                work.close()
                raise RuntimeError(render("runner_closed"))
            loop = self._start()
            return asyncio.run_coroutine_threadsafe(work, loop)

    def is_current(self) -> bool:
        """Tell whether the caller is on this thread."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Cancel what is under way, let it put itself down, and end the thread. Further calls do nothing."""
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None or not thread.is_alive() or self.is_current():
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSE_TIMEOUT_S)

    def _start(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._serve, args=(self._loop,), name=THREAD_NAME, daemon=True)
            self._thread.start()
        return self._loop

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


class _Closing(Protocol):
    def close(self) -> None: ...


OwnT = TypeVar("OwnT", bound=_Closing)


class PerProcess(Generic[OwnT]):
    """Gives the one object of the process, made at first need and closed at its end; a forked process makes its own."""

    def __init__(self, make: Callable[[], OwnT]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[int, OwnT] | None = None

    def __call__(self) -> OwnT:
        """Return the object."""
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), self._make())
                atexit.register(self._made[1].close)
            return self._made[1]


#: The process's own thread.
shared: Final = PerProcess(IoThread)
