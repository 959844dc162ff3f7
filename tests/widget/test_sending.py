import dataclasses
import threading

import pytest

from genwidget.errors import (
    InvalidEndpointPath,
    InvalidModelType,
    InvalidRequest,
    KeyNotLocked,
    RunLost,
    RunRefused,
    UnknownModel,
)
from genwidget.sandbox import API_KEY, STATE_KEYS
from genwidget.widget import run_list, runs, unsent
from genwidget.widget.payloads import run_facts
from tests.widget.conftest import FAST, FORM, LIMIT_S, PROMPT, Page, eventually

ONE_TRY = {"settings": dataclasses.replace(FAST, max_tries=1)}


def lock(pg, key=None):
    pg.session.lock_key(key or API_KEY, "sandbox")
    return pg


def test_a_send_from_python_ends_in_an_output_and_shows_in_the_page(pg, page, sandbox, tmp_path):
    run = pg.send()
    assert run.wait(15) is run
    assert [run.state, run.status_code, len(run.outputs)] == ["succeeded", 200, 1]
    assert pg.response == run.response
    assert pg.outputs == run.outputs
    assert pg.runs[0] is run
    assert run.outputs[0].save(tmp_path).exists()
    shown = page.wait_for("run", lambda state: state["state"] == "succeeded")
    assert [shown["run_id"], shown["generation_id"], shown["alert"]] == [run.run_id, run.generation_id, None]
    assert [generation["generation_id"] for generation in sandbox.generations] == [run.generation_id]


def test_a_click_makes_the_same_kind_of_run(pg, page, sandbox):
    answer = page.send()
    run = pg.session.run_list.get(answer["run_id"])
    run.wait(15)
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    assert pg.runs[0] is run
    assert run.request == {"generation_prompt": PROMPT}


def test_the_page_hears_of_a_run_before_it_hears_that_its_post_was_answered(pg, page):
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    told = [(name, value) for _, data, _ in page.comm.sent for name, value in data.get("state", {}).items()]
    answered = next(at for at, (name, value) in enumerate(told) if name == "run" and value and value["post_done"])
    assert run_id in repr(told[answered])
    assert [] not in [value for name, value in told[:answered] if name == "posting"][1:]
    assert page.values_of("posting")[-1] == []


def test_the_message_is_sent_and_not_the_traits(pg, page, sandbox):
    pg.values = {"generation_prompt": "Stale"}
    answer = page.send({"generation_prompt": "Fresh"})
    pg.session.run_list.get(answer["run_id"]).wait(15)
    assert [one["generation_prompt"] for one in sandbox.generations] == ["Fresh"]


def test_an_intent_is_taken_once(pg, page, sandbox):
    first = page.send(intent_id="intent-1")
    again = page.send(intent_id="intent-1", values={"generation_prompt": "Another"})
    assert [first["ok"], again["ok"]] == [True, True]
    pg.session.run_list.get("intent-1").wait(15)
    assert len(sandbox.generations) == 1
    page.send(intent_id="intent-2")
    eventually(lambda: len(sandbox.generations) == 2)


def test_a_refused_intent_was_not_taken(make, sandbox):
    pg = make(**ONE_TRY)
    page = Page(pg)
    assert not page.send(intent_id="intent-1")["ok"]
    lock(pg)
    assert page.send(intent_id="intent-1")["ok"]


