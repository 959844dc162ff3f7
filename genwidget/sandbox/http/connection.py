"""Writing an answer to the socket, whole or spoiled as a fault asks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import ClientDisconnect

from genwidget.sandbox import assumptions
from genwidget.sandbox.faults.faults import Fault
from genwidget.sandbox.http.responses import Refusal, Reply

Message = MutableMapping[str, Any]

#: Where :class:`genwidget.sandbox.server.OpenProtocol` puts the connection's transport.
TRANSPORT: Final = "genwidget.api.transport"
SERVER_NAME: Final = b"genwidget-sandbox"
_DRIPS: Final = 20
_MAX_UNREAD: Final = 16 * 1024 * 1024


@dataclass(slots=True)
class Connection:
    """One request's socket."""

    scope: Message
    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    stopping: asyncio.Event
    speed: float

    async def read_body(self, limit: int) -> bytes:
        """Return the request's body.

        Raises:
            Refusal: 413, it is larger than the limit. What is too much is read and dropped, so that the answer arrives.
            ClientDisconnect: the client has gone before its end.
        """
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            part = message.get("body", b"")
            size += len(part)
            if size <= limit:
                parts.append(part)
            if not message.get("more_body", False) or size > _MAX_UNREAD:
                break
        if size > limit:
            raise Refusal(assumptions.CODE_PAYLOAD_TOO_LARGE)
        return b"".join(parts)

    async def start(self, reply: Reply, length: int | None) -> None:
        """Write the status line and the headers; without a length the body is chunked."""
        headers = {"content-type": reply.media_type, "cache-control": "no-store"}
        headers |= {name.lower(): value for name, value in reply.headers.items()}
        if length is not None:
            headers["content-length"] = str(length)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        raw.append((b"server", SERVER_NAME))
        await self.send({"type": "http.response.start", "status": reply.status, "headers": raw})

    async def write(self, part: bytes, *, more: bool) -> None:
        """Write a part of the body."""
        await self.send({"type": "http.response.body", "body": part, "more_body": more})

    async def cut(self) -> None:
        """Break the connection now, without a word, and return when it is gone."""
        self.scope["extensions"][TRANSPORT].abort()
        await self.gone()

    async def gone(self) -> None:
        """Return when the client has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def wait(self, seconds: float | None) -> bool:
        """Wait (less at a higher speed; None for ever); True if the client has gone or the server stops before."""
        early = {asyncio.ensure_future(self.gone()), asyncio.ensure_future(self.stopping.wait())}
        done, _ = await asyncio.wait(
            early, timeout=None if seconds is None else seconds / self.speed, return_when=asyncio.FIRST_COMPLETED
        )
        for task in early:
            task.cancel()
        await asyncio.gather(*early, return_exceptions=True)
        return bool(done)


async def deliver(connection: Connection, reply: Reply | None, fault: Fault | None) -> None:
    """Write an answer as a fault asks; without an answer the connection is cut, or left hanging."""
    if fault is not None and fault.kind == "hang":
        await connection.wait(None)
        await connection.cut()
    elif reply is None:
        await connection.cut()
    elif fault is not None and fault.kind == "slow_drip":
        await _drip(connection, reply, fault.duration_s)
    elif fault is not None and fault.kind == "cut_json":
        await connection.start(reply, len(reply.content))
        await connection.write(reply.content[: len(reply.content) // 2], more=True)
        await _close(connection)
    elif fault is not None and fault.kind == "oversize":
        await _oversize(connection, reply, fault.size_bytes)
    else:
        await connection.start(reply, len(reply.content))
        await connection.write(reply.content, more=False)


async def _close(connection: Connection) -> None:
    """End the connection after what was written has left."""
    connection.scope["extensions"][TRANSPORT].close()
    await connection.gone()


async def _drip(connection: Connection, reply: Reply, duration_s: float) -> None:
    content = reply.content
    step = max(1, -(-len(content) // _DRIPS))
    await connection.start(reply, len(content))
    for start in range(0, len(content), step):
        if await connection.wait(duration_s / _DRIPS):
            await connection.cut()
            return
        await connection.write(content[start : start + step], more=True)
    await connection.write(b"", more=False)


async def _oversize(connection: Connection, reply: Reply, size: int) -> None:
    """Write valid JSON of at least ``size`` bytes, in chunks, with the answer at its end."""
    await connection.start(reply, None)
    async for part in _padding(size):
        await connection.write(part, more=True)
    await connection.write(b'","answer":' + reply.content + b"}", more=False)


async def _padding(size: int) -> AsyncIterator[bytes]:
    yield b'{"padding":"'
    block = b"sea ice " * 8192
    for _ in range(-(-size // len(block))):
        yield block
        await asyncio.sleep(0)  # lets a client that has gone be noticed
