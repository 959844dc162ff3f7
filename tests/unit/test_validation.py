import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget import errors
from genwidget.catalogue import Catalogue
from genwidget.messages import MESSAGES
from genwidget.request.drafts import Drafts
from genwidget.request.validation import check, endpoint_path, find_model, prepare, require, with_defaults
from genwidget.widget.offer import RULES

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "bodies.json").read_text("utf-8"))
CATALOGUE = Catalogue.load()
PRO = CATALOGUE.find("bfl/flux-1.1-pro")
VEO = CATALOGUE.find("google/veo-2")
SEALS = {"generation_prompt": "A baby seal"}


def _problems(spec, **values):
    return [(one.field, one.code, one.message, one.severity) for one in check(spec, {**SEALS, **values}).problems]


def test_the_golden_file_is_large_and_covers_every_model_and_code():
    assert len(GOLDEN) >= 500
    assert {entry["model_id"] for entry in GOLDEN} == {spec.model_id for spec in CATALOGUE.models}
    seen = {problem["code"] for entry in GOLDEN for problem in entry["problems"]}
    codes = {
        "at_least",
        "at_most",
        "not_boolean",
        "not_exact",
        "not_list",
        "not_number",
        "not_text",
        "not_url",
        "one_of",
        "required",
    }
    assert seen >= codes | {"too_long", "unknown_field"}
    assert seen >= {"maybe_at_least", "maybe_at_most", "maybe_one_of", "maybe_too_many"}


def test_every_golden_body_and_problem_is_met_to_the_letter():
    wrong = []
    for entry in GOLDEN:
        checked = check(CATALOGUE.find(entry["model_id"]), entry["values"])
        body = checked.request.encoded.decode() if checked.request else None
        problems = [asdict(one) for one in checked.problems]
        if (body, problems) != (entry["body"], entry["problems"]):
            wrong.append((entry, body, problems))
    assert wrong == []


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(object()),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(
    spec=st.sampled_from(CATALOGUE.models),
    values=st.data(),
)
def test_no_value_makes_the_check_raise(spec, values):
    names = st.sampled_from([field.name for field in spec.fields]) | st.text()
    checked = check(spec, values.draw(st.dictionaries(names, ANY)))
    has_error = any(one.severity == "error" for one in checked.problems)
    assert (checked.request is None) == has_error
    if checked.request:
        assert json.loads(checked.request.encoded).keys() == checked.request.body.keys()


def test_a_documented_bound_refuses_and_an_inferred_one_warns():
    assert _problems(PRO, generation_guidance_scale=20.5) == [
        ("generation_guidance_scale", "at_most", "Must be at most 20", "error")
    ]
    assert _problems(PRO, generation_seed=-1) == [
        ("generation_seed", "maybe_at_least", "May be refused: 0 is the lowest value known (inferred)", "warning")
    ]
    assert check(PRO, {**SEALS, "generation_seed": -1}).request.body["generation_seed"] == -1


def test_choices_that_hold_commas_can_be_told_apart():
    assert _problems(PRO, generation_provider_order="fal") == [
        ("generation_provider_order", "one_of", "Must be one of fastest | bfl, replicate, fal", "error")
    ]


def test_an_inferred_list_of_values_warns():
    assert _problems(VEO, generation_duration=12) == [
        (
            "generation_duration",
            "maybe_one_of",
            "May be refused: the values known are 5 | 6 | 7 | 8 (inferred)",
            "warning",
        )
    ]


@pytest.mark.parametrize("text", ["1_000", "٣", "NaN", "Infinity", "0x10", True, [5], {}, b"5", float("inf")])
def test_what_the_page_could_not_read_as_a_number_python_does_not_either(text):
    found = _problems(PRO, generation_guidance_scale=text)
    assert found == [("generation_guidance_scale", "not_number", "Must be a number", "error")]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("5", b"5"),
        ("5.0", b"5"),
        (5.0, b"5"),
        (" .5 ", b"0.5"),
        ("1e-7", b"1e-7"),
        ("-0", b"0"),
        ("0.00001", b"0.00001"),
    ],
)
def test_a_number_is_sent_as_javascript_writes_it(typed, sent):
    request = check(PRO, {**SEALS, "generation_guidance_scale": typed}).request
    assert request.encoded == b'{"generation_prompt":"A baby seal","generation_guidance_scale":' + sent + b"}"


def test_texts_are_counted_in_code_points():
    assert check(PRO, {"generation_prompt": "🦭" * 5000}).request is not None
    assert [one.message for one in check(PRO, {"generation_prompt": "🦭" * 5001}).problems] == [
        "Must be at most 5,000 characters, 5,001 now"
    ]


def test_a_text_without_a_limit_of_its_own_has_ten_thousand():
    assert [message for _, _, message, _ in _problems(PRO, generation_ratio="1" * 10_001)] == [
        "Must be at most 10,000 characters, 10,001 now"
    ]


@pytest.mark.parametrize("empty", ["", None, "  ", "\u00a0\n", []])
def test_an_empty_value_is_left_out(empty):
    assert check(PRO, {**SEALS, "generation_ratio": empty}).request.body == SEALS