@pytest.mark.parametrize(
    ("form", "error", "sentence"),
    [
        ({"model_type": "audio"}, InvalidModelType, "Invalid model type"),
        ({"model_id": "bfl/.."}, InvalidEndpointPath, "Invalid endpoint path"),
        ({"model_id": "a b/c"}, InvalidEndpointPath, "Invalid endpoint path"),
        ({"model_id": "bfl/"}, InvalidEndpointPath, "Invalid endpoint path"),
        ({"model_id": "bfl/x#y"}, InvalidEndpointPath, "Invalid endpoint path"),
        ({"model_id": "nobody/nothing"}, UnknownModel, "Unknown model"),
        ({"model_type": "video"}, UnknownModel, "Unknown model"),
        ({"values": {}}, InvalidRequest, "Missing required field: generation_prompt"),
        ({"values": {"generation_prompt": " \t"}}, InvalidRequest, "Missing required field: generation_prompt"),
        (
            {"values": {"generation_prompt": "x" * 5001}},
            InvalidRequest,
            "generation_prompt: Must be at most 5,000 characters, 5,001 now",
        ),
    ],
)
def test_the_checks_refuse_with_their_sentence_in_the_page_and_from_python(pg, page, sandbox, form, error, sentence):
    answer = page.send(**form)
    assert [answer["ok"], answer["alert"]["message"], answer["alert"]["scope"]] == [False, sentence, "send"]
    assert page.wait_for("alert", bool)["message"] == sentence
    whole = {**FORM, "values": {"generation_prompt": PROMPT}, **form}
    with pytest.raises(error) as refused:
        pg.session.send_now(whole["region"], whole["model_type"], whole["model_id"], whole["values"])
    assert refused.value.message == sentence
    assert sandbox.generations == []
    assert pg.run is None


def test_the_checks_run_in_one_order_and_the_first_that_fails_speaks(make):
    pg = make()
    page = Page(pg)
    wrong = {"model_type": "audio", "model_id": "..", "values": {}}
    told = [page.send(**wrong)["alert"]["message"]]
    lock(pg)
    for name, value in (("model_type", "image"), ("model_id", "nobody/nothing"), ("model_id", "bfl/flux-schnell")):
        told.append(page.send(**wrong)["alert"]["message"])
        wrong[name] = value
    told.append(page.send(**wrong)["alert"]["message"])
    assert told == [
        "Please lock your API key first",
        "Invalid model type",
        "Invalid endpoint path",
        "Unknown model",
        "Missing required field: generation_prompt",
    ]


def test_a_model_of_the_sandbox_alone_is_kept_and_refused_in_another_region(make):
    pg = make(model="sandbox/contact-sheet", values={"generation_prompt": PROMPT})
    pg.region = "us"
    pg.session.lock_key(API_KEY, "us")
    with pytest.raises(UnknownModel):
        pg.send()
    pg.region = "sandbox"
    assert pg.model_id == "sandbox/contact-sheet"
    assert lock(pg).send().wait(15).state == "succeeded"


def test_pg_send_refuses_without_a_key_and_with_problems_and_makes_no_run(make, sandbox):
    pg = make(values={"generation_ratio": "7:5"})
    with pytest.raises(KeyNotLocked):
        pg.send()
    lock(pg)
    with pytest.raises(InvalidRequest) as refused:
        pg.send()
    assert refused.value.problems == pg.problems
    assert len(pg.runs) == 0
    assert sandbox.generations == []


@pytest.mark.parametrize(
    ("fault", "settings", "sentence", "state", "kind"),
    [
        ({"kind": "oversize"}, {}, "Response too large", "lost", "warning"),
        ({"kind": "not_json"}, {}, "Invalid JSON response from server", "lost", "warning"),
        ({"kind": "html_403"}, {}, "Invalid JSON response from server", "refused", "error"),
        ({"kind": "hang"}, {"post_timeout_s": 0.3}, "Request timed out", "lost", "warning"),
    ],
    ids=["oversize", "not-json", "firewall", "timeout"],
)
def test_an_answer_that_cannot_be_read(make, sandbox, fault, settings, sentence, state, kind):
    sandbox.faults.add(**fault, route="generate")
    values = {"generation_prompt": PROMPT}
    pg = lock(make(values=values, settings=dataclasses.replace(FAST, max_tries=1, **settings)))
    run = pg.send()
    with pytest.raises((RunLost, RunRefused)) as ended:
        run.wait(15)
    assert [ended.value.message, run.state.value] == [sentence, state]
    shown = Page(pg).wait_for("run", lambda told: told["state"] == state)
    alert = shown["alert"]
    assert [alert["message"], alert["kind"], alert["can_resume"]] == [sentence, kind, state == "lost"]
    assert alert["more"].startswith("No readable answer came") == (state == "lost")


