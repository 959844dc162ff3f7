"""One HTTP exchange: bounded in time and bytes, timed by phase, free of the key. The one place that knows httpx.

Errors raised here have no cause and no context: an httpx traceback holds the headers that were sent.
"""

import asyncio
import contextvars
import errno
import random
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from genwidget.api.http_response import HttpResponse, Phases
from genwidget.api.keys import ApiKey
from genwidget.api.masking import guard_loggers, mask, mask_bytes
from genwidget.api.regions import is_loopback, own_transport
from genwidget.api.response_body import BodyEncoded, BodyTooLarge, read_body
from genwidget.errors import (
    ConnectionClosed,
    ConnectionFailed,
    Effect,
    InvalidHttpResponse,
    RequestTimedOut,
    ResponseEncoded,
    ResponseIncomplete,
    ResponseTooLarge,
    TransportError,
    Unreached,
    WrongKey,
)
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.text import host_of

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Where time comes from: tests give a clock of their own and never sleep.

    Attributes:
        clock: seconds that only grow; a laptop's sleep does not count.
        sleep: waits that many seconds.
        jitter: uniform in [0, 1).
        now: Unix time in seconds.
    """

    clock: Clock = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    now: Clock = time.time


#: How many requests are under way at once, to this machine and to others each: httpx has as many connections. Nothing
#: waits in httpx's own pool, which is searched through at each event, and where the time limits of what waits run on.
CONNECTIONS: Final = 32
USER_AGENT: Final = f"genwidget/{version('genwidget')}"
#: The system has no way to the address.
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
#: What httpx and the network raise while a request is sent and its response is read.
HTTP_ERRORS: Final = (TimeoutError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
_NEVER_CONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_OF_REQUEST: Final = ("send_request_", "receive_response_")
_CONNECTED: Final = frozenset({"connect_tcp.complete", "start_tls.complete"})
#: How httpcore and h11 begin to tell of a connection that was closed; of all else they tell by what breaks HTTP.
_CLOSED: Final = ("Server disconnected", "peer closed connection")
_HTTP: Final = b"HTTP/"


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent once. ``is_post`` tells whether it may have an effect at the API."""

    method: str
    url: str
    key: ApiKey | None = None
    content: bytes | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    timeout_s: float = 30.0

    @property
    def is_post(self) -> bool:
        """Tell whether a second one may have a second effect."""
        return self.method == "POST"

    @property
    def effect(self) -> Effect:
        """What it does at the API."""
        if self.method == "GET":
            return "read"
        return "change" if self.idempotency_key is None else "run"


class Transport:
    """The connections of one event loop, kept open between exchanges."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.settings = settings
        self.timing = timing or Timing()
        #: Hosts whose status helper gave an odd answer, and is not asked again.
        self.silent_helpers: set[str] = set()
        #: How often in a row a helper failed.
        self.helper_failures: dict[str, int] = {}
        self._transport = transport
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._places = {is_own: asyncio.Semaphore(CONNECTIONS) for is_own in (True, False)}
        guard_loggers()

    async def exchange(self, call: Call) -> HttpResponse:
        """Send once and read the answer. Redirects are answers, and are not followed.

        Raises:
            ConnectionFailed: no connection; nothing was sent.
            ConnectionClosed: closed or reset without an answer, or in the middle of it (ResponseIncomplete).
            InvalidHttpResponse: what came is not HTTP.
            RequestTimedOut: ``call.timeout_s`` passed, counted over the whole exchange, once there is a connection.
            ResponseTooLarge: the body passed the limit; reading stopped there.
            ResponseEncoded: a 2xx whose body is compressed. Any other status is an answer by itself, without a body.
            WrongKey: the key is not bound to the origin of the URL; nothing was sent.
        """
        trace = Trace(self.timing.clock, is_told=self._transport is None)
        failure: TransportError
        try:
            async with self._places[_is_own(call.url)], asyncio.timeout(call.timeout_s):
                return await self._send(call, trace)
        except BodyTooLarge:
            failure = ResponseTooLarge(may_have_started=True, status_code=trace.status_code)
        except BodyEncoded as error:
            host = host_of(call.url)
            failure = ResponseEncoded(
                host=host, coding=error.coding, may_have_started=True, status_code=trace.status_code
            )
        except HTTP_ERRORS as error:
            failure = failure_of(error, trace, host_of(call.url))
            failure.add_note(mask(f"{type(error).__name__}: {error}"))
        except BaseException as error:  # noqa: BLE001 - it goes on, without the frames in which the header is
            raise _bare(error) from None
        failure.effect = call.effect
        raise failure

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def _send(self, call: Call, trace: "Trace") -> HttpResponse:
        client = self._client_for(call.url)
        request = client.build_request(
            call.method, call.url, headers=self._headers(call), content=call.content, extensions={"trace": trace}
        )
        if call.key is not None and not _is_of(call.key, request.url):
            raise WrongKey(render("key_of_other_host", locked=call.key.origin, wanted=request.url.netloc.decode()))
        auth = _Bearer(call.key) if call.key is not None else None
        began = self.timing.clock()
        response = await client.send(request, stream=True, auth=auth, follow_redirects=False)
        try:
            trace.status_code = response.status_code
            content = await self._read(response)
        finally:
            await response.aclose()
        ended = self.timing.clock()
        return HttpResponse(
            status_code=response.status_code,
            content=mask_bytes(content),
            headers=_headers_of(response),
            latency_ms=round((ended - began) * 1000),
            phases=trace.phases(),
            effect=call.effect,
        )

    async def _read(self, response: httpx.Response) -> bytes:
        try:
            return await read_body(response, self.settings.max_response_bytes)
        except BodyEncoded:
            if response.is_success:
                raise
            return b""

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        if call.idempotency_key is not None:
            headers["Idempotency-Key"] = call.idempotency_key
        return headers

    def _client_for(self, url: str) -> httpx.AsyncClient:
        """Return the client for a host: a proxy of the environment must not swallow what runs on this machine."""
        is_own = _is_own(url)
        if is_own not in self._clients:
            timeout = httpx.Timeout(None, connect=self.settings.connect_timeout_s)
            self._clients[is_own] = httpx.AsyncClient(
                transport=self._transport or own_transport(urlsplit(url).hostname or ""),
                trust_env=not is_own,
                timeout=timeout,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
        return self._clients[is_own]


class _Bearer(httpx.Auth):
    """Puts the key into its one header, at the last moment; httpx masks that header wherever it prints headers."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


