"""Connections that are kept open, without httpx's pool, which looks at every connection and request at each event."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import httpcore
import httpx

from genwidget.api.environment import trusted

#: How long a connection stays open without a request, in seconds, as httpx has it.
KEEP_ALIVE_S: Final = 5.0
_ERRORS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
)


class _Backend(httpcore.AnyIOBackend):
    """Connects once, and keeps what was connected: httpcore loses it where the handshake of TLS is given up."""

    stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(self, *arguments: Any, **keywords: Any) -> httpcore.AsyncNetworkStream:
        """Connect."""
        self.stream = await super().connect_tcp(*arguments, **keywords)
        return self.stream


class _Connection(httpcore.AsyncHTTPConnection):
    """One connection, which closes whatever of it there is."""

    def __init__(self, origin: httpcore.Origin, certificates: ssl.SSLContext | None) -> None:
        self._backend = _Backend()
        super().__init__(origin, ssl_context=certificates, network_backend=self._backend)

    async def aclose(self) -> None:
        """Close it."""
        try:
            await super().aclose()
        finally:
            if self._backend.stream is not None:
                await self._backend.stream.aclose()


@dataclass(frozen=True, slots=True)
class _Idle:
    """A connection without a request, and until when it is used again."""

    origin: httpcore.Origin
    connection: _Connection
    until: float


class Connections(httpx.AsyncBaseTransport):
    """The connections of one event loop to hosts that no proxy stands before; HTTP/1.1, each for one request at a time.

    How many there are is for whoever sends to say: a request that finds none without a request opens one.

    Args:
        trust_env: whether the environment may say which certificates are trusted.
    """

    def __init__(self, *, trust_env: bool = True) -> None:
        self._trust_env = trust_env
        self._certificates: ssl.SSLContext | None = None
        self._reading = asyncio.Lock()
        self._open: set[_Connection] = set()
        #: The one that was used last stands last.
        self._idle: deque[_Idle] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its response once there are its headers.

        Raises:
            httpx.TransportError: as httpx's own transport.
        """
        url = request.url
        if url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol("The link is neither https nor http.")
        sent = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        connection = await self._take(sent.url.origin)
        try:
            response = await connection.handle_async_request(sent)
        except BaseException as error:
            await self._close(connection)  # it may have been made, and then given up before it sent anything
            if isinstance(error, _ERRORS):
                raise _of_httpx(error) from error
            raise
        body = _Body(response.stream, lambda: self._give_back(sent.url.origin, connection))
        return httpx.Response(response.status, headers=response.headers, stream=body, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        self._idle.clear()
        for connection in list(self._open):
            await self._close(connection)

    async def _take(self, origin: httpcore.Origin) -> _Connection:
        """Return an open connection, the one that was used last, or a new one."""
        now = time.monotonic()
        while self._idle and self._idle[0].until < now:
            await self._close(self._idle.popleft().connection)
        while found := next((one for one in reversed(self._idle) if one.origin == origin), None):
            self._idle.remove(found)
            if not found.connection.has_expired():
                return found.connection
            await self._close(found.connection)  # as the host has
        certificates = await self._trusted() if origin.scheme == b"https" else None
        connection = _Connection(origin, certificates)
        self._open.add(connection)
        return connection

    async def _give_back(self, origin: httpcore.Origin, connection: _Connection) -> None:
        if connection.is_idle() and connection in self._open:
            self._idle.append(_Idle(origin, connection, time.monotonic() + KEEP_ALIVE_S))
        else:
            await self._close(connection)

    async def _close(self, connection: _Connection) -> None:
        self._open.discard(connection)  # first: this too may be given up
        await connection.aclose()

    async def _trusted(self) -> ssl.SSLContext:
        async with self._reading:
            if self._certificates is None:
                self._certificates = await asyncio.to_thread(trusted, trust_env=self._trust_env)
            return self._certificates


class _Body(httpx.AsyncByteStream):
    """The body of a response; its connection is given back once it is closed."""

    def __init__(self, stream: Any, give_back: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._give_back = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except _ERRORS as error:
            raise _of_httpx(error) from error

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:  # where that is given up, the connection still stands at this request, and is of no further use
            await self._give_back()


def _of_httpx(error: Exception) -> httpx.TransportError:
    """Return the error of httpx that has the name of one of httpcore."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
    return kind(str(error))
