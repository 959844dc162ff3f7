"""A run against the real sandbox: what a person gets, what is paid for, what survives."""

import asyncio
import contextlib
import hashlib
import io
import json
import logging
import socket
import sqlite3
import threading
import time
import traceback

import httpx
import pytest
from PIL import Image

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.errors import (
    AuthenticationFailed,
    ConnectionClosed,
    DeadlinePassed,
    GenwidgetError,
    InsufficientCredits,
    KeyNotLocked,
    LedgerError,
    NoSuchOutput,
    OutputUnavailable,
    PermissionRefused,
    ProcessEnded,
    RateLimited,
    ResumeRefused,
    RunCanceled,
    RunFailed,
    RunLost,
    RunRefused,
    RunUnreached,
    ShutDown,
)
from genwidget.io_thread import THREAD_NAME, IoThread
from genwidget.messages import MESSAGES, render
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger, Wanted
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, API_KEYS, STATE_KEYS, Sandbox
from genwidget.settings import Settings
from tests.holding import HoldingSandbox

KEY = ApiKey(API_KEY)
ORDER = "bfl, replicate, fal"
UNSURE = "May be running at the API"


class Skipping:
    """Time that runs as it does, and jumps where something waits."""

    def __init__(self):
        self._skipped = 0.0
        self.waits = []

    def clock(self):
        return time.monotonic() + self._skipped

    async def sleep(self, delay_s):
        self.waits.append(delay_s)
        self._skipped += delay_s
        await asyncio.sleep(0.002)

    @property
    def timing(self):
        return Timing(clock=self.clock, sleep=self.sleep, jitter=lambda: 0.5)


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
def target(sandbox):
    return Target("us", sandbox.url, sandbox.url, is_own_origin=True)


@pytest.fixture
def skipping():
    return Skipping()


@pytest.fixture
def make_runner(tmp_path, skipping):
    made = []

    def make(**more):
        thread = IoThread()
        given = {"ledger": Ledger(tmp_path / "ledger.sqlite3"), "timing": skipping.timing, **more}
        made.append((Runner(thread, **given), thread))
        return made[-1][0]

    yield make
    for one, thread in made:
        one.close()
        thread.close()


@pytest.fixture
def runner(make_runner):
    return make_runner()


@pytest.fixture
def start(runner, target):
    def begin(model_id="bfl/flux-1.1-pro", key=KEY, settings=None, to=target, by=runner, intent_id=None, **fields):
        spec = Catalogue.load().find(model_id)
        values = {"generation_prompt": "A baby seal", **fields}
        request = prepare(Catalogue.load(), spec.model_type, model_id, values)
        return by.start(request, to, key, settings or Settings(), intent_id=intent_id)

    return begin


@pytest.fixture
def made(sandbox):
    """What the server made during this test."""
    before = {one["generation_id"] for one in sandbox.generations}
    return lambda: [one["generation_id"] for one in sandbox.generations if one["generation_id"] not in before]


@pytest.fixture
def charged(sandbox):
    before = sandbox.credits
    return lambda: round(before - sandbox.credits, 3)


def told(run):
    return [" ".join(word for word in (one.provider, one.label) if word) for one in run.timeline]


def ended(run):
    """Wait for an end of any kind."""
    with pytest.raises((RunFailed, RunCanceled, RunRefused, RunUnreached, RunLost, DeadlinePassed)) as caught:
        run.wait(timeout_s=30)
    assert caught.value.run is run
    return caught.value


@pytest.mark.parametrize("file_format", ["png", "jpg", "webp"])
def test_a_run_ends_in_a_file_of_the_asked_format_and_ratio(start, tmp_path, file_format):
    run = start(generation_ratio="16:9", generation_output_format=file_format)
    assert run.wait(timeout_s=30) is run
    path = run.outputs[0].save(tmp_path)
    assert path.name == f"{run.generation_id}-1.{file_format}"
    with Image.open(path) as picture:
        assert picture.format == {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}[file_format]
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.01)
    assert run.outputs[0].image.size == Image.open(io.BytesIO(path.read_bytes())).size
    assert run.response["data"]["generation_id"] == run.generation_id
    assert json.loads(run.raw_reply) == run.response
    assert run.generation["generation_status"] == "succeeded"
    assert (run.status_code, run.credits, run.error) == (200, 0.052, None)


