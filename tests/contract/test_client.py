"""The client as a program uses it: every endpoint, the limits of one exchange, what crosses the wire."""

import asyncio
import contextlib
import gzip
import inspect
import json
import socket

import anyio
import httpx
import pytest

from genwidget.api.blocking import BlockingClient
from genwidget.api.client import Client
from genwidget.api.http_response import RateLimit
from genwidget.api.transport import Timing
from genwidget.errors import (
    AuthenticationFailed,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DeadlinePassed,
    InsufficientCredits,
    InvalidApiKey,
    InvalidEndpointPath,
    InvalidJsonResponse,
    InvalidRequest,
    KeyNotLocked,
    NotFound,
    RateLimited,
    RequestTimedOut,
    ResponseEncoded,
    ResponseTooLarge,
    RunCanceled,
    RunFailed,
    ServerFailed,
    UnknownModel,
)
from genwidget.messages import MESSAGES
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.holding import HoldingSandbox

pytestmark = pytest.mark.anyio

PROMPT = {"generation_prompt": "A baby seal"}
URL = "https://api.example"
CREATED = {"data": {"generation_id": "g1", "generation_provider_order": ["bfl"]}}


async def at_once(_delay_s):
    await asyncio.sleep(0)


QUICK = Timing(sleep=at_once, jitter=lambda: 0.5)


@pytest.fixture(scope="module")
def sandbox():
    with HoldingSandbox(speed=50) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_old_faults(sandbox):
    yield
    sandbox.faults.clear()
    sandbox.let_go()


@pytest.fixture
async def client(sandbox):
    async with Client(key=API_KEY, base_url=sandbox.url, timing=QUICK) as one:
        yield one


def answering(*answers, **more):
    """Return a client whose server gives these answers in turn, and the requests it received."""
    received = []
    waiting = list(answers)

    def handle(request):
        received.append(request)
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, json=answer) if isinstance(answer, dict) else answer

    given = {"key": "bye_test", "base_url": URL, "timing": QUICK, **more}
    return Client(transport=httpx.MockTransport(handle), **given), received


async def test_every_endpoint_answers_with_its_own_type(client, sandbox):
    created = await client.generate("bfl/flux-schnell", PROMPT)
    final = await client.wait(created.generation_id)
    assert final.generation_status == "succeeded"
    assert final.meta.json["data"] == json.loads(final.meta.content)["data"]
    assert (await client.get_generation(created.generation_id)).generation_id == created.generation_id
    page = await client.list_generations(limit=1)
    assert (page.limit, len(page.generations)) == (1, 1)
    assert (await client.generation_status(created.generation_id)).attempts[-1].outcome == "used"
    assert (await client.estimate("bfl/flux-schnell", count=2)).cost_total_consumed == 0.01
    assert (await client.status()).apikey_prefix == API_KEY[:9]
    assert (await client.usage(days=7)).usage_period_days == 7
    assert (await client.account()).account_id == (await client.billing()).account_id
    assert (await client.library_models()).models_total == len((await client.library_models()).models)
    assert (await client.library_providers()).providers_total == 8
    assert (await client.health_providers()).service == "providers"
    assert (await client.health_models()).service == "models"
    assert (await client.health_storage()).service == "storage"
    assert (await client.health_cache()).service == "redis"
    assert (await client.delete_generation(created.generation_id)).files_deleted == 1
    sandbox.hold()
    running = await client.generate("google/veo-2", PROMPT)
    assert (await client.cancel_generation(running.generation_id)).generation_status == "canceled"


async def test_every_reply_says_who_answered_and_how_long_it_took(client):
    status = await client.status()
    assert status.meta.status_code == 200
    assert status.meta.request_id.startswith("req_")
    assert status.meta.message == "API connected successfully"
    assert status.meta.rate_limit.limit > status.meta.rate_limit.remaining
    assert status.meta.replayed is False
    assert status.meta.phases.connect_ms is not None
    again = await client.status()
    assert (again.meta.phases.reused, again.meta.phases.connect_ms) == (True, None)


