"""uvicorn as the sandbox needs it: on loopback, in a thread, cut off at will."""

import asyncio
import contextlib
import socket
import threading
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from genwidget.sandbox.http.connection import TRANSPORT

_START_TIMEOUT_S: Final = 20.0
_KEEP_ALIVE_S: Final = 30
_GRACEFUL_S: Final = 3
_PAUSE_S: Final = 0.002
_ACCEPT_PAUSES: Final = 3
_TICK_S: Final = 0.1  # uvicorn counts ten of them to a second


class OpenProtocol(H11Protocol):
    """uvicorn's protocol, with the connection's transport in reach of faults that must cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the application the transport."""
        super().connection_made(transport)
        application: Any = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {**scope.get("extensions", {}), TRANSPORT: transport}
            await application(scope, receive, send)

        self.app = with_transport


class Server(uvicorn.Server):
    """A uvicorn server that says when it serves, and ends as soon as it is told to."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping
        self.ready: Final = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Tick as uvicorn does, until told to stop."""
        tick = 0
        while not await self.on_tick(tick) and not self._stopping.is_set():
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything as soon as it is idle; uvicorn's own way waits in steps of a tenth of a second."""
        await self._finish_accepting()
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        state = self.server_state
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACEFUL_S):
                while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn's sets have no event
                    await asyncio.sleep(_PAUSE_S)
        for task in state.tasks:
            task.cancel()
        for connection in state.connections:
            connection.transport.abort()
        await asyncio.sleep(_PAUSE_S)

    async def _finish_accepting(self) -> None:
        """Take no more connections: asyncio leaves those open that it is taking while its server is closed."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows' own loop
            for server in self.servers:
                for listening in server.sockets:
                    loop.remove_reader(listening.fileno())
        for _ in range(_ACCEPT_PAUSES):
            await asyncio.sleep(_PAUSE_S)


def await_ready(server: Server) -> None:
    """Return once a server serves.

    Raises:
        RuntimeError: it does not come up.
    """
    if not server.ready.wait(_START_TIMEOUT_S):
        raise RuntimeError("the sandbox does not come up")


def listen(port: int) -> socket.socket:
    """Return a listening socket on loopback, on a free port for 0.

    Raises:
        OSError: the port is taken.
    """
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it each reply waits some 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(256)
    except BaseException:
        listening.close()
        raise
    return listening


def make_server(application: Any, stopping: asyncio.Event) -> Server:
    """Return a server of an ASGI application that logs no request and ends with an event."""
    config = uvicorn.Config(
        application,
        http=OpenProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    return Server(config, stopping)
