"""Runs wait for their turn where it can be seen, at no cost, and are refused by no cap and no window."""

import asyncio
import functools
import threading
import time
from collections import Counter
from decimal import Decimal

import pytest

from genwidget import messages
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.api.transport import Timing
from genwidget.catalogue import Catalogue
from genwidget.cli import main
from genwidget.errors import RunCanceled, RunLost, RunUnsent
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs import runner as runner_module
from genwidget.runs import turns
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Limits, Sandbox
from genwidget.settings import Settings
from genwidget.widget.payloads import LaidOut, run_snapshot
from tests.contract.quick_server import QuickServer

CATALOGUE = Catalogue.load()
IMAGE = prepare(CATALOGUE, "image", "bfl/flux-schnell", {"generation_prompt": "A seal"})
VIDEO = prepare(CATALOGUE, "video", "bytedance/seedance-1-pro", {"generation_prompt": "A seal"})
KEY = ApiKey(API_KEY)
LIMIT_S = 60


@pytest.fixture
def serve():
    """Serve sandboxes with limits of their own."""
    made = []

    def make(speed=20.0, **limits):
        made.append(Sandbox(speed=speed, limits=Limits(**limits)).start())
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def runner(tmp_path):
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"))
    yield one
    one.close()
    thread.close()


@pytest.fixture
def start(runner):
    def begin(sandbox, request=IMAGE, **more):
        target = Target("sandbox", sandbox.url, sandbox.url, is_own_origin=True)
        return runner.start(request, target, KEY, Settings(poll_first_s=0.02, poll_max_s=0.2), **more)

    return begin


def until(claim):
    end = time.monotonic() + LIMIT_S
    while not claim():
        assert time.monotonic() < end, "never held"
        threading.Event().wait(0.01)


def posts(sandbox):
    return Counter(one.status for one in sandbox.requests if one.method == "POST" and "generate" in one.path)


def test_more_than_may_run_at_once_all_succeed_and_few_posts_are_refused(serve, start):
    sandbox = serve(images_at_once=8, videos_at_once=4)
    runs = [start(sandbox) for _ in range(75)] + [start(sandbox, VIDEO) for _ in range(25)]
    assert Counter(str(run.wait(LIMIT_S).state) for run in runs) == {"succeeded": 100}
    assert len(sandbox.generations) == 100
    assert posts(sandbox)[200] == 100
    assert posts(sandbox)[429] <= 8 + 4, "no more than may be under way as the caps are met: then they are known"


def test_more_than_a_window_takes_all_succeed_and_wait_for_the_next(serve, start):
    sandbox = serve(window_s=20, generate_per_window=10)
    runs = [start(sandbox) for _ in range(30)]
    seen = set()
    for run in runs:
        run.subscribe(lambda one: seen.add(one.waiting))
    assert Counter(str(run.wait(LIMIT_S).state) for run in runs) == {"succeeded": 30}
    # The headers tell when a window is used up; a POST that leaves as one ends may be counted in the next.
    assert posts(sandbox)[429] <= 2
    assert any(one is not None and one.cause == "window" and one.until is not None for one in seen)


@pytest.fixture
def full(serve, start):
    """A sandbox whose places are all taken, and a run that waits."""
    sandbox = serve(speed=0.05, images_at_once=1)
    first = start(sandbox)
    until(lambda: first.state in {"accepted", "processing"})
    second = start(sandbox)
    until(lambda: second.state == "waiting" and posts(sandbox)[429] >= 1)
    return sandbox, second


@pytest.fixture
def unsent(full, start):
    """A run that waits behind others, and of which nothing has left."""
    sandbox, _ = full
    run = start(sandbox)
    until(lambda: run.state == "waiting")
    return sandbox, run


def test_a_run_that_waits_says_why_and_is_written_down_without_a_reservation(unsent, runner):
    sandbox, run = unsent
    assert run.waiting.cause == "running"
    assert [(one.label, one.is_now) for one in run.timeline if one.confirmed] == [
        ("Waiting for another generation of this account to end", True)
    ]
    assert runner.ledger.drain()
    assert runner.ledger.find(run.run_id).state == "waiting"
    both = 2 * Decimal(str(run.intent.price))
    assert runner.ledger.spending(is_sandbox=True).reserved == both, "of the one that runs and the one that was sent"
    told = run_snapshot(run, LaidOut())
    assert [told["state"], told["is_live"], told["can_cancel"], told["post_done"]] == ["waiting", True, True, False]
    with pytest.raises(TimeoutError, match="not sent yet: As many generations of this account"):
        run.wait(0.01)
    assert len(sandbox.generations) == 1


