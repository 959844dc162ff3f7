"""Fetching outputs: from public addresses or the own origin alone, never with the API key.

A record's links are a server's text. One that points inside this machine's network would let whoever wrote it read
there, so each address is looked up here, checked, and then connected to as checked; each redirect is checked anew.
"""

import asyncio
import socket
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from genwidget.api.addresses import is_public
from genwidget.api.environment import open_client, trusted_always
from genwidget.api.media_types import Fetched, sniff
from genwidget.api.regions import Target, is_loopback, own_transport
from genwidget.api.response_body import BodyEncoded, BodyTooLarge, read_body
from genwidget.api.responses import FIRST_SERVER_STATUS, TOO_MANY_REQUESTS
from genwidget.api.transport import HTTP_ERRORS, USER_AGENT, Trace, failure_of
from genwidget.errors import ConnectionFailed, GenwidgetError, OutputUnavailable
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.text import host_of, shown

MAX_REDIRECTS: Final = 5
#: The whole time of one output, in seconds; the connection itself may be silent for no longer than any request's time.
TOTAL_TIMEOUT_S: Final = 300.0
_PORTS: Final = {"http": 80, "https": 443}
#: Beside a server's own failures: it waited too long, it will not begin so early, or it is asked too often.
_LATER: Final = frozenset({408, 425, TOO_MANY_REQUESTS})
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
        OutputUnavailable: not at a public address, gone, compressed, or past the byte limit.
        ConnectionFailed: the host could not be reached, closed the connection, or what came is not HTTP.
        RequestTimedOut: the host did not answer in time.
    """
    failure: GenwidgetError
    trace, host = Trace(time.monotonic, is_told=transport is None), ""
    try:
        async with asyncio.timeout(TOTAL_TIMEOUT_S):
            for _ in range(MAX_REDIRECTS + 1):
                parts = _split(url)
                trace, host = Trace(time.monotonic, is_told=transport is None), host_of(url)
                answer = await _fetch(parts, target, settings, transport, trace)
                if answer.location is None:
                    return Fetched(answer.content, sniff(answer.content, answer.media_type))
                url = _join(url, answer.location)
        failure = OutputUnavailable(render("output_gone", reason="too many redirects"))
    except BodyTooLarge:
        failure = OutputUnavailable(render("output_too_large", limit=f"{settings.max_output_bytes / _MIB:g} MiB"))
    except BodyEncoded as error:
        failure = OutputUnavailable(render("output_encoded", coding=error.coding))
    except HTTP_ERRORS as error:
        failure = failure_of(error, trace, host)
        failure.effect = "read"
    raise failure


async def _fetch(
    parts: SplitResult, target: Target, settings: Settings, transport: httpx.AsyncBaseTransport | None, trace: Trace
) -> _Answer:
    host = parts.hostname or ""
    is_own = target.is_own_origin and _origin(parts) == _origin(urlsplit(target.api_url))
    address = host if is_own else await _public_address(parts)
    timeout = httpx.Timeout(settings.request_timeout_s, connect=settings.connect_timeout_s)
    # Connected to the very address that was checked; the name still goes into Host and into the TLS handshake.
    named = httpx.URL(parts.geturl())
    place = named.copy_with(host=address)
    headers = {"Host": named.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
    extensions = {"sni_hostname": named.raw_host.decode("ascii"), "trace": trace}
    async with (
        open_client(
            transport=transport or own_transport(host),
            timeout=timeout,
            trust_env=not is_loopback(host),
            verify=await trusted_always(),
        ) as client,
        client.stream("GET", place, headers=headers, extensions=extensions) as response,
    ):
        trace.status_code = response.status_code
        if response.is_redirect:
            return _Answer(b"", "", response.headers.get("Location", ""))
        if not response.is_success:
            reason, may_come = render("http_status", status=response.status_code), _may_be_later(response.status_code)
            code = "file_not_now" if may_come else "output_gone"
            raise OutputUnavailable(render(code, reason=reason), may_come=may_come)
        content = await read_body(response, settings.max_output_bytes)
        return _Answer(content, response.headers.get("Content-Type", ""), None)


def _may_be_later(status_code: int) -> bool:
    """Tell whether a server that answers so may send the file later."""
    return status_code >= FIRST_SERVER_STATUS or status_code in _LATER


def _split(url: str) -> SplitResult:
    """Return the parts of a link, of a scheme, a host and a port that can be connected to.

    Raises:
        OutputUnavailable: it is no such link.
    """
    try:
        parts = urlsplit(url)
        _port(parts)
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise OutputUnavailable(render("bad_link")) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise OutputUnavailable(render("not_public", host=host_of(url)))
    return parts


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise OutputUnavailable(render("bad_link")) from None


async def _public_address(parts: SplitResult) -> str:
    """Return an address of the host, once every one of them is public."""
    host = parts.hostname or ""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ConnectionFailed(host=host_of(parts.geturl()), reason="name") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise OutputUnavailable(render("not_public", host=shown(host)))
    return addresses[0]


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, _port(parts)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)
