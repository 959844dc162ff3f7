"""Connections that are kept open: which exchange gets which, and when one is closed."""

import asyncio
import contextlib
import ssl
import sys
import threading
from collections import Counter
from importlib.metadata import version

import httpcore
import httpx
import pytest

from genwidget.api import connections as connections_module
from genwidget.api import environment
from genwidget.api.download import download
from genwidget.api.input_files import upload
from genwidget.api.regions import Target
from genwidget.api.senders import CONNECTIONS
from genwidget.api.transport import Call, Transport
from genwidget.errors import ConnectionClosed, ConnectionFailed, ResponseTooLarge
from genwidget.io_thread import THREAD_NAME, IoThread
from genwidget.settings import Settings
from tests.listening import listening

pytestmark = pytest.mark.anyio

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Host:
    """Answers each request, and counts what comes on which connection.

    Attributes:
        requests: how many came on each connection, in the order in which those were made.
        closed: how many connections are over.
    """

    def __init__(self):
        self.requests = []
        self.closed = 0
        self.ends_after_reply = False
        self.is_let_go = asyncio.Event()
        self.is_let_go.set()
        self.came = asyncio.Condition()

    async def __call__(self, reader, writer):
        mine = len(self.requests)
        self.requests.append(0)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.requests[mine] += 1
                await self._tell()
                await self.is_let_go.wait()
                writer.write(REPLY)
                if self.ends_after_reply:
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.closed += 1
        await self._tell()

    async def _tell(self):
        async with self.came:
            self.came.notify_all()

    async def wait_until(self, holds):
        async with self.came:
            await asyncio.wait_for(self.came.wait_for(holds), 30)


@contextlib.asynccontextmanager
async def serving():
    one = Host()
    async with listening(one) as one.url:
        yield one
        await one.wait_until(lambda: one.closed == len(one.requests))


@pytest.fixture
async def host():
    async with serving() as one:
        yield one


@pytest.fixture
async def transport(host):
    one = Transport(Settings())
    yield one
    await one.aclose()


async def ask(transport, host):
    return (await transport.exchange(Call("GET", f"http://{host.url}/"))).status_code


async def test_one_request_after_the_other_takes_the_same_connection(host, transport):
    assert [await ask(transport, host) for _ in range(5)] == [200] * 5
    assert host.requests == [5]


async def test_requests_at_once_take_a_connection_each_and_no_more_are_opened_than_may_be(host, transport):
    for _ in range(2):
        assert await asyncio.gather(*(ask(transport, host) for _ in range(100))) == [200] * 100
    assert len(host.requests) <= CONNECTIONS
    assert sum(host.requests) == 200


async def test_hosts_do_not_share_connections(host, transport):
    async with serving() as other:
        for one in (host, other, host, other):
            assert await ask(transport, one) == 200
        assert (host.requests, other.requests) == ([2], [2])
        await transport.aclose()


async def test_a_connection_that_the_host_has_closed_is_not_used_again(host, transport):
    host.ends_after_reply = True
    for _ in range(3):
        reply = await transport.exchange(Call("GET", f"http://{host.url}/"))
        assert (reply.status_code, reply.phases.reused) == (200, False)
        await until_readable(transport)
    assert host.requests == [1, 1, 1]


async def until_readable(transport):
    """Wait until the end that the host gave the connection has come here."""
    (idle,) = connections_of(transport)._idle
    while not idle.connection.has_expired():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)


def connections_of(transport):
    sender = transport._senders()._senders.get(True)
    return sender and sender.aclose.__self__


async def test_a_connection_that_had_no_request_for_long_is_closed(host, transport, monkeypatch):
    monkeypatch.setattr(connections_module, "KEEP_ALIVE_S", -1.0)
    assert [await ask(transport, host) for _ in range(3)] == [200] * 3
    await host.wait_until(lambda: host.closed == 2)
    assert host.requests == [1, 1, 1]
    assert len(connections_of(transport)._open) == 1


async def test_a_request_that_is_given_up_closes_its_connection_and_no_other(host, transport):
    assert await ask(transport, host) == 200
    host.is_let_go.clear()
    calls = [asyncio.create_task(ask(transport, host)) for _ in range(2)]
    await host.wait_until(lambda: sum(host.requests) == 3)
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    host.is_let_go.set()
    assert await calls[1] == 200
    await host.wait_until(lambda: host.closed == 1)
    assert len(connections_of(transport)._open) == len(connections_of(transport)._idle) == 1


