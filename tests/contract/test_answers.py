"""Answers to a paid POST that are easily misread; the table of all answers has a test file of its own."""

import asyncio
import json

import httpx
import pytest

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.errors import RunError
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.settings import Settings

TARGET = Target("us", "https://api.example", "https://api.example", is_own_origin=True)
NOT_JSON = "Invalid JSON response from server"


@pytest.fixture
def answer(tmp_path):
    """Send one request to a server that answers the POST so, and return the run and the POSTs."""
    thread = IoThread()
    runners = []

    async def at_once(_delay_s):
        await asyncio.sleep(0)

    def send(status, content):
        posts = []

        def handle(request):
            if request.method == "POST":
                posts.append(request)
                return httpx.Response(status, content=content)
            if "playground" in request.url.path:
                return httpx.Response(404)
            return httpx.Response(200, json={"data": {"generation_id": "g1", "generation_status": "succeeded"}})

        timing = Timing(sleep=at_once, jitter=lambda: 0.5)
        ledger = Ledger(tmp_path / "ledger.sqlite3")
        runner = Runner(thread, ledger=ledger, timing=timing, transport=httpx.MockTransport(handle))
        runners.append(runner)
        request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
        run = runner.start(request, TARGET, ApiKey("bye_test"), Settings())
        try:
            run.wait(timeout_s=30)
        except RunError as error:
            return run, str(error), posts
        return run, None, posts

    yield send
    for runner in runners:
        runner.close()
    thread.close()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_without_the_apis_word_is_tried_three_times_and_then_lost(answer, status):
    run, sentence, posts = answer(status, b"<html>")
    assert (run.state, sentence, len(posts)) == ("lost", NOT_JSON, 3)
    assert [one.label for one in run.timeline] == [
        "Request sent",
        NOT_JSON,
        "Sending again",
        NOT_JSON,
        "Sending again",
        "No readable answer",
        "May be running at the API",
    ]


def test_a_firewalls_page_is_not_tried_again(answer):
    run, sentence, posts = answer(403, b"<html>")
    assert (run.state, sentence, len(posts)) == ("refused", NOT_JSON, 1)


def test_a_create_that_was_canceled_already_ends_canceled(answer):
    content = json.dumps({"data": {"generation_id": "g1", "generation_status": "canceled"}}).encode()
    run, sentence, _ = answer(200, content)
    assert (run.state, sentence, run.generation_id) == ("canceled", "The generation was canceled", "g1")


@pytest.mark.parametrize("generation_id", [42, None, [], {}, ""])
def test_an_id_of_the_wrong_type_is_a_lost_answer_and_not_an_answer_without_one(answer, generation_id):
    run, sentence, _ = answer(200, json.dumps({"data": {"generation_id": generation_id}}).encode())
    assert run.state == "lost"
    assert sentence == "The API's response has an unexpected format: data.generation_id"


@pytest.mark.parametrize("content", [b"[]", b"3", b"null", b'"text"', b'{"data": []}', b'{"data": {"ok": 1}}'])
def test_any_other_json_is_answered_and_kept_as_it_came(answer, content):
    run, _, _ = answer(200, content)
    assert (run.state, run.raw_reply, run.snapshot.is_json) == ("answered", content, True)
