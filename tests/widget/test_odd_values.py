"""Values of another type than a playground takes are refused with a sentence of ours; none is taken silently."""

import inspect
import math
from decimal import Decimal

import numpy as np
import pytest
import traitlets
from ipywidgets import Layout

from genwidget import panel
from genwidget.errors import GenwidgetError
from genwidget.messages import MESSAGES
from genwidget.text import shown
from genwidget.widget import Playground, playground, side_panel

NAN = math.nan
#: What answers a comparison with an array, and a number that Python does not write out.
ARRAY, HUGE = np.array(["a", "b"]), 10**5000
NUMBERS, OTHERS = (5, -1, 1.5, NAN, True), (b"x", ["a"], {5: 5}, {"a"}, object(), ARRAY)
NO_TEXT = (*NUMBERS, HUGE, *OTHERS[1:])
NO_MAPPING = ("x", *NUMBERS, b"x", ["a"], {"a"}, object())
NO_SWITCH = ("x", "no", 5, 0, 1.5, NAN, *OTHERS)
NO_LIMIT = ("x", -1, NAN, True, *OTHERS)
NO_WHOLE = ("x", 0, -1, 1.5, NAN, True, *OTHERS)

REGION = r"^Unknown region: .*\. Choose one of us, eu, jp \(APAC\), sandbox\."
TYPE = r"^Invalid model type\nChoose image or video\."
MODEL = r"^Invalid endpoint path\. A model is named by its lab and its name"
VALUES = f"^{MESSAGES['bad_values']}$"
SETTINGS = r"^settings= is a genwidget\.Settings, or None\.$"
LIMIT = r"It is a number of credits from 0 to|is a number of credits from 0 to"
LAYOUT = "expected a Layout"

#: Of what a playground is made with.
MADE_WITH = {
    "region": ((*NO_TEXT, "ue"), REGION),
    "model": (NO_TEXT, MODEL),
    "values": (NO_MAPPING, VALUES),
    "key": (("x", 5, []), r"^key= takes a callable"),
    "base_url": (NO_TEXT, r"^A base URL must begin with"),
    "settings": (("x", 5, {}, [], object()), SETTINGS),
    "allow_debug": ((*NO_SWITCH, None), r"^allow_debug= is True or False\.$"),
    "offer_sandbox": (NO_SWITCH, r"^offer_sandbox= is True or False\.$"),
    "history": (NO_TEXT, r"^history cannot be"),
    "height": (("x", "5px", 0, -1, NAN, math.inf, True, 10**400, *OTHERS), f"^{MESSAGES['bad_height']}$"),
    "spend_limit": (NO_LIMIT, LIMIT),
    "layout": (NO_MAPPING, LAYOUT),
}
#: Of what is assigned.
ASSIGNED = {
    "region": ((*NO_TEXT, None, "ue"), REGION),
    "model_type": ((*NO_TEXT, None, "imag"), TYPE),
    "model_id": ((*NO_TEXT, None), MODEL),
    "values": ((*NO_MAPPING, None), VALUES),
    "spend_limit": (NO_LIMIT, LIMIT),
    "layout": ((*NO_MAPPING, {5: 5}, None), LAYOUT),
    "tooltip": (NUMBERS, "expected a unicode string"),
    "tabbable": (("x", 5, []), "expected a boolean"),
}
#: Of what a batch is begun with.
BATCH = {
    "limit": (NO_LIMIT, LIMIT),
    "allow_unknown": (NO_SWITCH, r"^allow_unknown= is True or False\.$"),
    "save_to": ((5, ["a"]), "save_to="),
    "stop_after_failures": (NO_WHOLE, "stop_after_failures="),
    "stop_if": (("x", 5), "stop_if="),
    "reuse": (NO_SWITCH, r"^reuse= is True or False\.$"),
}
COMPARED = {
    "models": ((5, -1, NAN, None, True, object(), [5]), "Must be a text such as bfl/flux-schnell"),
    "repeat": (NO_WHOLE, r"^repeat is a whole number, at least 1\.$"),
    **BATCH,
}
SWEPT = {
    "model": ((5, -1, NAN, True, object(), [5]), "Must be a text such as bfl/flux-schnell"),
    "pairs": (("x", 5, NAN, True, object(), [5]), r"^pairs is a list of mappings"),
    "repeat": (NO_WHOLE, r"^repeat is a whole number, at least 1\.$"),
    "where": (("x", 5), "where="),
    "template": ((5, [5]), "template"),
    "seed": (("x", 1.5), "seed"),
    "options": (("x", 5, NAN, ["a"], True, object()), f"^{MESSAGES['bad_batch_options'].format()}$"),
}