async def test_a_replay_is_told_and_another_body_with_the_same_key_is_a_conflict(client):
    first = await client.generate("bfl/flux-schnell", PROMPT, idempotency_key="mine-1")
    again = await client.generate("bfl/flux-schnell", PROMPT, idempotency_key="mine-1")
    assert (first.meta.replayed, again.meta.replayed) == (False, True)
    assert first.generation_id == again.generation_id
    with pytest.raises(Conflict) as caught:
        await client.generate("bfl/flux-schnell", {"generation_prompt": "Another"}, idempotency_key="mine-1")
    assert caught.value.api_code == "BSE2015"


async def test_a_generate_sends_a_durable_key_and_the_identifier_with_a_raw_slash():
    client, received = answering(CREATED)
    await client.generate("bfl/flux-schnell", PROMPT, idempotency_key="intent:1")
    (request,) = received
    assert request.url == f"{URL}/v1/generate/image/bfl/flux-schnell"
    assert request.headers["authorization"] == "Bearer bye_test"
    assert request.headers["idempotency-key"] == "intent:1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content)["generation_prompt"] == "A baby seal"
    await client.generate("bfl/flux-schnell", PROMPT)
    assert received[-1].headers["idempotency-key"] != "intent:1"


async def test_a_generate_without_a_key_of_ones_own_is_repeated_with_the_same_one():
    client, received = answering(httpx.ReadError("cut"), CREATED)
    assert (await client.generate("bfl/flux-schnell", PROMPT)).generation_id == "g1"
    assert len({one.headers["idempotency-key"] for one in received}) == 1
    assert len({one.content for one in received}) == 1
    assert len(received) == 2


async def test_a_cancel_has_no_body_and_is_not_repeated_after_a_network_failure():
    client, received = answering(httpx.ReadError("cut"))
    with pytest.raises(ConnectionFailed) as caught:
        await client.cancel_generation("g1")
    assert str(caught.value) == "api.example closed the connection without a response"
    assert caught.value.may_have_started is True
    (request,) = received
    assert request.content == b""
    assert "content-type" not in request.headers
    assert "idempotency-key" not in request.headers


async def test_a_read_and_a_delete_are_repeated_after_a_network_failure():
    for name in ("get_generation", "delete_generation"):
        client, received = answering(httpx.ReadError("cut"), httpx.ReadError("cut"), {"data": {"generation_id": "g1"}})
        assert (await getattr(client, name)("g1")).generation_id == "g1"
        assert len(received) == 3


async def test_an_answer_that_is_no_envelope_is_an_error_with_a_code_of_its_status():
    client, received = answering(httpx.Response(502, content=b'{"oops":1}'))
    with pytest.raises(ServerFailed) as caught:
        await client.status()
    assert (str(caught.value), caught.value.api_code) == ("HTTP 502", "HTTP_502")
    assert (caught.value.api_type, caught.value.retryable) == ("api_error", True)
    assert len(received) == 3
    assert caught.value.reply.content == b'{"oops":1}'


async def test_a_first_request_that_still_runs_is_asked_for_again_until_it_answers():
    busy = httpx.Response(409, json={"error": {"code": "BSE2016", "message": "wait", "retryable": True}})
    client, received = answering(*[busy] * 7, CREATED)
    assert (await client.generate("bfl/flux-schnell", PROMPT)).generation_id == "g1"
    assert len(received) == 8


async def test_it_is_asked_for_no_longer_than_one_post_may_last():
    now = [0.0]

    async def skip(delay_s):
        now[0] += delay_s

    busy = httpx.Response(409, json={"error": {"code": "BSE2016", "message": "wait", "retryable": True}})
    client, received = answering(busy, timing=Timing(clock=lambda: now[0], sleep=skip, jitter=lambda: 0.5))
    with pytest.raises(Conflict):
        await client.generate("bfl/flux-schnell", PROMPT)
    assert len(received) == 121
    assert now[0] == 60


async def test_an_estimate_sends_only_the_given_options():
    reply = {
        "data": {
            "model_identifier": "google/veo-2",
            "model_type": "video",
            "assets_count": 1,
            "cost_per_generation": 1,
            "cost_total_consumed": 1,
        }
    }
    client, received = answering(reply)
    await client.estimate("google/veo-2", duration=5.0, resolution="720p", audio=False)
    await client.estimate("google/veo-2", duration=0.12345678901)
    await client.estimate("google/veo-2")
    assert [str(one.url) for one in received] == [
        f"{URL}/v1/estimate/google/veo-2?duration=5&resolution=720p&audio=false",
        f"{URL}/v1/estimate/google/veo-2?duration=0.12345678901",
        f"{URL}/v1/estimate/google/veo-2",
    ]


