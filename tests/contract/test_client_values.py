"""Values of another type than client and catalogue take are refused with a sentence, before anything is sent."""

import inspect
import math

import numpy as np
import pytest

from genwidget import Catalogue, Client
from genwidget.errors import GenwidgetError, NotFound
from genwidget.messages import MESSAGES
from genwidget.text import shown

NAN, INF = math.nan, math.inf
#: What answers a comparison with an array, and a number that Python does not write out.
ARRAY, HUGE = np.array(["a", "b"]), 10**5000
NO_TEXT = (5, 1.5, None, b"x", [], {}, object(), ARRAY, HUGE)
NO_COUNT = ("x", 0, -1, 1.5, NAN, INF, True, [], {}, ARRAY)
#: The API tells no more than 100, and 90 days, and answers as if that had been asked for.
NO_LIMIT, NO_DAYS = (*NO_COUNT, 101), (*NO_COUNT, 91)
UUID = r"^The id of a generation is a UUID"
MODEL = r"^Invalid endpoint path\. A model is named by its lab and its name"
SECONDS = r"_s= is a number of seconds, at least 0, or None\.$"
INTERVAL = r"^An interval between polls is"
KEY = r"^An idempotency key is"
VALUES = f"^{MESSAGES['bad_values']}$"
NO_SECONDS, NO_INTERVAL = ("x", -1, NAN, [], True, ARRAY, HUGE), ("x", 0, -1, NAN, [], True, ARRAY, HUGE)
NO_KEY, NO_VALUES = (5, "", "a b", [], ARRAY, HUGE), (5, None, "x", ["a"], {"a"}, ARRAY)

WAITS = {"timeout_s": (NO_SECONDS, SECONDS), "interval_s": (NO_INTERVAL, INTERVAL)}
SENT = {"model_id": (NO_TEXT, MODEL), "values": (NO_VALUES, VALUES), "idempotency_key": (NO_KEY, KEY)}
OF_ONE = {"generation_id": ((5, "", None, [], ARRAY, HUGE), UUID)}
#: Of every method that takes a value.
CALLS = {
    "generate": SENT,
    "generate_and_wait": SENT | WAITS,
    "wait": OF_ONE | WAITS,
    "save": {"generation": ((5, None, {}), r"^save\(\) takes the record"), "folder": ((5, None, []), r"^A path is")},
    "get_generation": OF_ONE,
    "generation_status": OF_ONE,
    "cancel_generation": OF_ONE,
    "delete_generation": OF_ONE,
    "list_generations": {
        "limit": (NO_LIMIT, r"^limit= is a whole number from 1 to 100\.$"),
        "offset": (("x", -1, 1.5, NAN, True), r"^offset= is a whole number, at least 0\.$"),
    },
    "each_generation": {"page_size": (NO_LIMIT, r"^page_size= is a whole number from 1 to 100\.$")},
    "usage": {"days": (NO_DAYS, r"^days= is a whole number from 1 to 90\.$")},
    "estimate": {
        "model_id": (NO_TEXT, MODEL),
        "count": (NO_LIMIT, r"^count= is a whole number from 1 to 100\.$"),
        "duration": (("x", -1, NAN, INF, True, []), r"^duration= is a number of seconds, at least 0, or None\.$"),
        "resolution": (([], {}, object()), r"^resolution= is a text"),
        "audio": (("x", "no", 1, 0, NAN, []), r"^audio= is True or False\.$"),
    },
}
MADE_WITH = {
    "region": (NO_TEXT, r"^Unknown region: .*\. Choose one of us, eu, jp \(APAC\), sandbox\."),
    "key": ((5, [], b"x"), "key"),
    "base_url": ((5, [], "x"), r"^A base URL must begin with"),
    "settings": (("x", 5, {}), r"^settings= is a genwidget\.Settings, or None\.$"),
    "transport": (("x", 5, {}), r"^transport= is an httpx\.AsyncBaseTransport, or None\.$"),
    "timing": (("x", 5, {}), r"^timing= is a genwidget\.api\.transport\.Timing, or None\.$"),
    "catalogue": (("x", 5, {}, []), r"^catalogue= takes a genwidget\.Catalogue"),
}
#: Values that are right, in the place of which one is wrong.
RIGHT = {
    "model_id": "bfl/flux-schnell",
    "values": {"generation_prompt": "A baby seal"},
    "generation_id": "00000000-0000-0000-0000-000000000000",
    "generation": None,
}
#: Methods of ours that others call, and those that take nothing.
NO_VALUE = {"over", "blocking", "learn", "attempts", "send", "report_change"}


