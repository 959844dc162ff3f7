"""A server of raw bytes on this machine."""

import asyncio
import contextlib


@contextlib.asynccontextmanager
async def listening(handle, tls=None):
    """Serve each connection with a coroutine of its reader and writer, then close it; give the host and port."""

    async def serve(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