async def test_the_content_list_is_walked_to_its_end():
    pages = [[{"generation_id": f"g{page}{n}"} for n in range(2)] for page in range(2)] + [[{"generation_id": "g20"}]]
    client, received = answering(*[{"data": {"generations": page}, "total": 5} for page in pages])
    assert [one.generation_id async for one in client.each_generation(2)] == ["g00", "g01", "g10", "g11", "g20"]
    assert [one.url.params["offset"] for one in received] == ["0", "2", "4"]


async def test_a_delete_answered_by_204_is_a_success():
    client, _ = answering(httpx.Response(204))
    assert (await client.delete_generation("g1")).meta.json == {}


async def test_an_id_is_one_path_segment_whatever_it_holds():
    client, received = answering({"data": {"generation_id": "x"}})
    await client.get_generation("../list?limit=1")
    assert received[0].url.raw_path == b"/v1/content/..%2Flist%3Flimit%3D1"


async def test_nothing_is_sent_for_what_is_refused_here():
    client, received = answering(CREATED)
    with pytest.raises(UnknownModel):
        await client.generate("nobody/nothing", PROMPT)
    with pytest.raises(InvalidEndpointPath):
        await client.generate("bfl/../x", PROMPT)
    with pytest.raises(InvalidEndpointPath):
        await client.estimate("a/b?c")
    with pytest.raises(InvalidRequest) as caught:
        await client.generate("bfl/flux-schnell", {})
    assert str(caught.value) == "Missing required field: generation_prompt"
    with pytest.raises(InvalidRequest) as caught:
        await client.generate("bfl/flux-schnell", PROMPT, idempotency_key="a b\n")
    assert str(caught.value) == "An idempotency key is 1 to 255 of A-Z a-z 0-9 _ - : . or a UUID; None makes a new one."
    # A model that does not ship may be on the API's own list.
    assert [(one.method, one.url.path) for one in received] == [("GET", "/v1/library/models")]


