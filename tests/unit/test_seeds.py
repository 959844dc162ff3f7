import json
import tomllib
from pathlib import Path

import pytest

from genwidget.catalogue import Catalogue
from genwidget.request.validation import prepare

REQUESTS = Path(__file__).parents[2] / "seeds" / "requests"
INDEX = tomllib.loads((REQUESTS / "index.toml").read_text("utf-8"))
CATALOGUE = Catalogue.load()


def _body(name):
    return json.loads((REQUESTS / f"{name}.json").read_text("utf-8"))


def test_every_body_is_in_the_index_and_the_other_way_round():
    assert {path.stem for path in REQUESTS.glob("*.json")} == set(INDEX)


@pytest.mark.parametrize("name", INDEX)
def test_each_body_makes_a_request_that_holds_all_of_it(name):
    request = prepare(CATALOGUE, INDEX[name]["type"], INDEX[name]["model"], _body(name))
    assert _body(name).items() <= request.body.items()


def test_every_field_is_there_and_away_from_its_default_where_another_value_is_allowed():
    spec, body = CATALOGUE.find(INDEX["every-field"]["model"]), _body("every-field")
    documented = [field.name for field in spec.fields if field.name != "generation_input_file"]
    assert list(body) == documented
    same = [name for name, default in spec.defaults().items() if body[name] == default]
    number = spec.field("generation_output_number")
    assert same == ["generation_output_number"]
    assert number.minimum.value == number.maximum.value == 1
    assert body["generation_provider_order"] == "bfl, replicate, fal"
