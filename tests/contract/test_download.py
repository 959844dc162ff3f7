"""Outputs are fetched from public addresses or the own origin alone, and never with the key."""

import asyncio
import socket

import httpx
import pytest

from genwidget.api.addresses import is_public
from genwidget.api.download import download
from genwidget.api.regions import Target
from genwidget.errors import ConnectionFailed, OutputUnavailable, RequestTimedOut
from genwidget.settings import Settings

pytestmark = pytest.mark.anyio

FOREIGN = Target("us", "https://api.us.babysea.ai", "https://us.babysea.ai", is_own_origin=False)
OWN = Target("us", "http://127.0.0.1:8123", "http://127.0.0.1:8123", is_own_origin=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"." * 100
PUBLIC = "93.184.215.14"


@pytest.fixture
def names(monkeypatch):
    """A resolver that knows these names and nothing else."""
    known = {"files.example": [PUBLIC], "inside.example": ["10.0.0.7"], "mixed.example": [PUBLIC, "127.0.0.1"]}

    async def look_up(_loop, host, port, **_more):
        if host not in known and not host[0].isdigit() and ":" not in host:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(None, None, None, "", (address, port)) for address in known.get(host, [host])]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    return known


@pytest.fixture
def fetch(names):
    """Download from a server that answers by URL; the requests it received are kept."""
    received = []

    async def go(url, *answers, target=FOREIGN, settings=None):
        waiting = list(answers) or [httpx.Response(200, content=PNG, headers={"Content-Type": "image/png"})]

        def handle(request):
            received.append(request)
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await download(url, target, settings or Settings(), httpx.MockTransport(handle))

    go.received = received
    return go


async def refused(fetch, url, *answers, **more):
    with pytest.raises(OutputUnavailable) as caught:
        await fetch(url, *answers, **more)
    return str(caught.value)


async def test_an_output_is_fetched_from_the_very_address_that_was_checked_and_without_the_key(fetch):
    fetched = await fetch("https://files.example/a/b.png?sig=1")
    assert (fetched.content, fetched.media_type) == (PNG, "image/png")
    (request,) = fetch.received
    assert request.url == f"https://{PUBLIC}/a/b.png?sig=1"
    assert request.headers["host"] == "files.example"
    assert request.extensions["sni_hostname"] == "files.example"
    assert {"authorization", "cookie"}.isdisjoint(request.headers)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8123/x.png", "127.0.0.1"),
        ("http://[::1]/x.png", "::1"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("https://inside.example/x.png", "inside.example"),
        ("https://mixed.example/x.png", "mixed.example"),
        ("http://[::ffff:127.0.0.1]/x.png", "::ffff:127.0.0.1"),
        ("file:///etc/passwd", ""),
        ("https://user:pass@files.example/x.png", "user:pass@files.example"),
    ],
)
async def test_what_points_inside_is_not_fetched(fetch, url, host):
    assert await refused(fetch, url) == f"Not fetched: {host} is not a public address."
    assert fetch.received == []


@pytest.mark.parametrize(("status", "may_come"), [(404, False), (410, False), (403, False), (503, True), (429, True)])
async def test_what_is_gone_is_told_from_what_may_be_sent_later(fetch, status, may_come):
    with pytest.raises(OutputUnavailable) as caught:
        await fetch("https://files.example/a.png", httpx.Response(status))
    assert caught.value.may_come is may_come
    assert ("expired" in str(caught.value)) is not may_come


async def test_the_own_origin_is_fetched_and_its_neighbour_is_not(fetch):
    assert (await fetch("http://127.0.0.1:8123/sandbox/files/1.png", target=OWN)).content == PNG
    for url in ("http://127.0.0.1:8124/1.png", "https://127.0.0.1:8123/1.png", "http://localhost:8123/1.png"):
        with pytest.raises((OutputUnavailable, ConnectionFailed)):
            await fetch(url, target=OWN)
    assert len(fetch.received) == 1


async def test_each_redirect_is_checked_anew(fetch):
    away = httpx.Response(302, headers={"Location": "http://inside.example/secret"})
    assert await refused(fetch, "https://files.example/a.png", away) == (
        "Not fetched: inside.example is not a public address."
    )
    assert [one.headers["host"] for one in fetch.received] == ["files.example"]


async def test_a_redirect_within_the_public_net_is_followed(fetch):
    away = httpx.Response(302, headers={"Location": "/b.png"})
    fetched = await fetch("https://files.example/a.png", away, httpx.Response(200, content=PNG))
    assert fetched.content == PNG
    assert [one.url.path for one in fetch.received] == ["/a.png", "/b.png"]


async def test_a_circle_of_redirects_ends(fetch):
    away = httpx.Response(302, headers={"Location": "/a.png"})
    assert await refused(fetch, "https://files.example/a.png", away) == (
        "This output can no longer be fetched (too many redirects). Its link may have expired."
    )
    assert len(fetch.received) == 6


async def test_an_expired_link_says_so(fetch):
    assert await refused(fetch, "https://files.example/a.png", httpx.Response(403)) == (
        "This output can no longer be fetched (HTTP 403). Its link may have expired."
    )


async def test_a_file_past_the_limit_is_not_read_to_its_end(fetch):
    read = []

    async def body():
        for _ in range(100):
            read.append(1)
            yield b"x" * 1024 * 1024

    limit = Settings(max_output_bytes=2 * 1024 * 1024)
    sentence = "Not fetched: the file is larger than 2 MiB."
    answer = httpx.Response(200, content=body())
    assert await refused(fetch, "https://files.example/a.mp4", answer, settings=limit) == sentence
    assert len(read) == 3
    answer = httpx.Response(200, headers={"Content-Length": str(2**22)}, content=body())
    assert await refused(fetch, "https://files.example/a.mp4", answer, settings=limit) == sentence


async def test_a_host_that_cannot_be_found_or_reached_is_named(fetch):
    for url, answers in (
        ("https://nowhere.example/a.png", ()),
        ("https://files.example/a.png", (httpx.ConnectError("no"),)),
    ):
        with pytest.raises(ConnectionFailed) as caught:
            await fetch(url, *answers)
        assert str(caught.value) == f"Could not reach {url.split('/')[2]}"
    with pytest.raises(RequestTimedOut):
        await fetch("https://files.example/a.png", httpx.ReadTimeout("slow"))


@pytest.mark.parametrize(
    ("content", "declared", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "text/html", "image/jpeg"),
        (b"RIFF0000WEBPVP8 ", "", "image/webp"),
        (b"\x00\x00\x00\x20ftypisom", "", "video/mp4"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "application/octet-stream"),
        (b"<html>", "text/html", "application/octet-stream"),
        (b"something", "image/avif; q=1", "image/avif"),
    ],
)
async def test_what_a_file_is_is_told_by_its_bytes_and_never_by_a_script_type(fetch, content, declared, media_type):
    answer = httpx.Response(200, content=content, headers={"Content-Type": declared})
    assert (await fetch("https://files.example/a", answer)).media_type == media_type


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "93.184.215.14"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address) is True


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "192.0.2.1", "nonsense"),
    ],
)
def test_no_other_address_is(address):
    assert is_public(address) is False
