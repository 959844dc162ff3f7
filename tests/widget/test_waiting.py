"""What a process left under way is offered, without opening the history and without a page."""

import dataclasses
import subprocess
import sys
import time

import pytest

from genwidget.errors import Interrupted, LedgerError, ProcessEnded
from genwidget.messages import MESSAGES
from genwidget.runs import runner
from genwidget.runs.ledger import Row
from genwidget.sandbox import API_KEY
from genwidget.widget import session
from tests.widget.conftest import PROMPT, Page, eventually
from tests.widget.test_history import KEYS, send

HOUR_S = 3600
#: The rows of a ledger, by state, error code and age in hours; and whether their runs wait.
ROWS = [
    ("sending", None, 0.1, True),
    ("accepted", None, 0.1, True),
    ("processing", None, 23.9, True),
    ("expired", ProcessEnded.code, 0.1, True),
    ("lost", Interrupted.code, 0.1, True),
    ("processing", None, 24.1, False),
    ("lost", Interrupted.code, 24.1, False),
    ("expired", ProcessEnded.code, 24.1, False),
    ("lost", "request_timed_out", 0.1, False),
    ("lost", "unreachable", 0.1, False),
    ("expired", None, 0.1, False),
    ("succeeded", None, 0.1, False),
    ("failed", "generation_failed", 0.1, False),
    ("canceled", None, 0.1, False),
    ("answered", None, 0.1, False),
    ("refused", "BSE1004", 0.1, False),
]
#: A process that sends, says so, and then waits to be killed.
LEAVER = """
import sys
from genwidget.runs.runner import Runner
from genwidget.api.keys import ApiKey
from genwidget.catalogue import Catalogue
from genwidget.api.regions import resolve
from genwidget.request.validation import check, find_model, require
spec = find_model(Catalogue.load(), "image", "bfl/flux-schnell")
asked = require(check(spec, {"generation_prompt": "Left under way"}))
run = Runner().start(asked, resolve("sandbox"), ApiKey(sys.argv[1]))
run.subscribe(lambda run: run.generation_id and print(run.run_id, flush=True))
sys.stdin.read()
"""


def a_row(run_id, state, error_code, age_h, key="A"):
    return Row(
        intent_id=run_id,
        idempotency_key=f"key of {run_id}",
        request_hash="",
        body=b'{"generation_prompt": "Left"}',
        region_id="sandbox",
        api_url="http://127.0.0.1:1",
        helper_url="http://127.0.0.1:1",
        is_own_origin=True,
        model_type="image",
        model_id="bfl/flux-schnell",
        path="/v1/generate/image/bfl/flux-schnell",
        key_fingerprint=session.ApiKey(KEYS[key]).fingerprint,
        created_at=time.time() - age_h * HOUR_S,
        state=state,
        error_code=error_code,
        updated_at=time.time(),
    )


def told(pg):
    """Return what the page is told at first sight, and the ids of what waits."""
    page = Page(pg)
    page.ask("hello")
    eventually(lambda: not pg.session.background._under_way)
    assert pg.session.publisher.drain()
    answer, _ = page.ask("list_runs", waiting=True)
    assert page.values_of("history_state")[-1]["waiting"] == len(answer["data"]["rows"])
    return pg.history_state, {row["run_id"] for row in answer["data"]["rows"]}


@pytest.fixture
def left(carrier):
    """A ledger with rows of every end; return the ids of those whose runs wait."""
    for at, (state, error_code, age_h, _) in enumerate(ROWS):
        carrier.ledger.begin(a_row(f"run-{at}", state, error_code, age_h))
    carrier.ledger.begin(a_row("of another key", "processing", None, 0.1, "B"))
    return {f"run-{at}" for at, row in enumerate(ROWS) if row[3]}


def test_only_what_was_under_way_when_its_process_ended_waits_and_only_for_a_day(make, left):
    state, waiting = told(make())
    assert waiting == left | {"of another key"}
    assert [state["count"], state["waiting"]] == [len(ROWS) + 1, len(left) + 1]


