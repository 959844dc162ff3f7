import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ConfigDict, TypeAdapter

import genwidget.catalogue
from genwidget.catalogue import Catalogue, ModelSpec
from genwidget.catalogue.live import CORE
from genwidget.request.validation import check
from genwidget.widget.offer import RULES

CATALOGUE = Catalogue.load()
PRO = CATALOGUE.find("bfl/flux-1.1-pro")
FACTS = [
    (spec.model_id, field.name, name, fact)
    for spec in CATALOGUE.models
    for field in spec.fields
    for name, fact in field.facts.items()
]
PUBLIC = re.compile(r"https://[a-z.]+/[\w./-]+|[\w-]+/[\w-]+:[\w./-]+(@[0-9a-f]{7})?|genwidget:genwidget/sandbox")
LIVE = {
    "model_type": "image",
    "model_identifier": "bfl/flux-1.1-pro",
    "model_pricing": 0.06,
    "model_supported_provider": ["bfl", "fal"],
    "schema": {
        "generation_prompt": True,
        "generation_ratio": ["3:4", "4:3"],
        "generation_output_format": ["png"],
        "generation_output_number": 2,
        "generation_input_file": False,
    },
    "specific_schema": ["generation_seed"],
}
NEW = {
    "model_type": "video",
    "model_identifier": "lab/clip-1",
    "model_pricing": {"720p_audio": 0.2, "720p_noaudio": 0.1},
    "model_supported_provider": ["fal"],
    "schema": {
        "generation_prompt": True,
        "generation_duration": [4, 8],
        "generation_resolution": ["720p"],
        "generation_generate_audio": True,
        "generation_input_file": True,
        "generation_ratio": None,
        "generation_output_number": 1,
    },
    "specific_schema": ["generation_seed", "generation_whatever", "__class__", "Bad Name"],
}


def test_eighteen_models_ship_and_one_is_the_sandboxs_own():
    assert len([spec for spec in CATALOGUE.models if not spec.sandbox_only]) == 18
    assert [spec.model_id for spec in CATALOGUE.models if spec.sandbox_only] == ["sandbox/contact-sheet"]
    assert (len(CATALOGUE.of_type("image")), len(CATALOGUE.of_type("video"))) == (14, 5)
    assert Catalogue.load() is CATALOGUE


def test_what_ships_has_the_declared_types_and_no_other_names():
    class Strict(ModelSpec):
        __pydantic_config__ = ConfigDict(strict=True, extra="forbid")

    said = json.loads(Path(genwidget.catalogue.__file__).with_name("catalogue.json").read_bytes())["models"]
    judge = TypeAdapter(Strict)
    for spec, one in zip(CATALOGUE.models, said, strict=True):
        judged = judge.validate_json(json.dumps(one))
        assert {name: getattr(judged, name) for name in ModelSpec.__slots__} == {
            name: getattr(spec, name) for name in ModelSpec.__slots__
        }


def test_every_identifier_gives_an_endpoint_path():
    for spec in CATALOGUE.models:
        assert re.fullmatch(RULES["endpoint"], spec.endpoint_path)
        assert CATALOGUE.find(spec.model_id) is spec
    assert CATALOGUE.find("bfl/flux-schnell").endpoint_path == "/v1/generate/image/bfl/flux-schnell"


def test_every_fact_has_a_public_source_or_is_inferred():
    of_models = [
        (spec.model_id, "", "", fact) for spec in CATALOGUE.models for fact in (spec.providers, spec.price) if fact
    ]
    for *where, fact in FACTS + of_models:
        assert PUBLIC.fullmatch(fact.source) or (fact.source, fact.standing) == ("", "inferred"), (where, fact)


def test_core_fields_come_first_in_one_order_and_the_others_are_sorted():
    for spec in CATALOGUE.models:
        core = [field.name for field in spec.fields if field.group == "core"]
        specific = [field.name for field in spec.fields if field.group == "specific"]
        assert [field.name for field in spec.fields] == core + specific
        assert core == [name for name in CORE if name in core]
        assert specific == sorted(specific)


def test_every_field_says_what_it_is_for():
    assert not [field.name for spec in CATALOGUE.models for field in spec.fields if not field.description.endswith(".")]


def test_every_default_is_a_value_that_its_model_takes():
    for spec in CATALOGUE.models:
        assert [one.code for one in check(spec, spec.defaults()).problems if one.code != "required"] == []


def test_choices_lie_inside_bounds_and_bounds_are_in_order():
    for spec in CATALOGUE.models:
        for field in spec.fields:
            low, high = field.minimum, field.maximum
            ends = [fact.value for fact in (low, high) if fact]
            assert all(one <= other for one, other in pairwise(ends))
            for choice in field.choices.value if field.choices and ends else ():
                assert low.value <= choice <= high.value


def test_a_provider_order_is_fastest_or_the_models_own_stack():
    for spec in CATALOGUE.models:
        stack = ", ".join(spec.providers.value)
        assert spec.field("generation_provider_order").choices.value == ("fastest", stack)


def test_the_one_documented_schema_has_its_eleven_fields():
    documented = [field for field in PRO.fields if field.name != "generation_input_file"]
    assert [(field.name, field.default and field.default.value) for field in documented] == [
        ("generation_prompt", None),
        ("generation_ratio", "1:1"),
        ("generation_output_format", "png"),
        ("generation_output_number", 1),
        ("generation_provider_order", "fastest"),
        ("generation_enhance_prompt", "off"),
        ("generation_guidance_scale", 3.5),
        ("generation_moderation", False),
        ("generation_num_inference_steps", 28),
        ("generation_output_quality", 80),
        ("generation_seed", None),
    ]
    assert PRO.required_names == ("generation_prompt",)


