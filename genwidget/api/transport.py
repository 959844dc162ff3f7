"""One HTTP exchange: bounded in time and bytes, timed by phase, free of the key. The one place that knows httpx.

Errors raised here have no cause and no context: an httpx traceback holds the headers that were sent.
"""

import asyncio
import contextlib
import contextvars
import errno
import functools
import random
import socket
import ssl
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import httpx

from genwidget.api.http_response import HttpResponse, Phases
from genwidget.api.keys import ApiKey
from genwidget.api.masking import guard_loggers, mask, mask_bytes
from genwidget.api.per_loop import PerLoop
from genwidget.api.response_body import BodyEncoded, BodyTooLarge, read_body
from genwidget.api.senders import Senders
from genwidget.errors import (
    ClientClosed,
    ConnectionClosed,
    ConnectionFailed,
    Effect,
    GenwidgetError,
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
#: As httpx names them. The whole exchange has its own; a connection is given up earlier.
_NO_TIMEOUT: Final = {"connect": None, "read": None, "write": None, "pool": None}


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
    """Connections that are kept open between exchanges, those of each event loop by themselves."""

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
        self._senders = PerLoop(functools.partial(Senders, transport))
        self._is_closed = False
        guard_loggers()

    def check_open(self) -> None:
        """Do nothing where requests can still be sent.

        Raises:
            ClientClosed: the connections were closed.
        """
        if self._is_closed:
            raise ClientClosed

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
            ClientClosed: the connections were closed before; nothing was sent.
        """
        trace, senders = Trace(self.timing.clock, is_told=self._transport is None), self._senders()
        failure: TransportError
        try:
            async with senders.place(call.url), asyncio.timeout(call.timeout_s):
                return await self._send(call, trace, senders)
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
        except TransportError as error:
            failure = error
        except BaseException as error:  # noqa: BLE001 - it goes on, without the frames in which the header is
            if trace.has_left or isinstance(error, GenwidgetError) or not isinstance(error, Exception):
                raise _bare(error) from None
            # Whatever it is: a run that sent nothing has made nothing, and reserves nothing.
            failure = ConnectionFailed(host=host_of(call.url), reason="other")
            failure.add_note(mask(f"{type(error).__name__}: {error}"))
        failure.effect = call.effect
        raise failure

    async def aclose(self) -> None:
        """Close every connection, for good."""
        self._is_closed = True
        for loop, senders in self._senders.made():
            if loop is asyncio.get_running_loop():
                await senders.aclose()
            elif loop.is_running():
                with contextlib.suppress(RuntimeError):  # it has ended meanwhile, and closed them
                    loop.call_soon_threadsafe(_close_in, loop, senders)

    async def _send(self, call: Call, trace: "Trace", senders: Senders) -> HttpResponse:
        self.check_open()
        url = httpx.URL(call.url)
        if call.key is not None and not _is_of(call.key, url):
            raise WrongKey(render("key_of_other_host", locked=call.key.origin, wanted=url.netloc.decode()))
        timeout = {**_NO_TIMEOUT, "connect": self.settings.connect_timeout_s}
        extensions = {"trace": trace, "timeout": timeout}
        request = httpx.Request(
            call.method, url, headers=self._headers(call), content=call.content, extensions=extensions
        )
        if call.key is not None:
            # Into httpx's own headers and nowhere else: it masks this one wherever it prints them.
            request.headers["Authorization"] = f"Bearer {call.key.reveal()}"
        sender = await senders.sender(call.url)
        began = self.timing.clock()
        response = await sender.send(request)
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


#: Tasks that close connections in loops other than the one that asked for it.
_closing: Final[set[asyncio.Task[None]]] = set()


def _close_in(loop: asyncio.AbstractEventLoop, senders: Senders) -> None:
    task = loop.create_task(senders.aclose())
    _closing.add(task)
    task.add_done_callback(_closing.discard)


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """Return the headers by name in lower case, free of keys; masked before that, since a key has both cases."""
    raw = response.headers.raw
    whole = b"\n".join(part for header in raw for part in header)
    if whole.isascii() and mask_bytes(whole) == whole:
        headers: dict[str, str] = {}
        for name, value in ((one.decode().lower(), other.decode()) for one, other in raw):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers
    names = {mask(name.decode("latin-1")).lower(): name.decode("latin-1") for name, _ in raw}
    return {name: mask(response.headers[own]) for name, own in names.items()}


def _bare(error: BaseException) -> BaseException:
    """Return an exception without its frames and causes: those of httpx hold the headers that were sent."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _is_of(key: ApiKey, url: httpx.URL) -> bool:
    """Tell whether a key may go to a URL, both as httpx reads them, since that is where it connects."""
    return _parts_of(key.origin or "") == (url.scheme, url.host, url.port)


@functools.lru_cache
def _parts_of(origin: str) -> tuple[str, str, int | None]:
    url = httpx.URL(origin)
    return url.scheme, url.host, url.port


class Trace:
    """Listens to httpx's own events: when each phase began and ended, whether a byte has left, and how many came."""

    def __init__(self, clock: Clock, *, is_told: bool) -> None:
        self._clock = clock
        self._own = weakref.ref(self)
        self._is_told = is_told  # a transport that was given may tell nothing; then a byte must be taken to have left
        self._at: dict[str, float] = {}
        self._is_tunnel = False
        self.status_code: int | None = None
        #: The first bytes of the response, as many as tell whether it is HTTP.
        self.first_bytes = b""

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        """Take one event, as the ``trace`` extension of httpx sends it."""
        event = name.partition(".")[2]
        _LISTENING.set(self._own)
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


#: The exchange that reads in this task: a connection outlives the exchange that opened it. The context of a task may
#: live longer than the task, in timers of asyncio that were canceled.
_LISTENING: Final[contextvars.ContextVar[weakref.ref[Trace] | None]] = contextvars.ContextVar(
    "_LISTENING", default=None
)


def _listen_to(stream: Any) -> None:
    """Note the first bytes that come, whoever reads: httpx says the same of a closed connection and of rubbish."""
    read = stream.read

    async def read_and_note(*arguments: Any, **keywords: Any) -> bytes:
        part: bytes = await read(*arguments, **keywords)
        listening = _LISTENING.get()
        trace = None if listening is None else listening()
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