def _is_own(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """Return the headers by name in lower case, free of keys; masked before that, since a key has both cases."""
    names = {mask(name.decode("latin-1")).lower(): name.decode("latin-1") for name, _ in response.headers.raw}
    return {name: mask(response.headers[own]) for name, own in names.items()}


def _bare(error: BaseException) -> BaseException:
    """Return an exception without its frames and causes: those of httpx hold the headers that were sent."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _is_of(key: ApiKey, url: httpx.URL) -> bool:
    """Tell whether a key may go to a URL, both as httpx reads them, since that is where it connects."""
    own = httpx.URL(key.origin or "")
    return (own.scheme, own.host, own.port) == (url.scheme, url.host, url.port)


class Trace:
    """Listens to httpx's own events: when each phase began and ended, whether a byte has left, and how many came."""

    def __init__(self, clock: Clock, *, is_told: bool) -> None:
        self._clock = clock
        self._is_told = is_told  # a transport that was given may tell nothing; then a byte must be taken to have left
        self._at: dict[str, float] = {}
        self._is_tunnel = False
        self.status_code: int | None = None
        #: The first bytes of the response, as many as tell whether it is HTTP.
        self.first_bytes = b""

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        """Take one event, as the ``trace`` extension of httpx sends it."""
        event = name.partition(".")[2]
        _LISTENING.set(self)
        if event == "send_request_headers.started":
            # A proxy is asked for a tunnel first. What is said there is neither the request nor its answer.
            self._is_tunnel, self.first_bytes = info["request"].method == b"CONNECT", b""
        if not (self._is_tunnel and event.startswith(_OF_REQUEST)):
            self._at.setdefault(event, self._clock())
        if event in _CONNECTED:
            _listen_to(info["return_value"])

    @property
    def has_left(self) -> bool:
        """Tell whether a byte of the request may have reached the other side."""
        if not self._at and not self._is_told:
            return True
        return any(name.startswith("send_request_headers") for name in self._at)

    def phases(self) -> Phases:
        """Return how long each phase of the exchange took."""
        return Phases(
            connect_ms=self._between("connect_tcp.started", "connect_tcp.complete"),
            tls_ms=self._between("start_tls.started", "start_tls.complete"),
            send_ms=self._between("send_request_headers.started", "send_request_body.complete"),
            first_byte_ms=self._between("send_request_body.complete", "receive_response_headers.complete"),
            body_ms=self._between("receive_response_body.started", "receive_response_body.complete"),
            reused=bool(self._at) and "connect_tcp.started" not in self._at,
        )

    def _between(self, start: str, end: str) -> int | None:
        if start not in self._at or end not in self._at:
            return None
        return round((self._at[end] - self._at[start]) * 1000)


#: The exchange that reads in this task: a connection outlives the exchange that opened it.
_LISTENING: Final[contextvars.ContextVar[Trace | None]] = contextvars.ContextVar("_LISTENING", default=None)


def _listen_to(stream: Any) -> None:
    """Note the first bytes that come, whoever reads: httpx says the same of a closed connection and of rubbish."""
    read = stream.read

    async def read_and_note(*arguments: Any, **keywords: Any) -> bytes:
        part: bytes = await read(*arguments, **keywords)
        trace = _LISTENING.get()
        if trace is not None:
            trace.first_bytes = (trace.first_bytes + part[: len(_HTTP)])[: len(_HTTP)]
        return part

    stream.read = read_and_note


def failure_of(error: Exception, trace: Trace, host: str) -> TransportError:
    """Return what an exception of :data:`HTTP_ERRORS` means for the exchange with ``host`` that met it."""
    has_left = trace.has_left and not isinstance(error, _NEVER_CONNECTED)
    more: dict[str, Any] = {"may_have_started": has_left, "status_code": trace.status_code}
    if not has_left:
        return ConnectionFailed(host=host, reason=reason_of(error), **more)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return RequestTimedOut(**more)
    is_begun = trace.status_code is not None or trace.first_bytes == _HTTP
    is_closed = not isinstance(error, httpx.RemoteProtocolError) or str(error).startswith(_CLOSED)
    if not is_closed or (trace.first_bytes and not is_begun):
        return InvalidHttpResponse(host=host, **more)
    return (ResponseIncomplete if is_begun else ConnectionClosed)(host=host, **more)


def reason_of(error: BaseException) -> Unreached:
    """Return why no connection was made, as far as the errors that led to this one tell."""
    for one in _causes(error):
        if isinstance(one, TimeoutError | httpx.TimeoutException):
            return "timed_out"
        if isinstance(one, socket.gaierror):
            return "name"
        if isinstance(one, ssl.SSLError):
            return "certificate" if isinstance(one, ssl.SSLCertVerificationError) else "tls"
        if isinstance(one, ConnectionRefusedError):
            return "refused"
        if isinstance(one, OSError) and one.errno in _NO_ROUTE:
            return "route"
    return "other"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, each once, the groups of several attempts opened."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*getattr(one, "exceptions", ()), *filter(None, (one.__cause__, one.__context__))]
