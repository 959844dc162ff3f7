import asyncio
import dataclasses
import json
import threading
import uuid
from pathlib import Path

import pytest

from genwidget.catalogue import Catalogue
from genwidget.messages import MESSAGES, render
from genwidget.runs import runner
from genwidget.sandbox import API_KEY, Fault, Sandbox
from genwidget.widget.estimates import Estimates
from genwidget.widget.page_files import read_page
from tests.widget.conftest import FAST, FORM, LIMIT_S, PROMPT, Page, eventually

LIVE = dataclasses.replace(FAST, live_models=True, max_tries=1)
#: Of the page's further modules.
SOURCES = Path(__file__).parents[2] / "js" / "src" / "modules"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def run(pg, page):
    run = pg.send().wait(15)
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    return run


def test_what_is_no_command_is_answered_with_a_sentence(page):
    for message in ({"id": "m-1", "kind": "shout"}, {"id": "m-2", "kind": "send"}, {"id": "m-3"}):
        page.tell(message)
        answer, _ = page.answer_to(message["id"])
        assert [answer["ok"], answer["alert"]["message"]] == [False, MESSAGES["bad_command"]]


def test_hello_is_answered_and_finds_the_host(make, sandbox):
    pg = make()
    page = Page(pg)
    assert pg.host == ""
    answer, _ = page.ask("hello")
    assert answer["data"].pop("now") == pytest.approx(pg.session.runner.timing.now() * 1000, abs=LIMIT_S * 1000)
    assert answer == {"kind": "reply", "id": answer["id"], "ok": True, "alert": None, "data": {}}
    assert page.wait_for("host", bool) == sandbox.url


def test_the_replys_text_is_laid_out_and_counted_as_the_header_tells(page, run):
    for which, told in (("reply", json.loads(run.raw_reply)), ("record", json.loads(run.raw_record)["data"])):
        answer, (content,) = page.ask("fetch_body", run_id=run.run_id, which=which)
        text = bytes(content).decode()
        assert text == json.dumps(told, indent=2, ensure_ascii=False)
        assert answer["data"] == {}
        assert page.values_of("run")[-1]["lines"][which] == text.count("\n") + 1


def test_an_outputs_bytes_come_with_what_they_are(page, run):
    answer, (content,) = page.ask("fetch_output", run_id=run.run_id, index=0)
    assert bytes(content) == run.outputs[0].read()
    assert answer["data"] == {
        "media_type": "image/png",
        "filename": f"{run.model_id.partition('/')[2]}-{run.generation_id[:8]}-1.png",
        "alt": PROMPT,
    }


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ({"kind": "fetch_body", "run_id": "nobody", "which": "reply"}, MESSAGES["no_such_run"]),
        ({"kind": "load_run", "run_id": "nobody"}, MESSAGES["no_such_run"]),
        ({"kind": "cancel", "run_id": "nobody"}, MESSAGES["no_such_run"]),
        ({"kind": "resume", "run_id": "nobody"}, MESSAGES["no_such_run"]),
        ({"kind": "fetch_schema", "model_id": "nobody/nothing"}, "Unknown model"),
        ({"kind": "fetch_module", "name": "../widget"}, MESSAGES["no_such_module"]),
        ({"kind": "manage", "action": "info", "generation_id": "../x"}, "Must be a valid UUID"),
    ],
)
def test_a_command_that_cannot_be_done_is_answered_with_its_sentence(page, command, sentence):
    answer, _ = page.ask(**command)
    assert [answer["ok"], answer["alert"]["message"]] == [False, sentence]


def test_an_output_that_is_not_there_is_told(page, run):
    answer, buffers = page.ask("fetch_output", run_id=run.run_id, index=7)
    assert [answer["ok"], answer["alert"]["message"], buffers] == [False, "There is no output to show yet.", []]


def test_a_run_that_has_ended_is_not_resumed_or_canceled(page, run):
    answer, _ = page.ask("resume", run_id=run.run_id)
    assert answer["alert"]["message"] == MESSAGES["resume_not_lost"]
    answer, _ = page.ask("cancel", run_id=run.run_id)
    assert answer["alert"]["message"] == "The run has ended."


