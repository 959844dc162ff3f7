"""The sandbox without a socket: requests of this process go straight to the application."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any, Final

import httpx

from genwidget.sandbox.http.connection import TRANSPORT

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

#: Nothing listens there: it has to be an address of this machine, and ``genwidget sandbox`` may be given the same.
_FIRST_PORT: Final = 8765
_serving: Final[dict[str, Application]] = {}


def serve(make: Callable[[str], Application]) -> str:
    """Have an application answer requests of this process, and return the origin that it answers for.

    Args:
        make: makes the application for an origin.
    """
    origin = next(one for one in map("http://127.0.0.1:{}".format, count(_FIRST_PORT)) if one not in _serving)
    _serving[origin] = make(origin)
    return origin


def stop(origin: str) -> None:
    """Answer no more requests for an origin."""
    _serving.pop(origin, None)


class InProcessTransport(httpx.AsyncBaseTransport):
    """Carries requests to the sandboxes of this process; at any other address nobody is there."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, and tell httpx's ``trace`` extension what a connection would tell.

        Raises:
            httpx.ConnectError: no sandbox has that address.
            httpx.RemoteProtocolError: the sandbox cut the connection without a response, as a fault asked.
        """
        application = _serving.get(f"{request.url.scheme}://{request.url.netloc.decode('ascii')}")
        if application is None:
            raise httpx.ConnectError("no sandbox of this process has that address", request=request)
        trace = request.extensions.get("trace", _no_trace)
        await trace("in_process.send_request_headers.started", {"request": request})
        line = _Line(application)
        response = await httpx.ASGITransport(line.serve).handle_async_request(request)
        for event in ("send_request_body.complete", "receive_response_headers.complete"):
            await trace(f"in_process.{event}", {})
        if line.is_cut:
            response.stream = _Broken(response.stream)
        return response


class _Line:
    """One request's connection: what faults that cut it get hold of, in place of a socket's transport."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._is_begun = False
        self.is_cut = False

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """Run the application."""

        async def receive_until_cut() -> Message:
            return {"type": "http.disconnect"} if self.is_cut else await receive()

        async def send_and_note(message: Message) -> None:
            self._is_begun = True
            await send(message)

        await self._application({**scope, "extensions": {TRANSPORT: self}}, receive_until_cut, send_and_note)
        if self.is_cut and self._is_begun:  # what was written arrives, and then nothing more
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif self.is_cut:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")

    def abort(self) -> None:
        """Cut the connection."""
        self.is_cut = True

    close = abort


class _Broken(httpx.AsyncByteStream):
    """A body that ends too early."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


async def _no_trace(_name: str, _info: dict[str, Any]) -> None:
    """Tell nobody."""