def test_what_waits_is_of_the_scope(make, left):
    pg = make(history="key")
    assert told(pg)[1] == set()
    pg.session.lock_key(KEYS["B"], "sandbox")
    assert told(pg)[1] == {"of another key"}
    pg.session.lock_key(KEYS["A"], "sandbox")
    assert told(pg)[1] == left
    pg.unlock_key()
    assert [told(pg)[1], pg.history_state["count"]] == [set(), 0]
    assert told(make(history="session"))[1] == set()


def test_the_page_is_told_counts_and_no_ids(make, left):
    pg = make()
    Page(pg).ask("hello")
    eventually(lambda: pg.history_state["waiting"] > 0)
    assert pg.session.publisher.drain()
    assert "run-" not in Page(pg).everything()
    assert not {"runs"} & set(pg.get_state())


def test_python_has_what_waits_without_a_page(make, left):
    pg = make()
    old = {f"run-{at}" for at, (_, _, age_h, _) in enumerate(ROWS) if age_h > 24}
    assert {run.run_id for run in pg.runs if run.is_interrupted} == left | old | {"of another key"}
    assert len(pg.runs) == len(ROWS) + 1


def test_a_run_that_another_process_follows_does_not_wait_until_that_process_ends(make, sandbox):
    sandbox.hold()
    leaver = subprocess.Popen(
        [sys.executable, "-c", LEAVER, API_KEY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        run_id = leaver.stdout.readline().strip()
        pg = make(values={"generation_prompt": PROMPT})
        assert told(pg)[1] == set()
        assert not pg.history_state["is_under_way"], "its own kernel follows it, and does not end with this one"
        assert runner.shared().ledger.interrupted(0) == []
        leaver.kill()
        leaver.wait()
        sandbox.let_go()
        assert told(pg)[1] == {run_id}
        page = Page(pg)
        answer, _ = page.ask("resume", run_id=run_id)
        assert answer["alert"]["message"] == MESSAGES["key_not_locked"]
        pg.session.lock_key(KEYS["B"], "sandbox")
        answer, _ = page.ask("resume", run_id=run_id)
        assert answer["alert"]["message"] == MESSAGES["resume_other_key"]
        assert pg.history_state["waiting"] == 1
        pg.session.lock_key(API_KEY, "sandbox")
        assert page.ask("resume", run_id=run_id)[0]["ok"]
        page.wait_for("history_state", lambda state: state["waiting"] == 0)
        assert [one["generation_prompt"] for one in sandbox.generations] == ["Left under way"]
        eventually(lambda: pg.session.run_list.get(run_id).is_terminal)
    finally:
        leaver.kill()
        leaver.communicate()


@pytest.mark.parametrize(
    "send",
    [lambda pg, _: pg.send(), lambda _, page: page.send(), lambda pg, _: pg.sweep(prompt=["a", "b"])],
    ids=["from Python", "from the page", "as a batch"],
)
def test_the_page_is_told_whether_its_kernel_follows_what_was_sent_from_here(pg, page, sandbox, send):
    assert not pg.history_state["is_under_way"]
    sandbox.hold()
    send(pg, page)
    page.wait_for("history_state", lambda state: state["is_under_way"])
    sandbox.let_go()
    page.wait_for("history_state", lambda state: not state["is_under_way"])


def test_a_run_that_is_not_the_shown_one_is_told_too(pg, page, sandbox):
    sandbox.hold()
    first = pg.send()
    eventually(lambda: first.generation_id is not None)
    second = pg.send()
    second.cancel(15)
    page.wait_for("run", lambda shown: shown["run_id"] == second.run_id and not shown["is_live"])
    assert page.values_of("history_state")[-1]["is_under_way"]
    sandbox.let_go()
    page.wait_for("history_state", lambda state: not state["is_under_way"])


def test_a_kernel_that_ends_as_it_should_leaves_its_run_to_the_next(pg, page, sandbox, make, monkeypatch):
    sandbox.hold()
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda shown: shown["generation_id"] is not None)
    runner.shared().close()
    later = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: later)
    assert told(make())[1] == {run_id}
    later.close()


