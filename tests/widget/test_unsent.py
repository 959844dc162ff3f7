"""What waited for its turn and was not sent: why is said once, nothing is paid, and one press sends it all."""

import subprocess
import sys
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from genwidget.errors import KeyNotLocked, NotSent, RunRefused, RunUnsent, SpendLimitReached
from genwidget.messages import MESSAGES
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, Limits
from tests.holding import HoldingSandbox
from tests.widget.conftest import LIMIT_S, PROMPT, Page, eventually

COUNT = 8
VALUES = {"generation_prompt": PROMPT}
#: A process that sends five where two may run, says so, and then waits to be killed.
LEAVER = """
import sys, threading
from genwidget.runs.runner import Runner
from genwidget.api.keys import ApiKey
from genwidget.catalogue import Catalogue
from genwidget.api.regions import resolve
from genwidget.request.validation import check, find_model, require
spec = find_model(Catalogue.load(), "image", "bfl/flux-schnell")
carrier, target, key = Runner(), resolve("sandbox"), ApiKey(sys.argv[1])
def start(number):
    return carrier.start(require(check(spec, {"generation_prompt": f"Left {number}"})), target, key)
def until(claim):
    while not claim():
        threading.Event().wait(0.01)
runs = [start(0), start(1)]
until(lambda: all(run.generation_id for run in runs))
runs.append(start(2))
until(lambda: runs[2].state == "waiting")
runs += [start(3), start(4)]
until(lambda: all(run.state == "waiting" for run in runs[2:]) and carrier.ledger.drain(1))
print(*(run.run_id for run in runs), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sandbox(monkeypatch):
    """Credits for two pictures, and room for two at once."""
    with HoldingSandbox(speed=50, limits=Limits(images_at_once=2), balance=0.012) as one:
        monkeypatch.setenv("GENWIDGET_SANDBOX_URL", one.url)
        yield one


def posts(sandbox):
    return [one for one in sandbox.requests if one.route == "generate_image" and one.status != 429]


@pytest.fixture
def stopped(pg, page, sandbox):
    """Eight clicks of which two could be paid; return the runs."""
    sandbox.hold()
    runs = [pg.session.run_list.get(page.send()["run_id"]) for _ in range(COUNT)]
    eventually(lambda: sum(run.generation_id is not None for run in runs) == 2)
    eventually(lambda: sum(run.state == "waiting" for run in runs) == COUNT - 2)
    sandbox.let_go()
    eventually(lambda: all(run.is_terminal for run in runs))
    assert pg.session.publisher.drain()
    return runs


def test_without_credits_all_that_waits_stops_at_once_and_is_not_sent(stopped, sandbox, carrier):
    counts = Counter(str(run.state) for run in stopped)
    assert counts["succeeded"] == 2
    assert 1 <= counts["refused"] <= 2, "those that were on their way: each was answered 402"
    assert counts["unsent"] == COUNT - 2 - counts["refused"]
    assert Counter(one.status for one in posts(sandbox)) == {200: 2, 402: counts["refused"]}
    unsent = [run for run in stopped if run.state == "unsent"]
    assert {str(run.error) for run in unsent} == {MESSAGES["unsent_credits"]}
    assert {run.credits for run in unsent} == {0.0}
    with pytest.raises(RunUnsent, match="too few credits"):
        unsent[0].wait(LIMIT_S)
    assert {run.next_step for run in unsent} == {MESSAGES["advice_unsent_credits"]}
    assert carrier.ledger.drain()
    assert [carrier.ledger.find(run.run_id).state for run in unsent] == ["unsent"] * len(unsent)


def test_the_page_is_told_once_why_and_how_many(stopped, pg, page):
    told = f"{MESSAGES['unsent_cause_credits']} {COUNT - 2} requests were not made, and nothing was charged."
    page.wait_for("history_state", lambda state: state["unsent"] == told)
    assert page.values_of("alert")[-1:] in ([], [None])
    shown = page.wait_for("run", lambda run: not run["is_live"])
    assert [shown["run_id"], shown["state"]] == [stopped[-1].run_id, "unsent"]
    assert [shown["alert"]["kind"], shown["alert"]["message"], shown["can_resume"]] == ["note", "Not sent", True]


def test_resume_sends_them_as_the_same_intents_and_ends_all(stopped, pg, page, sandbox, carrier):
    unsent = [run for run in stopped if run.state == "unsent"]
    keys = {run.intent.idempotency_key for run in unsent}
    sandbox.add_credits(1)
    assert page.ask("resume_unsent")[0]["ok"]
    assert [str(run.wait(LIMIT_S).state) for run in unsent] == ["succeeded"] * len(unsent)
    page.wait_for("history_state", lambda state: state["unsent"] == "")
    eventually(lambda: len(sandbox.generations) == COUNT)
    sent = [one.idempotency_key for one in posts(sandbox)]
    assert keys <= set(sent)
    assert len(set(sent)) == COUNT + sum(run.state == "refused" for run in stopped)
    eventually(lambda: all(run.is_terminal for run in pg.runs))
    assert Counter(str(run.state) for run in pg.runs)["succeeded"] == COUNT
    assert page.ask("resume_unsent")[0]["ok"], "and again does nothing"
    assert len(sandbox.generations) == COUNT


def test_resume_pressed_twice_sends_each_once(stopped, pg, page, sandbox):
    sandbox.add_credits(1)
    ids = [str(uuid.uuid4()) for _ in range(2)]
    for one in ids:
        page.tell({"id": one, "kind": "resume_unsent"})
    assert [page.answer_to(one)[0]["ok"] for one in ids] == [True, True]
    eventually(lambda: all(run.is_terminal for run in pg.runs))
    paid = [one.idempotency_key for one in posts(sandbox) if one.status == 200]
    assert len(paid) == len(set(paid)) == COUNT == len(sandbox.generations)


def test_two_playgrounds_that_resume_at_once_send_each_once(stopped, pg, page, make, sandbox):
    sandbox.add_credits(1)
    other = make(values=VALUES)
    other.session.lock_key(API_KEY, "sandbox")
    Page(other).ask("hello")
    eventually(lambda: other.history_state["unsent"] != "")
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one.session.resume_unsent) for one in (pg, other)]:
            done.result(LIMIT_S)
    eventually(lambda: all(run.is_terminal for run in (*pg.runs, *other.runs)))
    eventually(lambda: len(sandbox.generations) == COUNT)
    assert len({one.idempotency_key for one in posts(sandbox) if one.status == 200}) == COUNT


def test_what_was_refused_is_sent_again_once_whoever_asks(stopped, pg, sandbox):
    refused = next(run for run in stopped if run.state == "refused")
    sandbox.add_credits(1)
    pg.session._send_again(refused)
    pg.session._send_again(refused)
    eventually(lambda: all(run.is_terminal for run in pg.runs))
    assert len(sandbox.generations) == 3


def test_resume_without_credits_stops_again_and_loses_none(stopped, pg, page, sandbox):
    assert page.ask("resume_unsent")[0]["ok"]
    eventually(lambda: all(run.is_terminal for run in pg.runs))
    page.wait_for("history_state", lambda state: state["unsent"] or len(posts(sandbox)) >= COUNT)
    assert len(sandbox.generations) == 2


def test_resume_without_a_key_sends_nothing_and_says_so(stopped, pg, page, sandbox):
    before = len(posts(sandbox))
    pg.unlock_key()
    answer, _ = page.ask("resume_unsent")
    assert answer["alert"]["message"] == MESSAGES["key_not_locked"]
    with pytest.raises(KeyNotLocked):
        pg.session.resume_unsent()
    assert len(posts(sandbox)) == before


def test_another_account_pays_for_none_of_them(stopped, pg, page, sandbox):
    before = len(posts(sandbox))
    pg.session.lock_key("bye_usAnotherAccountsKeyOfTheSandbox0001", "sandbox")
    answer, _ = page.ask("resume_unsent")
    assert answer["alert"]["message"] == MESSAGES["resume_other_key"]
    assert len(posts(sandbox)) == before
    assert all(run.is_terminal for run in pg.runs)


def test_a_refusal_alone_is_for_response_to_tell(pg, page, sandbox):
    for _ in range(2):
        pg.send().wait(LIMIT_S)
    with pytest.raises(RunRefused):
        pg.send().wait(LIMIT_S)
    assert pg.session.publisher.drain()
    assert pg.history_state["unsent"] == ""
    assert page.values_of("run")[-1]["alert"]["api_code"] == "BSE1004"


def test_what_waited_when_its_kernel_was_killed_is_told_and_can_be_sent(make, sandbox):
    sandbox.add_credits(1)
    sandbox.hold()
    leaver = subprocess.Popen(
        [sys.executable, "-c", LEAVER, API_KEY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        run_ids = leaver.stdout.readline().split()
        pg = make(values=VALUES)
        page = Page(pg)
        page.ask("hello")
        eventually(lambda: pg.history_state["count"] == 5)
        assert [pg.history_state["waiting"], pg.history_state["unsent"]] == [0, ""], "another process has them"
        leaver.kill()
        leaver.wait()
        page.ask("hello")
        eventually(lambda: pg.history_state["waiting"] == 3)
        told = f"{MESSAGES['unsent_cause_ended']} 2 requests were not made, and nothing was charged."
        assert pg.history_state["unsent"] == told
        sandbox.let_go()
        pg.session.lock_key(API_KEY, "sandbox")
        assert page.ask("resume_unsent")[0]["ok"]
        runs = [pg.session.run_list.get(run_id) for run_id in run_ids[3:]]
        assert [str(run.wait(LIMIT_S).state) for run in runs] == ["succeeded"] * 2
        made = sorted(one["generation_prompt"] for one in sandbox.generations)
        assert made == ["Left 0", "Left 1", "Left 3", "Left 4"]
    finally:
        leaver.kill()
        leaver.communicate()


def test_what_waits_when_its_kernel_ends_as_it_should_is_left_to_the_next_within_its_limits(
    pg, page, sandbox, make, monkeypatch
):
    sandbox.hold()
    runs = [pg.send() for _ in range(4)]
    eventually(lambda: sum(run.generation_id is not None for run in runs) == 2)
    eventually(lambda: sum(run.state == "waiting" for run in runs) == 2)
    runner.shared().close()
    unsent = [run for run in runs if run.state == "unsent"]
    assert {type(run.error) for run in unsent} == {NotSent}
    later = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: later)
    sandbox.let_go()
    other = make(values=VALUES, spend_limit=0.005)
    other.session.lock_key(API_KEY, "sandbox")
    sandbox.add_credits(1)
    Page(other).ask("hello")
    eventually(lambda: other.history_state["unsent"] != "")
    with pytest.raises(SpendLimitReached):
        other.session.resume_unsent()
    found = [other.session.run_list.get(run.run_id) for run in unsent]
    eventually(lambda: sorted(str(run.state) for run in found) == ["succeeded", "unsent"])
    later.close()
