import inspect

import ipywidgets
import pytest
import traitlets

from genwidget.errors import ConfigurationError, InvalidRequest
from genwidget.messages import render
from genwidget.sandbox import API_KEY
from genwidget.widget import Playground, playground
from genwidget.widget.page_files import read_page
from genwidget.widget.runs import Runs
from genwidget.widget.traits import PlaygroundTraits
from tests.widget.conftest import Page

PROMPT = {"generation_prompt": "A seal"}


def test_a_new_playground_starts_nothing_and_shows_the_models_defaults():
    pg = Playground(region="sandbox", model="bfl/flux-schnell", history="session")
    assert repr(pg) == "Playground(region='sandbox', model='bfl/flux-schnell', locked=False)"
    assert pg.values == pg.session.catalogue.find("bfl/flux-schnell").defaults()
    assert [pg.host, pg.run, pg.response, pg.outputs, len(pg.runs)] == ["", None, None, (), 0]
    assert pg.problems[0].code == "required"


def test_values_lie_over_the_defaults_and_the_type_follows_the_model():
    pg = Playground(model="google/veo-2", values=PROMPT)
    assert pg.model_type == "video"
    assert pg.values == {**pg.session.catalogue.find("google/veo-2").defaults(), **PROMPT}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("model_type", "audio", "Invalid model type"),
        ("model_id", "nobody/nothing", "Unknown model"),
        ("model_id", "bfl/../flux-schnell", "Invalid endpoint path"),
        ("model_id", "bfl/flux-schnell?x", "Invalid endpoint path"),
        ("model_id", "bfl%2fflux", "Invalid endpoint path"),
        ("region", "moon", "Unknown region: moon. Choose one of us, eu, jp (APAC), sandbox."),
    ],
)
def test_a_trait_never_takes_what_cannot_be(make, name, value, sentence):
    pg = make()
    before = {one: getattr(pg, one) for one in ("region", "model_type", "model_id", "values")}
    with pytest.raises(traitlets.TraitError) as refused:
        setattr(pg, name, value)
    assert str(refused.value).startswith(sentence)
    assert before == {one: getattr(pg, one) for one in before}


def test_a_wrong_value_from_the_page_is_refused_with_the_sentence_and_undone(make):
    pg = make()
    page = Page(pg)
    page.write(model_type="audio")
    assert page.wait_for("alert", bool)["message"] == "Invalid model type"
    assert page.values_of("model_type")[-1] == "image"
    assert pg.model_type == "image"


def test_the_page_cannot_write_what_the_kernel_owns(make):
    pg = make()
    Page(pg).write(locked=True, host="https://evil.example", catalogue={}, runs=[], _esm="alert(1)", values=PROMPT)
    assert [pg.locked, pg.host] == [False, ""]
    assert pg.catalogue["models"]
    assert isinstance(pg.runs, Runs)
    assert "alert(1)" not in pg._esm
    assert pg.values == PROMPT


def test_an_unknown_region_model_or_address_is_refused_when_it_is_made():
    for wrong in ({"region": "moon"}, {"model": "nobody/nothing"}, {"model": "bfl/.."}):
        with pytest.raises(traitlets.TraitError):
            Playground(**wrong)
    with pytest.raises(ConfigurationError):
        Playground(base_url="http://example.com")


def test_what_was_typed_is_kept_where_the_new_model_takes_it_and_comes_back_with_the_old_one(make):
    pg = make(values={**PROMPT, "generation_ratio": "16:9"})
    pg.model_id = "bfl/flux-1.1-pro"
    pg.values = {**pg.values, "generation_seed": 7}
    assert pg.values["generation_prompt"] == "A seal"
    assert pg.values["generation_ratio"] == "16:9"
    pg.model_type = "video"
    assert pg.model_id == "google/veo-2"
    assert pg.values["generation_prompt"] == "A seal"
    assert "generation_seed" not in pg.values
    pg.model_type = "image"
    assert pg.model_id == "bfl/flux-1.1-pro"
    assert [pg.values["generation_seed"], pg.values["generation_ratio"]] == [7, "16:9"]


def test_a_default_that_was_cleared_is_still_clear_when_its_model_comes_back(make):
    pg = make(model="bfl/flux-1.1-pro", values=PROMPT)
    assert pg.values["generation_guidance_scale"] == 3.5
    pg.values = {**pg.values, "generation_guidance_scale": None}
    pg.model_id = "bfl/flux-schnell"
    pg.model_id = "bfl/flux-1.1-pro"
    assert pg.values["generation_guidance_scale"] is None