def test_a_wait_that_ends_at_a_time_is_counted_down(serve, start):
    sandbox = serve(speed=1)
    sandbox.faults.add(kind="rate_limit", route="generate", count=1, retry_after_s=30)
    run = start(sandbox)
    until(lambda: run.state == "waiting")
    shown = run_snapshot(run, LaidOut())["countdown"]
    assert shown["label"] == "Next request in"
    assert 0 < shown["at"] / 1000 - time.time() <= 31
    run.cancel(LIMIT_S)


@pytest.mark.parametrize("which", ["full", "unsent"], ids=["after a 429", "never sent"])
def test_a_cancel_in_the_wait_costs_nothing_and_asks_nobody(request, runner, which):
    sandbox, run = request.getfixturevalue(which)
    before = [one.path for one in sandbox.requests if "cancel" in one.path]
    run.cancel(LIMIT_S)
    with pytest.raises(RunCanceled):
        run.wait(LIMIT_S)
    assert (run.credits, run.waiting, run.generation_id) == (0.0, None, None)
    assert runner.ledger.drain()
    row = runner.ledger.find(run.run_id)
    assert row is None or row.credits == 0.0
    assert [one.path for one in sandbox.requests if "cancel" in one.path] == before
    assert len(sandbox.generations) == 1


def test_a_run_that_waits_where_the_process_ends_was_never_sent(unsent, runner):
    sandbox, run = unsent
    runner.close()
    with pytest.raises(RunUnsent) as caught:
        run.wait(LIMIT_S)
    assert str(caught.value) == messages.render("unsent_ended")
    assert run.next_step == messages.render("advice_unsent_ended")
    assert len(sandbox.generations) == 1


def test_a_lost_run_that_waits_to_be_resumed_stays_lost(serve, start, runner):
    sandbox = serve(speed=20)
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start(sandbox)
    with pytest.raises(RunLost):
        run.wait(LIMIT_S)
    sandbox.faults.add(kind="rate_limit", route="generate", retry_after_s=60)
    run.resume(KEY)
    until(lambda: run.state == "waiting")
    runner.close()
    with pytest.raises(RunLost):
        run.wait(LIMIT_S)
    assert runner.ledger.find(run.run_id).state == "lost"


class Held:
    """A clock of whose waits none ends before it is let go, which is a day later."""

    def __init__(self):
        self.ahead_s = 0.0

    def let_go(self):
        self.ahead_s = 25 * 3600.0

    async def sleep(self, _delay_s):
        while not self.ahead_s:  # noqa: ASYNC110 - it is let go by another thread
            await asyncio.sleep(0.01)

    @property
    def timing(self):
        return Timing(
            clock=lambda: time.monotonic() + self.ahead_s, sleep=self.sleep, now=lambda: time.time() + self.ahead_s
        )


@pytest.fixture
def held():
    return Held()


@pytest.fixture
def start_held(held, tmp_path):
    """Send as a runner does whose waits are held."""
    thread = IoThread()
    one = Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3"), timing=held.timing)

    def begin(sandbox, **settings):
        target = Target("sandbox", sandbox.url, sandbox.url, is_own_origin=True)
        return one.start(IMAGE, target, KEY, Settings(poll_first_s=0.02, poll_max_s=0.2, **settings))

    yield begin
    one.close()
    thread.close()


@pytest.mark.parametrize("has_asked", [False, True], ids=["behind another", "told to wait"])
def test_a_lost_run_whose_turn_comes_when_its_key_no_longer_holds_is_not_sent_again(serve, start_held, held, has_asked):
    sandbox = serve()
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run = start_held(sandbox)
    with pytest.raises(RunLost):
        run.wait(LIMIT_S)
    sandbox.faults.add(kind="rate_limit", route="generate", count=1, retry_after_s=30)
    if not has_asked:
        first = start_held(sandbox)
        until(lambda: first.state == "waiting")
    run.resume(KEY)
    until(lambda: run.state == "waiting")
    assert posts(sandbox) == {200: 1, 429: 1}
    held.let_go()
    with pytest.raises(RunLost):
        run.wait(LIMIT_S)
    if not has_asked:
        assert str(run.error) == messages.render("resume_too_old")
        assert first.wait(LIMIT_S).state == "succeeded"
    assert [one.status for one in sandbox.requests if one.idempotency_key == run.intent.idempotency_key] == (
        [200, 429] if has_asked else [200]
    )


