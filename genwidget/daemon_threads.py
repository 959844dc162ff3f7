"""Daemon threads: a pool that an ending interpreter does not wait for, and what is closed last."""

import atexit
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

from genwidget import platform

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")

Work = Callable[[], None]


class DaemonPool(ThreadPoolExecutor):
    """An executor for blocking work, as an event loop takes it.

    The standard one has the interpreter wait for its threads, refuses work once that has begun, and cannot even be
    imported then. Here threads are daemons. While the interpreter ends no new one is started: work that finds no thread
    is not done, and its future is canceled. Where no thread can be started at all, work is done at once, by its caller.

    Args:
        max_workers: how many threads there are at most; each is started at need and stays.
        thread_name_prefix: what their names begin with.
    """

    def __init__(self, max_workers: int, thread_name_prefix: str) -> None:
        super().__init__(1)  # which starts no thread by itself
        self._limit = max_workers
        self._name = thread_name_prefix
        self._guard = threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Work] | None] = queue.SimpleQueue()
        self._idle = 0
        self._started: list[threading.Thread] = []
        self._is_shut = False

    def submit(
        self, work: Callable[ArgumentsT, ResultT], /, *args: ArgumentsT.args, **kwargs: ArgumentsT.kwargs
    ) -> Future[ResultT]:
        """Have work done on one of the threads.

        Raises:
            RuntimeError: the pool was shut down.
        """
        future: Future[ResultT] = Future()

        def do() -> None:
            try:
                result = work(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._guard:
            if self._is_shut:
                raise RuntimeError("the pool was shut down")
            if platform.can_start_threads():
                self._hand_over(future, do)
                return future
        do()
        return future

    def _hand_over(self, future: Future[Any], do: Work) -> None:
        if self._idle > 0:
            self._idle -= 1
        elif len(self._started) < self._limit and not self._start() and not self._started:
            future.cancel()
            return
        self._waiting.put((future, do))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; ``wait`` for what is under way, after ``cancel_futures`` of what is not."""
        with self._guard:
            self._is_shut = True
            if cancel_futures:
                with suppress(queue.Empty):
                    while (job := self._waiting.get_nowait()) is not None:
                        job[0].cancel()
            for _ in self._started:
                self._waiting.put(None)
        if wait:
            for thread in self._started:
                thread.join()

    def _start(self) -> bool:
        thread = threading.Thread(target=self._serve, name=f"{self._name}-{len(self._started)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending
            return False
        self._started.append(thread)
        return True

    def _serve(self) -> None:
        while (job := self._waiting.get()) is not None:
            future, do = job
            if future.set_running_or_notify_cancel():
                do()
            del job, future, do  # what was done is not kept until there is more to do
            with self._guard:
                self._idle += 1


_last: Final[list[tuple[int, Callable[[], None]]]] = []


def close_last(close: Callable[[], None]) -> None:
    """Call ``close`` when this process ends, after all that was registered with :mod:`atexit` since this import."""
    _last.append((os.getpid(), close))


@atexit.register
def _close_last() -> None:
    while _last:
        close_in_time(*_last.pop())


def close_in_time(pid: int, close: Callable[[], None]) -> None:
    """Call ``close`` as this process ends, if it is the one that ``close`` is about, and not one forked from it.

    Ctrl-C meanwhile means that the person does not want to wait.
    """
    if pid == os.getpid():
        with suppress(KeyboardInterrupt):
            close()
