"""Every HTTP status by every kind of body, as an answer to the paid POST: a state, a sentence, a next step.

``tests/golden/answers.txt`` is the claim; ``pytest -rP`` prints the table that was found.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path

import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.errors import RunError
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.settings import Settings

GOLDEN = Path(__file__).parents[1] / "golden" / "answers.txt"
GENERATION_ID = "550e8400-e29b-41d4-a716-446655440000"
STATUSES = sorted({*(int(one) for one in HTTPStatus), 299, 399, 499, 520, 599})
KINDS = ("envelope", "other JSON", "HTML", "empty", "binary", "cut off")
SETTINGS = Settings(retry_first_s=0.001, retry_max_s=0.001, post_timeout_s=20, deadline_s=20)
AT_ONCE = 60


def success(data):
    return {"status": "success", "request_id": "req_1", "message": "Done", "timestamp": "", "data": data}


def refusal(status):
    error = {"code": "BSE9999", "type": "some_type", "message": "The server's own words."}
    return {"status": "error", "request_id": "req_1", "error": {**error, "retryable": status == 429 or status >= 500}}


def envelope(status):
    return success({"generation_id": GENERATION_ID}) if 200 <= status < 300 else refusal(status)


def body_of(status, kind):
    """Return the bytes of a body, and its media type."""
    if kind == "HTML":
        return b"<!doctype html><title>Some page</title>", "text/html"
    if kind == "empty":
        return b"", "text/plain"
    if kind == "binary":
        return bytes(range(256)), "application/octet-stream"
    data = {"ok": True} if kind == "other JSON" else envelope(status)
    return json.dumps(data).encode(), "application/json"


class RawServer:
    """Answers POSTs as their prompt asks (``404 HTML``), and polls with a finished record; then hangs up."""

    def __init__(self):
        self.posts = defaultdict(int)

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            asked = json.loads(await reader.readexactly(int(length.split(b":")[1])))["generation_prompt"]
            self.posts[asked] += 1
            status, _, kind = asked.partition(" ")
            content, media_type = body_of(int(status), kind)
        else:
            status, kind, media_type = "200", "record", "application/json"
            record = {"generation_id": GENERATION_ID, "generation_status": "succeeded"}
            content = json.dumps(success(record)).encode()
        lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Type: {media_type}", f"Content-Length: {len(content)}"]
        written = content[: len(content) // 2] if kind == "cut off" else content
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + written)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            writer.close()
            await writer.wait_closed()


@pytest.fixture
def posts_and_url():
    thread, raw = IoThread(), RawServer()
    server = thread.submit(asyncio_server(raw)).result()
    yield raw.posts, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread.submit(closed(server)).result()
    thread.close()


async def asyncio_server(raw):
    return await asyncio.start_server(raw.serve, "127.0.0.1", 0)


async def closed(server):
    server.close()


def outcome(run, posts):
    """Return how a run ended: state, tries, sentence, next step."""
    try:
        run.wait(60)
        sentence = run.timeline[-1].label
    except RunError as error:
        sentence = error.message
    status, host = run.prompt.partition(" ")[0], run.target.api_url.removeprefix("http://")
    sentence = sentence.replace(host, "{host}").replace(status, "{status}")
    return run.state.value, posts[run.prompt], sentence, run.next_step


def spans(statuses):
    """Return statuses as ``200-208 226``: what stands together in the list of all is one span."""
    found = []
    for status in statuses:
        at = STATUSES.index(status)
        if found and found[-1][1] == at - 1:
            found[-1][1] = at
        else:
            found.append([at, at])
    return " ".join(str(STATUSES[low]) if low == high else f"{STATUSES[low]}-{STATUSES[high]}" for low, high in found)


def table(outcomes):
    """Return one paragraph per outcome: state and tries, sentence, next step, then statuses by kind."""
    groups = defaultdict(lambda: defaultdict(list))
    for (status, kind), end in outcomes.items():
        groups[end][kind].append(status)
    lines = []
    for (state, tries, sentence, step), kinds in sorted(groups.items()):
        lines += [f"{state}, {tries} tr{'y' if tries == 1 else 'ies'}", f"  says  {sentence}", f"  next  {step}"]
        lines += [f"    {kind:10}  {spans(kinds[kind])}" for kind in KINDS if kind in kinds]
    return "\n".join(lines)


def test_every_status_by_every_kind_of_body_ends_in_a_state_a_sentence_and_a_next_step(posts_and_url, tmp_path):
    posts, url = posts_and_url
    target = Target("us", url, url, is_own_origin=True)
    thread = IoThread()
    runner = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    cells = [(status, kind) for status in STATUSES for kind in KINDS]
    outcomes = {}
    try:
        for begin in range(0, len(cells), AT_ONCE):
            runs = {
                cell: runner.start(request(*cell), target, key_of(*cell), SETTINGS)
                for cell in cells[begin : begin + AT_ONCE]
            }
            outcomes |= {cell: outcome(run, posts) for cell, run in runs.items()}
    finally:
        runner.close()
        thread.close()
    found = table(outcomes)
    print(found)  # noqa: T201 - the table is what a person reads
    assert len(outcomes) == len(STATUSES) * len(KINDS)
    assert found == GOLDEN.read_text().removesuffix("\n")
    assert [end for end in outcomes.values() if not end[2] or (end[0] != "succeeded" and not end[3])] == []


def key_of(status, kind):
    """Return a key of its own for each: at an account that was answered 402, nothing that waits is sent any more."""
    return ApiKey(f"bye_{status}_{kind.replace(' ', '_')}")


def request(status, kind):
    values = {"generation_prompt": f"{status} {kind}"}
    return prepare(Catalogue.load(), "image", "bfl/flux-schnell", values)
