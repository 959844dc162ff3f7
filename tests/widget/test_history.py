"""Whose runs a playground sees: in its list, its traits, its answers, and from Python."""

import dataclasses
import uuid
from typing import get_args

import pytest

from genwidget.errors import BatchStopped, ConfigurationError
from genwidget.messages import MESSAGES
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, STATE_KEYS, Sandbox
from genwidget.settings import HISTORIES, Settings
from genwidget.widget import commands
from genwidget.widget.dashboard import is_dashboard
from genwidget.widget.history_scope import Scope, find_scope
from genwidget.widget.offer import is_sandbox_offered
from tests.widget.conftest import FAST, Page, eventually

KEYS = {"A": API_KEY, "B": STATE_KEYS["other_account"]}
VOILA = {
    "for a request": {"SERVER_SOFTWARE": "voila/0.5.13", "SCRIPT_NAME": "/voila/render/x", "VOILA_PREHEAT": "False"},
    "ahead of a request": {"VOILA_PREHEAT": "True", "VOILA_BASE_URL": "/", "VOILA_APP_PORT": "8866"},
    "of an old version": {"SERVER_SOFTWARE": "voila/0.2.0"},
}
ELSEWHERE = [{}, {"SERVER_SOFTWARE": "nginx/1.27"}, {"SCRIPT_NAME": "/lab"}, {"JUPYTERHUB_USER": "x"}]

#: Every command that names a run.
ON_A_RUN = [
    {"kind": "cancel"},
    {"kind": "resume"},
    {"kind": "check_content"},
    {"kind": "load_run"},
    {"kind": "fetch_request"},
    {"kind": "fetch_body", "which": "record"},
    {"kind": "fetch_output", "index": 0},
    {"kind": "fetch_thumbnail"},
    {"kind": "rate_run", "rating": 3},
    {"kind": "fill_from_run", "region": "sandbox", "model_type": "image", "model_id": "bfl/flux-schnell", "values": {}},
]
#: Those after which there is less of it.
ENDING_A_RUN = [{"kind": "delete_run"}, {"kind": "forget_run"}]
#: Ways to ask for runs that all of them fit.
WAYS = [{}, {"search": "canary"}, {"states": ["succeeded"]}, {"model_id": "bfl/flux-schnell"}, {"since": 1.0}]
#: What reads the ledger.
READS = ("read", "rows", "interrupted", "count_beside", "durations", "find", "find_page", "index_words", "beside")
EVERYONE = {"owner A", "owner B", "elsewhere A", "neighbour A"}
#: What is seen of the runs of an earlier kernel, one of them at another host, of another playground, and of one's own.
SEEN = {
    "user": {
        "at first": EVERYONE,
        "A locked": EVERYONE,
        "sent": {*EVERYONE, "mine A"},
        "unlocked": {*EVERYONE, "mine A"},
        "B locked": {*EVERYONE, "mine A"},
        "A locked for us": {*EVERYONE, "mine A"},
        "A locked again": {*EVERYONE, "mine A"},
    },
    "key": {
        "at first": set(),
        "A locked": {"owner A", "neighbour A"},
        "sent": {"owner A", "neighbour A", "mine A"},
        "unlocked": set(),
        "B locked": {"owner B"},
        "A locked for us": set(),
        "A locked again": {"owner A", "neighbour A", "mine A"},
    },
    "session": {
        "at first": set(),
        "A locked": set(),
        "sent": {"mine A"},
        "unlocked": {"mine A"},
        "B locked": {"mine A"},
        "A locked for us": {"mine A"},
        "A locked again": {"mine A"},
    },
}


def send(pg, name):
    """Send with a key, named by its last letter, and wait for the end."""
    pg.session.lock_key(KEYS[name[-1]], "sandbox")
    return pg.session.send_now("sandbox", "image", "bfl/flux-schnell", {"generation_prompt": f"Canary {name}"}).wait(15)


def quiet(pg):
    """Wait until the session does nothing beside and has told all."""
    eventually(lambda: not pg.session.background._under_way)
    assert pg.session.publisher.drain()


