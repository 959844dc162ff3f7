"""Keeps the number of runs of a playground true while others of the same process send."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final
from weakref import WeakSet

from genwidget.api.client import Client
from genwidget.errors import ShutDown
from genwidget.io_thread import PerProcess
from genwidget.runs.ledger import KeyUse
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner
from genwidget.runs.state import RunState

#: Seconds between two counts of one playground, however many runs begin and end.
REST_S: Final = 0.5


class Recount:
    """Counts again where a run has begun or ended, whoever sent it.

    Args:
        count: counts, and tells the page.
        start: carries that out beside, on the I/O thread.
    """

    def __init__(
        self, count: Callable[[], Coroutine[Any, Any, None]], start: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        self._count = count
        self._start = start
        # Of the I/O thread alone:
        self._is_stale = False
        self._is_counting = False

    def follow(self, runner: Runner) -> None:
        """Count again for each run that a runner carries."""
        _shared().join(self, runner)

    def close(self) -> None:
        """Follow nothing any more."""
        _shared().leave(self)

    def hear(self) -> None:
        """Count again soon; called on the I/O thread."""
        self._is_stale = True
        if not self._is_counting:
            self._is_counting = True
            work = self._go_on()
            try:
                self._start(work)
            except ShutDown:
                work.close()

    async def _go_on(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                await self._count()
                await asyncio.sleep(REST_S)
        finally:
            self._is_counting = False


class _Begun:
    """Tells the playgrounds of the process of every run. It keeps none of them alive."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: WeakSet[Recount] = WeakSet()
        self._runners: WeakSet[Runner] = WeakSet()

    def join(self, one: Recount, runner: Runner) -> None:
        with self._lock:
            self._heard.add(one)
            if runner in self._runners:
                return
            self._runners.add(runner)
        runner.watch_runs(self._follow)

    def leave(self, one: Recount) -> None:
        with self._lock:
            self._heard.discard(one)

    def close(self) -> None:
        """Tell nobody any more."""
        with self._lock:
            self._heard.clear()

    def _follow(self, run: Run, _: KeyUse, __: Client) -> None:
        """What waits has no row; what has begun has one."""
        is_told = False

        def changed(run: Run) -> None:
            nonlocal is_told
            if run.is_terminal:
                end()
            elif is_told or run.state is RunState.WAITING:
                return
            is_told = True
            self._tell()

        end = run.subscribe(changed)

    def _tell(self) -> None:
        with self._lock:
            heard = list(self._heard)
        for one in heard:
            one.hear()


_shared: Final = PerProcess(_Begun)
