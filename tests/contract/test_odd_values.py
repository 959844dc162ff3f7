"""Values of another type that runs, outputs, comparisons and settings are given are refused with a sentence."""

import math

import pytest

import genwidget
from genwidget.api.keys import ApiKey
from genwidget.api.regions import resolve
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError
from genwidget.request.validation import prepare
from genwidget.runs import runner
from genwidget.sandbox import Sandbox
from genwidget.settings import Settings

SEAL = {"generation_prompt": "A baby seal"}
NO_SWITCH = ("x", "no", 5, 0, 1.5, math.nan, ["a"], {}, object())
CATALOGUE = r"^catalogue= takes a genwidget\.Catalogue"


@pytest.fixture(scope="module")
def run():
    request = prepare(Catalogue.load(), "image", "bfl/flux-schnell", SEAL)
    with Sandbox(speed=100) as sandbox:
        key = ApiKey(sandbox.api_key, custom_host=True)
        yield runner.shared().start(request, resolve("sandbox", sandbox.url), key).wait(30)


@pytest.mark.parametrize("name", ["recipe", "embed"])
@pytest.mark.parametrize("value", NO_SWITCH)
def test_how_an_output_is_saved(run, tmp_path, name, value):
    with pytest.raises(GenwidgetError, match=f"^{name}= is True or False\\.$"):
        run.outputs[0].save(tmp_path, **{name: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["x", 5, None, [], {}])
def test_who_is_told_of_a_run(run, value):
    with pytest.raises(GenwidgetError, match=r"^subscribe\(\) takes a function\.$"):
        run.subscribe(value)


@pytest.mark.parametrize("value", ["x", 5, {}, [], math.nan])
def test_the_models_that_are_known_to_a_comparison(value):
    with pytest.raises(GenwidgetError, match=CATALOGUE):
        genwidget.compare("bfl/flux-schnell", SEAL, catalogue=value, region="sandbox")


@pytest.mark.parametrize("value", ["x", 5, ["a"], {5: "x"}, {"GENWIDGET_HISTORY": 5}, b"x"])
def test_the_environment_of_settings(value):
    with pytest.raises(GenwidgetError, match=r"^An environment is a mapping of the names of variables to texts\.$"):
        Settings.from_environment(value)