@pytest.mark.parametrize("is_locked", [False, True])
def test_a_run_of_another_region_is_resumed_where_its_key_can_be_locked_and_says_where(pg, page, sandbox, is_locked):
    sandbox.faults.add(Fault("not_json", route="generate", count=1))
    run = pg.send()
    eventually(lambda: run.is_terminal)
    pg.region = "us"
    if is_locked:
        pg.session.lock_key(API_KEY, "us")
    answer, _ = page.ask("resume", run_id=run.run_id)
    assert answer["alert"]["message"] == render("resume_elsewhere", region="Sandbox", host=run.target.api_url)
    assert len([one for one in sandbox.requests if one.method == "POST"]) == 1
    pg.region = "sandbox"
    pg.lock_key()
    assert page.ask("resume", run_id=run.run_id)[0]["ok"]


def test_a_run_under_way_is_canceled(pg, page, sandbox):
    sandbox.hold()
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda told: told["generation_id"] is not None)
    assert page.ask("cancel", run_id=run_id)[0]["ok"]
    shown = page.wait_for("run", lambda told: told["state"] == "canceled")
    shown = page.wait_for("run", lambda told: told["credits_refunded"])
    assert shown["can_cancel"] is False
    said = [shown["alert"][name] for name in ("kind", "message", "more")]
    assert said == [
        "note",
        "The generation was canceled",
        "What it cost came back: 0.005 credits of the sandbox (no money).",
    ]
    assert [one["generation_status"] for one in sandbox.generations] == ["canceled"]


def test_an_estimate_reaches_the_page(page, sandbox):
    form = {"model_type": "image", "model_id": "bfl/flux-schnell", "values": {"generation_prompt": PROMPT}}
    assert page.ask("estimate", **form, of="the first form")[0]["ok"]
    told = page.wait_for("estimate", bool)
    assert told == {
        "model_id": "bfl/flux-schnell",
        "of": "the first form",
        "credits": 0.005,
    }
    assert page.wait_for("balance", bool) == sandbox.credits


@pytest.mark.parametrize(("sent", "is_kept"), [("5", True), ("7", False)])
def test_what_the_api_estimated_for_a_film_is_its_cost_where_no_list_has_its_price(make, sandbox, sent, is_kept):
    pg = make(model="bytedance/seedance-1-pro")
    pg.session.lock_key(API_KEY, "sandbox")
    page = Page(pg)
    form = {"model_type": "video", "model_id": pg.model_id}
    values = {**pg.values, "generation_prompt": PROMPT, "generation_duration": "5"}
    assert page.ask("estimate", **form, values=values)[0]["ok"]
    estimated = page.wait_for("estimate", bool)["credits"]
    answer = page.send({**values, "generation_duration": sent}, **form)
    run = pg.session.run_list.get(answer["run_id"])
    assert run.wait(30).credits == pytest.approx(estimated * int(sent) / 5)
    asked = [one for one in sandbox.requests if one.path.startswith("/v1/estimate/")]
    assert len(asked) == (1 if is_kept else 2)


def test_a_generation_is_asked_for_canceled_and_deleted_by_its_id(page, run, sandbox):
    answer, (content,) = page.ask("manage", action="info", generation_id=run.generation_id)
    assert answer["data"]["status_code"] == 200
    assert json.loads(bytes(content))["data"]["generation_id"] == run.generation_id
    answer, (content,) = page.ask("manage", action="cancel", generation_id=run.generation_id)
    assert [answer["ok"], answer["data"]["status_code"]] == [False, 409]
    assert json.loads(bytes(content))["error"]["message"] == answer["alert"]["message"]
    answer, (content,) = page.ask("manage", action="delete", generation_id=run.generation_id)
    assert [answer["ok"], answer["data"]["status_code"]] == [True, 200]
    assert json.loads(bytes(content))["data"]["files_deleted"] == 1
    answer, _ = page.ask("manage", action="info", generation_id=UNKNOWN)
    assert [answer["ok"], answer["data"]["status_code"]] == [False, 404]