def test_a_request_that_may_have_made_something_is_not_sent_again_when_its_key_no_longer_holds(serve, start_held, held):
    sandbox = serve()
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=1)
    run = start_held(sandbox)
    until(lambda: run.retry is not None)
    held.let_go()
    with pytest.raises(RunLost):
        run.wait(LIMIT_S)
    assert len(sandbox.generations) == len([one for one in sandbox.requests if one.method == "POST"]) == 1


def test_a_request_that_waited_for_a_day_is_retried_as_any_other(serve, start_held, held):
    sandbox = serve()
    sandbox.faults.add(kind="rate_limit", route="generate", count=1, retry_after_s=30)
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=1)
    run = start_held(sandbox)
    until(lambda: run.state == "waiting")
    held.let_go()
    assert run.wait(LIMIT_S).state == "succeeded"
    assert len(sandbox.generations) == 1


def test_a_click_goes_before_the_items_of_batches_and_these_take_turns(runner):
    with QuickServer() as server:
        server.held, server.cap = True, 1
        target = Target("us", server.url, server.url, is_own_origin=True)
        queues = ["large", "large", "large", "large", "small", "small", None]
        start = functools.partial(runner.start, IMAGE, target, ApiKey(API_KEY, custom_host=True), Settings())
        first = start()
        until(lambda: first.state in {"accepted", "processing"})
        runs = {run.intent.idempotency_key: run for run in [start(queue=queue) for queue in queues]}
        until(lambda: all(run.state == "waiting" for run in runs.values()))
        server.held = False
        for run in (first, *runs.values()):
            run.wait(LIMIT_S)
        sent = dict(zip(runs, queues, strict=True))
        order = [sent[key] for key in server.made if key in sent]
        assert order == [None, "large", "small", "large", "small", "large", "large"]


def test_the_shell_says_why_it_waits_and_for_how_long(serve, runner, monkeypatch, capsys, tmp_path):
    sandbox = serve(speed=20)
    sandbox.faults.add(kind="rate_limit", route="generate", count=1, retry_after_s=1)
    monkeypatch.setattr(runner_module, "shared", lambda: runner)
    monkeypatch.setenv("BABYSEA_API_KEY", API_KEY)
    monkeypatch.chdir(tmp_path)
    code = main(["generate", "bfl/flux-schnell", "--prompt", "A seal", "--base-url", sandbox.url])
    lines = [line.partition(" ms  ")[2] for line in capsys.readouterr().err.splitlines() if " ms  " in line]
    assert code == 0
    assert lines[0] in {"Sending request", "Request sent"}
    assert lines[1].startswith("Waiting for this account's rate limit (")
    assert lines[2:4] == ["Sending again", "Accepted"]


@pytest.fixture
def others(tmp_path):
    """Make runners on the ledger of the first, each as another process would have it."""
    made = []

    def make():
        thread = IoThread()
        made.append((Runner(thread, ledger=Ledger(tmp_path / "ledger.sqlite3")), thread))
        return made[-1][0]

    yield make
    for one, thread in made:
        one.close()
        thread.close()


def lane_of(runner):
    (lane,) = runner._turns._lanes.values()
    return lane


def test_processes_that_want_more_than_the_cap_share_it_and_who_ends_gives_its_share_back(runner, others, monkeypatch):
    monkeypatch.setattr(turns, "RENEWAL_S", 0.05)
    monkeypatch.setattr(turns, "LEASE_S", 600.0)  # it lapses in no test
    with QuickServer() as server:
        server.held, server.cap = True, 8
        target = Target("us", server.url, server.url, is_own_origin=True)
        start = functools.partial(Runner.start, request=IMAGE, target=target, key=ApiKey(API_KEY, custom_host=True))
        other = others()
        for one in (runner, other):
            runs = [start(one, settings=Settings()) for _ in range(12)]
            until(lambda runs=runs: any(run.state == "waiting" for run in runs) and server.requests["generate"] > 8)
        until(lambda: [lane_of(one).pace.shares for one in (runner, other)] == [2, 2])
        assert [lane_of(runner).pace.limit, lane_of(other).pace.limit <= 4] == [4, True]
        other.close()
        until(lambda: lane_of(runner).pace.shares == 1)
        assert lane_of(runner).pace.limit > 4
        server.held = False
        until(lambda: not runner._workers)
        until(lambda: runner.ledger.claim_share(lane_of(runner).share.account, "third", 1.0).result(10) == 1)


def test_a_run_that_need_not_wait_claims_no_share(serve, start, runner, monkeypatch):
    claimed = []
    monkeypatch.setattr(turns.Share, "claim", claimed.append)
    start(serve()).wait(LIMIT_S)
    assert claimed == []