@pytest.mark.parametrize("prompt", ["", None, " \u3000\ufeff\n", []])
def test_a_prompt_that_shows_nothing_is_missing(prompt):
    checked = check(PRO, {"generation_prompt": prompt})
    assert (checked.request, checked.missing) == (None, ("generation_prompt",))


def test_missing_fields_are_named_in_the_order_of_the_schema():
    checked = check(VEO, {"generation_output_format": "gif"})
    assert checked.missing == ("generation_prompt", "generation_duration")
    with pytest.raises(errors.InvalidRequest) as refused:
        require(checked)
    assert refused.value.message == "Missing required field: generation_prompt"
    assert refused.value.problems == list(checked.problems)


def test_with_nothing_missing_there_is_nothing_to_fill():
    assert check(PRO, SEALS).missing == ()


def test_empty_links_are_dropped_and_the_others_trimmed():
    links = ["", None, " https://example.com/a.png\n", "  "]
    assert check(VEO, {**SEALS, "generation_duration": 5, "generation_input_file": links}).request.body[
        "generation_input_file"
    ] == ["https://example.com/a.png"]


def test_an_unknown_key_is_dropped_and_named():
    checked = check(PRO, {**SEALS, "nonsense": 1})
    assert checked.request.body == SEALS
    assert [asdict(one) for one in checked.problems] == [
        {
            "field": "nonsense",
            "code": "unknown_field",
            "message": "bfl/flux-1.1-pro has no field nonsense; it is left out of the request",
            "severity": "note",
        }
    ]


def test_the_body_stands_in_the_order_of_the_schema():
    typed = {"generation_seed": "7", "generation_ratio": "1:1", "generation_prompt": "A"}
    assert (
        check(PRO, typed).request.encoded == b'{"generation_prompt":"A","generation_ratio":"1:1","generation_seed":7}'
    )


def test_a_text_that_utf_8_cannot_hold_is_refused():
    assert [one.message for one in check(PRO, {"generation_prompt": "a\ud83d"}).problems] == ["Must be text"]


def test_equal_requests_have_the_same_hash_and_others_do_not():
    one, same, other = (check(PRO, {**SEALS, "generation_seed": seed}).request for seed in (5, "5.0", 6))
    assert one.sha256 == same.sha256 != other.sha256


