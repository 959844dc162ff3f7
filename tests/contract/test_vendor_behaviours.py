"""What the API's own client does, and the traps that it sets: ours behaves alike where it can, and falls into none."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

import httpx
import pytest

from genwidget.api.client import Client
from genwidget.api.transport import Timing
from genwidget.errors import (
    ApiError,
    ConnectionFailed,
    InsufficientCredits,
    RateLimited,
    RequestTimedOut,
    ServerFailed,
)
from genwidget.sandbox import API_KEY, STATE_KEYS, Limits, Sandbox
from genwidget.settings import Settings

pytestmark = pytest.mark.anyio

GENERATION_ID = "550e8400-e29b-41d4-a716-446655440000"
PROMPT = {"generation_prompt": "A baby seal"}
CREATED = {"status": "success", "request_id": "req_1", "data": {"generation_id": GENERATION_ID}}
ESTIMATED = {
    "model_identifier": "google/veo-2",
    "model_type": "video",
    "assets_count": 1,
    "cost_per_generation": 1.0,
    "cost_total_consumed": 1.0,
}
DROP = None
SILENCE = ()


@dataclass
class Received:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Scripted:
    """A raw server that answers one request after the other as its script says, and keeps what it received."""

    script: list = field(default_factory=list)
    received: list = field(default_factory=list)
    url: str = ""

    async def serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received(head[0], headers, body))
            answer = self.script.pop(0)
            if answer == SILENCE:
                await reader.read()
            elif answer is not DROP:
                status, content, *more = answer
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                lines = [f"HTTP/1.1 {status} Reason", "Connection: close", *more]
                lines += [] if status == 204 else [f"Content-Length: {len(content)}"]
                writer.write("\r\n".join([*lines, "", ""]).encode() + content)
                await writer.drain()
        writer.close()


@pytest.fixture
async def server():
    scripted = Scripted()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield scripted
    listening.close()
    await listening.wait_closed()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def settings():
    """With limits that a slow machine does not reach."""
    return Settings(post_timeout_s=30, request_timeout_s=30)


@pytest.fixture
async def client(server, waits, settings):
    async def sleep(seconds):
        waits.append(seconds)

    timing = Timing(sleep=sleep, jitter=lambda: 0.5)
    async with Client(key=API_KEY, base_url=server.url, settings=settings, timing=timing) as one:
        yield one


def error(code, *, retryable):
    envelope = {"code": code, "type": "some_type", "message": "The server's words.", "retryable": retryable}
    return {"status": "error", "request_id": "req_2", "error": envelope}


# The vendor's own four tests of its client.


async def test_a_generation_sends_its_idempotency_key_and_tells_of_a_replay(client, server):
    server.script = [(200, CREATED, "Idempotency-Replayed: true")]
    created = await client.generate("bfl/flux-schnell", PROMPT, idempotency_key="intent-1")
    (sent,) = server.received
    assert sent.line == "POST /v1/generate/image/bfl/flux-schnell HTTP/1.1"
    assert sent.headers["authorization"] == f"bearer {API_KEY}".lower()
    assert sent.headers["idempotency-key"] == "intent-1"
    assert sent.headers["content-type"] == "application/json"
    assert json.loads(sent.body)["generation_prompt"] == "A baby seal"
    assert (created.generation_id, created.meta.replayed) == (GENERATION_ID, True)


async def test_a_post_without_a_key_is_not_repeated_after_a_network_failure(client, server, waits):
    server.script = [DROP]
    with pytest.raises(ConnectionFailed) as caught:
        await client.cancel_generation(GENERATION_ID)
    assert caught.value.may_have_started
    assert len(server.received) == 1
    assert waits == []


async def test_a_post_with_a_key_is_repeated_after_a_network_failure_with_the_same_key_and_bytes(client, server, waits):
    server.script = [DROP, (200, CREATED)]
    created = await client.generate("bfl/flux-schnell", PROMPT)
    first, second = server.received
    assert created.generation_id == GENERATION_ID
    assert (first.headers["idempotency-key"], first.body) == (second.headers["idempotency-key"], second.body)
    assert waits == [0.5]


ASK = {
    "generate": lambda client: client.generate("bfl/flux-schnell", PROMPT),
    "delete": lambda client: client.delete_generation(GENERATION_ID),
}
GATEWAY = (502, b"<html>")


@pytest.mark.parametrize("call", ASK)
@pytest.mark.parametrize("first", [DROP, GATEWAY], ids=["dropped", "a gateway's"])
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 429, 500, 503])
async def test_a_refusal_after_a_try_without_an_answer_says_that_it_may_have_been_carried_out(
    client, server, call, first, status
):
    server.script = [first, (status, error("BSE9999", retryable=False))]
    with pytest.raises(ApiError) as caught:
        await ASK[call](client)
    assert (caught.value.status_code, caught.value.attempts) == (status, 2)
    assert caught.value.may_have_started is True
    assert caught.value.next_step.startswith("A try of this request had no readable answer, so it may have been")
    assert caught.value.next_step in caught.value.__notes__


@pytest.mark.parametrize("call", ASK)
@pytest.mark.parametrize(
    ("answers", "is_unsure"),
    [
        ([(402, error("BSE1004", retryable=False))], False),
        ([(429, error("BSE1005", retryable=True)), (402, error("BSE1004", retryable=False))], False),
        ([GATEWAY] * 3, True),
        ([DROP, (503, error("BSE4001", retryable=True)), (503, error("BSE4001", retryable=True))], True),
    ],
)
async def test_what_was_answered_at_every_try_does_not_say_so(client, server, call, answers, is_unsure):
    server.script = list(answers)
    with pytest.raises(ApiError) as caught:
        await ASK[call](client)
    assert caught.value.may_have_started is is_unsure
    assert ("may have been carried out" in caught.value.next_step) is is_unsure


async def test_a_read_after_a_try_without_an_answer_says_nothing_of_an_effect(client, server):
    server.script = [DROP, (404, error("BSE1008", retryable=False))]
    with pytest.raises(ApiError) as caught:
        await client.get_generation(GENERATION_ID)
    assert caught.value.may_have_started is False


async def test_an_error_in_another_shape_is_made_one_of_ours(client, server):
    server.script = [(502, {"error": "odd"})] * 3
    with pytest.raises(ServerFailed) as caught:
        await client.status()
    failed = caught.value
    assert (failed.status_code, failed.api_code, failed.api_type) == (502, "HTTP_502", "api_error")
    assert (failed.message, failed.retryable) == ("HTTP 502", True)
    assert len(server.received) == 3


# What else its source says.


@pytest.mark.parametrize("settings", [Settings(post_timeout_s=1, request_timeout_s=1)], ids=["1 s"])
@pytest.mark.parametrize("call", ["generate", "cancel", "read"])
async def test_a_passed_time_limit_is_never_retried(client, server, waits, settings, call):
    server.script = [SILENCE]
    asked = {
        "generate": lambda: client.generate("bfl/flux-schnell", PROMPT),
        "cancel": lambda: client.cancel_generation(GENERATION_ID),
        "read": client.status,
    }
    with pytest.raises(RequestTimedOut) as caught:
        await asked[call]()
    assert str(caught.value) == "Request timed out"
    assert len(server.received) == 1
    assert waits == []


async def test_an_error_that_calls_itself_retryable_is_retried_whatever_its_status(client, server, waits):
    server.script = [(409, error("BSE9001", retryable=True)), (400, error("BSE9002", retryable=True)), (200, CREATED)]
    await client.generate("bfl/flux-schnell", PROMPT)
    assert len({sent.headers["idempotency-key"] for sent in server.received}) == 1
    assert len(waits) == 2


async def test_a_cancel_is_repeated_where_the_api_itself_says_so(client, server):
    canceled = {"generation_id": GENERATION_ID, "generation_status": "canceled"}
    server.script = [(429, error("BSE1005", retryable=True)), (200, {"data": canceled})]
    assert (await client.cancel_generation(GENERATION_ID)).generation_status == "canceled"
    assert len(server.received) == 2


async def test_a_server_error_that_calls_itself_final_is_final(client, server):
    server.script = [(503, error("BSE4999", retryable=False))]
    with pytest.raises(ServerFailed):
        await client.generate("bfl/flux-schnell", PROMPT)
    assert len(server.received) == 1


async def test_too_few_credits_are_never_retried(client, server):
    server.script = [(402, error("BSE1004", retryable=False))]
    with pytest.raises(InsufficientCredits):
        await client.generate("bfl/flux-schnell", PROMPT)
    assert len(server.received) == 1


# The traps.


@pytest.mark.parametrize("headers", [["Retry-After: 17"], ["Retry-After: 17", "X-RateLimit-Limit: 60"]])
async def test_a_wait_is_obeyed_with_and_without_the_headers_beside_it(client, server, waits, headers):
    server.script = [(429, error("BSE1005", retryable=True), *headers), (200, CREATED)]
    await client.generate("bfl/flux-schnell", PROMPT)
    assert waits == [17]


def refused_by_limits(sandbox, client):
    """Provoke each of the ways in which the sandbox answers 429; yield the replies."""
    path = "/v1/generate/image/bfl/flux-schnell"
    key = {"Authorization": f"Bearer {API_KEY}"}
    assert client.post(path, json=PROMPT, headers=key).status_code == 200
    yield client.post(path, json=PROMPT, headers=key)  # as many at once as may be
    yield client.post(path, json=PROMPT, headers=key)  # past the window
    assert client.get("/v1/status", headers=key).status_code == 200
    yield client.get("/v1/status", headers=key)
    wrong = {"Authorization": f"Bearer {STATE_KEYS['revoked']}"}
    assert client.get("/v1/status", headers=wrong).status_code == 401
    yield client.get("/v1/status", headers=wrong)
    sandbox.faults.add(kind="rate_limit", count=1)
    yield client.get("/v1/status", headers=key)


def test_the_sandbox_never_sends_a_wait_without_the_limit_that_the_vendors_client_needs_to_see_it():
    limits = Limits(generate_per_window=2, reads_per_window=1, auth_failures_per_window=1, images_at_once=1)
    with Sandbox(limits=limits) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        replies = list(refused_by_limits(sandbox, client))
    codes = [reply.json()["error"]["code"] for reply in replies]
    assert codes == ["BSE1009", "BSE1005", "BSE1005", "BSE1006", "BSE1005"]
    for reply in replies:
        assert reply.status_code == 429
        assert int(reply.headers["retry-after"]) >= 1
        assert int(reply.headers["x-ratelimit-limit"]) >= 1


@pytest.mark.parametrize(
    ("answer", "files"),
    [((200, {"data": {"generation_id": GENERATION_ID, "files_deleted": 1}}), 1), ((204, b""), None)],
)
async def test_a_delete_may_be_answered_with_a_body_or_with_nothing(client, server, answer, files):
    server.script = [answer]
    deleted = await client.delete_generation(GENERATION_ID)
    assert server.received[0].line == f"DELETE /v1/content/{GENERATION_ID} HTTP/1.1"
    assert (deleted.files_deleted, deleted.meta.status_code) == (files, answer[0])


async def test_the_sandbox_answers_a_delete_with_a_body():
    with Sandbox(speed=1000) as sandbox:
        async with Client(key=API_KEY, base_url=sandbox.url) as client:
            created = await client.generate("bfl/flux-schnell", PROMPT)
            await client.wait(created.generation_id)
            deleted = await client.delete_generation(created.generation_id)
    assert (deleted.meta.status_code, deleted.generation_id, deleted.files_deleted) == (200, created.generation_id, 1)


async def test_an_identifier_keeps_its_slash_on_the_wire(client, server):
    server.script = [(200, CREATED), (200, {"data": ESTIMATED})]
    await client.generate("bfl/flux-schnell", PROMPT)
    await client.estimate("google/veo-2", duration=5)
    assert [sent.line for sent in server.received] == [
        "POST /v1/generate/image/bfl/flux-schnell HTTP/1.1",
        "GET /v1/estimate/google/veo-2?duration=5 HTTP/1.1",
    ]


async def test_a_cancel_has_no_body_and_no_content_type(client, server):
    server.script = [(200, {"data": {"generation_id": GENERATION_ID, "generation_status": "canceled"}})]
    await client.cancel_generation(GENERATION_ID)
    (sent,) = server.received
    assert sent.line == f"POST /v1/content/generation/cancel/{GENERATION_ID} HTTP/1.1"
    assert sent.body == b""
    assert "content-type" not in sent.headers
    assert "idempotency-key" not in sent.headers


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, ""),
        ({"count": 3}, "?count=3"),
        ({"duration": 5.0}, "?duration=5"),
        ({"audio": False}, "?audio=false"),
        ({"audio": True, "resolution": "720p"}, "?resolution=720p&audio=true"),
        (
            {"count": 1, "duration": 8, "resolution": "1080p", "audio": False},
            "?count=1&duration=8&resolution=1080p&audio=false",
        ),
    ],
)
async def test_an_estimate_asks_with_the_given_options_only(client, server, options, query):
    server.script = [(200, {"data": ESTIMATED})]
    await client.estimate("google/veo-2", **options)
    assert server.received[0].line == f"GET /v1/estimate/google/veo-2{query} HTTP/1.1"
    assert server.received[0].body == b""


async def test_a_wait_longer_than_a_person_waits_ends_the_tries_and_is_told(client, server, waits):
    server.script = [(429, error("BSE1005", retryable=True), "Retry-After: 61", "X-RateLimit-Limit: 60")]
    with pytest.raises(RateLimited) as caught:
        await client.generate("bfl/flux-schnell", PROMPT)
    assert caught.value.next_step == "The API asks to wait 61 s before the next request."
    assert waits == []
