"""The sandbox as an object: a thread with a real HTTP server on loopback, or the application alone in a browser."""

import asyncio
import functools
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from starlette.applications import Starlette

from genwidget import platform
from genwidget.catalogue import Catalogue
from genwidget.daemon_threads import DaemonPool
from genwidget.sandbox import assumptions
from genwidget.sandbox.core import credits as credit
from genwidget.sandbox.core import generations
from genwidget.sandbox.core.accounts import MAIN_ACCOUNT, REGIONS, key_text
from genwidget.sandbox.core.limits import Limits, RateWindows
from genwidget.sandbox.core.pricing import thousandths
from genwidget.sandbox.core.request_log import ReceivedRequest, received
from genwidget.sandbox.core.store import Store
from genwidget.sandbox.faults.faults import Faults
from genwidget.sandbox.http import in_process
from genwidget.sandbox.http.app import make_app
from genwidget.sandbox.http.context import Service
from genwidget.sandbox.means import ABOVE_0, FROM_0, FUNCTION, PORT, WHOLE, Means
from genwidget.spelling import Named, did_you_mean

if TYPE_CHECKING:
    from genwidget.sandbox.http.uvicorn_server import Server

_STOP_TIMEOUT_S: Final = 10.0
_MEANS: Final[dict[str, Means]] = {
    "port": PORT,
    "state_dir": Means("a path", (str, os.PathLike)).or_none(),
    "speed": ABOVE_0,
    "seed": WHOLE,
    "balance": FROM_0,
    "clock": FUNCTION,
    "limits": Means("a genwidget.sandbox.Limits", (Limits,)).or_none(),
    "catalogue": Means("a genwidget.Catalogue", (Catalogue,)).or_none(),
}