def cases(table):
    return [
        pytest.param(call, name, value, told, id=f"{call}-{name}={shown(value, 20)}")
        for call, names in table.items()
        for name, (values, told) in names.items()
        for value in values
    ]


@pytest.fixture
def client(sandbox):
    with Client.blocking(base_url=sandbox.url, key=sandbox.api_key) as client:
        yield client


def parameters(call):
    return {one: each for one, each in inspect.signature(call).parameters.items() if one != "self"}


def test_every_value_of_every_call_is_in_the_table():
    found = {name: set(parameters(call)) for name, call in inspect.getmembers(Client, callable) if name[0] != "_"}
    assert {name: set(values) for name, values in CALLS.items()} == {
        name: values for name, values in found.items() if values and name not in NO_VALUE
    }
    assert set(parameters(Client)) == set(MADE_WITH)


@pytest.mark.parametrize(("call", "name", "value", "told"), cases(CALLS))
def test_a_wrong_value_of_a_call_is_refused_before_anything_is_sent(client, sandbox, call, name, value, told):
    right = {one: RIGHT[one] for one in parameters(getattr(Client, call)) if one in RIGHT}
    with pytest.raises(GenwidgetError, match=told):
        list(client.each_generation(**{name: value})) if call == "each_generation" else getattr(client, call)(
            **{**right, name: value}
        )
    assert sandbox.requests == []


def test_as_many_as_there_are_at_most_are_asked_for(client):
    assert client.list_generations(100).limit == 100
    assert client.usage(90).usage_period_days == 90
    assert list(client.each_generation(100)) == []
    assert client.estimate("bfl/flux-schnell", count=100).cost_total_consumed == 0.5


@pytest.mark.parametrize(("_call", "name", "value", "told"), cases({"Client": MADE_WITH}))
def test_a_wrong_value_that_it_is_made_with_is_refused(_call, name, value, told):
    with pytest.raises(GenwidgetError, match=told):
        Client(**{name: value})


def test_a_model_that_the_api_does_not_know_is_told_with_the_nearest(client):
    with pytest.raises(NotFound) as refused:
        client.estimate("bfl/flux-schnel")
    assert refused.value.__notes__ == ["Did you mean bfl/flux-schnell?"]
    with pytest.raises(NotFound) as refused:
        client.estimate("nobody/zzz")
    assert not hasattr(refused.value, "__notes__")
    with pytest.raises(GenwidgetError, match=r"^Invalid endpoint path\. Did you mean bfl/flux-schnell\?$"):
        client.estimate("flux-schnell")


KNOWN = Catalogue.load()


@pytest.mark.parametrize(
    ("call", "values", "kind", "told"),
    [
        (KNOWN.search, NO_TEXT, TypeError, r"^text is a text of words"),
        (lambda kind: KNOWN.search("flux", kind), ("imag", 5, [], ""), ValueError, r"^model_type is image or video\.$"),
        (KNOWN.of_type, ("imag", *NO_TEXT), ValueError, r"^model_type is image or video\.$"),
        (KNOWN.merge, ("x", 5, None, []), TypeError, r"^library is the data of GET /v1/library/models, a mapping\.$"),
        (Catalogue, ("x", 5, None, ["x"], {5: 5}), TypeError, r"^models is a list of models"),
    ],
)
def test_what_the_catalogue_does_not_take(call, values, kind, told):
    for value in values:
        with pytest.raises(kind, match=told):
            call(value)
