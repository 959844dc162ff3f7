"""Every name that a person can misspell is refused, and the nearest one is named."""

import copy
import inspect
import pickle
import re

import pytest

import genwidget
from genwidget import Client, Playground, Settings, catalogue, errors, sandbox
from genwidget.api.export import to_code
from genwidget.api.regions import find_region
from genwidget.messages import MESSAGES
from genwidget.request.validation import find_model, judge, prepare, require
from genwidget.sandbox import Fault, Faults, Limits, Sandbox
from genwidget.sandbox.faults.faults import fault_from_data
from genwidget.spelling import Named, all_nearest, did_you_mean
from tests.golden import strays

CATALOGUE = catalogue.Catalogue.load()
PRO, SCHNELL = CATALOGUE.find("bfl/flux-1.1-pro"), CATALOGUE.find("bfl/flux-schnell")
SEALS = {"generation_prompt": "A baby seal"}
MADE_BY_PEOPLE = (Client, Playground, Settings, Fault, Limits, Sandbox)
#: Public classes that people are given, or that take no keyword.
MADE_BY_US = {"Batch", "Catalogue", "Output", "Run", "Faults"}
UNKNOWN = "is none of the models known."
MEANT = "Did you mean bfl/flux-schnell?"


def test_the_nearest_name_is_found_whatever_the_case_and_none_where_none_is_like_it():
    names = ("region", "base_url", "settings")
    assert [all_nearest(one, names) for one in ("regoin", "BASE_URI", "zzz", "")] == [["region"], ["base_url"], [], []]
    assert did_you_mean("setings", names) == " Did you mean settings?"
    assert did_you_mean(5, names) == ""


def test_a_prefix_that_all_names_share_makes_no_two_alike():
    names = ("generation_seed", "generation_prompt")
    assert all_nearest("generation_x", names, "generation_") == []
    assert all_nearest("sed", names, "generation_") == ["generation_seed"]


def test_every_public_class_that_people_make_names_the_nearest_keyword():
    homes = (genwidget, sandbox)
    public = {getattr(home, name) for home in homes for name in home.__all__ if inspect.isclass(getattr(home, name))}
    assert {one.__name__ for one in public} - MADE_BY_US == {one.__name__ for one in MADE_BY_PEOPLE}
    for kind in MADE_BY_PEOPLE:
        keywords = [one.name for one in inspect.signature(kind).parameters.values() if one.kind is not one.VAR_KEYWORD]
        assert keywords
        for name in keywords:
            with pytest.raises(TypeError) as refused:
                kind(**{f"{name}e": None})
            sentence = f"{kind.__name__}() got an unexpected keyword argument '{name}e'. Did you mean {name}?"
            assert str(refused.value) == sentence


def test_what_is_misspelt_through_another_call_is_named_too():
    with pytest.raises(TypeError, match=r"^Client\(\) got .*'base_uri'. Did you mean base_url\?$"):
        Client.blocking("us", base_uri="https://example.com")
    with pytest.raises(TypeError, match=r"^Fault\(\) got .*'rout'. Did you mean route\?$"):
        Faults().add(kind="drop", rout="generate")


def test_no_frame_of_the_refusal_holds_what_was_given():
    with pytest.raises(TypeError) as refused:
        Client(key="bye_secret", regoin="us")
    held = [value for frame in refused.traceback[1:] for value in frame.frame.f_locals.values()]
    assert held
    assert "bye_secret" not in repr(held)


def test_settings_are_copied_and_pickled_as_before():
    settings = Settings(deadline_s=5)
    assert copy.copy(settings) == copy.deepcopy(settings) == pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301
    assert not hasattr(settings, "__dict__")
    assert issubclass(Settings, Named)


REGIONS = "Choose one of us, eu, jp (APAC), sandbox."
LANGUAGES = "Choose one of python, curl, typescript."
VALUE, SETUP = ValueError, errors.ConfigurationError