def test_a_row_of_the_history_says_that_its_generation_was_deleted(page, run):
    assert [one["state"] for one in page.ask("list_runs")[0]["data"]["rows"]] == ["succeeded"]
    before = page.values_of("history_state")[-1]["version"]
    assert page.ask("manage", action="delete", generation_id=run.generation_id)[0]["ok"]
    page.wait_for("history_state", lambda told: told["version"] > before)
    assert [one["state"] for one in page.ask("list_runs")[0]["data"]["rows"]] == ["deleted"]


def test_a_run_that_failed_says_that_its_credits_came_back(page, sandbox):
    sandbox.faults.add(kind="provider_error")
    assert page.send()["ok"]
    told = page.wait_for("run", lambda told: told["state"] == "failed")
    assert told["credits_refunded"]
    assert told["alert"]["more"].endswith(". What it cost came back: 0.005 credits of the sandbox (no money).")
    assert sandbox.credits == 100


def test_managing_needs_a_key(make):
    answer, _ = Page(make()).ask("manage", action="info", generation_id=UNKNOWN)
    assert answer["alert"]["message"] == "Please lock your API key first"


def test_the_request_is_exported_as_the_page_sees_it(pg, page, sandbox):
    answer, _ = page.ask("export", language="curl", **FORM, values={"generation_prompt": "From the page"})
    assert "From the page" in answer["data"]["text"]
    assert sandbox.url in answer["data"]["text"]
    assert PROMPT in pg.export("python")


def test_a_models_schema_can_be_copied(page):
    answer, _ = page.ask("fetch_schema", model_id="bfl/flux-schnell")
    assert json.loads(answer["data"]["text"])["title"] == "bfl/flux-schnell"


def test_a_further_module_is_the_text_that_was_built_with_the_first(page):
    built = read_page().modules
    assert set(built) == {path.stem for path in SOURCES.glob("*.ts")}
    for name, text in built.items():
        answer, buffers = page.ask("fetch_module", name=name)
        assert [answer["ok"], answer["data"], [bytes(one) for one in buffers]] == [True, {}, [text]]


def test_what_a_notebook_saves_has_the_first_module_and_no_other(pg, page):
    for name in read_page().modules:
        page.ask("fetch_module", name=name)
    saved = json.dumps(pg.get_state())
    first, *others = read_page().script, *(text.decode() for text in read_page().modules.values())
    assert json.dumps(first)[1:-1] in saved
    assert [text[:60] for text in others if json.dumps(text)[1:-1] in saved] == []


def test_another_run_can_be_shown(pg, page):
    first, second = pg.send(), pg.send()
    for run in (first, second):
        run.wait(15)
    assert page.ask("load_run", run_id=first.run_id)[0]["ok"]
    page.wait_for("run", lambda told: told["run_id"] == first.run_id)
    assert pg.response == first.response
    assert page.ask("list_runs", limit=1)[0]["data"]["is_last"] is False
    answer, _ = page.ask("list_runs")
    assert answer["data"]["is_last"] is True
    assert [(row["run_id"], row["prompt"]) for row in answer["data"]["rows"]] == [
        (second.run_id, PROMPT),
        (first.run_id, PROMPT),
    ]


@pytest.fixture
def later_kernel(monkeypatch):
    """What a restart gives: a runner that knows the ledger alone."""
    another = runner.Runner()
    yield lambda: monkeypatch.setattr(runner, "shared", lambda: another)
    another.close()


@pytest.fixture
def slow_find(pg, monkeypatch):
    """Let the ledger find one run late; give its id, then what lets it be found."""
    find, held, go = pg.session.history.find, [], threading.Event()

    async def slow(run_id):
        if run_id in held:
            await asyncio.to_thread(go.wait, LIMIT_S)
        return await find(run_id)

    monkeypatch.setattr(pg.session.history, "find", slow)
    return held.append, go.set