@pytest.fixture
def others(make, carrier, monkeypatch):
    """The runs of others, by name: two of an earlier kernel, one of another playground of this kernel."""
    earlier = runner.Runner()
    with monkeypatch.context() as patch:
        patch.setattr(runner, "shared", lambda: earlier)
        owner = make()
        runs = {name: send(owner, name) for name in ("owner A", "owner B")}
    row = earlier.ledger.find(runs["owner A"].run_id)
    host = {"region_id": "us", "api_url": "https://other.example", "helper_url": "https://other.example"}
    marks = {"intent_id": "run elsewhere", "generation_id": "generation elsewhere", "idempotency_key": "key elsewhere"}
    row = dataclasses.replace(row, **host, **marks, body=b'{"generation_prompt": "Canary elsewhere A"}')
    earlier.ledger.begin(row)
    earlier.close()
    return runs | {"elsewhere A": earlier.restore(row), "neighbour A": send(make(), "neighbour A")}


def seen(pg, runs):
    """Return the names of the runs that a playground has, in every place where one could be."""
    quiet(pg)
    page = Page(pg)
    names = {run.run_id: name for name, run in runs.items()}
    answer, _ = page.ask("list_runs")
    listed = {names[row["run_id"]] for row in answer["data"]["rows"]}
    assert listed == {names[run.run_id] for run in pg.runs}
    for asked in WAYS:
        found, _ = page.ask("find_runs", also=list(names), **asked)
        assert {names[row["run_id"]] for row in found["data"]["rows"]} == listed, asked
        assert {names[row["run_id"]] for row in found["data"]["also"]} == listed, asked
    for name in names.values():
        found, _ = page.ask("find_runs", search=f"Canary {name} ")
        assert {names[row["run_id"]] for row in found["data"]["rows"]} == listed & {name}
    quiet(pg)
    assert pg.history_state["count"] == len(listed)
    shown = page.values_of("run")[-1:]
    asked = [(str(uuid.uuid4()), name, {"run_id": run_id, **one}) for run_id, name in names.items() for one in ON_A_RUN]
    for command_id, _, command in asked:
        page.tell({"id": command_id, **command})
    for command_id, name, command in asked:
        alert = page.answer_to(command_id)[0]["alert"]
        is_unknown = alert is not None and alert["message"] == MESSAGES["no_such_run"]
        assert is_unknown == (name not in listed), (name, command)
    assert all(one is None or names[one["run_id"]] in listed for one in shown)
    return listed


def walk(pg, others):
    """Do what a person does with keys; yield each step, and the runs that there are by then."""
    Page(pg).ask("hello")
    yield "at first", others
    pg.session.lock_key(KEYS["A"], "sandbox")
    yield "A locked", others
    others = others | {"mine A": send(pg, "mine A")}
    yield "sent", others
    pg.unlock_key()
    yield "unlocked", others
    pg.session.lock_key(KEYS["B"], "sandbox")
    yield "B locked", others
    pg.session.lock_key(KEYS["A"], "us")
    yield "A locked for us", others
    pg.session.lock_key(KEYS["A"], "sandbox")
    yield "A locked again", others


@pytest.mark.parametrize("history", HISTORIES)
def test_whose_runs_are_seen_as_keys_come_and_go(make, others, history):
    pg = make(history=history)
    assert pg.history == history
    assert {step: seen(pg, runs) for step, runs in walk(pg, others)} == SEEN[history]


@pytest.mark.parametrize("history", HISTORIES)
def test_in_a_dashboard_a_session_sees_its_own_runs_whatever_was_asked_for(make, others, history, monkeypatch):
    for name, value in VOILA["for a request"].items():
        monkeypatch.setenv(name, value)
    pg = make(history=history)
    assert {step: seen(pg, runs) for step, runs in walk(pg, others)} == SEEN["session"]
    told = Page(pg).everything()
    for name, run in others.items():
        for secret in (f"Canary {name}", run.run_id, run.generation_id):
            assert secret not in told


