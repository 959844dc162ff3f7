import json
import re

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.catalogue import Catalogue
from genwidget.request.body import BLANK, URL, coerce, encode, matches
from genwidget.request.body_model import body_model, json_schema
from genwidget.request.decimals import NUMBER, number_text

CATALOGUE = Catalogue.load()
PRO = CATALOGUE.find("bfl/flux-1.1-pro")
VEO = CATALOGUE.find("google/veo-2")


def test_the_model_of_a_spec_is_made_once():
    assert body_model(PRO) is body_model(PRO)
    assert body_model(PRO) is not body_model(PRO, advisory=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"generation_prompt": 5},
        {"generation_prompt": "x", "generation_moderation": 1},
        {"generation_prompt": "x", "generation_guidance_scale": "5"},
        {"generation_prompt": "x", "generation_guidance_scale": True},
        {"generation_prompt": "x", "other": 1},
        {},
    ],
)
def test_the_model_takes_nothing_but_the_type_itself(wrong):
    with pytest.raises(pydantic.ValidationError):
        body_model(PRO).model_validate(wrong)


def test_inferred_facts_judge_only_when_asked():
    body = {"generation_prompt": "x", "generation_seed": -1}
    body_model(PRO).model_validate(body)
    with pytest.raises(pydantic.ValidationError):
        body_model(PRO, advisory=True).model_validate(body)


def test_the_schema_states_what_is_documented_and_every_fact_beside():
    schema = json_schema(PRO)
    assert schema["x-endpoint"] == "POST /v1/generate/image/bfl/flux-1.1-pro"
    assert schema["required"] == ["generation_prompt"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == [field.name for field in PRO.fields]
    quality = schema["properties"]["generation_output_quality"]
    assert {name: quality[name] for name in ("type", "minimum", "default")} == {
        "type": "number",
        "minimum": 0,
        "default": 80,
    }
    assert "maximum" not in quality
    assert quality["x-facts"]["maximum"]["standing"] == "inferred"
    assert schema["properties"]["generation_ratio"] == {
        "default": "1:1",
        "enum": ["1:1", "3:4", "4:3", "9:16", "16:9"],
        "type": "string",
        "description": "Shape of the result, width to height.",
        "x-group": "core",
        "x-facts": {
            name: {"value": value, "standing": "documented", "source": "https://babysea.ai/model-schema"}
            for name, value in {
                "required": False,
                "default": "1:1",
                "choices": ["1:1", "3:4", "4:3", "9:16", "16:9"],
            }.items()
        },
    }


def test_the_schema_of_links_says_that_they_are_links():
    files = json_schema(VEO)["properties"]["generation_input_file"]
    assert (files["type"], files["items"]["format"], files["items"]["maxLength"]) == ("array", "uri", 10_000)
    assert re.fullmatch(files["items"]["pattern"], "https://example.com/a.png", re.ASCII)


def test_every_schema_is_json():
    for spec in CATALOGUE.models:
        assert json.loads(json.dumps(json_schema(spec))) == json_schema(spec)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-5, "-5"),
        (0.1, "0.1"),
        (123.456, "123.456"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (-1.5e-10, "-1.5e-10"),
        (9007199254740992.0, "9007199254740992"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.2345678901234567e19, "12345678901234567000"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(number, text):
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_back_as_itself(number):
    assert float(number_text(number)) == number


@given(
    st.dictionaries(
        st.from_regex(r"generation_[a-z]{1,9}", fullmatch=True),
        st.text() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.lists(st.text(), max_size=3),
    )
)
def test_an_encoded_body_decodes_to_itself(body):
    assert json.loads(encode(body)) == body


def test_a_body_is_compact_and_keeps_other_scripts():
    assert encode({"a": "é🦭\n", "b": [1.0, "x"][1:], "c": True, "d": 0.5}) == (
        '{"a":"é🦭\\n","b":["x"],"c":true,"d":0.5}'.encode()
    )


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("generation_seed", " 7 ", 7),
        ("generation_seed", 7.0, 7),
        ("generation_seed", 2**53 + 1, 2**53 + 1),
        ("generation_seed", "seven", "seven"),
        ("generation_seed", True, True),
        ("generation_seed", "", None),
        ("generation_moderation", "false", False),
        ("generation_moderation", "False", "False"),
        ("generation_prompt", " kept as typed ", " kept as typed "),
        ("generation_prompt", " \t", None),
        ("generation_prompt", [], None),
    ],
)
def test_what_is_typed_is_read_as_the_fields_type(name, typed, value):
    found = coerce(PRO.field(name), typed)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("https://a.example/1", ["https://a.example/1"]),
        (("https://a.example/1", "", None), ["https://a.example/1"]),
        ([" ", None], None),
        ([5], [5]),
        (5, 5),
    ],
)
def test_a_list_of_links_is_read_without_its_empty_items(typed, value):
    assert coerce(VEO.field("generation_input_file"), typed) == value


@pytest.mark.parametrize("text", ["https://a.example/é?q=1#z", "HTTP://[::1]:80", "https://u:p@a.example", "http://a"])
def test_a_well_formed_link_is_one(text):
    assert matches(URL, text)


@pytest.mark.parametrize(
    "text",
    ["", "ftp://a", "https://", "https:// a", "https://a\n", "https://a..b", "https://a/%z", "https://a/\ud83d", "a"],
)
def test_any_other_text_is_no_link(text):
    assert not matches(URL, text)


def test_the_patterns_are_ascii_so_that_they_can_cross_as_data():
    assert (NUMBER + BLANK + URL).isascii()
