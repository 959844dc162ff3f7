"""Connections that end at any moment of a request, plain, in TLS and through a proxy: what is told, and what is known.

The TLS here has no certificates (anonymous Diffie-Hellman): which ones are trusted is httpx's part.
"""

import asyncio
import contextlib
import socket
import ssl
import struct

import httpx
import pytest

from genwidget.api.client import Client
from genwidget.api.download import download
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.errors import ConnectionClosed, ConnectionFailed, RequestTimedOut, ResponseIncomplete, RunLost
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.settings import Settings
from tests.listening import listening

pytestmark = pytest.mark.anyio

PROMPT = {"generation_prompt": "A seal"}
UNREACHED = (ConnectionFailed, "Could not reach {host}", False)
UNANSWERED = (ConnectionClosed, "{host} closed the connection without a response", True)
BROKEN_OFF = (ResponseIncomplete, "{host} closed the connection before the response was complete", True)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"

#: Whether the request is read, what is written then, how the connection ends, and what is told.
ENDS = {
    "closed at once": (False, b"", "closed", UNANSWERED),
    "reset at once": (False, b"", "reset", UNANSWERED),
    "closed after the request": (True, b"", "closed", UNANSWERED),
    "reset after the request": (True, b"", "reset", UNANSWERED),
    "closed in the status line": (True, b"HTTP/1.1", "closed", BROKEN_OFF),
    "closed in the head": (True, HEAD[:-2], "closed", BROKEN_OFF),
    "closed in the body": (True, HEAD + b"{", "closed", BROKEN_OFF),
}
#: What a proxy answers to CONNECT before it closes; None: it says nothing and keeps the connection.
PROXIES = {
    "refuses": (b"HTTP/1.1 403 Forbidden\r\n\r\n", UNREACHED),
    "cannot reach it": (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", UNREACHED),
    "asks who is there": (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", UNREACHED),
    "closes": (b"", UNREACHED),
    "closes in its answer": (b"HTTP/1.1 200 Con", UNREACHED),
    "talks no HTTP": (b"hello", UNREACHED),
    "closes the tunnel": (b"HTTP/1.1 200 Connection established\r\n\r\n", UNREACHED),
    "says nothing": (None, UNREACHED),
}


def anonymous(side):
    context = ssl.SSLContext(side)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context


def ending(is_read, content, how):
    async def handle(reader, writer):
        if is_read:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(content)
        await writer.drain()
        if how == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    return handle


async def told(host, scheme="http", post_timeout_s=10.0, **transport):
    """Return what a paid POST to a host is told: the class, the sentence, whether it may have started, what to do."""
    verified = httpx.AsyncHTTPTransport(verify=anonymous(ssl.PROTOCOL_TLS_CLIENT), **transport)
    settings = Settings(max_tries=1, post_timeout_s=post_timeout_s)
    async with Client(key="bye_test", base_url=f"{scheme}://{host}", settings=settings, transport=verified) as client:
        with pytest.raises((ConnectionFailed, RequestTimedOut)) as caught:
            await client.generate("bfl/flux-schnell", PROMPT)
    error = caught.value
    step = error.next_step.removeprefix(getattr(error, "why", "")).lstrip()
    return (type(error), str(error), error.may_have_started), step.partition(",")[0]


def target_of(host):
    return Target("us", f"http://{host}", f"http://{host}", is_own_origin=True)


def expected(end, host):
    kind, sentence, may_have_started = end
    step = "No readable answer came" if may_have_started else "Nothing was sent."
    return (kind, sentence.format(host=host), may_have_started), step


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", ENDS)
async def test_a_connection_that_ends_is_told_by_the_moment_of_its_end(name, scheme):
    *how, end = ENDS[name]
    tls = anonymous(ssl.PROTOCOL_TLS_SERVER) if scheme == "https" else None
    async with listening(ending(*how), tls) as host:
        assert await told(host, scheme) == expected(end, host)


async def test_one_that_ends_in_the_handshake_has_sent_nothing():
    async with listening(ending(is_read=False, content=b"", how="closed")) as host:
        assert await told(host, "https") == expected(UNREACHED, host)


async def test_a_request_that_may_have_arrived_stays_so_where_the_next_try_reaches_nobody():
    async def once(reader, writer):
        server.close()
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = Settings(retry_first_s=0.001, retry_max_s=0.001)
    async with Client(key="bye_test", base_url=f"http://{host}", settings=settings) as client:
        with pytest.raises(ConnectionFailed) as caught:
            await client.generate("bfl/flux-schnell", PROMPT)
    assert (str(caught.value), caught.value.may_have_started) == (f"Could not reach {host}", True)


@pytest.mark.parametrize("name", PROXIES)
async def test_what_a_proxy_says_is_no_answer_of_the_host(name):
    answer, end = PROXIES[name]

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer or b"")
        await writer.drain()
        await reader.read(0 if answer is not None else -1)

    async with listening(handle) as proxy:
        limit_s = 0.5 if answer is None else 10.0
        found = await told("api.example", "https", limit_s, proxy=f"http://{proxy}")
    assert found == expected(end, "api.example")


async def test_a_host_behind_a_proxy_that_closes_without_an_answer_has_said_nothing():
    tls = anonymous(ssl.PROTOCOL_TLS_SERVER)

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PROXIES["closes the tunnel"][0])
        await writer.start_tls(tls)
        await reader.readuntil(b"\r\n\r\n")

    async with listening(handle) as proxy:
        assert await told("api.example", "https", proxy=f"http://{proxy}") == expected(UNANSWERED, "api.example")


@pytest.mark.parametrize("name", ENDS)
async def test_an_output_that_met_it_is_told_alike(name):
    *how, (kind, sentence, _) = ENDS[name]
    async with listening(ending(*how)) as host:
        with pytest.raises(ConnectionFailed) as caught:
            await download(f"http://{host}/1.png", target_of(host), Settings())
    assert (type(caught.value), str(caught.value)) == (kind, sentence.format(host=host))


@pytest.mark.parametrize("name", ENDS)
def test_a_run_that_met_it_is_lost_and_says_so_after_a_restart_too(name, tmp_path):
    *how, (_, sentence, _) = ENDS[name]
    thread, opened = IoThread(), contextlib.AsyncExitStack()

    async def open_it():
        return await opened.enter_async_context(listening(ending(*how)))

    host = thread.submit(open_it()).result()
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", PROMPT)
    runner = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    with pytest.raises(RunLost) as caught:
        runner.start(request, target_of(host), ApiKey("bye_test"), Settings(max_tries=1)).wait(30)
    runner.close()
    later = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    (row,) = later.ledger.rows()
    again = later.restore(row)
    assert str(caught.value) == again.error.message == sentence.format(host=host)
    assert (again.state, again.error.may_have_started) == ("lost", True)
    later.close()
    thread.submit(opened.aclose()).result()
    thread.close()