def test_the_shown_run_goes_with_its_key_where_the_history_is_of_the_key(make, others):
    pg = make(history="key")
    send(pg, "mine A")
    assert pg.outputs
    pg.unlock_key()
    assert [pg.run, pg.response, pg.outputs] == [None, None, ()]


def test_a_run_that_ends_after_its_key_has_gone_is_not_told(make, sandbox):
    sandbox.hold()
    pg = make(history="key")
    page = Page(pg)
    pg.session.lock_key(API_KEY, "sandbox")
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda told: told["generation_id"] is not None)
    run = pg.session.run_list.get(run_id)
    pg.unlock_key()
    assert pg.session.publisher.drain()
    count = len(page.comm.sent)
    run.cancel(15)
    eventually(lambda: run.is_terminal)
    assert pg.session.publisher.drain()
    assert run_id not in repr(page.comm.sent[count:])


@pytest.mark.parametrize(("history", "heard"), [("user", 1), ("key", 1), ("session", 0)])
def test_what_another_playground_of_the_kernel_sends_is_counted_without_being_asked_for(make, history, heard):
    pg, other = make(history=history), make()
    page = Page(pg)
    pg.session.lock_key(API_KEY, "sandbox")
    page.ask("hello")
    quiet(pg)
    send(other, "neighbour A")
    eventually(lambda: not pg.session._recount._is_counting)
    quiet(pg)
    assert pg.history_state["count"] == heard
    run = send(pg, "mine A")
    eventually(lambda: not pg.session._recount._is_counting)
    quiet(pg)
    assert pg.history_state["count"] == heard + 1, "its own is counted once"
    assert run.run_id in {row["run_id"] for row in page.ask("list_runs")[0]["data"]["rows"]}


def test_what_a_batch_of_a_session_has_made_is_in_its_history_and_in_no_other(make, others):
    pg, other = (make(history="session", values={"generation_prompt": "Canary swept"}) for _ in range(2))
    page, run = Page(pg), send(pg, "mine A")
    other.session.lock_key(KEYS["A"], "sandbox")
    theirs = other.sweep(repeat=2).wait(15)
    batch = pg.sweep(repeat=3).wait(15)
    quiet(pg)
    own = {run.run_id, *(item.run_id for item in batch.items())}
    assert {one.run_id for one in pg.runs} == {one["run_id"] for one in page.ask("list_runs")[0]["data"]["rows"]} == own
    assert (pg.history_state["count"], len(own), pg.history_state["unsent"]) == (4, 4, "")
    assert all(one.outputs for one in pg.runs)
    for item in (*theirs.items(), *batch.items()):
        answer = page.ask("load_run", run_id=item.run_id)[0]
        assert answer["ok"] == (item.run_id in own), answer
    assert len({one.run_id for one in pg.runs}) == 4


def test_an_item_of_a_session_that_could_not_be_paid_is_offered_by_its_batch_alone(make):
    with Sandbox(speed=50, balance=0.005) as poor:
        pg = make(base_url=poor.url, region="us", history="session", values={"generation_prompt": "Canary swept"})
        pg.session.lock_key(KEYS["A"], "us")
        with pytest.raises(BatchStopped):
            pg.sweep(repeat=3).wait(15)
        quiet(pg)
        assert pg.history_state["unsent"] == ""


def test_an_intent_of_another_session_gives_none_of_its_run(make, others):
    pg = make(history="session")
    page = Page(pg)
    pg.session.lock_key(API_KEY, "sandbox")
    answer = page.send(intent_id=others["neighbour A"].run_id)
    assert [answer["ok"], answer["alert"]["message"]] == [False, MESSAGES["no_such_run"]]
    assert seen(pg, others) == set()


def test_the_setting_is_the_default_and_an_argument_beats_it(make):
    settings = dataclasses.replace(FAST, history="session")
    assert make(settings=settings).session.scope is Scope.SESSION
    assert make(settings=settings, history="key").session.scope is Scope.KEY
    assert make().session.scope is Scope.USER


