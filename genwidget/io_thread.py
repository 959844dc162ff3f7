"""The one background thread of the process, with an event loop of its own: a busy cell stops nothing on it.

Where no thread can be started, in a browser, its loop is the one that is running; whoever waits for it has to `await`.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Final, Generic, ParamSpec, Protocol, TypeVar, cast

from genwidget import platform
from genwidget.daemon_threads import DaemonPool, close_in_time
from genwidget.errors import Interrupted, ShutDown
from genwidget.logs import logger_of
from genwidget.messages import render

logger = logger_of(__name__)

ResultT = TypeVar("ResultT")
ArgumentsT = ParamSpec("ArgumentsT")

THREAD_NAME: Final = "genwidget-io"
#: How many calls that block may be under way at once beside the loop: name look-ups, reads of the ledger.
_WORKERS: Final = 16
#: How long an ending process waits for what is under way to be shut down, in seconds.
CLOSE_TIMEOUT_S: Final = 5.0


class IoThread:
    """A daemon thread and its loop, started at first need."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def submit(self, work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
        """Carry a coroutine out on the thread; the future may be waited for anywhere else, with :func:`wait_for`.

        Raises:
            ShutDown: the thread has been closed, or its loop has.
        """
        with self._lock:
            loop = None if self._is_closed else self._start()
            if loop is None or loop.is_closed():
                work.close()
                raise ShutDown
            return asyncio.run_coroutine_threadsafe(work, loop)

    @property
    def is_started(self) -> bool:
        """Whether there was anything to do so far."""
        return self._loop is not None

    def is_current(self) -> bool:
        """Tell whether the caller is on this thread, and so would wait for itself."""
        return not platform.can_start_threads() or threading.current_thread() is self._thread

    def call_soon(self, call: Callable[[], object]) -> None:
        """Have the thread call something, if it runs. It takes no lock."""
        if (loop := self._loop) is not None:
            with suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(call)

    def close(self) -> None:
        """Cancel what is under way, let it put itself down, and end the thread. Further calls do nothing."""
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None or not thread.is_alive() or self.is_current():
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSE_TIMEOUT_S)

    def _start(self) -> asyncio.AbstractEventLoop | None:
        """Return the loop, served by its thread; None where the interpreter is ending and starts no thread."""
        if not platform.can_start_threads():
            self._loop = asyncio.get_running_loop()
            return self._loop
        if self._loop is None:
            loop = asyncio.new_event_loop()
            loop.set_default_executor(DaemonPool(_WORKERS, thread_name_prefix="genwidget-work"))
            thread = threading.Thread(target=self._serve, args=(loop,), name=THREAD_NAME, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                loop.close()
                return None
            self._loop, self._thread = loop, thread
        return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        is_stopped = False
        try:
            while not is_stopped:
                try:
                    loop.run_forever()
                    is_stopped = True
                except (SystemExit, KeyboardInterrupt):  # whoever waits for it has been told, and the rest goes on
                    is_stopped = self._is_closed
                    logger.exception("Work on the thread %s asked Python to exit", THREAD_NAME)
        finally:
            # A task that is canceled may begin others on its way out. Each takes its first step before it is canceled:
            # else what it was to await, as an attempt to connect is, never is, and Python complains of that.
            while tasks := asyncio.all_tasks(loop):
                loop.run_until_complete(asyncio.sleep(0))
                for task in tasks:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


def wait_for(future: Future[ResultT], timeout_s: float | None = None) -> ResultT:
    """Return what work on the thread came to.

    Raises:
        TimeoutError: ``timeout_s`` passed; the work goes on.
        Interrupted: the process ended, or the thread was closed, before the work did.
        RuntimeError: there is no other thread that could do the work.
        Exception: what the work raised.
    """
    if not platform.can_start_threads() and not future.done():
        raise RuntimeError(no_wait())
    try:
        return future.result(bounded(timeout_s))
    except CancelledError:
        interrupted = Interrupted(may_have_started=True)
    interrupted.effect = "change"  # of any kind of request
    raise interrupted


def bounded(timeout_s: float | None) -> float | None:
    """Return a number of seconds that threads can wait for: they count no further than some centuries."""
    return None if timeout_s is None else min(timeout_s, threading.TIMEOUT_MAX)


def wait_or_end(future: Future[ResultT], timeout_s: float | None = None) -> ResultT:
    """Return what work on the thread came to, as :func:`wait_for`; whoever is interrupted, with Ctrl-C, ends it.

    Else what was given up would be tried again later, at a cost, and its outcome be shown to nobody.
    """
    try:
        return wait_for(future, timeout_s)
    except Exception:
        raise
    except BaseException:
        future.cancel()
        raise


async def beside(call: Callable[ArgumentsT, ResultT], *args: ArgumentsT.args, **kwargs: ArgumentsT.kwargs) -> ResultT:
    """Return what a call that blocks comes to: on a thread beside, and at once where there are none."""
    if platform.can_start_threads():
        return await asyncio.to_thread(call, *args, **kwargs)
    return call(*args, **kwargs)


def at_once(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Return what work comes to that awaits nothing but :func:`beside`, where there are no threads.

    Raises:
        RuntimeError: it awaits something else, which would have to be carried on by whoever waits here.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return cast("ResultT", done.value)
    work.close()
    raise RuntimeError(no_wait())


class _Work(Generic[ResultT]):
    """Work that can be given up at any moment, even before anyone holds its future."""

    def __init__(self, work: Coroutine[Any, Any, ResultT]) -> None:
        self._work = work
        self._task: asyncio.Task[Any] | None = None
        self._is_given_up = False

    async def carry_out(self) -> ResultT:
        """Do it, on the thread."""
        self._task = asyncio.current_task()
        if self._is_given_up:
            self._work.close()
            raise asyncio.CancelledError
        return await self._work

    def drop(self) -> None:
        """Shut down what was not begun."""
        if self._task is None:
            self._work.close()

    def give_up(self) -> None:
        """End it, from any other thread."""
        self._is_given_up = True
        if self._task is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile, and its work with it
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)


def carry_out(thread: IoThread, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Carry a coroutine out on the thread and return what it came to, as :func:`wait_or_end`.

    Raises:
        ShutDown: the thread has been closed, or its loop has.
    """
    one = _Work(work)
    try:
        return wait_for(thread.submit(one.carry_out()))
    except Exception:
        one.drop()
        raise
    except BaseException:
        one.give_up()
        raise


def no_wait() -> str:
    """Return the sentence for whoever would wait for what nobody but they can carry on."""
    return render("not_from_io_thread" if platform.can_start_threads() else "no_threads")


class _Closing(Protocol):
    def close(self) -> None: ...


OwnT = TypeVar("OwnT", bound=_Closing)


class PerProcess(Generic[OwnT]):
    """Gives the one object of the process, made at first need and closed at its end; a forked process makes its own."""

    def __init__(self, make: Callable[[], OwnT]) -> None:
        self._make = make
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._made: OwnT | None = None
        # At once: an object that is made while the interpreter ends could not be registered any more.
        atexit.register(self._close)

    def __call__(self) -> OwnT:
        """Return the object."""
        if self._pid != os.getpid():
            # The lock too: another thread of the parent may have held it at the fork.
            self._pid, self._lock, self._made = os.getpid(), threading.Lock(), None
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    @property
    def made(self) -> OwnT | None:
        """The object, if it was made in this process. It takes no lock."""
        return self._made if self._pid == os.getpid() else None

    def _close(self) -> None:
        if self._made is not None:
            close_in_time(self._pid, self._made.close)


#: The process's own thread.
shared: Final = PerProcess(IoThread)


def close_collected(close: Callable[[], object]) -> None:
    """Have what the garbage collector found closed on the I/O thread; where there is none, nothing was begun.

    The collector runs on any thread, in the middle of anything: that thread may hold the very lock that closing takes.
    """
    if (thread := shared.made) is not None:
        thread.call_soon(close)