def test_a_patch_of_the_page_that_brings_values_with_its_model_is_taken_as_it_is(make):
    pg = make(values=PROMPT)
    Page(pg).write(model_type="video", model_id="google/veo-2", values={"generation_prompt": "Its own"})
    assert [pg.model_type, pg.model_id, pg.values] == ["video", "google/veo-2", {"generation_prompt": "Its own"}]


def test_model_id_is_the_model_and_the_comms_id_where_jupyter_reads_it(make):
    pg = make()
    box = ipywidgets.VBox([pg])
    assert pg.model_id == "bfl/flux-schnell"
    assert pg.get_state()["model_id"] == "bfl/flux-schnell"
    assert box.get_state()["children"] == [f"IPY_MODEL_{pg.comm.comm_id}"]
    assert pg.comm.comm_id in ipywidgets.Widget.get_manager_state()["state"]
    view = pg._repr_mimebundle_()[0]["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == pg.comm.comm_id


def test_changes_from_python_reach_the_page(make):
    pg = make()
    pg.model_id = "google/nano-banana"
    pg.values = PROMPT
    page = Page(pg)
    assert page.values_of("model_id")[-1] == "google/nano-banana"
    assert page.values_of("values")[-1] == PROMPT


def test_where_no_widget_can_be_shown_a_sentence_stands():
    shown = Playground()._repr_mimebundle_()[0]
    assert shown["text/html"] == "<p>A playground for bfl/flux-schnell. It needs a running kernel: run this cell.</p>"
    assert shown["text/plain"] == "Playground(region='us', model='bfl/flux-schnell', locked=False)"


def test_without_the_built_page_one_sentence_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(playground, "read_page", lambda: read_page(tmp_path))
    with pytest.raises(ConfigurationError) as refused:
        Playground()
    missing = tmp_path / "widget.js"
    assert refused.value.message == (
        f"The page is not built: {missing} is missing. In a clone, run: cd js && npm ci && npm run build"
    )


def test_a_height_is_a_layout_and_keeps_the_rest_of_it():
    pg = Playground(height=800, layout={"width": "90%"})
    assert [pg.layout.height, pg.layout.width] == ["800px", "90%"]
    assert Playground().layout.height is None


@pytest.mark.parametrize(
    ("region", "wish", "software", "is_offered"),
    [
        ("us", None, "", True),
        ("us", None, "voila/0.5.13", False),
        ("sandbox", None, "voila/0.5.13", True),
        ("us", True, "voila/0.5.13", True),
        ("us", False, "", False),
    ],
)
def test_a_dashboard_offers_the_sandbox_only_where_its_notebook_asks(monkeypatch, region, wish, software, is_offered):
    monkeypatch.setenv("SERVER_SOFTWARE", software)
    told = Playground(region, offer_sandbox=wish).catalogue
    regions = [one["region_id"] for one in told["regions"]]
    assert [told["sandbox_offered"], "sandbox" in regions, told["sandbox_key"] is not None] == [is_offered] * 3


def test_a_number_that_a_double_would_change_reaches_the_page_as_its_text_and_is_refused_by_both(pg, page, sandbox):
    pg.model_id = "bfl/flux-1.1-pro"
    pg.values = {**PROMPT, "generation_seed": 2**53 + 1}
    shown = page.values_of("values")[-1]
    assert [shown["generation_seed"], pg.values["generation_seed"]] == ["9007199254740993", 2**53 + 1]
    sentence = "generation_seed: Cannot be sent exactly: 9007199254740993 would become 9007199254740992"
    assert page.send(shown, model_id=pg.model_id)["alert"]["message"] == sentence
    with pytest.raises(InvalidRequest) as refused:
        pg.send()
    assert refused.value.message == sentence
    assert sandbox.generations == []


def test_the_names_that_any_widget_takes_are_taken_beside_our_own(make):
    pg = make(layout={"width": "90%"}, tooltip="Pictures", tabbable=True)
    assert [pg.layout.width, pg.tooltip, pg.tabbable] == ["90%", "Pictures", True]


@pytest.mark.parametrize(
    "name",
    sorted(set(PlaygroundTraits.class_own_traits()) - set(inspect.signature(Playground).parameters) - {"layout"}),
)
def test_what_the_kernel_keeps_is_no_keyword(name):
    with pytest.raises(TypeError, match=rf"unexpected keyword argument '{name}'"):
        Playground(**{name: None})


def test_the_word_of_the_page_for_a_region_is_taken_too(make):
    pg = make(region="APAC")
    assert pg.region == "jp"
    pg.region = "eu"
    pg.region = "apac"
    assert (pg.region, pg.session.region_id) == ("jp", "jp")


def test_a_misspelt_keyword_makes_no_widget(make):
    with pytest.raises(TypeError, match=r"'regoin'\. Did you mean region\?$"):
        make(regoin="eu")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("prompt", "To set the field: pg.values = {**pg.values, 'generation_prompt': ...}"),
        ("generation_ratio", "To set the field: pg.values = {**pg.values, 'generation_ratio': ...}"),
        ("regoin", "Did you mean region?"),
        ("model", "Did you mean model_id?"),
        ("layot", "Did you mean layout?"),
        ("zzz", ""),
    ],
)
def test_an_attribute_that_is_none_cannot_be_set(make, name, sentence):
    pg = make()
    with pytest.raises(AttributeError) as refused:
        setattr(pg, name, "A seal")
    assert str(refused.value) == f"A playground has no attribute {name}. {sentence}".strip()
    assert not hasattr(pg, name)