async def test_a_redirect_is_an_answer_and_the_key_does_not_follow_it():
    client, received = answering(httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(Exception, match=r"^HTTP 302$"):
        await client.status()
    assert [one.url.host for one in received] == ["api.example"]


async def test_cookies_are_not_kept():
    client, received = answering(httpx.Response(200, json=CREATED, headers={"Set-Cookie": "a=b; Path=/"}))
    await client.get_generation("g1")
    await client.get_generation("g1")
    assert "cookie" not in received[1].headers


async def test_a_body_past_the_limit_is_not_read_to_its_end():
    limit = Settings(max_response_bytes=1_000)
    read = []

    async def body():
        for _ in range(100):
            read.append(1)
            yield b"x" * 500

    client, _ = answering(httpx.Response(200, content=body()), settings=limit)
    with pytest.raises(ResponseTooLarge) as caught:
        await client.status()
    assert (str(caught.value), caught.value.status_code) == ("Response too large", 200)
    assert len(read) < 100
    client, _ = answering(httpx.Response(200, headers={"Content-Length": "1001"}, content=body()), settings=limit)
    with pytest.raises(ResponseTooLarge):
        await client.status()


@pytest.mark.parametrize(
    "coding", ["gzip", "GZip", "deflate", "br", "zstd", "gzip, gzip", "identity, x-gzip", "\u202e"]
)
async def test_a_body_that_the_server_compressed_is_refused_before_a_byte_is_read(coding):
    async def body():
        read.append(1)
        yield gzip.compress(b"{}")

    read = []
    headers = [(b"Content-Encoding", coding.encode())]
    client, received = answering(httpx.Response(200, content=body(), headers=headers))
    with pytest.raises(ResponseEncoded) as caught:
        await client.status()
    shown = coding if coding.isascii() else "\\u202e"
    assert str(caught.value) == f"The response of api.example is compressed ({shown}), which was not asked for"
    assert (caught.value.may_have_started, caught.value.status_code, read) == (True, 200, [])
    assert received[0].headers["accept-encoding"] == "identity"


async def test_a_compressed_refusal_is_told_by_its_status():
    packed = gzip.compress(b'{"error": {"message": "no"}}')
    client, _ = answering(httpx.Response(402, content=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(InsufficientCredits, match="HTTP 402"):
        await client.status()


@pytest.mark.parametrize("coding", ["identity", "", "Identity, identity"])
async def test_a_body_said_to_be_as_it_is_may_be_read(coding):
    client, _ = answering(httpx.Response(401, json={"error": {"message": "no"}}, headers={"Content-Encoding": coding}))
    with pytest.raises(AuthenticationFailed, match="no"):
        await client.status()


async def test_a_key_in_an_answer_is_masked_before_it_is_kept():
    client, _ = answering(
        httpx.Response(401, json={"error": {"message": "bye_secret-key-1 is wrong"}}), key="bye_secret-key-1"
    )
    with pytest.raises(Exception, match="wrong") as caught:
        await client.status()
    assert str(caught.value) == "bye_secr... is wrong"
    assert "bye_secret-key-1" not in repr(caught.value.reply) + repr(caught.value.body)


@contextlib.asynccontextmanager
async def serving(answer):
    """Serve raw bytes from a socket of one's own; ``answer`` writes them, and is ended with the server."""
    answering = set()

    async def handle(reader, writer):
        answering.add(asyncio.current_task())
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):  # the client has gone
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in answering:
            task.cancel()
        await server.wait_closed()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def met(answer, error, **settings):
    """Ask such a server once, and return the error that came of it."""
    settings = Settings(max_tries=1, **settings)
    async with serving(answer) as url, Client(key="bye_test", base_url=url, settings=settings) as client:
        with pytest.raises(error) as caught:
            await client.status()
    return caught.value


async def test_the_time_limit_is_of_the_whole_exchange_and_not_of_one_read():
    async def drip(writer):
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await anyio.sleep(0.02)

    error = await met(drip, RequestTimedOut, request_timeout_s=1.5)
    assert (str(error), error.may_have_started, error.status_code) == ("Request timed out", True, 200)


async def test_a_host_that_accepts_and_says_nothing_times_out():
    async def say_nothing(writer):
        await anyio.sleep_forever()

    error = await met(say_nothing, RequestTimedOut, request_timeout_s=1)
    assert (error.may_have_started, error.status_code) == (True, None)


async def test_a_body_that_breaks_off_is_a_broken_connection():
    async def break_off(writer):
        writer.write(HEAD + b'Content-Length: 1000\r\n\r\n{"data": ')

    error = await met(break_off, ConnectionFailed)
    assert (error.may_have_started, error.status_code) == (True, 200)
    assert error.__cause__ is None
    assert error.__context__ is None
    (note,) = error.__notes__
    assert note == (
        "RemoteProtocolError: peer closed connection without sending complete message body "
        "(received 9 bytes, expected 1000)"
    )


async def test_bytes_that_are_no_http_are_a_broken_connection():
    async def babble(writer):
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    assert (await met(babble, ConnectionFailed)).may_have_started is True


async def test_an_endless_header_is_a_broken_connection():
    async def never_end(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000)
        await writer.drain()

    assert (await met(never_end, ConnectionFailed)).may_have_started is True


async def test_a_refused_connection_never_started_anything():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    async with Client(key="bye_test", base_url=f"http://127.0.0.1:{port}", timing=QUICK) as client:
        with pytest.raises(ConnectionFailed) as caught:
            await client.generate("bfl/flux-schnell", PROMPT)
    assert (str(caught.value), caught.value.may_have_started) == (f"Could not reach 127.0.0.1:{port}", False)


async def test_a_proxy_of_the_environment_does_not_swallow_this_machine(sandbox, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with Client(key=API_KEY, base_url=sandbox.url) as client:
        assert (await client.status()).meta.status_code == 200


async def test_a_wait_polls_ever_more_slowly_and_ends_at_its_own_limit():
    now, waits = [0.0], []

    async def skip(delay_s):
        waits.append(delay_s)
        now[0] += delay_s

    record = {"data": {"generation_id": "g1", "generation_status": "processing"}}
    client, _ = answering(record, timing=Timing(clock=lambda: now[0], sleep=skip, jitter=lambda: 0.5))
    with pytest.raises(DeadlinePassed) as caught:
        await client.wait("g1", timeout_s=30)
    assert str(caught.value) == "Stopped following after 30 s"
    assert waits[:4] == [0.5, 0.75, 1.125, 1.6875]
    assert sum(waits) <= 30


async def test_a_wait_can_have_an_interval_of_its_own():
    now, waits = [0.0], []

    async def skip(delay_s):
        waits.append(delay_s)
        now[0] += delay_s

    record = {"data": {"generation_id": "g1", "generation_status": "processing"}}
    client, received = answering(record, timing=Timing(clock=lambda: now[0], sleep=skip, jitter=lambda: 0.5))
    with pytest.raises(DeadlinePassed):
        await client.wait("g1", timeout_s=30, interval_s=10)
    assert waits == [10, 10, 10]
    asked = len(received)
    for interval_s in (0, -1, 3601, float("nan"), float("inf")):
        with pytest.raises(InvalidRequest, match="An interval between polls"):
            await client.wait("g1", interval_s=interval_s)
    assert len(received) == asked


async def test_a_wait_that_is_canceled_ends_at_once_and_the_client_goes_on():
    record = {"data": {"generation_id": "g1", "generation_status": "processing"}}
    client, received = answering(record, timing=Timing())
    waiting = asyncio.create_task(client.wait("g1", interval_s=300))
    while not received:  # noqa: ASYNC110 - the transport has no event to wait for
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await client.get_generation("g1")).generation_status == "processing"


async def test_one_call_makes_a_generation_and_waits_for_it(client, sandbox):
    record = await client.generate_and_wait("bfl/flux-schnell", PROMPT, idempotency_key="one-call", interval_s=0.05)
    assert (record.generation_status, record.model_identifier) == ("succeeded", "bfl/flux-schnell")
    again = await client.generate_and_wait("bfl/flux-schnell", PROMPT, idempotency_key="one-call")
    assert again.generation_id == record.generation_id


async def test_one_call_tells_a_generation_that_was_canceled_before():
    client, received = answering({"data": {"generation_id": "g1", "generation_status": "canceled"}})
    with pytest.raises(RunCanceled):
        await client.generate_and_wait("bfl/flux-schnell", PROMPT)
    assert [one.method for one in received] == ["POST"]


async def test_errors_carry_the_attempts_and_the_rate_limit():
    window = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1780000000"}
    client, _ = answering(httpx.Response(429, json={"error": {"code": "BSE1005", "message": "no"}}, headers=window))
    with pytest.raises(RateLimited) as refused:
        await client.status()
    assert (refused.value.attempts, refused.value.rate_limit) == (3, RateLimit(60, 0, 1_780_000_000))
    client, _ = answering(httpx.ConnectError("no"))
    with pytest.raises(ConnectionFailed) as unreached:
        await client.status()
    assert unreached.value.attempts == 3
    client, _ = answering(httpx.Response(404, json={"error": {"code": "BSE3002", "message": "no"}}))
    with pytest.raises(NotFound) as unknown:
        await client.get_generation("g1")
    assert (unknown.value.attempts, unknown.value.rate_limit) == (1, None)


async def test_a_wait_survives_failed_polls_and_ends_with_the_record():
    record = {"data": {"generation_id": "g1", "generation_status": "succeeded"}}
    client, _ = answering(
        httpx.Response(500), *[httpx.ReadError("cut")] * 3, httpx.Response(200, content=b"<html>"), record
    )
    assert (await client.wait("g1")).generation_status == "succeeded"


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [("failed", RunFailed, "The generation failed"), ("canceled", RunCanceled, "The generation was canceled")],
)
async def test_a_wait_raises_for_another_end_and_has_the_record_as_cause(status, error, sentence):
    record = {
        "generation_id": "g1",
        "generation_status": status,
        "generation_error": "NSFW",
        "generation_error_code": "E",
    }
    client, _ = answering({"data": record})
    with pytest.raises(error) as caught:
        await client.wait("g1")
    assert str(caught.value) == sentence
    assert (str(caught.value.__cause__), caught.value.__cause__.api_code) == ("NSFW", "E")


async def test_a_wait_for_an_unknown_id_ends_at_once(client):
    with pytest.raises(NotFound):
        await client.wait("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    "odd",
    [
        httpx.Response(404),
        httpx.Response(403, content=b"<html>"),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={"generation_id": "g1"}),
        httpx.Response(200, json={"generation_id": "another", "generation_status": "pending"}),
        httpx.Response(302, headers={"Location": "/"}),
    ],
)
async def test_a_host_with_an_odd_helper_is_asked_once_and_without_the_key(odd):
    client, received = answering(odd)
    assert await client.generation_status("g1") is None
    assert await client.generation_status("g1") is None
    (request,) = received
    assert request.url == f"{URL}/api/playground/generation-status/g1"
    assert "authorization" not in request.headers


