"""What a sweep expands to: how many items, in which order, which of them, and what is said of what cannot be one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genwidget.batch.axes import axis_of
from genwidget.batch.sweep import sweep
from genwidget.batch.templates import Template
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidEndpointPath, InvalidRequest, UnknownModel
from genwidget.request.validation import judge, with_defaults
from genwidget.text import is_plain

MODEL = "bfl/flux-schnell"
OTHER = "bfl/flux-1.1-pro"
SEED_ALONE = "A seed is of what a template draws, and there is no template. The field is generation_seed."


def values_of(plan):
    return [(item.draft.model_id, dict(item.draft.values)) for item in plan]


def bodies(plan):
    return [item.verdict.request.body for item in plan]


@given(
    models=st.lists(st.sampled_from([MODEL, OTHER]), min_size=1, max_size=2, unique=True),
    prompts=st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3),
    ratios=st.lists(st.sampled_from(["1:1", "16:9"]), min_size=1, max_size=2),
    pairs=st.lists(
        st.fixed_dictionaries({"output_format": st.sampled_from(["png", "jpg"]), "output_number": st.just(1)}),
        max_size=2,
    ),
    repeat=st.integers(1, 3),
)
def test_a_sweep_is_the_product_in_the_order_given_and_every_repeat_is_an_item(models, prompts, ratios, pairs, repeat):
    plan = sweep(models, prompt=prompts, generation_ratio=ratios, pairs=pairs, repeat=repeat)
    bound = [{f"generation_{name}": value for name, value in one.items()} for one in pairs] or [{}]
    expected = [
        (model, {"generation_prompt": prompt, "generation_ratio": ratio, **pair})
        for model, prompt, ratio, pair in itertools.product(models, prompts, ratios, bound)
        for _ in range(repeat)
    ]
    assert values_of(plan) == expected
    assert len(plan) == len(expected)
    assert [item.number for item in plan] == list(range(1, len(expected) + 1))


def test_a_base_gives_each_model_what_that_has_and_takes_and_an_axis_goes_before_it():
    base = {"prompt": "a seal", "generation_ratio": "1:1", "generation_seed": 7}
    both = bodies(sweep([MODEL, OTHER], base=base, ratio=["16:9", "1:1"]))
    assert [one["generation_prompt"] for one in both] == ["a seal"] * 4
    assert [one["generation_ratio"] for one in both] == ["16:9", "1:1"] * 2
    assert ["generation_seed" in one for one in both] == [False, False, True, True]


@pytest.mark.parametrize("value", ["16:10", None, "", 7])
def test_a_base_with_what_no_model_takes_is_sent_as_a_single_request_would_be(value):
    base = {"generation_prompt": "a seal", "generation_ratio": value}
    specs = [Catalogue.load().find(one) for one in (MODEL, OTHER)]
    alone = [judge(spec, with_defaults(spec, base)) for spec in specs]
    checked = [item.verdict for item in sweep([MODEL, OTHER], base=base)]
    assert [one.problems for one in checked] == [one.problems for one in alone]
    assert [one.request for one in checked] == [one.request for one in alone]
    assert not sweep([MODEL, OTHER], base=base, ratio=["16:9"]).problems
    assert sweep(base=base, pairs=[{"model": MODEL}]).problems == sweep(MODEL, base=base).problems


def test_a_base_with_what_one_model_takes_leaves_the_default_of_another():
    clip = "bytedance/seedance-1-pro"
    base = {"generation_prompt": "a seal", "generation_ratio": "21:9"}
    assert sweep(MODEL, base=base).problems
    assert not sweep(clip, base=base).problems
    assert [one["generation_ratio"] for one in bodies(sweep([MODEL, clip], base=base))] == ["1:1", "21:9"]


def test_a_base_that_is_none_or_names_no_field_is_refused():
    with pytest.raises(InvalidRequest, match="The values of a request are a mapping"):
        sweep(MODEL, base="a seal")
    with pytest.raises(InvalidRequest, match="generation_promt"):
        sweep(MODEL, base={"generation_promt": "a seal"})


@given(kept=st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from(["1:1", "16:9"]))), repeat=st.integers(1, 3))
def test_where_keeps_exactly_those_that_it_is_true_of_with_all_their_repeats(kept, repeat):
    plan = sweep(
        MODEL,
        prompt=list("abc"),
        ratio=["1:1", "16:9"],
        repeat=repeat,
        where=lambda v: (v["generation_prompt"], v["generation_ratio"]) in kept and v["model"] == MODEL,
    )
    found = [(one["generation_prompt"], one["generation_ratio"]) for _, one in values_of(plan)]
    expected = [pair for pair in itertools.product("abc", ["1:1", "16:9"]) if pair in kept for _ in range(repeat)]
    assert found == expected
    assert len(plan) == len(expected)


def test_a_plan_can_be_looked_at_again_and_is_the_same():
    plan = sweep(MODEL, prompt=(text for text in ["a", "b"]), template=None, repeat=2)
    assert values_of(plan) == values_of(plan)
    assert len(plan) == 4


def test_one_value_is_an_axis_of_one_and_a_list_field_takes_lists():
    links = ["https://example.com/a.png", "https://example.com/b.png"]
    plan = sweep("google/nano-banana", prompt="A seal", generation_input_file=[links])
    assert [one["generation_input_file"] for one in bodies(plan)] == [links]


def test_a_pair_may_name_its_model():
    plan = sweep(pairs=[{"model": MODEL, "ratio": "1:1"}, {"model": OTHER, "ratio": "16:9"}], prompt="A seal")
    assert [(model, one["generation_ratio"]) for model, one in values_of(plan)] == [(MODEL, "1:1"), (OTHER, "16:9")]


def test_defaults_stand_where_nothing_is_given_and_none_takes_one_out():
    first, second = bodies(sweep(MODEL, prompt="A seal", output_format=["png", None]))
    assert first["generation_output_format"] == "png"
    assert "generation_output_format" not in second
    assert first["generation_ratio"] == second["generation_ratio"] == "1:1"


# Templates.


def test_the_names_of_a_template_are_axes_of_their_own():
    plan = sweep(MODEL, template="A {animal} at {time}", animal=["seal", "fox"], time=["dusk", "dawn"])
    assert [one["generation_prompt"] for one in bodies(plan)] == [
        "A seal at dusk",
        "A seal at dawn",
        "A fox at dusk",
        "A fox at dawn",
    ]
    assert plan.problems == ()


def test_a_template_may_take_the_prompt_itself():
    plan = sweep(MODEL, template="{prompt}, at dusk", prompt=["A seal", "A fox"])
    assert [one["generation_prompt"] for one in bodies(plan)] == ["A seal, at dusk", "A fox, at dusk"]


@given(seed=st.integers(), index=st.integers(0, 10**6), choices=st.lists(st.text("abc "), min_size=2, max_size=5))
def test_the_same_seed_draws_the_same_choice(seed, index, choices):
    pattern = "{" + "|".join(choices) + "} and {x}"
    drawn = Template(pattern, seed).fill({"x": 1}, index)
    assert drawn == Template(pattern, seed).fill({"x": 1}, index)
    assert drawn.removesuffix(" and 1") in choices


def test_what_a_seed_draws_is_the_same_in_every_version():
    prompts = [Template("{red|green|blue}", 7).fill({}, index) for index in range(8)]
    assert prompts == ["red", "green", "green", "green", "red", "blue", "red", "blue"]
    assert {Template("{red|green|blue}", 7).fill({}, index) for index in range(40)} == {"red", "green", "blue"}


def test_where_leaves_what_the_others_draw_as_it_was():
    asked = {"template": "{red|green|blue} {animal}", "animal": ["seal", "fox", "owl", "cat"], "seed": 3}
    all_of_them = [one["generation_prompt"] for one in bodies(sweep(MODEL, **asked))]
    kept = sweep(MODEL, **asked, where=lambda v: not v["generation_prompt"].endswith("seal"))
    assert [one["generation_prompt"] for one in bodies(kept)] == all_of_them[1:]


@given(st.text())
def test_a_template_of_any_text_is_filled_or_refused_with_a_sentence(text):
    try:
        template = Template(text)
    except InvalidRequest as error:
        told = error.message
    else:
        told = None
    if told is not None:
        assert told.startswith("The template has ")
        return
    assert template.fill(dict.fromkeys(template.names, "x"), 0) is not None
    assert template.fill({}, 0) is None or not template.names


@given(st.text())
def test_doubled_braces_let_any_text_pass(text):
    assert Template(text.replace("{", "{{").replace("}", "}}")).fill({}, 0) == text


# What cannot be a sweep.


@pytest.mark.parametrize(
    ("arguments", "keywords", "told"),
    [
        ((MODEL,), {"promt": "a"}, "None of the models has a field generation_promt. Did you mean generation_prompt?"),
        ((MODEL,), {"prompt": "a", "repeats": 2}, "None of the models has a field generation_repeats."),
        ((MODEL,), {"prompt": []}, "prompt has no values. Give at least one, or leave it out."),
        ((MODEL,), {"prompt": {"a": 1}}, "prompt takes one value or a list of values."),
        ((MODEL,), {"pairs": {"prompt": "a"}}, "pairs is a list of mappings, each of the same names."),
        ((MODEL,), {"prompt": itertools.repeat("a")}, "prompt has more than 100,000 values."),
        ((MODEL,), {"prompt": "a", "generation_prompt": "b"}, "generation_prompt is given twice."),
        ((MODEL,), {"prompt": "a", "pairs": [{"prompt": "b"}]}, "generation_prompt is given twice."),
        ((MODEL,), {"prompt": "a", "pairs": [{"model": OTHER}]}, "model is given twice."),
        ((MODEL,), {"prompt": "a", "pairs": ["b"]}, "pairs is a list of mappings, each of the same names."),
        ((MODEL,), {"pairs": [{"prompt": "a"}, {"ratio": "1:1"}]}, "pairs is a list of mappings, each of the same"),
        ((MODEL,), {"prompt": "a", "repeat": 0}, "repeat is a whole number, at least 1."),
        ((MODEL,), {"prompt": "a", "repeat": 1.5}, "repeat is a whole number, at least 1."),
        ((MODEL,), {"prompt": "a", "repeat": True}, "repeat is a whole number, at least 1."),
        ((MODEL,), {"prompt": "a", "repeat": 10**7}, "A plan has at most 1,000,000 items; this one has 10,000,000."),
        ((MODEL,), {"prompt": "a", "where": "x"}, "where= takes a function of one item's values."),
        ((MODEL,), {"template": "{x}"}, "The template's {x} is neither a column nor an axis."),
        (
            (MODEL,),
            {"template": "{aminal}", "animal": "seal"},
            "The template's {aminal} is neither a column nor an axis. Did you mean animal?",
        ),
        (
            (MODEL,),
            {"template": "at dusk", "prompt": "a"},
            "The template replaces the prompt, and does not use prompt.",
        ),
        ((MODEL,), {"template": "{a", "prompt": "a"}, "The template has a brace without its partner at character 1."),
        ((MODEL,), {"template": 5}, "A template is a text."),
        ((MODEL,), {"template": "{a|b}", "seed": "x"}, "seed is a whole number."),
        ((OTHER,), {"prompt": "a", "seed": [1, 2]}, SEED_ALONE),
        ((OTHER,), {"prompt": "a", "seed": 0}, SEED_ALONE),
        ((), {"prompt": "a"}, "Name the model, or give one in every row or pair"),
        (([],), {"prompt": "a"}, "model has no values."),
        ((5,), {"prompt": "a"}, "model: Must be a text such as bfl/flux-schnell"),
    ],
)
def test_what_cannot_be_a_sweep_is_refused_with_a_sentence(arguments, keywords, told):
    with pytest.raises(InvalidRequest) as caught:
        sweep(*arguments, **keywords)
    assert str(caught.value).startswith(told)


def test_an_unknown_model_is_told_with_the_nearest():
    with pytest.raises(UnknownModel) as caught:
        sweep([MODEL, "bfl/flux-schnel"], prompt="a")
    assert caught.value.hint == "bfl/flux-schnel is none of the models known. Did you mean bfl/flux-schnell?"
    with pytest.raises(InvalidEndpointPath):
        sweep("flux", prompt="a")


def test_a_where_that_fails_is_told_with_its_item():
    plan = sweep(MODEL, prompt=["a", "b"], where=lambda v: v["generation_prompt"] == "a" or v["seed"])
    with pytest.raises(InvalidRequest, match=r"^where= failed at item 2: KeyError: 'seed'$"):
        len(plan)


class _Unshown:
    def __str__(self):
        raise RuntimeError


def _endless():
    made = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    "value",
    [10**5000, _endless(), {("a", 1): 1}, [{("a", 1): 1}], _Unshown(), {1: _endless()}],
    ids=["huge", "endless", "odd name", "odd name in a list", "unshown", "endless in a mapping"],
)
def test_an_axis_of_values_that_cannot_be_written_down_has_labels_all_the_same(value):
    assert all(is_plain(label) and label for label in axis_of("x", [value, 1]).labels)


def test_the_models_may_be_named_by_keyword_too():
    plan = sweep(model=["bfl/flux-schnell", "qwen/image"], prompt="a", base={"generation_ratio": "1:1"})
    assert [model_id for model_id, _ in values_of(plan)] == ["bfl/flux-schnell", "qwen/image"]
    with pytest.raises(UnknownModel, match="Did you mean bfl/flux-schnell"):
        sweep(model=["bfl/flux-schnel"], prompt="a", base={"generation_ratio": "1:1"})
    with pytest.raises(InvalidRequest, match="model is given twice"):
        sweep("qwen/image", model="bfl/flux-schnell", prompt="a")


def test_no_keyword_is_named_for_the_field_that_its_name_is_short_for():
    with pytest.raises(InvalidRequest, match=r"None of the models has a field generation_seed\.$"):
        sweep("bfl/flux-schnell", prompt="a", generation_seed=[5])