@pytest.mark.parametrize(
    ("model_type", "model_id", "error", "sentence"),
    [
        ("audio", "bfl/../x", errors.InvalidModelType, "Invalid model type"),
        ("", "bfl/flux-schnell", errors.InvalidModelType, "Invalid model type"),
        (None, "bfl/flux-schnell", errors.InvalidModelType, "Invalid model type"),
        ("image", "bfl/../x", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "../x", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/x?y=1", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/x#y", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl%2fx", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/%2e%2e", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/flux schnell", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/flux-schnell\n", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "/flux", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "flux", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "a/b/c", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/flüx", errors.InvalidEndpointPath, "Invalid endpoint path"),
        ("image", "bfl/flux-none", errors.UnknownModel, "Unknown model"),
        ("video", "bfl/flux-schnell", errors.UnknownModel, "Unknown model"),
    ],
)
def test_type_then_path_then_model_are_checked_before_any_value(model_type, model_id, error, sentence):
    with pytest.raises(error) as refused:
        prepare(CATALOGUE, model_type, model_id, {})
    assert refused.value.message == sentence


def test_a_missing_field_is_named_before_any_other_fault():
    with pytest.raises(errors.InvalidRequest) as refused:
        prepare(CATALOGUE, "video", "google/veo-2", {"generation_output_format": "gif"})
    assert refused.value.message == "Missing required field: generation_prompt"


def test_the_first_bound_that_fails_is_the_sentence():
    with pytest.raises(errors.InvalidRequest) as refused:
        prepare(CATALOGUE, "image", PRO.model_id, {**SEALS, "generation_ratio": "2:1", "generation_guidance_scale": 99})
    assert refused.value.message == "generation_ratio: Must be one of 1:1 | 3:4 | 4:3 | 9:16 | 16:9"
    assert [one.field for one in refused.value.problems] == ["generation_ratio", "generation_guidance_scale"]


def test_a_request_has_the_defaults_that_were_not_taken_out():
    request = prepare(CATALOGUE, "image", "bfl/flux-schnell", {**SEALS, "generation_output_number": None})
    assert request.path == "/v1/generate/image/bfl/flux-schnell"
    assert request.prompt == "A baby seal"
    assert request.encoded == (
        b'{"generation_prompt":"A baby seal","generation_ratio":"1:1","generation_output_format":"png",'
        b'"generation_provider_order":"fastest"}'
    )


def test_every_model_makes_a_request_of_its_defaults_and_a_prompt():
    for spec in CATALOGUE.models:
        assert check(spec, with_defaults(spec, SEALS)).problems == ()
        assert find_model(CATALOGUE, spec.model_type, spec.model_id) is spec
        assert endpoint_path(spec.model_type, spec.model_id) == spec.endpoint_path


def switched(before, values, after):
    """Return the values of a form whose model changed from one to another."""
    drafts = Drafts()
    drafts.keep(before, values)
    return drafts.values_for(after)


WHOLE = {**SEALS, "generation_seed": 9, "generation_input_file": ["https://a.b/c.png"]}


class TestCarryingValuesOver:
    SCHNELL = CATALOGUE.find("bfl/flux-schnell")
    FAST, SOUND = CATALOGUE.find("bytedance/seedance-1-pro"), CATALOGUE.find("bytedance/seedance-1.5-pro")

    def test_what_was_typed_stays_where_the_new_model_takes_it(self):
        typed = {**self.SCHNELL.defaults(), **SEALS, "generation_ratio": "16:9", "generation_output_format": "webp"}
        assert switched(self.SCHNELL, typed, PRO) == {
            **PRO.defaults(),
            **SEALS,
            "generation_ratio": "16:9",
            "generation_output_format": "webp",
        }

    def test_what_the_new_model_refuses_becomes_its_default(self):
        typed = {**SEALS, "generation_provider_order": "bfl, replicate, cloudflare", "generation_output_number": 4}
        assert switched(self.SCHNELL, typed, PRO) == {**PRO.defaults(), **SEALS}

    def test_what_the_new_model_does_not_have_is_left_behind(self):
        assert "generation_seed" not in switched(PRO, {**SEALS, "generation_seed": 5}, self.SCHNELL)

    def test_a_default_of_the_old_model_was_not_typed(self):
        assert self.FAST.defaults()["generation_resolution"] == "1080p"
        assert switched(self.FAST, self.FAST.defaults(), self.SOUND) == self.SOUND.defaults()

    def test_an_emptied_field_gets_the_new_default(self):
        assert switched(self.SCHNELL, {"generation_ratio": ""}, PRO) == PRO.defaults()

    OTHER = CATALOGUE.find("bfl/flux-2-pro")

    def choose(self, drafts, spec):
        values = drafts.values_for(spec)
        drafts.keep(spec, values)
        return values.get("generation_seed") or None, values.get("generation_input_file") or []

    def test_what_was_emptied_comes_back_with_no_model_whether_it_was_there_before_or_not(self):
        drafts = Drafts()
        drafts.keep(PRO, WHOLE)
        assert self.choose(drafts, self.OTHER) == (9, ["https://a.b/c.png"])
        assert self.choose(drafts, PRO) == (9, ["https://a.b/c.png"])
        drafts.keep(PRO, {**SEALS, "generation_seed": "", "generation_input_file": []})
        for spec in (self.OTHER, self.SCHNELL, PRO, CATALOGUE.find("bytedance/seedream-4.5")):
            assert self.choose(drafts, spec) == (None, [])
            assert drafts.values_for(spec)["generation_prompt"] == SEALS["generation_prompt"]

    @pytest.mark.parametrize("filled", [PRO, OTHER])
    def test_what_a_fill_brought_that_was_undone_comes_back_with_no_model(self, filled):
        drafts = Drafts()
        drafts.keep(PRO, SEALS)
        drafts.keep(filled, {**WHOLE, "generation_prompt": "theirs"})
        drafts.keep(PRO, SEALS)
        for spec in (CATALOGUE.find("bytedance/seedream-4.5"), self.OTHER, PRO):
            assert self.choose(drafts, spec) == (None, [])
            assert drafts.values_for(spec)["generation_prompt"] == SEALS["generation_prompt"]

    def test_what_was_typed_comes_back_through_a_model_that_has_no_such_field(self):
        drafts = Drafts()
        drafts.keep(PRO, WHOLE)
        assert self.choose(drafts, self.SCHNELL) == (None, [])
        assert self.choose(drafts, PRO) == (9, ["https://a.b/c.png"])

    def test_a_value_that_the_new_model_only_doubts_stays(self):
        assert switched(self.SCHNELL, {"generation_seed": -5}, PRO)["generation_seed"] == -5


def test_every_rule_is_data_that_crosses_to_the_page():
    assert json.loads(json.dumps(RULES)) == RULES
    for name in ("number", "url", "blank", "endpoint", "key", "custom_key", "uuid"):
        re.compile(RULES[name], re.ASCII)


@pytest.mark.parametrize(
    "text",
    [
        "http://" + "a" * 9000 + "@" * 2,
        "https://" + "a." * 4000 + "[",
        "https://a/" + "%41" * 3000 + "%",
        " " * 9999 + "x",
    ],
)
def test_no_text_makes_a_pattern_try_for_ever(text):
    found = _problems(VEO, generation_duration=text, generation_input_file=[text])
    assert [code for _, code, *_ in found] == ["not_url", "not_number"]


def test_every_problem_code_has_a_sentence():
    from genwidget.request.body_model import _CODES  # noqa: PLC0415 - the table itself is what is tested

    for code in _CODES.values():
        assert MESSAGES[code]
    for code in ("required", "at_least", "at_most", "one_of", "too_long", "too_many"):
        assert MESSAGES[f"maybe_{code}"]
