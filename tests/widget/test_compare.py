"""One request on several models, and sweeps of the form, with the playground's host, key and limit."""

from unittest.mock import ANY

import pytest

from genwidget import Batch, compare
from genwidget.batch.axes import of_text
from genwidget.errors import BatchStopped, InvalidRequest, KeyNotLocked, UnknownModel
from genwidget.sandbox import API_KEY
from tests.widget.conftest import PROMPT, Page, eventually

LIMIT_S = 60
MODELS = ["bfl/flux-schnell", "bfl/flux-1.1-pro"]


def values_of(batch):
    return [(item.model_id, dict(item.values)) for item in batch.items()]


def test_one_request_goes_to_each_model_with_what_that_has_and_takes(sandbox, carrier):
    batch = compare(MODELS, {"prompt": "a seal", "generation_seed": 7}, region="sandbox").wait(LIMIT_S)
    (plain, first), (other, second) = values_of(batch)
    assert [plain, other] == MODELS
    assert "generation_seed" not in first
    assert second["generation_seed"] == 7
    assert first["generation_prompt"] == second["generation_prompt"] == "a seal"
    assert [axis.name for axis in axes_of(batch)] == ["model"]


def axes_of(batch):
    return of_text(batch.parts.row.axes, batch.count)


def test_what_cannot_be_compared_gets_a_sentence(sandbox, carrier):
    with pytest.raises(UnknownModel):
        compare(["bfl/no-such-model"], {"prompt": "a"}, region="sandbox")
    with pytest.raises(InvalidRequest, match=r"generation_seed"):
        compare(MODELS, {"prompt": "a", "generation_sed": 7}, region="sandbox")
    with pytest.raises(InvalidRequest, match="mapping of fields to values"):
        compare(MODELS, "a seal", region="sandbox")
    with pytest.raises(InvalidRequest):
        compare(MODELS, {}, region="sandbox")


def test_a_playground_compares_its_form_with_its_key_within_its_limit(pg, page, sandbox):
    batch = pg.compare("bfl/flux-1.1-pro").wait(LIMIT_S)
    assert [model for model, _ in values_of(batch)] == ["bfl/flux-schnell", "bfl/flux-1.1-pro"]
    assert {values["generation_prompt"] for _, values in values_of(batch)} == {PROMPT}
    page.wait_for("batch_id", lambda value: value == batch.batch_id)
    assert page.ask("watch_cells", batch_id=batch.batch_id, view="v", positions=[0, 1])[0]["data"]["batch"]["done"] == 2
    eventually(lambda: float(pg.spent) == pytest.approx(batch.credits))


def test_a_sweep_of_the_form_varies_what_is_said_and_keeps_the_rest(make, sandbox):
    pg = make(model="bfl/flux-1.1-pro", values={"generation_prompt": PROMPT, "generation_seed": 3})
    pg.session.lock_key(API_KEY, "sandbox")
    batch = pg.sweep(ratio=["1:1", "16:9"], repeat=2, options={"limit": 1}).wait(LIMIT_S)
    found = [values for _, values in values_of(batch)]
    assert [values["generation_ratio"] for values in found] == ["1:1", "1:1", "16:9", "16:9"]
    assert {values["generation_seed"] for values in found} == {3}
    assert {values["generation_prompt"] for values in found} == {PROMPT}
    assert [axis.name for axis in axes_of(batch)] == ["generation_ratio", "repeat"]


def test_without_a_key_nothing_is_sent_and_past_the_limit_it_stops(make, sandbox):
    pg = make(values={"generation_prompt": PROMPT}, spend_limit=0.006)
    with pytest.raises(KeyNotLocked):
        pg.compare(MODELS)
    pg.session.lock_key(API_KEY, "sandbox")
    with pytest.raises(TypeError, match="Did you mean limit"):
        pg.compare(MODELS, limits=1)
    batch = pg.sweep(repeat=3)
    eventually(lambda: batch.state == "stopped")
    assert batch.counts.get("done", 0) <= 1
    assert float(pg.used) <= 0.006
    assert len(sandbox.generations) == 1


FORM_OF = {"model_type": "image", "model_id": "bfl/flux-schnell", "values": {"generation_prompt": PROMPT}}
AXES = [{"name": "model", "values": MODELS}, {"name": "generation_ratio", "values": ["1:1", "16:9"]}]