async def test_a_helper_that_fails_for_now_is_asked_again():
    told = {"generation_id": "g1", "generation_status": "pending"}
    client, _ = answering(httpx.Response(503), httpx.ReadError("cut"), told)
    assert await client.generation_status("g1") is None
    assert await client.generation_status("g1") is None
    assert (await client.generation_status("g1")).generation_status == "pending"


async def test_a_helper_that_cannot_be_reached_three_times_in_a_row_is_left_alone():
    client, received = answering(httpx.ConnectError("no"))
    assert [await client.generation_status("g1") for _ in range(5)] == [None] * 5
    assert len(received) == 3


async def test_a_json_body_of_the_wrong_kind_is_named(sandbox, client):
    sandbox.faults.add(kind="not_json", route="status", count=1)
    with pytest.raises(InvalidJsonResponse) as caught:
        await client.status()
    assert str(caught.value) == "Invalid JSON response from server"


async def test_without_a_key_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    client, received = answering(CREATED, key=None)
    with pytest.raises(KeyNotLocked) as caught:
        await client.status()
    assert str(caught.value) == "No API key: set BABYSEA_API_KEY, or give one."
    assert received == []


async def test_a_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("BABYSEA_API_KEY", " bye_from_environment ")
    client, received = answering({"data": {"account_id": "a", "apikey_id": "b"}}, key=None)
    await client.status()
    assert received[0].headers["authorization"] == "Bearer bye_from_environment"


