"""A record that cannot be read while a generation is followed: told at once, and asked for again where that helps."""

import asyncio
import json
import threading
import time
from dataclasses import replace

import pytest

from genwidget.api.client import Client
from genwidget.api.keys import ApiKey
from genwidget.api.polling import MAX_UNREADABLE_POLLS
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.errors import DeadlinePassed, GenwidgetError
from genwidget.io_thread import IoThread
from genwidget.messages import shell_words
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.settings import Settings
from genwidget.text import duration
from genwidget.widget.payloads import LaidOut, run_snapshot

#: What is followed with these does not end by its deadline, however slow the machine is, unless a test passes it.
PATIENT = Settings(poll_first_s=0.001, poll_max_s=0.001, retry_first_s=0.001, deadline_s=30)
QUICK = replace(PATIENT, deadline_s=0.4)
EXPLAINED = "The generation may still end at the API. Content Info fetches its record; Resume polls it again."
IN_PYTHON = "The generation may still end at the API. run.reload() fetches its record; run.resume() polls it again."
FEW = MAX_UNREADABLE_POLLS
SHAPE = "The API's response has an unexpected format: "


def reply(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/json", "Content-Length": len(content), **headers}
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + content


def refusal(status, *, retryable=False):
    error = {"code": "BSE9999", "type": "t", "message": "The server's own words.", "retryable": retryable}
    return reply(status, {"status": "error", "error": error})


def record(**parts):
    return reply(200, {"data": {"generation_id": "g1", "generation_status": "processing", **parts}})


DONE = record(generation_status="succeeded")
#: Answer of the content route, what is told, and after how many polls it ends; None where only the deadline does.
ANSWERS = {
    "401": (refusal(401), "The server's own words.", 1),
    "403": (refusal(403), "The server's own words.", 1),
    "400": (refusal(400), "The server's own words.", 1),
    "410": (refusal(410), "The server's own words.", 1),
    "404": (refusal(404), "The server's own words.", FEW),
    "404 of another": (reply(404, b"<html>"), "Invalid JSON response from server", FEW),
    "403 of another": (reply(403, b""), "HTTP 403", FEW),
    "302": (reply(302, b"", Location="/login"), "HTTP 302", FEW),
    "HTML": (reply(200, b"<html>"), "Invalid JSON response from server", FEW),
    "cut off JSON": (reply(200, b'{"data": {'), "Invalid JSON response from server", FEW),
    "too deep": (reply(200, b"[" * 100_000), "Invalid JSON response from server", FEW),
    "nothing": (reply(200, b""), "Invalid JSON response from server", FEW),
    "a list": (reply(200, []), SHAPE + "data", FEW),
    "no data": (reply(200, {"status": "success"}), SHAPE + "data", FEW),
    "another's record": (record(generation_id="g2"), SHAPE + "data.generation_id", FEW),
    "no status": (record(generation_status=7), SHAPE + "data.generation_status", FEW),
    "too large": (reply(200, b"", **{"Content-Length": 10**9}), "Response too large", FEW),
    "compressed": (
        reply(200, b"x", **{"Content-Encoding": "gzip"}),
        "The response of {host} is compressed (gzip), which was not asked for",
        FEW,
    ),
    "409 that passes": (refusal(409, retryable=True), "The server's own words.", None),
    "408": (refusal(408), "The server's own words.", None),
    "429": (refusal(429, retryable=True), "The server's own words.", None),
    "500": (refusal(500, retryable=True), "The server's own words.", None),
    "502 of a gateway": (reply(502, b"<html>"), "Invalid JSON response from server", None),
    "nothing at all": (b"", "{host} closed the connection without a response", None),
    "no HTTP": (b"hello", "The response of {host} is not valid HTTP", None),
    "cut off": (DONE[:-5], "{host} closed the connection before the response was complete", None),
}
ENDING = [name for name in ANSWERS if ANSWERS[name][2] is not None]
PASSING = [name for name in ANSWERS if ANSWERS[name][2] is None]


class Skipping:
    """A clock that only sleeping puts forward, and how long each sleep was."""

    def __init__(self):
        self.now_s = 0.0
        self.slept = []

    def __call__(self):
        return self.now_s

    async def sleep(self, delay_s):
        self.slept.append(delay_s)
        self.now_s += delay_s
        await asyncio.sleep(0)


class Clock:
    """The machine's clock, which a test can put forward."""

    def __init__(self):
        self.skipped_s = 0.0

    def __call__(self):
        return time.monotonic() + self.skipped_s


class Polled:
    """Answers the POST, and each poll with the next of its answers; the last of them for all that follow."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.polls = 0
        self.on_poll = lambda: None
        self.thread = IoThread()
        server = self.thread.submit(self._start()).result()
        self.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.url = f"http://{self.host}"
        self._server = server

    async def _start(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            writer.write(reply(200, {"data": {"generation_id": "g1"}}, Connection="close"))
        elif b"generation-status" in head:
            writer.write(reply(404, b""))
        else:
            self.polls += 1
            self.on_poll()
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
        writer.close()

    def close(self):
        self.thread.submit(self._stop()).result()
        self.thread.close()

    async def _stop(self):
        self._server.close()


@pytest.fixture
def serve():
    made = []

    def make(*answers):
        made.append(Polled(*answers))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timing(clock):
    return Timing(clock=clock)


@pytest.fixture
def start(tmp_path, timing):
    thread = IoThread()
    runner = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"), timing=timing)

    def begin(server, settings=PATIENT):
        target = Target("us", server.url, server.url, is_own_origin=True)
        request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
        return runner.start(request, target, ApiKey("bye_test"), settings)

    yield begin
    runner.close()
    thread.close()


def troubles(run):
    return [one.label for one in run.timeline if one.label.startswith("Could not be asked: ")]


@pytest.mark.parametrize("name", ENDING)
def test_where_another_poll_cannot_help_the_run_ends_with_the_cause_and_can_be_resumed(serve, start, name):
    raw, sentence, polls = ANSWERS[name]
    server = serve(raw)
    sentence = sentence.format(host=server.host)
    run = start(server)
    with pytest.raises(DeadlinePassed) as caught:
        run.wait(30)
    assert (str(caught.value), str(caught.value.__cause__), run.state) == (sentence, sentence, "expired")
    assert server.polls == polls
    assert troubles(run) == [f"Could not be asked: {sentence}"]
    alert = run_snapshot(run, LaidOut())["alert"]
    assert (alert["message"], alert["kind"], alert["can_resume"]) == (sentence, "warning", True)
    assert alert["more"].endswith(EXPLAINED)
    server.answers = [DONE]
    run.resume(ApiKey("bye_test"))
    assert run.wait(30).state == "succeeded"


@pytest.mark.parametrize("name", PASSING)
def test_where_it_can_the_run_goes_on_and_the_deadline_tells_the_cause(serve, start, clock, name):
    raw, sentence, _ = ANSWERS[name]
    server = serve(raw)

    def pass_the_deadline():
        clock.skipped_s = PATIENT.deadline_s if server.polls > MAX_UNREADABLE_POLLS else 0.0

    server.on_poll = pass_the_deadline
    sentence = sentence.format(host=server.host)
    run = start(server)
    with pytest.raises(DeadlinePassed, match=r"Stopped following after 30(\.\d)? s"):
        run.wait(30)
    assert server.polls == MAX_UNREADABLE_POLLS + 1
    assert troubles(run) == [f"Could not be asked: {sentence}"]
    assert run.next_step == f"Could not be asked: {sentence.rstrip('.')}. {IN_PYTHON}"
    with shell_words():
        assert run.next_step.endswith("The generation may still end at the API. Resuming the run polls it again.")
    assert str(run.error.__cause__) == sentence


def test_the_first_poll_that_fails_is_told_while_the_run_goes_on(serve, start):
    server = serve(refusal(500, retryable=True))
    told, seen = threading.Event(), []

    def watch(run):
        if troubles(run) and not told.is_set():
            seen.append((run.is_terminal, [one.label for one in run.timeline if one.is_now]))
            told.set()

    run = start(server)
    run.subscribe(watch)
    assert told.wait(10)
    server.answers = [record(generation_provider_order=["bfl"]), DONE]
    assert run.wait(30).state == "succeeded"
    assert seen == [(False, ["Accepted"])]


@pytest.mark.parametrize("name", ANSWERS)
def test_what_fails_once_does_not_end_a_run_unless_the_api_refuses(serve, start, name):
    raw, _, polls = ANSWERS[name]
    run = start(serve(raw, record(), raw, DONE))
    if polls == 1:
        with pytest.raises(DeadlinePassed):
            run.wait(30)
    else:
        assert run.wait(30).state == "succeeded"


@pytest.mark.parametrize("name", [name for name in ENDING if name != "no status"])
def test_a_client_that_waits_is_told_the_cause(serve, name):
    raw, sentence, polls = ANSWERS[name]
    server = serve(raw)
    client = Client.blocking(key="bye_test", base_url=server.url, settings=PATIENT)
    with client, pytest.raises(GenwidgetError) as caught:
        client.wait("00000000-0000-4000-8000-000000000001")
    told = "data" if name in {"a list", "no data"} else sentence
    assert not isinstance(caught.value, DeadlinePassed)
    assert told.format(host=server.host) in str(caught.value)
    assert server.polls == polls


@pytest.mark.parametrize("name", ["500", "502 of a gateway", "nothing at all"])
def test_a_client_whose_time_is_over_is_told_why_the_last_poll_failed(serve, name):
    raw, sentence, _ = ANSWERS[name]
    server = serve(raw)
    client = Client.blocking(key="bye_test", base_url=server.url, settings=QUICK)
    with client, pytest.raises(DeadlinePassed) as caught:
        client.wait("00000000-0000-4000-8000-000000000001")
    assert str(caught.value.__cause__) == sentence.format(host=server.host)


#: No connection is kept, so that each poll comes to the server.
UNENDED = reply(200, {"data": {"generation_id": "g1", "generation_status": "processing"}}, Connection="close")


class OfSkips:
    """Of what is followed by a clock that only sleeping puts forward."""

    @pytest.fixture
    def skipping(self):
        return Skipping()

    @pytest.fixture
    def timing(self, skipping):
        return Timing(clock=skipping, sleep=skipping.sleep, jitter=lambda: 0.5)


@pytest.mark.parametrize("deadline_s", [0.3, 1, 2.3, 100])
class TestDeadline(OfSkips):
    def test_a_run_is_polled_as_its_deadline_passes_and_is_given_up_then(self, serve, start, skipping, deadline_s):
        server = serve(UNENDED)
        run = start(server, Settings(deadline_s=deadline_s))
        with pytest.raises(DeadlinePassed, match=f"^Stopped following after {duration(deadline_s)}$"):
            run.wait(30)
        assert sum(skipping.slept) == pytest.approx(deadline_s)
        assert server.polls == len(skipping.slept) + 1
        assert run.total_ms == pytest.approx(deadline_s * 1000, abs=1)

    def test_what_ends_just_before_the_deadline_has_ended(self, serve, start, skipping, deadline_s):
        server = serve(UNENDED)

        def end():
            if skipping.now_s > 0.99 * deadline_s:
                server.answers = [DONE]

        server.on_poll = end
        assert start(server, Settings(deadline_s=deadline_s)).wait(30).state == "succeeded"

    def test_a_client_waits_as_long_as_it_is_told_to(self, serve, timing, skipping, deadline_s):
        server = serve(UNENDED)
        with (
            Client.blocking(key="bye_test", base_url=server.url, timing=timing) as client,
            pytest.raises(DeadlinePassed, match=f"^Stopped following after {duration(deadline_s)}$"),
        ):
            client.wait("g1", timeout_s=deadline_s)
        assert sum(skipping.slept) == pytest.approx(deadline_s)
        assert server.polls == len(skipping.slept) + 1


class TestLeftAlone(OfSkips):
    def test_who_asks_to_be_left_alone_past_the_deadline_is_not_asked_again(self, serve, start, skipping):
        server = serve(reply(429, {"status": "error"}, **{"Retry-After": "60"}))
        run = start(server, Settings(deadline_s=10))
        with pytest.raises(DeadlinePassed, match=r"^Stopped following after 10 s$"):
            run.wait(30)
        assert (skipping.slept, server.polls) == ([10], 1)