def test_a_failed_first_provider_shows_the_hop_and_confirms_the_one_that_served(sandbox, start):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    run = start(generation_provider_order=ORDER).wait(timeout_s=30)
    assert told(run) == [
        "Request sent",
        "Accepted",
        "bfl started",
        "bfl failed",
        "replicate started",
        "replicate succeeded",
    ]
    assert all(one.confirmed for one in run.timeline)
    assert [one.at_ms for one in run.timeline] == sorted(one.at_ms for one in run.timeline)
    assert run.provider == "replicate"


def test_without_the_helper_the_hop_is_inferred_and_the_provider_still_confirmed(sandbox, start):
    sandbox.faults.add(kind="html_403", route="helper")
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    before = len(sandbox.requests)
    run = start(generation_provider_order=ORDER).wait(timeout_s=30)
    assert [(line, one.confirmed) for line, one in zip(told(run), run.timeline, strict=True)] == [
        ("Request sent", True),
        ("Accepted", True),
        ("bfl failed or skipped", False),
        ("replicate succeeded", True),
    ]
    asked = [one.path for one in sandbox.requests[before:] if "generation-status" in one.path]
    assert len(asked) == 1, "a host whose helper gave an odd answer is not asked again"


def test_a_provider_order_that_is_known_stands_in_the_timeline_before_anything_is_confirmed(sandbox, start):
    sandbox.faults.add(kind="slow_drip", route="generate", duration_s=2, count=1)
    run = start(generation_provider_order=ORDER)
    assert told(run)[1:] == ["bfl first", "replicate if bfl fails", "fal if replicate fails"]
    assert not any(entry.confirmed for entry in run.timeline if entry.provider)
    run.wait(timeout_s=30)


def test_a_generation_that_every_provider_refused_fails_with_the_servers_own_words(sandbox, start, charged):
    sandbox.faults.add(kind="provider_error")
    run = start()
    error = ended(run)
    assert (type(error), str(error)) == (RunFailed, "The generation failed")
    assert error.__cause__ is run.error
    assert str(run.error) == run.generation["generation_error"]
    assert run.error.api_code == run.generation["generation_error_code"]
    assert (run.credits, charged()) == (0.0, 0.0)


def test_accept_then_drop_once_is_found_again_by_the_retry_with_the_same_key(sandbox, start, made, charged):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=1)
    run = start().wait(timeout_s=30)
    assert made() == [run.generation_id]
    assert charged() == 0.052
    assert run.snapshot.is_replayed is True
    assert told(run)[:3] == [
        "Request sent",
        f"{sandbox.url[7:]} closed the connection without a response",
        "Sending again",
    ]
    posts = [one for one in sandbox.requests if one.idempotency_key == run.intent.idempotency_key]
    assert len(posts) == 2


def test_accept_then_drop_three_times_is_lost_and_resume_finds_the_same_generation(sandbox, start, made, charged):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    run = start()
    error = ended(run)
    assert (type(error), str(error)) == (RunLost, f"{sandbox.url[7:]} closed the connection without a response")
    assert type(error.__cause__) is ConnectionClosed
    assert (run.state, run.credits) == ("lost", None)
    assert told(run)[-2:] == ["No readable answer", UNSURE]
    run.resume(KEY)
    assert run.wait(timeout_s=30).generation_id == made()[0]
    assert (len(made()), charged()) == (1, 0.052)
    assert told(run)[0] == "Resumed"


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("oversize", "Response too large"),
        ("not_json", "Invalid JSON response from server"),
        ("html", "Invalid JSON response from server"),
    ],
)
def test_a_paid_post_without_a_readable_answer_is_lost_and_its_resume_makes_no_second_one(
    sandbox, start, made, kind, sentence
):
    sandbox.faults.add(kind=kind, route="generate", count=3)
    run = start()
    error = ended(run)
    assert (type(error), str(error)) == (RunLost, sentence)
    sandbox.faults.clear()
    run.resume(KEY).wait(timeout_s=30)
    assert made() == [run.generation_id]


