"""What sends the requests of one event loop: the places for those under way, and the connections."""

import asyncio
import functools
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.parse import urlsplit

import httpx

from genwidget.api.connections import Connections
from genwidget.api.environment import has_proxy, open_client
from genwidget.api.regions import is_loopback, own_transport

#: How many requests are under way at once, to this machine and to others each: httpx has as many connections. Nothing
#: waits in httpx's own pool, which is searched through at each event, and where the time limits of what waits run on.
CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Sender:
    """What sends one request, follows no redirect and keeps no cookie."""

    send: Callable[[httpx.Request], Awaitable[httpx.Response]]
    aclose: Callable[[], Awaitable[None]]


class Senders:
    """What sends in one event loop, and closed with it where not before.

    Args:
        given: another httpx transport for all hosts.
    """

    def __init__(self, given: httpx.AsyncBaseTransport | None = None) -> None:
        self._given = given
        self._places = {is_own: asyncio.Semaphore(CONNECTIONS) for is_own in (True, False)}
        self._senders: dict[bool, Sender] = {}
        self._making = asyncio.Lock()
        self._end: AsyncGenerator[None] | None = None

    def place(self, url: str) -> asyncio.Semaphore:
        """Return what a request to a URL waits for."""
        return self._places[_is_own(url)]

    async def sender(self, url: str) -> Sender:
        """Return what sends to a host: a proxy of the environment must not swallow what runs on this machine.

        Raises:
            ConnectionFailed: what the environment says of proxies or certificates cannot be used.
        """
        if self._end is None:
            self._end = self._until_the_end()
            await anext(self._end)
        is_own = _is_own(url)
        async with self._making:
            if is_own not in self._senders:
                given = self._given or own_transport(urlsplit(url).hostname or "")
                if given is None and (is_own or not has_proxy()):
                    given = Connections(trust_env=not is_own)
                made = Sender(given.handle_async_request, given.aclose) if given else await asyncio.to_thread(_proxied)
                self._senders[is_own] = made
            return self._senders[is_own]

    async def aclose(self) -> None:
        """Close every connection."""
        end, self._end = self._end, None
        if end is not None:
            await end.aclose()

    async def _until_the_end(self) -> AsyncGenerator[None]:
        """Close every connection as the loop ends, which then closes its asynchronous generators, and tells so alone.

        One that was inherited by a fork is also the parent's, and left alone.
        """
        pid = os.getpid()
        try:
            yield
        finally:
            senders, self._senders, self._end = list(self._senders.values()), {}, None
            if pid == os.getpid():
                for sender in senders:
                    await sender.aclose()


def _proxied() -> Sender:
    """Return httpx's own client, which knows which proxy of the environment stands before which host. Reads files."""
    client = open_client(
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )
    return Sender(functools.partial(client.send, stream=True, follow_redirects=False), client.aclose)


def _is_own(url: str) -> bool:
    return _is_own_host(urlsplit(url).hostname or "")


@functools.lru_cache
def _is_own_host(host: str) -> bool:
    return is_loopback(host)