@pytest.mark.parametrize(
    ("call", "kind", "sentence", "meant"),
    [
        (lambda: Faults().add(kind="provider_eror"), VALUE, "unknown fault kind: provider_eror.", "provider_error"),
        (lambda: Faults().add(kind="zzz"), VALUE, "unknown fault kind: zzz", None),
        (lambda: Faults().add(kind="drop", route="generat"), VALUE, "unknown route: generat.", "generate"),
        (lambda: fault_from_data({"knd": "drop"}), VALUE, "unknown name: knd.", "kind"),
        (lambda: find_region("eus"), SETUP, f"Unknown region: eus. {REGIONS}", "us"),
        (lambda: find_region("moon"), SETUP, f"Unknown region: moon. {REGIONS}", None),
        (lambda: find_region(""), SETUP, f'Unknown region: "". {REGIONS}', None),
        (lambda: to_code("pyton", None, ""), SETUP, f"Unknown language: pyton. {LANGUAGES}", "python"),
        (lambda: genwidget.Playgroud, AttributeError, "module 'genwidget' has no attribute 'Playgroud'.", "Playground"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(call, kind, sentence, meant):
    with pytest.raises(kind) as refused:
        call()
    assert str(refused.value) == (f"{sentence} Did you mean {meant}?" if meant else sentence)


@pytest.mark.parametrize(
    ("model_id", "sentence", "hint"),
    [
        ("bfl/flux-schnel", "Unknown model", f"bfl/flux-schnel {UNKNOWN} {MEANT}"),
        ("flux-schnell", "Invalid endpoint path", MEANT),
        ("nope", "Invalid endpoint path", MESSAGES["model_identifier"]),
        ("BFL/FLUX-SCHNELL", "Unknown model", f"BFL/FLUX-SCHNELL {UNKNOWN} {MEANT}"),
        ("nobody/zzz", "Unknown model", f"nobody/zzz {UNKNOWN}"),
    ],
)
def test_what_was_typed_and_the_nearest_model_follow_the_sentence(model_id, sentence, hint):
    with pytest.raises(errors.InvalidRequest) as refused:
        find_model(CATALOGUE, "image", model_id)
    assert (refused.value.message, refused.value.hint) == (sentence, hint)
    assert str(refused.value) == f"{sentence}. {hint}"
    assert not hasattr(refused.value, "__notes__")
    assert refused.value.next_step == f"{hint} Nothing was sent.".strip()


@pytest.mark.parametrize("field", [field.name for field in PRO.fields])
def test_a_misspelt_field_is_refused_with_the_nearest_before_anything_else(field):
    for typed in (f"{field[:-1]}", field.removeprefix("generation_"), field.upper()):
        with pytest.raises(errors.InvalidRequest) as refused:
            prepare(CATALOGUE, "image", PRO.model_id, {typed: None})
        assert str(refused.value) == f"bfl/flux-1.1-pro has no field {typed}. Did you mean {field}?"
        assert (typed, "no_such_field", "error") in [
            (one.field, one.code, one.severity) for one in refused.value.problems
        ]


def test_a_field_that_is_like_none_is_told_with_all_that_there_are():
    with pytest.raises(
        errors.InvalidRequest, match=r"^bfl/flux-schnell has no field zzz. Its fields are generation_"
    ) as refused:
        prepare(CATALOGUE, "image", SCHNELL.model_id, {**SEALS, "zzz": 1})
    assert re.search(r" ([\w, ]+)\.$", str(refused.value))[1].split(", ")[-1] == SCHNELL.fields[-1].name


def test_a_field_of_another_model_is_no_misspelling():
    values = {**SEALS, "generation_seed": 7}
    require(judge(SCHNELL, values, CATALOGUE))
    with pytest.raises(errors.InvalidRequest, match="has no field generation_seed"):
        require(judge(SCHNELL, values))
    with pytest.raises(errors.InvalidRequest, match="Did you mean generation_prompt"):
        require(judge(SCHNELL, {**values, "generation_promt": "x"}, CATALOGUE))


def test_the_golden_file_of_misspelt_fields_is_of_now():
    for path, cases in ((strays.PATH, strays.current()), (strays.MODELS_PATH, strays.current_models())):
        assert path.read_text("utf-8") == strays.as_text(cases), "run: python -m tests.golden.strays"