def test_a_client_that_cannot_work_is_refused_when_it_is_made():
    with pytest.raises(ConfigurationError):
        Client(region="mars")
    with pytest.raises(ConfigurationError):
        Client(base_url="http://api.example")
    with pytest.raises(InvalidApiKey):
        Client(key="not a key")


@pytest.mark.parametrize("call", ["get_generation", "wait", "cancel_generation", "delete_generation"])
@pytest.mark.parametrize("given", ["nope", " ", "7ceafd9d", "7ceafd9d-7671-4ce7-9acb-382349a65ba"])
def test_an_id_that_is_no_uuid_is_told_as_such(sandbox, call, given):
    with Client.blocking(key=API_KEY, base_url=sandbox.url) as client, pytest.raises(InvalidRequest) as refused:
        getattr(client, call)(given)
    assert refused.value.message == MESSAGES["bad_generation_id"]


async def test_the_blocking_client_works_inside_a_running_loop(sandbox):
    with Client.blocking(key=API_KEY, base_url=sandbox.url) as client:
        created = client.generate("bfl/flux-schnell", PROMPT)
        assert client.wait(created.generation_id).generation_status == "succeeded"
        assert created.generation_id in {one.generation_id for one in client.each_generation()}


def test_the_blocking_client_has_every_method_of_the_other_with_the_same_arguments():
    def shape(method):
        return [(one.name, one.default, one.kind) for one in inspect.signature(method).parameters.values()]

    inside = {"over", "blocking", "send", "aclose", "target", "learn", "attempts", "report_change"}
    names = [name for name in vars(Client) if not name.startswith("_") and name not in inside]
    assert len(names) == 22
    for name in names:
        assert shape(getattr(BlockingClient, name)) == shape(getattr(Client, name)), name
