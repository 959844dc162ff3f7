"""Answers that are no HTTP, or have wrong lengths: raw bytes from a socket, and what a caller is told of them."""

import asyncio
import contextlib
import socket

import pytest

from genwidget.api.client import Client
from genwidget.api.download import download
from genwidget.api.regions import Target
from genwidget.errors import (
    ConnectionClosed,
    ConnectionFailed,
    InvalidHttpResponse,
    InvalidJsonResponse,
    RequestTimedOut,
    ResponseEncoded,
    ResponseIncomplete,
    ResponseTooLarge,
)
from genwidget.settings import Settings
from tests.listening import listening

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CLOSED = (ResponseIncomplete, "{host} closed the connection before the response was complete")
UNANSWERED = (ConnectionClosed, "{host} closed the connection without a response")
NO_HTTP = (InvalidHttpResponse, "The response of {host} is not valid HTTP")
NO_JSON = (InvalidJsonResponse, "Invalid JSON response from server")
TIMED_OUT = (RequestTimedOut, "Request timed out")
TOO_LARGE = (ResponseTooLarge, "Response too large")

#: What the server writes before it closes the connection, and what is told; where it names no class, the body is read.
ANSWERS = {
    "nothing": (b"", UNANSWERED),
    "a word": (b"hello", NO_HTTP),
    "lines": (b"hello\r\nworld\r\n\r\n", NO_HTTP),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HTTP),
    "SMTP": (b"220 mail.example ESMTP\r\n", NO_HTTP),
    "a TLS alert": (b"\x15\x03\x01\x00\x02\x02\x46", NO_HTTP),
    "binary": (bytes(range(256)) * 10, NO_HTTP),
    "HTTP/0.9": (b"<html>hello</html>", NO_HTTP),
    "HTTP/2": (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", NO_HTTP),
    "a status of words": (b"HTTP/1.1 OK 200\r\n\r\n", NO_HTTP),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", NO_HTTP),
    "half a status line": (b"HTTP/1.1 20", CLOSED),
    "half a head": (OK + b"Content-Len", CLOSED),
    "a header without a colon": (OK + b"Nonsense\r\n\r\n{}", NO_HTTP),
    "a NUL in a header": (OK + b"X: a\x00b\r\n\r\n{}", NO_HTTP),
    "a header of 200 kB": (OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n{}", NO_HTTP),
    "60,000 headers": (OK + b"X: x\r\n" * 60_000 + b"\r\n{}", NO_HTTP),
    "two lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", NO_HTTP),
    "a length of words": (OK + b"Content-Length: two\r\n\r\n{}", NO_HTTP),
    "a length below zero": (OK + b"Content-Length: -2\r\n\r\n{}", NO_HTTP),
    "a length of 5,000 digits": (OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}", NO_HTTP),
    "a length of 20 digits": (OK + b"Content-Length: " + b"9" * 20 + b"\r\n\r\n{}", TOO_LARGE),
    "a length past the limit": (OK + b"Content-Length: 99999999\r\n\r\n{}", TOO_LARGE),
    "a length too long": (OK + b"Content-Length: 20\r\n\r\n{}", CLOSED),
    "a length too short": (OK + b'Content-Length: 3\r\n\r\n{"a":1}', NO_JSON),
    "a body past the limit": (OK + b"\r\n" + b" " * 2_000_000, TOO_LARGE),
    "another transfer coding": (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", NO_HTTP),
    "no chunks": (CHUNKED, CLOSED),
    "half a chunk": (CHUNKED + b"5\r\n{}", CLOSED),
    "no last chunk": (CHUNKED + b"2\r\n{}\r\n", CLOSED),
    "rubbish for a chunk": (CHUNKED + b"rubbish\r\n", NO_HTTP),
    "a chunk longer than said": (CHUNKED + b"2\r\n{}}}}}\r\n0\r\n\r\n", NO_HTTP),
    "a chunk below zero": (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", NO_HTTP),
    "a chunk of 40 digits": (CHUNKED + b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n", NO_HTTP),
    "a chunk extension of 200 kB": (CHUNKED + b"2;x=" + b"x" * 200_000 + b"\r\n{}\r\n0\r\n\r\n", NO_HTTP),
    "trailers of 200 kB": (CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X: x\r\n" * 40_000 + b"\r\n", NO_HTTP),
    "1xx alone": (b"HTTP/1.1 100 Continue\r\n\r\n" * 3, CLOSED),
    "compressed": (
        OK + b"Content-Encoding: gzip, gzip\r\n\r\nrubbish",
        (ResponseEncoded, "The response of {host} is compressed (gzip, gzip), which was not asked for"),
    ),
}


@contextlib.asynccontextmanager
async def serving(raw, *, then=None):
    """Answer each connection's first request with raw bytes, then close it; ``then`` is for all after the first."""
    answers = [raw] if then is None else [raw, then]

    async def handle(reader, writer):
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with listening(handle) as host:
        yield f"http://{host}"


def client_of(url, **settings):
    settings = {"max_tries": 1, "request_timeout_s": 5.0, "max_response_bytes": 1_000_000, **settings}
    return Client(key="bye_test", base_url=url, settings=Settings(**settings))


@pytest.mark.parametrize("name", ANSWERS)
async def test_what_came_is_told_and_the_next_request_works(name):
    raw, (kind, sentence) = ANSWERS[name]
    fine = b'{"data": {"account_id": "a", "apikey_id": "k"}}'
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(fine) + fine
    async with serving(raw, then=whole) as url, client_of(url) as client:
        with pytest.raises(kind) as caught:
            await client.status()
        assert (await client.status()).account_id == "a"
    error = caught.value
    assert type(error) is kind
    assert str(error) == sentence.format(host=url.removeprefix("http://"))
    assert error.__cause__ is error.__context__ is None


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_paid_request_that_met_it_may_have_started(name):
    raw, (kind, _) = ANSWERS[name]
    async with serving(raw) as url, client_of(url) as client:
        with pytest.raises(kind) as caught:
            await client.generate("bfl/flux-schnell", {"generation_prompt": "A seal"})
    assert caught.value.may_have_started is True


@pytest.mark.parametrize("name", [name for name in ANSWERS if ANSWERS[name][1] in (UNANSWERED, CLOSED, NO_HTTP)])
async def test_an_output_that_met_it_is_told_alike(name):
    raw, (kind, sentence) = ANSWERS[name]
    async with serving(raw) as url:
        with pytest.raises(kind) as caught:
            await download(f"{url}/1.png", Target("us", url, url, is_own_origin=True), Settings())
    assert (type(caught.value), str(caught.value)) == (kind, sentence.format(host=url.removeprefix("http://")))


async def test_a_host_where_nothing_listens_could_not_be_reached():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{one.getsockname()[1]}"
    async with client_of(f"http://{host}") as client:
        with pytest.raises(ConnectionFailed) as caught:
            await client.status()
    assert (type(caught.value), str(caught.value)) == (ConnectionFailed, f"Could not reach {host}")
    assert caught.value.may_have_started is False


async def test_rubbish_on_a_connection_that_served_before_is_told_as_rubbish():
    fine = b'{"data": {"account_id": "a", "apikey_id": "k"}}'
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(fine) + fine

    async def handle(reader, writer):
        for answer in (whole, b"hello"):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, client_of(url) as client:
        assert (await client.status()).meta.phases.reused is False
        with pytest.raises(InvalidHttpResponse):
            await client.status()


async def test_bytes_left_over_from_one_answer_are_not_taken_for_the_next():
    fine = b'{"data": {"account_id": "a", "apikey_id": "k"}}'
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(fine) + fine
    async with serving(whole + whole.replace(b'"a"', b'"b"')) as url, client_of(url) as client:
        for _ in range(3):
            assert (await client.status()).account_id == "a"


def test_every_kind_of_failure_is_in_the_table():
    assert {kind for _, (kind, _) in ANSWERS.values()} == {
        *(
            ConnectionClosed,
            ResponseIncomplete,
            InvalidHttpResponse,
            InvalidJsonResponse,
            ResponseTooLarge,
            ResponseEncoded,
        ),
    }