@pytest.mark.parametrize("newer", ["send", "load_run"])
@pytest.mark.parametrize("older", ["load_run", "resume"])
def test_a_run_that_is_found_late_does_not_take_the_place_of_what_was_asked_for_since(
    pg, page, slow_find, older, newer, sandbox
):
    hold, let_go = slow_find
    if older == "resume":
        sandbox.faults.add(Fault("not_json", route="generate", count=1))
    first = pg.send()
    eventually(lambda: first.is_terminal)
    assert str(first.state) == ("lost" if older == "resume" else "succeeded")
    second = pg.send().wait(LIMIT_S)
    hold(first.run_id)
    asked = str(uuid.uuid4())
    page.tell({"id": asked, "kind": older, "run_id": first.run_id})
    if newer == "send":
        run_id = page.send()["run_id"]
        eventually(lambda: pg.session.run_list.get(run_id).is_terminal)
    else:
        run_id = second.run_id
        assert page.ask("load_run", run_id=run_id)[0]["ok"]
    let_go()
    assert page.answer_to(asked)[0]["ok"]
    assert pg.session.publisher.drain()
    assert page.values_of("run")[-1]["run_id"] == run_id


def test_runs_of_an_earlier_kernel_are_in_the_history_and_can_be_shown(pg, page, run, make, later_kernel):
    later_kernel()
    later = make(values={"generation_prompt": PROMPT})
    later_page = Page(later)
    later_page.ask("hello")
    later_page.wait_for("history_state", lambda told: told["count"] == 1)
    answer, _ = later_page.ask("list_runs")
    assert [row["run_id"] for row in answer["data"]["rows"]] == [run.run_id]
    assert later.runs[0] is not run
    later.lock_key()
    assert later_page.ask("load_run", run_id=run.run_id)[0]["ok"]
    shown = later_page.wait_for("run", lambda told: told["has_record"])
    assert [shown["generation_id"], len(shown["outputs"])] == [run.generation_id, 1]
    assert later.outputs[0].read() == run.outputs[0].read()


def test_an_output_of_an_earlier_kernel_is_fetched_without_being_shown_first(page, run, make, later_kernel):
    expected = run.outputs[0].read()
    later_kernel()
    later = make(values={"generation_prompt": PROMPT})
    later_page = Page(later)
    later.lock_key()
    answer, (content,) = later_page.ask("fetch_output", run_id=run.run_id, index=0)
    assert (answer["data"]["media_type"].split("/")[0], bytes(content)) == ("image", expected)


def test_an_output_of_a_deleted_generation_is_not_one_that_is_still_to_come(page, run, make, later_kernel):
    run.delete(timeout_s=15)
    later_kernel()
    later = make(values={"generation_prompt": PROMPT})
    later_page = Page(later)
    later.lock_key()
    answer, _ = later_page.ask("fetch_output", run_id=run.run_id, index=0)
    assert answer["alert"]["message"] == MESSAGES["no_outputs_deleted"]


def test_live_models_are_merged_after_a_lock(make):
    pg = make(settings=LIVE)
    pg.lock_key()
    eventually(lambda: pg.session.catalogue.find("bfl/flux-schnell").is_live)


def test_the_page_sends_a_model_that_only_the_live_list_has(make):
    new = dataclasses.replace(Catalogue.load().find("bfl/flux-schnell"), model_id="openai/gpt-image-2")
    with Sandbox(speed=200, catalogue=Catalogue([new])) as service:
        pg = make(settings=LIVE, region="us", base_url=service.url, key=lambda: API_KEY)
        pg.lock_key()
        page = Page(pg)
        page.wait_for("catalogue", lambda told: any(one["model_id"] == new.model_id for one in told["models"]))
        page.write(model_id=new.model_id, values={"generation_prompt": PROMPT, "generation_ratio": "4:3"})
        form = {"region": "us", "model_type": "image", "model_id": new.model_id, "values": pg.values}
        answer, _ = page.ask("send", intent_id=str(uuid.uuid4()), **form)
        assert answer["ok"]
        run = pg.runs[0].wait(15)
    assert (run.generation["model_identifier"], run.generation["generation_ratio"]) == (new.model_id, "4:3")