def test_a_subclass_sets_what_it_declares(sandbox, carrier):
    class Noted(Playground):
        note: str
        mark = None

        def __init__(self, note):
            super().__init__("sandbox")
            self.note, self.mark = note, 1

    pg = Noted("mine")
    assert [pg.note, pg.mark] == ["mine", 1]
    with pytest.raises(AttributeError):
        pg.other = 1


def test_a_misspelt_model_is_told_with_the_nearest(make):
    with pytest.raises(traitlets.TraitError) as refused:
        make(model="bfl/flux-schnel")
    meant = f"bfl/flux-schnel is none of the models known. Did you mean bfl/flux-schnell? {render('live_models_off')}"
    assert str(refused.value) == f"Unknown model. {meant}"
    with pytest.raises(traitlets.TraitError) as refused:
        make().model_id = "flux-schnell"
    assert str(refused.value) == "Invalid endpoint path. Did you mean bfl/flux-schnell?"


def test_a_misspelt_field_is_refused_from_python_and_one_of_another_model_is_left_out(pg, page, sandbox):
    pg.values = {**PROMPT, "generation_promt": "A seal"}
    sentence = "bfl/flux-schnell has no field generation_promt. Did you mean generation_prompt?"
    for refuse in (pg.send, lambda: pg.export("python")):
        with pytest.raises(InvalidRequest) as refused:
            refuse()
        assert refused.value.message == sentence
    assert sandbox.generations == []
    pg.values = {**PROMPT, "generation_seed": 7}
    assert [(one.code, one.severity) for one in pg.problems] == [("unknown_field", "note")]
    assert pg.send().wait(15).request == PROMPT


def test_the_page_sends_what_python_sends_and_is_refused_what_python_is(pg, page, sandbox):
    answer = page.send({**PROMPT, "generation_promt": "A seal"})
    sentence = "bfl/flux-schnell has no field generation_promt. Did you mean generation_prompt?"
    assert (answer["ok"], answer["alert"]["message"]) == (False, sentence)
    assert sandbox.generations == []
    assert page.send({**PROMPT, "generation_seed": 7})["ok"]


def test_what_is_listed_is_ours_and_what_people_use_of_any_widget(make):
    listed = dir(make())
    assert {"send", "lock_key", "values", "runs", "outputs", "export", "problems", "layout", "observe"} <= set(listed)
    assert [name for name in listed if name.startswith("_") or not hasattr(Playground, name)] == []
    assert {"get_view_spec", "trait_names", "send_state", "open", "post", "set_state"}.isdisjoint(listed)


def test_a_key_for_a_sandbox_that_is_not_installed_is_refused_with_what_to_run(make, monkeypatch):
    monkeypatch.delenv("GENWIDGET_SANDBOX_URL")
    monkeypatch.setattr("genwidget.api.regions.is_sandbox_installed", lambda: False)
    pg = make()
    with pytest.raises(ConfigurationError) as refused:
        pg.lock_key()
    assert refused.value.message == render("sandbox_missing")
    assert not pg.locked
    answer, _ = Page(pg).ask("lock_key", key=API_KEY, region="sandbox")
    assert [answer["ok"], answer["alert"]["message"]] == [False, render("sandbox_missing")]
