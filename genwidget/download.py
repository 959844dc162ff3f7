"""Fetching outputs: from public addresses or the own origin alone, never with the API key.

A record's links are a server's text. One that points inside this machine's network would let whoever wrote it read
there, so each address is looked up here, checked, and then connected to as checked; each redirect is checked anew.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from genwidget.errors import ConnectionFailed, GenwidgetError, OutputUnavailable, RequestTimedOut
from genwidget.messages import render
from genwidget.outputs import Fetched, sniff
from genwidget.regions import Target, is_loopback
from genwidget.settings import Settings
from genwidget.text import host_of
from genwidget.transport import USER_AGENT

MAX_REDIRECTS: Final = 5
#: The whole time of one output, in seconds; the connection itself may be silent for no longer than any request's time.
TOTAL_TIMEOUT_S: Final = 300.0
_PORTS: Final = {"http": 80, "https": 443}
_EMBEDDING: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    media_type: str
    location: str | None


async def download(
    url: str, target: Target, settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> Fetched:
    """Return the bytes of an output.

    Args:
        url: as the record gives it.
        target: whose output it is; its own origin may be fetched from even where it is not public.
        settings: the byte limit and the timeouts.
        transport: another httpx transport, for tests.

    Raises:
        OutputUnavailable: not at a public address, gone, or past the byte limit.
        ConnectionFailed: the host could not be reached.
        RequestTimedOut: the host did not answer in time.
    """
    failure: GenwidgetError
    try:
        async with asyncio.timeout(TOTAL_TIMEOUT_S):
            for _ in range(MAX_REDIRECTS + 1):
                answer = await _fetch(url, target, settings, transport)
                if answer.location is None:
                    return Fetched(answer.content, sniff(answer.content, answer.media_type))
                url = urljoin(url, answer.location)
        failure = OutputUnavailable(render("output_gone", reason="too many redirects"))
    except (TimeoutError, httpx.TimeoutException):
        failure = RequestTimedOut()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
        failure = ConnectionFailed(host=host_of(url))
    raise failure


async def _fetch(url: str, target: Target, settings: Settings, transport: httpx.AsyncBaseTransport | None) -> _Answer:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise OutputUnavailable(render("not_public", host=parts.netloc))
    is_own = target.is_own_origin and _origin(parts) == _origin(urlsplit(target.api_url))
    address = host if is_own else await _public_address(parts)
    timeout = httpx.Timeout(settings.request_timeout_s, connect=settings.connect_timeout_s)
    # Connected to the very address that was checked; the name still goes into Host and into the TLS handshake.
    place = httpx.URL(url).copy_with(host=address)
    headers = {"Host": parts.netloc, "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
    async with (
        httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=not is_loopback(host)) as client,
        client.stream("GET", place, headers=headers, extensions={"sni_hostname": host}) as response,
    ):
        if response.is_redirect:
            return _Answer(b"", "", response.headers.get("Location", ""))
        if not response.is_success:
            reason = render("http_status", status=response.status_code)
            raise OutputUnavailable(render("output_gone", reason=reason))
        content = await _read(response, settings.max_output_bytes)
        return _Answer(content, response.headers.get("Content-Type", ""), None)


async def _read(response: httpx.Response, limit: int) -> bytes:
    announced = response.headers.get("Content-Length", "")
    too_large = OutputUnavailable(render("output_too_large", limit=f"{limit / _MIB:g} MiB"))
    if announced.isdecimal() and int(announced) > limit:
        raise too_large
    parts, count = [], 0
    async for part in response.aiter_bytes():
        count += len(part)
        if count > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)


async def _public_address(parts: SplitResult) -> str:
    """Return an address of the host, once every one of them is public."""
    host = parts.hostname or ""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ConnectionFailed(host=parts.netloc) from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise OutputUnavailable(render("not_public", host=host))
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet; one that embeds another address is not."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        if one.ipv4_mapped is not None:
            return is_public(str(one.ipv4_mapped))
        if any(one in network for network in _EMBEDDING):
            return False
    return one.is_global and not one.is_multicast


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, _port(parts)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)