@pytest.mark.parametrize("given", ["", "mine", "USER", "everyone"])
def test_a_history_that_there_is_not_is_refused_with_a_sentence(make, given):
    with pytest.raises(ConfigurationError) as refused:
        make(history=given)
    assert refused.value.message == f"history cannot be {given}. Choose one of user, key, session."
    with pytest.raises(ConfigurationError):
        Settings(history=given)


def test_the_variable_that_names_no_history_is_named():
    assert Settings.from_environment({"GENWIDGET_HISTORY": " key "}).history == "key"
    with pytest.raises(ConfigurationError) as refused:
        Settings.from_environment({"GENWIDGET_HISTORY": "all"})
    assert refused.value.message == "GENWIDGET_HISTORY cannot be all. Choose one of user, key, session."


@pytest.mark.parametrize("environment", VOILA.values(), ids=VOILA)
def test_a_kernel_of_voila_is_a_dashboards(environment):
    assert is_dashboard(environment)
    assert {find_scope(one, environment) for one in HISTORIES} == {Scope.SESSION}
    assert not is_sandbox_offered("us", None, environment)


@pytest.mark.parametrize("environment", ELSEWHERE)
def test_no_other_kernel_is_a_dashboards(environment):
    assert not is_dashboard(environment)
    assert [find_scope(one, environment) for one in HISTORIES] == list(HISTORIES)
    assert is_sandbox_offered("us", None, environment)


def test_no_command_that_names_a_run_is_left_out():
    every = [one.model_fields for one in get_args(get_args(commands.Command)[0])]
    naming = {get_args(one["kind"].annotation)[0] for one in every if "run_id" in one}
    assert naming == {one["kind"] for one in ON_A_RUN + ENDING_A_RUN}


@pytest.mark.parametrize("command", ENDING_A_RUN, ids=lambda command: command["kind"])
@pytest.mark.parametrize("history", ["key", "session"])
def test_nobody_ends_a_run_that_may_not_be_seen(make, others, carrier, history, command):
    page = Page(make(history=history))
    for run in others.values():
        answer, _ = page.ask(run_id=run.run_id, **command)
        assert answer["alert"]["message"] == MESSAGES["no_such_run"]
        assert carrier.ledger.find(run.run_id).is_deleted is False


def test_a_book_keeps_no_run_that_may_not_be_seen(make, others):
    pg = make(history="session")
    pg.session.run_list.add(others.values(), beside=0)
    for run in others.values():
        pg.session.run_list.show(run)
    assert [pg.run, len(pg.runs), seen(pg, others)] == [None, 0, set()]


@pytest.mark.parametrize("history", ["session", "key"])
def test_the_ledger_is_not_read_for_who_may_see_nothing_of_it(make, others, monkeypatch, history):
    asked = []
    for name in READS:
        monkeypatch.setattr(runner.shared().ledger, name, lambda *_, **__: asked.append(1))
    pg = make(history=history)
    page = Page(pg)
    page.ask("hello", view="view-1")
    assert page.ask("list_runs")[0]["data"] == {"rows": [], "is_last": True}
    told, _ = page.ask("find_runs", search="canary", also=[run.run_id for run in others.values()])
    assert told["data"] == {"rows": [], "after": None, "also": []}
    for command in ON_A_RUN + ENDING_A_RUN:
        assert page.ask(run_id=others["owner A"].run_id, **command)[0]["alert"]["message"] == MESSAGES["no_such_run"]
    assert pg.runs.picks == ()
    assert page.ask("usual_time", region="sandbox", model_type="image", model_id="bfl/flux-schnell")[0]["data"] == {}
    assert len(pg.runs) == 0
    quiet(pg)
    assert asked == []


def test_a_made_up_id_is_no_run(make):
    assert seen(make(), {}) == set()
    answer, _ = Page(make()).ask("load_run", run_id=str(uuid.uuid4()))
    assert answer["alert"]["message"] == MESSAGES["no_such_run"]