@pytest.mark.parametrize(
    ("key", "status_code", "api_code"),
    [("revoked", 401, "BSE1002"), ("no_credits", 402, "BSE1004")],
)
def test_an_error_of_the_api_is_told_in_its_own_words(make, sandbox, key, status_code, api_code):
    pg = lock(make(values={"generation_prompt": PROMPT}, **ONE_TRY), STATE_KEYS[key])
    run = pg.send()
    with pytest.raises(RunRefused):
        run.wait(15)
    alert = Page(pg).wait_for("run", lambda told: told["alert"] is not None)["alert"]
    said = run.response["error"]
    assert [alert["message"], alert["api_code"], run.status_code] == [said["message"], api_code, status_code]
    assert alert["request_id"] == run.response["request_id"]
    assert alert["scope"] == "send"


def test_too_many_requests_tell_how_long_to_wait(make, sandbox):
    sandbox.faults.add(kind="rate_limit", route="generate", retry_after_s=7200)
    pg = lock(make(values={"generation_prompt": PROMPT}, **ONE_TRY))
    run = pg.send()
    with pytest.raises(RunRefused):
        run.wait(15)
    alert = Page(pg).wait_for("run", lambda told: told["alert"] is not None)["alert"]
    assert [alert["api_code"], alert["more"]] == ["BSE1005", "The API asks to wait 7200 s before the next request."]


def test_after_three_dropped_answers_the_run_is_lost_and_resume_finds_its_generation(make, sandbox):
    sandbox.faults.add(kind="accept_then_drop", route="generate", count=3)
    pg = lock(make(values={"generation_prompt": PROMPT}))
    page = Page(pg)
    run_id = page.send()["run_id"]
    shown = page.wait_for("run", lambda told: told["state"] == "lost")
    host = sandbox.url.removeprefix("http://")
    assert [shown["alert"]["message"], shown["can_resume"]] == [
        f"{host} closed the connection without a response",
        True,
    ]
    answer, _ = page.ask("resume", run_id=run_id)
    assert answer["ok"]
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    assert [one["generation_id"] for one in sandbox.generations] == [pg.runs[0].generation_id]
    assert [event["kind"] for event in sandbox.credit_events].count("charge") == 1


def test_observers_may_read_outputs_and_wait(pg):
    seen = []
    done = threading.Event()

    def read(change):
        if change.new:
            seen.append(change.new[0].read()[:8])
            done.set()

    pg.observe(read, "outputs")
    pg.send().wait(15)
    assert done.wait(15)
    assert seen == [b"\x89PNG\r\n\x1a\n"]


def test_an_observer_in_a_patch_of_the_page_may_send_and_wait(pg, page):
    states = []
    pg.observe(lambda _: states.append(pg.send().wait(15).state), "model_id")
    page.write(model_id="bfl/flux-1.1-pro", model_type="image", values={"generation_prompt": PROMPT})
    assert states == ["succeeded"]


def test_nothing_that_was_sent_or_came_back_is_in_a_synced_trait(pg, page):
    pg.send().wait(15)
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    state = {
        name: value for name, value in pg.get_state().items() if name not in {"values", "_esm", "_css", "catalogue"}
    }
    assert PROMPT not in repr(state)
    assert "generation_prediction_id" not in repr(state)
    assert {"response", "outputs"}.isdisjoint(state)


def test_a_change_of_one_run_is_told_without_looking_at_the_others(pg, sandbox, monkeypatch):
    before = [pg.send() for _ in range(5)]
    for run in before:
        run.wait(LIMIT_S)
    assert pg.session.publisher.drain()
    made, looked_at = [], []
    for module in (run_list, runs):
        monkeypatch.setattr(module, "run_facts", lambda run: made.append(run) or run_facts(run))
    monkeypatch.setattr(unsent, "is_unsent", looked_at.append)
    after = pg.send()
    after.wait(LIMIT_S)
    assert pg.session.publisher.drain()
    assert set(made) == {after}
    assert set(looked_at) <= {after}
    assert [row["state"] for row in pg.session.run_list.listed().rows] == ["succeeded"] * 6