def test_live_models_that_cannot_be_fetched_are_a_note(make, sandbox):
    sandbox.faults.add(kind="server_error", route="library")
    pg = make(settings=LIVE)
    pg.lock_key()
    told = Page(pg).wait_for("alert", bool)
    assert [told["message"], told["kind"], told["scope"]] == [MESSAGES["live_models_failed"], "note", "note"]
    assert pg.locked


def test_an_unforeseen_error_is_answered_without_its_text(page, monkeypatch, caplog):
    async def fail(*_):
        raise ZeroDivisionError("the secret part")

    monkeypatch.setattr(Estimates, "ask", fail)
    answer, _ = page.ask("estimate", model_type="image", model_id="bfl/flux-schnell", values={})
    assert answer["alert"]["message"] == MESSAGES["unforeseen"].format(kind="ZeroDivisionError")
    assert "the secret part" not in page.everything() + caplog.text


def test_a_closed_playground_tells_the_page_nothing_more_and_its_runs_go_on(pg, page, sandbox):
    run = pg.send()
    pg.close()
    count = len(page.comm.sent)
    run.wait(15)
    assert [type_ for type_, _, _ in page.comm.sent[count:]] in ([], ["comm_close"])
    eventually(lambda: sandbox.generations[0]["generation_status"] == "succeeded")


def test_what_a_run_sent_is_fetched(page, run):
    answer, _ = page.ask("fetch_request", run_id=run.run_id)
    assert answer["data"] == {"body": dict(run.intent.body)}


def test_what_was_deleted_is_told_as_deleted_and_has_no_outputs_any_more(pg, page, run):
    other = pg.send().wait(15)
    page.wait_for("run", lambda told: told["run_id"] == other.run_id and told["state"] == "succeeded")
    assert page.ask("manage", action="delete", generation_id=run.generation_id)[0]["ok"]
    assert [run.outputs, len(other.outputs)] == [(), 1]
    assert page.ask("load_run", run_id=run.run_id)[0]["ok"]
    shown = page.wait_for("run", lambda told: told["is_deleted"])
    assert [shown["outputs"], shown["can_cancel"], shown["can_resume"]] == [[], False, False]
    assert [shown["alert"]["kind"], shown["alert"]["message"]] == ["note", "This generation was deleted"]
    assert page.ask("fetch_output", run_id=run.run_id, index=0)[0]["ok"] is False


def test_a_deletion_that_the_api_refuses_deletes_nothing_here(page, run, sandbox):
    sandbox.faults.add(kind="rate_limit", route="delete", retry_after_s=99)
    answer, _ = page.ask("manage", action="delete", generation_id=run.generation_id)
    assert [answer["ok"], run.snapshot.is_deleted, len(run.outputs)] == [False, False, 1]


def test_a_run_of_an_earlier_kernel_whose_generation_is_gone_is_told_as_deleted(make, carrier, monkeypatch):
    earlier = runner.Runner()
    with monkeypatch.context() as patch:
        patch.setattr(runner, "shared", lambda: earlier)
        owner = make(values={"generation_prompt": PROMPT})
        owner.session.lock_key(API_KEY, "sandbox")
        gone = owner.send().wait(15)
        gone.delete(timeout_s=15)
    earlier.close()
    pg = make()
    pg.session.lock_key(API_KEY, "sandbox")
    page = Page(pg)
    assert gone.run_id in {row["run_id"] for row in page.ask("list_runs")[0]["data"]["rows"]}
    assert page.ask("load_run", run_id=gone.run_id)[0]["ok"]
    shown = page.wait_for("run", lambda told: told["is_deleted"])
    assert [shown["outputs"], shown["alert"]["message"]] == [[], "This generation was deleted"]
    assert carrier.ledger.find(gone.run_id).state == "succeeded"