def test_a_sweep_from_the_page_is_counted_and_priced_before_it_is_sent_once_for_each_press(pg, page, sandbox):
    answer, _ = page.ask("plan_sweep", **FORM_OF, axes=AXES)
    assert answer["data"] == {
        "count": 4,
        "credits": pytest.approx(2 * 0.005 + 2 * 0.052),
        "unknown": 0,
        "problem": None,
    }
    assert sandbox.generations == []
    press = {**FORM_OF, "region": "sandbox", "axes": AXES, "intent_id": "i-1"}
    first, again = (page.ask("send_sweep", **press)[0] for _ in range(2))
    assert first["data"] == again["data"]
    batch_id = first["data"]["batch_id"]
    page.wait_for("batch_id", lambda value: value == batch_id)
    batch = Batch.open(batch_id)
    batch.wait(LIMIT_S)
    assert len(sandbox.generations) == 4
    cells = page.ask("watch_cells", batch_id=batch_id, view="v", positions=[0, 3])[0]["data"]["cells"]
    assert [cell["label"] for cell in cells] == ["bfl/flux-schnell · 1:1", "bfl/flux-1.1-pro · 16:9"]
    assert page.ask("fetch_thumbnails", batch_id=batch_id, positions=[0])[1]


def test_an_item_without_its_prompt_is_priced_and_one_without_what_its_price_hangs_on_is_not(pg, page, sandbox):
    empty = {**FORM_OF, "values": {}}
    answer, _ = page.ask(
        "plan_sweep", **empty, axes=[{"name": "model", "values": ["bfl/flux-schnell", "bfl/flux-2-flex"]}]
    )
    assert answer["data"] == {"count": 2, "credits": 0.005, "unknown": 1, "problem": ANY}
    assert "generation_prompt" in answer["data"]["problem"]
    count = [{"name": "generation_output_number", "values": [99]}]
    answer, _ = page.ask("plan_sweep", **empty, axes=count)
    assert answer["data"] == {"count": 1, "credits": 0, "unknown": 1, "problem": ANY}


def test_prices_that_no_list_has_are_asked_of_the_api_once_a_key_is_locked(make, sandbox):
    pg = make()
    page = Page(pg)
    axes = [{"name": "model", "values": ["bfl/flux-schnell", "bfl/flux-2-flex"]}, {"name": "repeat", "values": [1, 2]}]
    asked = {**FORM_OF, "axes": axes}
    assert page.ask("price_sweep", **asked)[0]["alert"]["code"] == "key_not_locked"
    pg.session.lock_key(API_KEY, "sandbox")
    assert page.ask("plan_sweep", **asked)[0]["data"]["unknown"] == 2
    before = [one.route for one in sandbox.requests].count("estimate")
    for _ in range(2):
        answer, _ = page.ask("price_sweep", **asked)
        assert answer["data"] == {"count": 4, "credits": ANY, "unknown": 0, "problem": None}
        assert answer["data"]["credits"] > 2 * 0.005
    unfinished, _ = page.ask("price_sweep", **{**asked, "values": {}})
    assert (unfinished["data"]["credits"], unfinished["data"]["unknown"]) == (answer["data"]["credits"], 0)
    assert "generation_prompt" in unfinished["data"]["problem"]
    assert [one.route for one in sandbox.requests].count("estimate") - before == 1
    assert sandbox.generations == []


@pytest.mark.parametrize(
    "fault", [{"kind": "server_error"}, {"kind": "altered", "patch": {"data": {"cost_total_consumed": -5}}}]
)
def test_a_price_that_cannot_be_asked_for_or_is_none_stays_unknown_in_a_sweep(make, sandbox, fault):
    pg = make()
    pg.session.lock_key(API_KEY, "sandbox")
    sandbox.faults.add(route="estimate", **fault)
    axes = [{"name": "model", "values": ["bfl/flux-schnell", "bfl/flux-2-flex"]}]
    answer, _ = Page(pg).ask("price_sweep", **FORM_OF, axes=axes)
    assert answer["data"] == {"count": 2, "credits": 0.005, "unknown": 1, "problem": None}


def test_a_misspelt_field_of_the_form_is_in_no_sweep(pg, page, sandbox):
    values = {"generation_prompt": PROMPT, "generation_raito": "1:1"}
    pg.values = values
    for send in (pg.send, pg.sweep, lambda: pg.compare(MODELS)):
        with pytest.raises(InvalidRequest, match=r"generation_raito.* Did you mean generation_ratio"):
            send()
    for kind, more in (("plan_sweep", {}), ("send_sweep", {"region": "sandbox", "intent_id": "i-1"})):
        answer, _ = page.ask(kind, **{**FORM_OF, "values": values}, axes=AXES, **more)
        assert "Did you mean generation_ratio" in answer["alert"]["message"]
    assert sandbox.generations == []