def test_a_post_that_is_never_answered_times_out_and_is_not_retried_by_itself(sandbox, start, made):
    sandbox.faults.add(kind="hang", route="generate", count=1)
    run = start(settings=Settings(post_timeout_s=3))
    error = ended(run)
    assert (type(error), str(error)) == (RunLost, "Request timed out")
    assert told(run) == ["Request sent", "No answer within the limit", UNSURE]
    assert run.latency_ms >= 3000
    posts = [one for one in sandbox.requests if one.idempotency_key == run.intent.idempotency_key]
    assert len(posts) == 1
    run.resume(KEY).wait(timeout_s=30)
    assert made() == [run.generation_id]


def test_a_slow_answer_is_limited_as_a_whole_and_not_by_each_read(sandbox, start):
    sandbox.faults.add(kind="slow_drip", route="generate", count=1, duration_s=200)
    assert str(ended(start(settings=Settings(post_timeout_s=3)))) == "Request timed out"


def test_a_connection_refused_on_every_try_is_unreached_since_nothing_can_have_started(start, unused_port, skipping):
    url = f"http://127.0.0.1:{unused_port}"
    run = start(to=Target("us", url, url, is_own_origin=True))
    error = ended(run)
    assert (type(error), str(error)) == (RunUnreached, f"Could not reach 127.0.0.1:{unused_port}")
    assert (run.status_code, run.state.can_resume, run.credits) == (None, True, 0.0)
    assert told(run)[-1] == f"Could not reach 127.0.0.1:{unused_port}"
    assert skipping.waits[:2] == [0.5, 1.0]


@pytest.fixture
def unused_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_wrong_key_is_refused_in_the_servers_words(start):
    run = start(key=ApiKey(STATE_KEYS["revoked"]))
    error = ended(run)
    assert type(error.__cause__) is AuthenticationFailed
    assert (run.status_code, error.__cause__.api_code) == (401, "BSE1002")
    assert str(error) == run.response["error"]["message"]
    assert told(run) == ["Request sent", "Refused"]


def test_too_little_credit_is_refused_and_not_retried(skipping, make_runner, start):
    with Sandbox(balance=0.01) as poor:
        run = start(to=Target("us", poor.url, poor.url, is_own_origin=True))
        error = ended(run)
        assert type(error.__cause__) is InsufficientCredits
        assert str(error) == "Insufficient credits. Please upgrade your plan or wait for renewal."
        assert len(poor.requests) == 1
        assert poor.generations == []