def cases(table):
    return [
        pytest.param(name, value, told, id=f"{name}={shown(value, 20)}")
        for name, (values, told) in table.items()
        for value in values
    ]


def refused(call, told):
    with pytest.raises((GenwidgetError, traitlets.TraitError), match=told):
        call()


def names_of(call, *left_out):
    return {one.name for one in inspect.signature(call).parameters.values() if one.kind is not one.VAR_KEYWORD} - {
        "self",
        *left_out,
    }


def test_every_value_that_a_person_gives_is_in_a_table():
    assert names_of(Playground) | {"layout"} == set(MADE_WITH)
    assert set(playground._SETTABLE) == set(ASSIGNED)
    assert names_of(Playground.compare) | set(playground._BATCH_OPTIONS) == set(COMPARED)
    assert names_of(Playground.sweep) == set(SWEPT)


@pytest.mark.parametrize(("name", "value", "told"), cases(MADE_WITH))
def test_what_it_is_made_with(name, value, told):
    refused(lambda: Playground(**{name: value}), told)


@pytest.mark.parametrize(("name", "value", "told"), cases(ASSIGNED))
def test_what_is_assigned(make, name, value, told):
    pg = make()
    before = getattr(pg, name)
    refused(lambda: setattr(pg, name, value), told)
    assert getattr(pg, name) == before


@pytest.mark.parametrize(("name", "value", "told"), cases(COMPARED))
def test_what_is_compared(pg, name, value, told):
    given = {"models": "bfl/flux-1.1-pro", name: value}
    refused(lambda: pg.compare(**given), told)
    assert pg.batch_id == ""


@pytest.mark.parametrize(("name", "value", "told"), cases(SWEPT))
def test_what_is_swept(pg, name, value, told):
    models = (value,) if name == "model" else ()
    refused(lambda: pg.sweep(*models, **({} if models else {name: value})), told)
    assert pg.batch_id == ""


def test_pairs_that_can_be_read_once_are_read_once(pg):
    batch = pg.sweep(pairs=({"generation_output_format": one} for one in ("png", "jpg")))
    assert len(list(batch.wait().items())) == 2


@pytest.mark.parametrize("value", NO_SWITCH)
def test_whether_what_has_no_price_is_sent(pg, value):
    refused(lambda: pg.send(allow_unknown=value), r"^allow_unknown= is True or False\.$")
    assert len(pg.runs) == 0


@pytest.mark.parametrize("value", [5, None, ["python"], {}, "pyton"])
def test_the_language_of_code(pg, value):
    refused(lambda: pg.export(value), r"^Unknown language: .*\. Choose one of python, curl, typescript\.")


def test_the_region_of_a_panel_that_is_there_already(make, monkeypatch):
    monkeypatch.setattr(side_panel, "_shown", [make()])
    for value in (*NO_TEXT, "ue"):
        refused(lambda: panel(value), REGION)  # noqa: B023 - called at once
    assert panel("APAC").region == "sandbox"


def test_the_nearest_is_named(make):
    pg = make()
    refused(lambda: setattr(pg, "model_type", "imag"), r"Did you mean image\?$")
    refused(lambda: Playground(region="ue"), r"Did you mean eu\?$")


def test_a_height_is_laid_over_a_layout_of_either_kind(make):
    given = Layout(width="50%")
    for layout in (given, {"width": "50%"}):
        own = make(layout=layout, height=300).layout
        assert (own.width, own.height) == ("50%", "300px")
    assert given.height is None


def test_a_value_of_a_field_that_compares_oddly_is_refused_when_it_is_sent_and_spoils_no_later_one(pg):
    for odd in (ARRAY, Decimal("sNaN"), np.void(b"x"), {"a": ARRAY}):
        pg.values = {"generation_prompt": odd}
        refused(pg.send, "prompt")
        assert [problem.field for problem in pg.problems] == ["generation_prompt"]
    pg.values = {"generation_prompt": "fresh"}
    assert pg.send().wait(15).prompt == "fresh"