@pytest.mark.parametrize("whose", ["playground", "machine", "batch"])
def test_a_batch_that_a_limit_stopped_says_the_way_on_and_that_one_works(pg, sandbox, monkeypatch, whose):
    if whose == "machine":
        monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "0.007")
    pg.spend_limit = 0.007 if whose == "playground" else None
    batch = pg.sweep(repeat=2, options={"limit": 0.007} if whose == "batch" else {})
    with pytest.raises(BatchStopped) as stopped:
        batch.wait(LIMIT_S)
    ways = {
        "playground": " Stopped. Raise pg.spend_limit; then batch.resume() goes on.",
        "machine": " Stopped. Raise GENWIDGET_SPEND_LIMIT; then batch.resume() goes on.",
        "batch": " Stopped; batch.resume(limit=...) goes on with a higher limit.",
    }
    assert str(stopped.value).endswith(ways[whose])
    if whose == "machine":
        monkeypatch.setenv("GENWIDGET_SPEND_LIMIT", "1")
    elif whose == "playground":
        pg.spend_limit = 1
    batch.resume(**({"limit": 1} if whose == "batch" else {})).wait(LIMIT_S)
    assert batch.counts == {"done": 2}


@pytest.mark.parametrize("wrong", [{"generation_ratio": "16:10"}, {"generation_output_number": 7}])
def test_what_the_form_cannot_send_no_sweep_or_comparison_sends(pg, page, sandbox, wrong):
    pg.values = values = {**pg.values, **wrong}
    (name,) = wrong
    for send in (pg.send, lambda: pg.sweep(repeat=2), lambda: pg.compare(MODELS)):
        with pytest.raises(InvalidRequest, match=name):
            send()
    for kind, more in (("plan_sweep", {}), ("send_sweep", {"region": "sandbox", "intent_id": "i-1"})):
        answer, _ = page.ask(kind, **{**FORM_OF, "values": values}, axes=AXES[:1], **more)
        assert name in (answer["data"]["problem"] if kind == "plan_sweep" else answer["alert"]["message"])
    assert sandbox.generations == []


def test_a_default_that_the_form_has_lost_is_in_no_item(make, page, sandbox):
    pg = make(model="bfl/flux-1.1-pro", values={"generation_prompt": PROMPT})
    pg.session.lock_key(API_KEY, "sandbox")
    pg.values = {name: value for name, value in pg.values.items() if name != "generation_ratio"}
    batch = pg.sweep(repeat=1).wait(LIMIT_S)
    assert ["generation_ratio" in values for _, values in values_of(batch)] == [False]


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ([{"name": "generation_ratio", "values": ["7:1"]}], "Item 1"),
        ([{"name": "generation_mood", "values": ["calm"]}], "generation_mood"),
        ([{"name": "repeat", "values": list(range(1_000))}, AXES[0], AXES[1]], "4,000 items are more than the 2,000"),
    ],
)
def test_a_sweep_that_cannot_be_says_why_and_nothing_is_sent(pg, page, sandbox, axes, sentence):
    answer, _ = page.ask("plan_sweep", **FORM_OF, axes=axes)
    told = answer["alert"]["message"] if answer["alert"] else answer["data"]["problem"]
    assert sentence in told
    answer, _ = page.ask("send_sweep", **FORM_OF, region="sandbox", axes=axes, intent_id="i-1")
    assert not answer["ok"]
    assert sandbox.generations == []


@pytest.mark.parametrize(
    ("language", "line"), [("python", 'plan.run(region="sandbox"'), ("shell", "--region sandbox --o")]
)
def test_a_sweep_is_written_as_code_and_nothing_is_sent(pg, page, sandbox, language, line):
    answer, _ = page.ask("export_sweep", **FORM_OF, region="sandbox", axes=AXES, language=language)
    assert line in answer["data"]["text"]
    assert "generation_ratio" in answer["data"]["text"]
    bad = [{"name": "generation_ratio", "values": ["7:1"]}]
    answer, _ = page.ask("export_sweep", **FORM_OF, region="sandbox", axes=bad, language=language)
    assert "Item 1" in answer["alert"]["message"]
    assert sandbox.generations == []


def test_the_page_names_no_keyword_of_a_sweep(pg, page):
    for name in ("where", "base", "catalogue", "template", "pairs"):
        assert (
            page.ask("plan_sweep", **FORM_OF, axes=[{"name": name, "values": [1]}])[0]["alert"]["code"] == "bad_command"
        )


def test_a_batch_of_another_playground_is_not_told(make, page, pg, sandbox):
    batch = pg.compare(MODELS)
    batch.wait(LIMIT_S)
    other = Page(make())
    answer, _ = other.ask("open_sheet", batch_id=batch.batch_id)
    assert not answer["ok"]


@pytest.mark.parametrize("kind", ["plan_sweep", "send_sweep"])
def test_a_sweep_of_the_page_has_no_model_of_another_type_than_the_form(page, kind):
    more = {"region": "sandbox", "intent_id": "i-2"} if kind == "send_sweep" else {}
    form = {"model_type": "video", "model_id": "google/veo-2", "values": {"generation_prompt": "a seal"}}
    answer, _ = page.ask(kind, **form, **more, axes=[{"name": "model", "values": ["google/veo-2", "bfl/flux-schnell"]}])
    assert answer["ok"] is False
    assert answer["alert"]["code"] == "unknown_model"