def test_too_many_requests_wait_as_long_as_the_server_says_and_are_no_tries(sandbox, start, skipping):
    sandbox.faults.add(kind="rate_limit", route="generate", count=4, retry_after_s=17)
    seen, retries = [], []
    run = start()
    run.subscribe(lambda one: (seen.append((str(one.state), one.waiting)), retries.append(one.retry)))
    run.wait(timeout_s=30)
    assert [wait // 1 for wait in skipping.waits[:4]] == [17] * 4
    waited = {waiting.cause for state, waiting in seen if state == "waiting"}
    assert [waited, {waiting for state, waiting in seen if state != "waiting"}] == [{"window"}, {None}]
    assert set(retries) == {None}
    labels = [one.label for one in run.timeline]
    assert labels[:3] == ["Request sent", "Waiting for this account's rate limit", "Sending again"]
    assert run.total_ms < 17_000, "what a run waits for its turn is no time of the API"


def test_a_wait_of_more_than_an_hour_is_refused_and_shown(sandbox, start, skipping):
    sandbox.faults.add(kind="rate_limit", route="generate", retry_after_s=3601)
    run = start()
    error = ended(run)
    assert type(error.__cause__) is RateLimited
    assert error.__cause__.retry_after_s == 3601
    assert skipping.waits == []
    assert str(error) == ("Rate limit exceeded. Please retry after the period indicated in the Retry-After header.")


def test_an_answer_without_a_generation_is_answered_and_not_polled(sandbox, start):
    sandbox.faults.add(kind="foreign", route="generate", count=1)
    before = len(sandbox.requests)
    run = start()
    assert run.wait(timeout_s=30).state == "answered"
    assert (run.response, run.error, run.outputs, run.credits) == ({"ok": True}, None, (), 0.0)
    assert [one.method for one in sandbox.requests[before:]] == ["POST"]


def test_polls_that_fail_do_not_end_a_run(sandbox, start):
    for kind in ("html", "server_error", "not_json", "wrong_types", "drop", "html_403"):
        sandbox.faults.add(kind=kind, route="content", count=1)
    assert start().wait(timeout_s=30).state == "succeeded"


def test_only_the_deadline_ends_the_following_and_resume_goes_on(sandbox, start, made):
    sandbox.faults.add(kind="server_error", route="content")
    run = start()
    error = ended(run)
    assert (type(error), str(error)) == (DeadlinePassed, "Stopped following after 10 min")
    assert told(run)[-2:] == ["Stopped following", UNSURE]
    sandbox.faults.clear()
    run.resume(KEY)
    assert run.wait(timeout_s=30).generation_id == made()[0]
    assert len(made()) == 1


def test_an_intent_is_one_generation_however_often_it_is_started(start, made):
    runs = []
    threads = [threading.Thread(target=lambda: runs.append(start(intent_id="intent-1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(run is runs[0] for run in runs)
    runs[0].wait(timeout_s=30)
    assert made() == [runs[0].generation_id]


def test_two_intents_with_the_same_body_are_two_generations(start, made):
    runs = [start(), start()]
    assert {run.wait(timeout_s=30).generation_id for run in runs} == set(made())
    assert len(made()) == 2


def test_an_intent_that_another_process_took_is_not_sent_again_but_told(start, runner, make_runner, made):
    first = start(intent_id="intent-1").wait(timeout_s=30)
    assert runner.ledger.drain()
    again = start(by=make_runner(), intent_id="intent-1").wait(timeout_s=30)
    assert (again.generation_id, again.state) == (first.generation_id, "succeeded")
    assert made() == [first.generation_id]


def test_the_row_is_on_the_disk_before_the_first_byte_leaves(make_runner, start, tmp_path):
    class Watching:
        """A transport that looks into the ledger when the request arrives."""

        rows = ()

        async def handle_async_request(self, request):
            ledger = Ledger(tmp_path / "ledger.sqlite3")
            self.rows = [(one.state, one.idempotency_key) for one in ledger.rows()]
            ledger.close()
            assert self.rows == [("sending", request.headers["Idempotency-Key"])]
            return httpx.Response(200, json={"ok": True})

        async def aclose(self):
            pass

    watching = Watching()
    run = start(by=make_runner(transport=watching)).wait(timeout_s=30)
    assert watching.rows == [("sending", run.intent.idempotency_key)]


def test_a_ledger_that_cannot_be_written_lets_nothing_out(sandbox, make_runner, start, tmp_path):
    (tmp_path / "file").write_text("no folder")
    before = len(sandbox.requests)
    path = tmp_path / "file" / "ledger.sqlite3"
    run = start(by=make_runner(ledger=Ledger(path)))
    error = ended(run)
    assert type(error) is RunRefused
    assert type(error.__cause__) is LedgerError
    assert str(error).startswith(f"The ledger at {path} cannot be used (")
    assert str(error).endswith(f"). Nothing was sent. {MESSAGES['ledger_place']}")
    assert sandbox.requests[before:] == []


def test_the_ledger_and_the_server_agree(runner, start, sandbox):
    run = start().wait(timeout_s=30)
    row = runner.ledger.find(run.run_id)
    assert row.body == run.intent.content
    assert (row.state, row.generation_id, row.status_code) == ("succeeded", run.generation_id, 200)
    assert (row.latency_ms, row.total_ms, row.credits) == (run.latency_ms, run.total_ms, 0.052)
    assert (row.provider, row.error_code) == (run.provider, None)
    assert row.key_fingerprint == KEY.fingerprint


@pytest.fixture
def held_sandbox():
    """A sandbox in which nothing goes on, with a balance of its own."""
    with HoldingSandbox() as running:
        yield running.hold()


@pytest.fixture
def start_there(start, held_sandbox):
    url = held_sandbox.url
    return lambda: start(to=Target("us", url, url, is_own_origin=True))


def test_a_run_is_canceled_at_the_server_and_its_credits_come_back(start_there, held_sandbox):
    run = start_there()
    reached(run, "accepted", "processing")
    canceled = run.cancel(timeout_s=30)
    assert (canceled.generation_status, canceled.credits_refunded) == ("canceled", True)
    error = ended(run)
    assert (type(error), str(error)) == (RunCanceled, "The generation was canceled")
    assert (run.credits, held_sandbox.credits) == (0.0, 100.0)
    assert told(run)[-1] == "canceled"


def reached(run, *states):
    """Wait, without sleeping, until a run is in one of these states."""
    there = threading.Event()
    unsubscribe = run.subscribe(lambda one: there.set() if one.state in states else None)
    if run.state not in states:
        assert there.wait(30)
    unsubscribe()


def test_a_cancel_while_the_post_is_out_is_done_as_soon_as_it_is_answered(start_there, held_sandbox):
    held_sandbox.faults.add(kind="slow_drip", route="generate", count=1, duration_s=1)
    run = start_there()
    assert run.cancel(timeout_s=30).generation_status == "canceled"
    assert type(ended(run)) is RunCanceled
    assert held_sandbox.credits == 100.0


def test_a_cancel_that_comes_too_late_says_so(start):
    run = start().wait(timeout_s=30)
    with pytest.raises(GenwidgetError) as caught:
        run.cancel(timeout_s=30)
    assert str(caught.value) == "The run has ended."


def test_a_cancel_that_the_api_refuses_leaves_the_run_going(sandbox, start):
    sandbox.faults.add(kind="html_403", route="cancel", count=1)
    sandbox.hold()
    run = start(generation_provider_order=ORDER)
    reached(run, "accepted", "processing")
    with pytest.raises(PermissionRefused):
        run.cancel(timeout_s=30)
    assert run.snapshot.is_cancel_asked is False
    sandbox.let_go()
    assert run.wait(timeout_s=30).state == "succeeded"


def test_the_recipe_of_an_output_has_its_hash_once_it_was_fetched(start):
    (output,) = start().wait(timeout_s=30).outputs
    assert output.recipe_beside().files == ()
    content = output.read()
    assert [one.sha256 for one in output.recipe_beside().files] == [hashlib.sha256(content).hexdigest()]


def test_a_deleted_run_has_no_files_any_more(start):
    run = start().wait(timeout_s=30)
    (output,) = run.outputs
    assert run.delete(KEY).files_deleted == 1
    with pytest.raises(NoSuchOutput, match="was deleted at the API"):
        run.outputs[0]
    with pytest.raises(OutputUnavailable) as caught:
        output.read()
    assert str(caught.value) == ("This output can no longer be fetched (HTTP 404). Its link may have expired.")


def test_a_new_process_takes_up_what_was_lost(sandbox, runner, make_runner, start, made, charged):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    run = start()
    ended(run)
    later = make_runner()
    again = later.restore(runner.ledger.find(run.run_id), Settings())
    assert again is not run
    assert (again.state, again.prompt, str(again.error)) == (
        "lost",
        "A baby seal",
        str(run.error),
    )
    again.resume(KEY).wait(timeout_s=30)
    assert made() == [again.generation_id]
    assert charged() == 0.052


def test_a_run_of_an_earlier_process_has_its_outputs_once_it_is_loaded_again(runner, make_runner, start, tmp_path):
    run = start().wait(timeout_s=30)
    runner.ledger.drain(10)
    later = make_runner()
    again = later.restore(later.ledger.find(run.run_id), Settings())
    with pytest.raises(NoSuchOutput, match=r"run\.reload\(\) asks for it"):
        again.outputs[0]
    assert again.reload(KEY) is again
    assert again.outputs[0].save(tmp_path).read_bytes() == run.outputs[0].read()


def test_a_run_that_made_nothing_has_nothing_to_load_again(sandbox, start):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    run = start()
    ended(run)
    asked = len(sandbox.requests)
    with pytest.raises(GenwidgetError) as caught:
        run.reload(KEY)
    assert str(caught.value) == render("no_generation")
    assert len(sandbox.requests) == asked


def test_what_is_shut_down_at_the_end_of_a_process_can_be_resumed(sandbox, runner, make_runner, start, made):
    sandbox.hold()
    run = start(generation_provider_order=ORDER)
    reached(run, "accepted", "processing")
    runner.close()
    error = ended(run)
    assert (type(error), str(error)) == (ProcessEnded, "The process that followed this generation ended")
    sandbox.let_go()
    later = make_runner()
    again = later.restore(later.ledger.find(run.run_id), Settings())
    assert again.resume(KEY).wait(timeout_s=30).generation_id == run.generation_id
    assert made() == [run.generation_id]


def test_a_run_that_is_begun_once_all_is_shut_down_is_not_sent(sandbox, runner, start):
    start().wait(30)
    requests, rows = len(sandbox.requests), runner.ledger.rows()
    runner.close()
    for model_id in ("bfl/flux-1.1-pro", "bytedance/seedance-1-pro"):  # of a kind that was sent before, and of another
        run = start(model_id)
        assert str(ended(run)) == "genwidget has been shut down in this process; nothing was sent."
        assert type(run.error) is GenwidgetError
    assert (len(sandbox.requests), runner.ledger.rows()) == (requests, rows)


def test_a_run_is_not_taken_up_once_all_is_shut_down(sandbox, runner, start):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start()
    ended(run)
    requests = len(sandbox.requests)
    runner.close()
    with pytest.raises(ShutDown):
        run.resume(KEY)
    assert (run.state, len(sandbox.requests)) == ("lost", requests)


def test_a_run_that_is_taken_up_as_all_is_shut_down_ends(sandbox, runner, start):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start()
    ended(run)
    requests = len(sandbox.requests)

    async def take_up_and_shut_down():
        await asyncio.gather(runner._resume(run, KEY), runner._stop())

    runner.submit(take_up_and_shut_down()).result(30)
    assert isinstance(ended(run), RunLost)
    assert len(sandbox.requests) == requests


BEGUN = "2026-04-28T12:00:00.000Z"
TIMES = [
    (BEGUN, "2026-04-28T12:00:06.840Z", 6840),
    (BEGUN, "2026-04-28T14:00:06.840+02:00", 6840),
    (BEGUN, None, None),
    (None, BEGUN, None),
    (BEGUN, 5, None),
    (BEGUN, "soon", None),
    (BEGUN, "2026-04-28T12:00:06.840", None),  # of a zone that nobody knows
    (BEGUN, "2026-04-28T11:59:59.000Z", None),
    ("0001-01-01T00:00:00Z", BEGUN, None),  # no generation takes two thousand years
]


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled"])
@pytest.mark.parametrize(("created", "completed", "took_ms"), TIMES)
def test_what_a_resumed_run_took_is_what_its_record_tells_or_not_known(
    sandbox, runner, make_runner, start, created, completed, took_ms, status
):
    sandbox.hold()
    run = start()
    reached(run, "accepted", "processing")
    runner.close()
    sandbox.let_go()
    times = {"generation_created_at": created, "generation_completed_at": completed}
    sandbox.faults.add(kind="altered", route="content", patch={"data": {**times, "generation_status": status}})
    later = make_runner()
    again = later.restore(later.ledger.find(run.run_id), Settings()).resume(KEY)
    if status == "succeeded":
        again.wait(timeout_s=30)
    else:
        ended(again)
    assert (again.state, again.total_ms) == (status, took_ms)
    later.close()
    assert later.ledger.find(run.run_id).total_ms == took_ms


def test_what_a_lost_run_took_that_was_resumed_is_what_its_record_tells(sandbox, start):
    run = a_lost_run(sandbox, start)
    times = {"generation_created_at": BEGUN, "generation_completed_at": "2026-04-28T12:00:06.840Z"}
    sandbox.faults.add(kind="altered", route="content", patch={"data": times})
    assert run.resume(KEY).wait(timeout_s=30).total_ms == 6840


def test_how_long_a_resumed_run_was_followed_is_not_known_where_it_is_followed_no_more(sandbox, start):
    sandbox.faults.add(kind="server_error", route="content")
    run = start()
    ended(run)
    assert run.total_ms > 0
    ended(run.resume(KEY))
    assert (run.state, run.total_ms) == ("expired", None)


def test_a_run_that_had_not_left_is_timed_from_where_it_is_resumed(sandbox, start, skipping):
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    run = start(to=Target("us", url, url, is_own_origin=True))
    ended(run)
    with Sandbox(speed=50, port=port):
        began = skipping.clock()
        run.resume(KEY).wait(timeout_s=30)
        assert 0 < run.total_ms <= (skipping.clock() - began) * 1000 + 1


def test_a_sandbox_run_is_taken_up_where_the_sandbox_serves_now(make_runner, start, tmp_path, monkeypatch):
    with Sandbox(state_dir=tmp_path / "state", speed=50) as first:
        first.faults.add(kind="not_json", route="generate", count=1)
        old = Target("sandbox", first.url, first.url, is_own_origin=True)
        run = start(to=old)
        ended(run)
        (generation,) = first.generations
    with Sandbox(state_dir=tmp_path / "state", speed=50) as second:
        monkeypatch.setenv("GENWIDGET_SANDBOX_URL", second.url)
        later = make_runner()
        again = later.restore(later.ledger.find(run.run_id), Settings())
        assert again.target == old, "looking back starts no sandbox"
        again.resume(KEY).wait(timeout_s=30)
        assert again.target.api_url == second.url
        assert again.generation_id == generation["generation_id"]
        assert again.outputs[0].read().startswith(b"\x89PNG")


def test_a_run_that_is_restored_and_has_ended_tells_what_its_row_has(runner, make_runner, start):
    run = start().wait(timeout_s=30)
    row = runner.ledger.find(run.run_id)
    assert runner.restore(row) is run
    again = make_runner().restore(row)
    assert (again.state, again.provider, again.credits, again.total_ms) == (
        "succeeded",
        run.provider,
        0.052,
        run.total_ms,
    )
    assert again.wait() is again


def a_lost_run(sandbox, start, **more):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start(**more)
    ended(run)
    return run


def test_a_run_that_is_not_lost_cannot_be_resumed(start):
    with pytest.raises(ResumeRefused) as caught:
        start().wait(timeout_s=30).resume(KEY)
    assert str(caught.value) == "Only a lost, unreached, unsent or expired run can be resumed."


def test_a_run_is_resumed_only_with_the_key_it_was_sent_with(sandbox, start):
    run = a_lost_run(sandbox, start)
    with pytest.raises(ResumeRefused) as caught:
        run.resume(API_KEYS["generate_only"])
    assert str(caught.value) == "This run was sent with another API key. Lock that key to resume it."
    assert run.state == "lost"


def test_a_run_older_than_its_idempotency_key_is_not_resumed(sandbox, start, skipping, make_runner):
    run = a_lost_run(sandbox, start)
    timing = Timing(clock=skipping.clock, sleep=skipping.sleep, now=lambda: time.time() + 24 * 3600)
    later = make_runner(timing=timing)
    with pytest.raises(ResumeRefused) as caught:
        later.restore(later.ledger.find(run.run_id)).resume(KEY)
    assert str(caught.value) == (
        "An idempotency key holds for 24 hours, and this one is older. Check the content list first."
    )


@pytest.mark.parametrize(("back_s", "is_resumed"), [(60, True), (48 * 3600, False)])
def test_a_lost_run_is_not_resumed_where_the_clock_was_set_back_so_that_its_age_is_not_known(
    sandbox, start, skipping, make_runner, back_s, is_resumed
):
    run = a_lost_run(sandbox, start)
    timing = Timing(clock=skipping.clock, sleep=skipping.sleep, now=lambda: time.time() - back_s)
    later = make_runner(timing=timing)
    found = later.restore(later.ledger.find(run.run_id))
    before = len(sandbox.requests)
    if is_resumed:
        assert found.resume(KEY).wait(30).state == "succeeded"
    else:
        with pytest.raises(ResumeRefused, match="The clock was set back since this run was sent"):
            found.resume(KEY)
        assert len(sandbox.requests) == before


def test_a_run_whose_body_was_not_stored_cannot_be_sent_again_after_a_restart(sandbox, start, make_runner):
    run = a_lost_run(sandbox, start, settings=Settings(store_bodies=False))
    later = make_runner()
    again = later.restore(later.ledger.find(run.run_id))
    assert (again.request, again.prompt) == (None, "")
    with pytest.raises(ResumeRefused) as caught:
        again.resume(KEY)
    assert str(caught.value) == (
        "The request was not stored, so it cannot be repeated. Check the content list for what was made."
    )
    assert run.resume(KEY).wait(timeout_s=30).state == "succeeded"


def test_a_resume_without_any_key_asks_for_one(sandbox, start, monkeypatch):
    monkeypatch.delenv("BABYSEA_API_KEY", raising=False)
    run = a_lost_run(sandbox, start)
    with pytest.raises(KeyNotLocked) as caught:
        run.resume()
    assert str(caught.value) == "No API key: set BABYSEA_API_KEY, or give one."


def test_a_resume_without_a_key_takes_the_one_in_use(sandbox, runner, target):
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = runner.start(request, target, KEY, Settings(), key_source=lambda: KEY)
    ended(run)
    assert run.resume().wait(timeout_s=30).state == "succeeded"


def test_a_run_is_awaited_in_a_loop_of_the_callers_own(start):
    async def wait():
        return await start()

    assert asyncio.run(wait()).state == "succeeded"


def test_a_run_is_not_waited_for_on_its_own_thread(runner, start):
    run = start()

    async def wait():
        run.wait()

    with pytest.raises(RuntimeError) as caught:
        runner.submit(wait()).result(30)
    assert (
        str(caught.value)
        == "This would block the thread that executes runs. Use `await`, or call it from another thread."
    )
    run.wait(timeout_s=30)


def test_a_row_that_was_read_before_a_rating_does_not_undo_it(runner, start):
    run = start().wait(timeout_s=30)
    assert runner.ledger.drain()
    read_before = runner.ledger.find(run.run_id)
    (listed_before,) = [row for _, row in runner.ledger.find_page(Wanted(), 10).rows]
    run.rate(5)
    for row in (read_before, listed_before, runner.ledger.find(run.run_id)):
        assert runner.restore(row).rating == 5
    assert Ledger(runner.ledger.path).rate(run.run_id, 2).result(30)
    assert runner.restore(runner.ledger.find(run.run_id)).rating == 2, "another process has rated it since"


def test_a_rating_for_which_nobody_waits_any_more_is_known_all_the_same(runner, start, caplog):
    run = start().wait(timeout_s=30)
    assert runner.ledger.drain()
    with contextlib.closing(sqlite3.connect(runner.ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert runner.rate(run, 5).cancel()
    assert runner.ledger.drain()
    assert run.rating == 5
    assert caplog.records == []


def test_a_rating_is_told_where_a_listener_may_wait_for_the_ledger(start):
    first, second = (start().wait(timeout_s=30) for _ in range(2))
    threads, is_told = [], threading.Event()

    def rate_the_other(_):
        threads.append(threading.current_thread().name)
        second.rate(4)
        is_told.set()

    first.subscribe(rate_the_other)
    rating = threading.Thread(target=first.rate, args=(5,), daemon=True)
    rating.start()
    assert is_told.wait(30)
    rating.join(30)
    assert (first.rating, second.rating, threads) == (5, 4, [THREAD_NAME])


def test_many_runs_live_at_once(start):
    runs = [start() for _ in range(4)]
    assert len({run.wait(timeout_s=60).generation_id for run in runs}) == 4


def test_a_key_is_found_in_no_log_row_repr_or_traceback(sandbox, runner, start, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    text = KEY.reveal()
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    run = start()
    error = ended(run)
    for one in (error, error.__cause__):
        lines = traceback.TracebackException.from_exception(one, capture_locals=True).format()
        assert text not in "".join(lines)
    run.resume(KEY).wait(timeout_s=30)
    runner.close()
    assert text not in repr(run) + repr(run.snapshot) + repr(run.intent) + repr(runner.__dict__)
    assert caplog.records
    assert text not in caplog.text
    assert all(text.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