@pytest.mark.parametrize(
    ("model_id", "most"),
    [
        ("bfl/flux-1.1-pro", 1),
        ("bfl/flux-1.1-pro-ultra", 1),
        ("bfl/flux-2-pro", 8),
        ("bfl/flux-2-max", 8),
        ("bfl/flux-2-flex", 8),
        ("bfl/flux-2-klein-4b", 4),
        ("bfl/flux-2-klein-9b", 4),
    ],
)
def test_sources_disagree_on_how_many_inputs_flux_takes_so_more_are_let_through_with_a_warning(model_id, most):
    spec = CATALOGUE.find(model_id)
    limit = spec.field("generation_input_file").max_items
    assert (limit.value, limit.standing) == (most, "inferred")
    for count in (most, most + 1):
        links = [f"https://example.com/{n}.png" for n in range(count)]
        checked = check(spec, {"generation_prompt": "A seal", "generation_input_file": links})
        assert checked.request.body["generation_input_file"] == links
        assert [one.code for one in checked.problems] == (["maybe_too_many"] if count > most else [])


def test_one_field_can_be_known_in_part():
    quality = PRO.field("generation_output_quality")
    assert {name: fact.standing for name, fact in quality.facts.items()} == {
        "required": "documented",
        "default": "inferred",
        "minimum": "documented",
        "maximum": "inferred",
    }
    duration = CATALOGUE.find("bytedance/seedance-1-pro").field("generation_duration")
    assert (duration.required.standing, duration.choices.standing) == ("source", "inferred")
    order = PRO.field("generation_provider_order")
    assert (order.default.standing, order.choices.standing) == ("documented", "source")


def test_a_price_is_there_only_where_it_is_known():
    assert CATALOGUE.find("bfl/flux-schnell").price.credits == 0.005
    assert PRO.price.credits == 0.052
    unknown = CATALOGUE.find("bytedance/seedance-1-pro").price
    assert (unknown.kind, unknown.is_known) == ("per_second_by_resolution", False)
    assert CATALOGUE.find("qwen/image").price is None


@pytest.mark.parametrize(
    ("text", "model_type", "found"),
    [
        ("veo", None, ["google/veo-2"]),
        ("  PRO flux ", "image", ["bfl/flux-1.1-pro", "bfl/flux-1.1-pro-ultra", "bfl/flux-2-pro"]),
        ("bytedance", "video", [f"bytedance/seedance-{name}" for name in ("1-pro", "1-pro-fast", "1.5-pro")]),
        ("nothing", None, []),
        ("veo", "image", []),
    ],
)
def test_a_search_finds_models_by_lab_or_name(text, model_type, found):
    assert [spec.model_id for spec in CATALOGUE.search(text, model_type)] == found


def test_an_empty_search_finds_all():
    assert CATALOGUE.search("") == list(CATALOGUE.models)


def test_facts_cannot_be_changed():
    with pytest.raises(AttributeError, match="cannot assign"):
        PRO.model_type = "video"
    PRO.defaults()["generation_ratio"] = "9:16"
    assert PRO.defaults()["generation_ratio"] == "1:1"


class TestMergingTheLiveList:
    def test_a_known_model_takes_the_apis_values_and_keeps_all_else(self):
        merged = CATALOGUE.merge({"models": [LIVE], "models_total": 1}).find(PRO.model_id)
        assert (merged.is_live, merged.price.credits, merged.providers.value) == (True, 0.06, ("bfl", "fal"))
        assert merged.field("generation_provider_order").choices.value == ("fastest", "bfl, fal")
        assert merged.field("generation_output_number").maximum.value == 2
        ratio = merged.field("generation_ratio")
        assert (ratio.choices.value, ratio.default, ratio.choices.standing) == (("3:4", "4:3"), None, "documented")
        assert [field.name for field in merged.fields] == [field.name for field in PRO.fields]
        assert merged.field("generation_guidance_scale") == PRO.field("generation_guidance_scale")

    def test_the_shipped_catalogue_stays_as_it_was(self):
        CATALOGUE.merge({"models": [LIVE, NEW]})
        assert CATALOGUE.find("lab/clip-1") is None
        assert PRO.price.credits == 0.052

    def test_a_new_model_has_the_fields_that_the_list_names(self):
        merged = CATALOGUE.merge({"models": [NEW]})
        clip = merged.find("lab/clip-1")
        assert merged.models[-1] is clip
        assert [(field.name, field.type) for field in clip.fields] == [
            ("generation_prompt", "string"),
            ("generation_output_number", "number"),
            ("generation_input_file", "array"),
            ("generation_duration", "number"),
            ("generation_resolution", "string"),
            ("generation_generate_audio", "boolean"),
            ("generation_provider_order", "string"),
            ("generation_seed", "number"),
            ("generation_whatever", "string"),
        ]
        assert clip.required_names == ("generation_prompt", "generation_duration")
        assert (clip.price.kind, clip.price.is_known) == ("per_second_by_resolution_and_audio", True)
        body = {"generation_prompt": "x", "generation_duration": "8", "generation_whatever": "y"}
        assert check(clip, body).problems == ()

    @pytest.mark.parametrize(
        "library",
        [
            {},
            {"models": None},
            {"models": "x"},
            {"models": [None, 5, {}, {"model_type": "audio", "model_identifier": "a/b"}]},
            {"models": [{"model_type": "image", "model_identifier": "../etc"}]},
            {"models": [{**LIVE, "schema": {"generation_ratio": 5}}]},
            {"models": [{**LIVE, "model_pricing": "free"}]},
        ],
    )
    def test_what_cannot_be_read_leaves_the_shipped_facts(self, library):
        assert CATALOGUE.merge(library).models == CATALOGUE.models