class Sandbox(Named):
    """One sandbox: ``with Sandbox() as sandbox: sandbox.url``.

    Args:
        port: 0 for a free one.
        state_dir: where its data lies and outlives it; None for a temporary folder.
        speed: divides every time of work and the rate window; 50 makes a generation take some 40 ms.
        seed: of durations and of faults with a probability.
        region: which region it plays; keys are of one region.
        balance: opening credits of its accounts, when its data is made.
        clock: seconds of the epoch; tests may turn it.
        limits: rate windows and caps.
        catalogue: the models that it serves; None for those that ship.

    Raises:
        TypeError: a value of another type.
        ValueError: a number out of its bounds, or a region that does not exist.
    """

    def __init__(  # noqa: PLR0913 - keywords, each with a default
        self,
        port: int = 0,
        *,
        state_dir: str | os.PathLike[str] | None = None,
        speed: float = 1.0,
        seed: int = 0,
        region: str = "us",
        balance: float = assumptions.OPENING_BALANCE,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        given = locals()
        if region not in REGIONS:
            hint = did_you_mean(region, REGIONS)
            raise ValueError(f"region must be one of {', '.join(REGIONS)}{'.' if hint else ''}{hint}")
        for name, means in _MEANS.items():
            means.check(name, given[name])
        self._wanted_port = port
        self._state_dir = None if state_dir is None else Path(state_dir)
        self._speed = speed
        self._seed = seed
        self._region = region
        self._balance = thousandths(balance)
        self._clock = clock
        self._limits = limits or Limits()
        self._catalogue = catalogue or Catalogue.load()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._service: Service | None = None
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.faults: Final = Faults(seed, self._catalogue)
        self.api_key: Final = key_text(region)

    def start(self) -> Self:
        """Serve from a new thread; return when requests are answered. In a browser, answer requests of this process.

        Raises:
            OSError: the port is taken.
            RuntimeError: it runs already, or does not come up.
        """
        if self._service is not None:
            raise RuntimeError("the sandbox runs already")
        self.faults.set_over(False)
        if not platform.can_listen():
            in_process.serve(self._make_app)
            return self
        from genwidget.sandbox.http.uvicorn_server import await_ready, listen, make_server  # noqa: PLC0415 - none there

        listening = listen(self._wanted_port)
        try:
            application = self._make_app(f"http://127.0.0.1:{listening.getsockname()[1]}")
            self._server = make_server(application, self._running.stopping)
            run = functools.partial(asyncio.run, self._serve(self._server, listening))
            self._thread = threading.Thread(target=run, name="genwidget-sandbox", daemon=True)
            self._thread.start()
            await_ready(self._server)
        except BaseException:
            listening.close()
            self._service = None
            raise
        return self

    def _make_app(self, origin: str) -> Starlette:
        self._service = self._make_service(origin)
        return make_app(self._service)

    async def _serve(self, server: "Server", listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        await server.serve(sockets=[listening])

    def _make_service(self, origin: str) -> Service:
        folder = self._state_dir
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="genwidget-sandbox-", ignore_cleanup_errors=True)
            folder = Path(self._temporary.name)
        return Service(
            store=Store(
                folder,
                opening_balance=self._balance,
                now_ms=int(self._clock() * 1000),
                is_temporary=self._temporary is not None,
            ),
            catalogue=self._catalogue,
            faults=self.faults,
            limits=self._limits,
            windows=RateWindows(self._limits.window_s / self._speed),
            clock=self._clock,
            speed=self._speed,
            seed=self._seed,
            region=self._region,
            origin=origin,
            media_pool=DaemonPool(2, thread_name_prefix="genwidget-sandbox-media"),
        )

    def stop(self) -> None:
        """End what is under way, close everything, and remove temporary data. Stopping twice does nothing."""
        if self._service is None:
            return
        self.faults.set_over(True)
        if self._thread is None or self._loop is None:
            in_process.stop(self._service.origin)
            self._service.stopping.set()
        else:
            self._loop.call_soon_threadsafe(self._service.stopping.set)
            self._thread.join(_STOP_TIMEOUT_S)
        self._service.media_pool.shutdown(wait=True, cancel_futures=True)
        self._service.store.close()
        if self._temporary is not None:
            self._temporary.cleanup()
        self._thread = self._service = self._server = self._loop = self._temporary = None

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def _running(self) -> Service:
        if self._service is None:
            raise RuntimeError("The sandbox does not run. Start it: sandbox.start(), or with Sandbox() as sandbox:")
        return self._service

    @property
    def url(self) -> str:
        """The origin to use as base URL, such as ``http://127.0.0.1:8765``."""
        return self._running.origin

    @property
    def requests(self) -> list[ReceivedRequest]:
        """What was received, oldest first, without keys."""
        return received(self._running.store)

    @property
    def generations(self) -> list[dict[str, Any]]:
        """The records of all generations of all accounts as of now, oldest first."""
        service = self._running
        now_ms = service.now_ms()
        with service.store.transaction() as db:
            credit.settle(db, now_ms)
            rows = db.execute("SELECT * FROM generations ORDER BY seq").fetchall()
            return [generations.record_at(db, row, now_ms, service.origin) for row in rows]

    @property
    def credits(self) -> float:
        """The balance of the account of :data:`API_KEY`."""
        service = self._running
        with service.store.transaction() as db:
            return credit.to_credits(credit.balance(db, MAIN_ACCOUNT.account_id, service.now_ms()))

    @property
    def credit_events(self) -> list[dict[str, Any]]:
        """Every reservation, charge, refund and addition, oldest first; amounts are credits."""
        service = self._running
        with service.store.transaction() as db:
            credit.settle(db, service.now_ms())
            rows = db.execute("SELECT * FROM credit_events ORDER BY event_id").fetchall()
        return [{**dict(row), "amount": credit.to_credits(row["amount"])} for row in rows]

    def add_credits(self, amount: float) -> None:
        """Give the account of :data:`API_KEY` more credits.

        Raises:
            TypeError, ValueError: it is no number, or not above 0.
        """
        ABOVE_0.check("amount", amount)
        service = self._running
        with service.store.transaction() as db:
            credit.add(db, MAIN_ACCOUNT.account_id, thousandths(amount), service.now_ms())