def test_the_post_of_a_click_is_told_while_it_is_on_its_way(pg, page, sandbox):
    sandbox.faults.add(kind="hang", route="generate")
    run_id = page.send()["run_id"]
    page.wait_for("posting", lambda posting: posting == [run_id])
    runner.shared().close()
    page.wait_for("posting", lambda posting: True)
    eventually(lambda: pg.posting == [])


def test_runs_sent_from_python_are_in_no_trait(pg):
    runs = [pg.send() for _ in range(3)]
    for run in runs:
        run.wait(15)
    assert pg.session.publisher.drain()
    assert [pg.posting, pg.history_state["count"]] == [[], 3]
    assert [run.run_id for run in pg.runs] == [run.run_id for run in reversed(runs)]


def test_observers_of_the_runs_are_told_of_each_change(pg):
    seen = []
    pg.observe(lambda change: seen.append([run.state.value for run in change.new]), "runs")
    pg.send().wait(15)
    eventually(lambda: seen and seen[-1] == ["succeeded"])


def test_a_list_is_paged_and_bounded(make, carrier):
    pg = make()
    for at in range(5):
        carrier.ledger.begin(a_row(f"run-{at}", "succeeded", None, 5 - at))
    page = Page(pg)
    told(pg)
    for limit, offset, expected in ((2, 0, ["run-4", "run-3"]), (2, 3, ["run-1", "run-0"]), (9, 5, [])):
        answer, _ = page.ask("list_runs", limit=limit, offset=offset)
        assert [row["run_id"] for row in answer["data"]["rows"]] == expected
        assert pg.history_state["count"] == 5
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}):
        answer, _ = page.ask("list_runs", **wrong)
        assert answer["alert"]["message"] == MESSAGES["bad_command"]


def test_a_ledger_that_cannot_be_read_is_told_beside_the_playgrounds_own_runs(make, monkeypatch):
    pg = make()
    run = send(pg, "mine A")

    def fail(*_):
        raise LedgerError("The ledger is no ledger")

    monkeypatch.setattr(runner.shared().ledger, "interrupted", fail)
    answer, _ = Page(pg).ask("list_runs")
    assert [answer["ok"], answer["alert"]["message"]] == [False, "The ledger is no ledger"]
    assert [row["run_id"] for row in answer["data"]["rows"]] == [run.run_id]
    with pytest.warns(RuntimeWarning, match="The ledger is no ledger"):
        assert [one.run_id for one in pg.runs] == [run.run_id]


def test_python_does_not_wait_for_a_ledger_for_ever(make, monkeypatch):
    pg = make()
    is_over = runner.threading.Event()
    monkeypatch.setattr(session, "RECALL_TIMEOUT_S", 0.05)
    monkeypatch.setattr(runner.shared().ledger, "interrupted", lambda *_: [is_over.wait(15)][:0])
    try:
        with pytest.warns(RuntimeWarning, match="has not been read yet"):
            assert len(pg.runs) == 0
    finally:
        is_over.set()


def test_what_another_process_makes_of_its_run_is_told_here(make, carrier):
    row = a_row("elsewhere", "processing", None, 0.1)
    carrier.ledger.begin(row)
    pg = make()
    assert [run.state.value for run in pg.runs] == ["expired"]
    carrier.ledger.record(dataclasses.replace(row, state="succeeded", credits=0.005, total_ms=900))
    answer, _ = Page(pg).ask("list_runs")
    assert [(row["state"], row["total_ms"]) for row in answer["data"]["rows"]] == [("succeeded", 900)]
    assert [run.wait(1).state.value for run in pg.runs] == ["succeeded"]