@pytest.mark.skipif(
    tuple(map(int, version("anyio").split(".")[:2])) < (4, 16),
    reason="before 4.16 anyio leaves a connection that is given up while it is made to the garbage collector",
)
async def test_a_request_that_is_given_up_at_any_moment_leaves_no_connection_open(host):
    answered = 0
    for turns in range(60):
        transport = Transport(Settings())
        call = asyncio.create_task(ask(transport, host))
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            answered += await call == 200
        assert not connections_of(transport) or connections_of(transport)._open <= {
            one.connection for one in connections_of(transport)._idle
        }
        await transport.aclose()
    assert answered


async def test_a_request_that_is_given_up_in_the_handshake_leaves_no_connection_open(transport):
    came, ended = asyncio.Event(), asyncio.Event()

    async def says_nothing(reader, _writer):
        await reader.read(1)
        came.set()
        while await reader.read(4096):
            pass
        ended.set()

    async with listening(says_nothing) as url:
        call = asyncio.create_task(transport.exchange(Call("GET", f"https://{url}/")))
        await asyncio.wait_for(came.wait(), 30)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(ended.wait(), 30)


async def test_a_body_that_is_not_read_to_its_end_closes_its_connection(host, transport, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "REPLY", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"x" * 99)
    small = Transport(Settings(max_response_bytes=50))
    with pytest.raises(ResponseTooLarge):
        await small.exchange(Call("GET", f"http://{host.url}/"))
    await host.wait_until(lambda: host.closed == 1)
    assert not connections_of(small)._open
    await small.aclose()


async def test_closing_closes_connections_with_a_request_too(host, transport):
    host.is_let_go.clear()
    call = asyncio.create_task(ask(transport, host))
    await host.wait_until(lambda: host.requests == [1])
    await transport.aclose()
    host.is_let_go.set()
    with pytest.raises(ConnectionClosed):
        await call
    await host.wait_until(lambda: host.closed == 1)


async def test_nothing_stays_of_a_host_that_cannot_be_reached(transport):
    async with listening(lambda *_: None) as url:
        pass
    with pytest.raises(ConnectionFailed):
        await transport.exchange(Call("GET", f"http://{url}/"))
    assert not connections_of(transport)._open


async def test_an_exchange_looks_at_its_own_connection_alone(host, transport, monkeypatch):
    """httpx's pool looks at each of them, twice for each request."""
    looks = Counter()
    has_expired = httpcore.AsyncHTTPConnection.has_expired

    def counted(self):
        looks["at a connection"] += 1
        return has_expired(self)

    monkeypatch.setattr(httpcore.AsyncHTTPConnection, "has_expired", counted)
    await asyncio.gather(*(ask(transport, host) for _ in range(200)))
    assert looks["at a connection"] <= 200


async def test_a_link_of_another_scheme_is_refused(transport):
    with pytest.raises(ConnectionFailed):
        await transport.exchange(Call("GET", "ftp://127.0.0.1/"))


def test_each_error_of_a_connection_has_one_of_httpx_of_its_name():
    found = [
        one for one in vars(httpcore).values() if isinstance(one, type) and issubclass(one, connections_module._ERRORS)
    ]
    assert len(found) > 8
    for one in found:
        error = connections_module._of_httpx(one("why"))
        assert (type(error).__name__, str(error)) == (one.__name__, "why")
        assert isinstance(error, httpx.TransportError)


NOWHERE = "https://127.0.0.1:9"
SANDBOX = Target("sandbox", "http://127.0.0.1:9", "http://127.0.0.1:9", is_own_origin=True)


async def call(url):
    transport = Transport(Settings(max_tries=1))
    try:
        await transport.exchange(Call("GET", url))
    finally:
        await transport.aclose()


WAYS = {
    "a call": lambda: call(NOWHERE),
    "a call through a proxy": lambda: call("https://api.invalid"),
    "a download": lambda: download(f"{SANDBOX.api_url}/a.png", SANDBOX, Settings()),
    "an upload": lambda: upload(b"\x89PNG\r\n\x1a\n", SANDBOX, Settings()),
}


@pytest.mark.parametrize("way", WAYS)
def test_whom_to_trust_is_read_by_a_worker_and_not_where_all_requests_wait(monkeypatch, way):
    if "proxy" in way:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    threads, create = [], ssl.create_default_context

    def noted(*arguments, **keywords):
        threads.append(threading.current_thread().name)
        return create(*arguments, **keywords)

    monkeypatch.setattr(ssl, "create_default_context", noted)
    environment._trusted_once.cache_clear()
    thread = IoThread()
    try:
        with pytest.raises(ConnectionFailed):
            thread.submit(WAYS[way]()).result(60)
    finally:
        thread.close()
    assert threads
    assert THREAD_NAME not in threads
