"""What a person gives the sandbox in Python is refused with a sentence where it could never be meant."""

import math
from dataclasses import fields

import pytest

from genwidget.catalogue import Catalogue
from genwidget.sandbox import Fault, Faults, Limits, Sandbox, shared_server
from tests.odd import HUGE

NAN, INF = math.nan, math.inf
#: Of numbers that are counted, and of those that are measured.
NO_COUNT = ("x", 1.5, True, -1, NAN, HUGE, [])
NO_MEASURE = ("x", True, -1, NAN, INF, HUGE, [])
NO_TEXT = (5, b"x", [], True)
#: By what is called, its values that are no good.
WRONG = {
    Fault: {
        "route": (*NO_TEXT, "generat"),
        "provider": NO_TEXT,
        "model_id": NO_TEXT,
        "count": NO_COUNT,
        "skip": (*NO_COUNT, None),
        "probability": ("x", True, -0.1, 1.1, NAN, INF, None),
        "one_of": ("html", 5, [5], [[]], {"html": 1}, ["htm"]),
        "retry_after_s": (*NO_COUNT, None),
        "size_bytes": (*NO_COUNT, None),
        "duration_s": (*NO_MEASURE, None),
        "status": ("200", True, 199, 600, 200.5, NAN, HUGE),
        "headers": ("x", 5, [], {5: "x"}, {"x": 5}, {"a b": "x"}),
        "patch": ("x", 5, [], {"a": NAN}, {"a": object()}, {"a": "\ud800"}),
        "content": (*NO_TEXT, "\ud800"),
        "after_work": ("x", 5, 0),
        "fault_id": (*NO_COUNT, None),
    },
    Limits: {one.name: (*NO_COUNT, None) for one in fields(Limits) if one.name != "window_s"}
    | {"window_s": (*NO_MEASURE, 0, None)},
    Sandbox: {
        "port": (*NO_COUNT, 65_536, None),
        "state_dir": (5, [], b"x"),
        "speed": (*NO_MEASURE, 0, None),
        "seed": ("x", 1.5, True, NAN, [], None),
        "region": ("moon", 5, None, []),
        "balance": (*NO_MEASURE, None),
        "clock": ("x", 5, None),
        "limits": ("x", 5, {}),
        "catalogue": ("x", 5, {}, []),
    },
}
CASES = [(call, name, value) for call, names in WRONG.items() for name, values in names.items() for value in values]


def make(call, name, value):
    return Fault("altered", **{name: value}) if call is Fault and name != "kind" else call(**{name: value})


@pytest.mark.parametrize(("call", "name", "value"), CASES)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_it(call, name, value):
    with pytest.raises((TypeError, ValueError)) as refused:
        make(call, name, value)
    assert type(refused.value) in {TypeError, ValueError}
    assert name.removesuffix("s") in str(refused.value) or name == "one_of"
    assert "cannot be" in str(refused.value) or type(refused.value) is ValueError
    assert len(str(refused.value)) < 300


def test_every_value_of_the_sandbox_is_in_the_table():
    assert {one.name for one in fields(Fault)} - {"kind"} == set(WRONG[Fault])
    assert {one.name for one in fields(Limits)} == set(WRONG[Limits])
    assert set(Sandbox.__init__.__annotations__) - {"return"} == set(WRONG[Sandbox])


@pytest.mark.parametrize("kind", [5, None, [], "thunder"])
def test_a_kind_that_is_none_is_refused(kind):
    with pytest.raises((TypeError, ValueError), match="kind"):
        Fault(kind)


def test_what_is_right_is_taken():
    assert Fault("html", one_of=["html", "server_error"], count=0, probability=0).one_of == ("html", "server_error")
    assert Faults().add(Fault("hang"), skip=3).skip == 3
    assert Fault("altered", headers={"x": None}, patch={"a": None}, content="", after_work=False, status=204)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"count": "x"}, r"^count cannot be 'x'\. It is a whole number, at least 0, or None\.$"),
        ({"skip": -1}, r"^skip cannot be -1\. It is a whole number, at least 0\.$"),
        ({"probability": "x"}, r"^probability cannot be 'x'\. It is a number from 0 to 1\.$"),
        ({"model_id": "bfl/flux-schnel"}, r"^unknown model: bfl/flux-schnel\. Did you mean bfl/flux-schnell\?$"),
        ({"model_id": "nobody/zzz"}, r"^unknown model: nobody/zzz$"),
        ({"kind": "provider_error", "provider": "blf"}, r"^unknown provider: blf\. Did you mean bfl\?$"),
        (
            {"kind": "provider_error", "provider": "openai", "model_id": "bfl/flux-schnell"},
            r"^unknown provider: openai$",
        ),
    ],
)
def test_what_no_request_of_the_sandbox_would_meet_is_refused(values, sentence):
    faults = Sandbox().faults
    with pytest.raises((TypeError, ValueError), match=sentence):
        faults.add(**{"kind": "server_error", **values})
    assert faults.all() == []


@pytest.mark.parametrize("given", ["hang", 5, {"kind": "hang"}])
def test_what_is_added_is_a_fault(given):
    with pytest.raises(TypeError, match=r"^fault cannot be .*\. It is a genwidget.sandbox.Fault\.$"):
        Faults().add(given)


@pytest.mark.parametrize("given", ["1", -1, 1.5])
def test_the_fault_that_is_cleared_is_named_by_its_number(given):
    with pytest.raises((TypeError, ValueError), match=r"^fault_id cannot be"):
        Faults().clear(given)


def test_a_sandbox_with_models_of_its_own_takes_their_names_alone():
    model = Catalogue.load().find("google/nano-banana")
    faults = Sandbox(catalogue=Catalogue([model])).faults
    faults.add(kind="server_error", model_id=model.model_id)
    with pytest.raises(ValueError, match="unknown model"):
        faults.add(kind="server_error", model_id="bfl/flux-schnell")


def test_a_sandbox_that_was_stopped_takes_no_fault_until_it_is_started_again():
    sandbox = Sandbox()
    sandbox.faults.add(kind="hang", route="status")
    with sandbox:
        sandbox.faults.add(kind="hang", route="status")
    with pytest.raises(RuntimeError, match=r"^The sandbox has been stopped, .* Start it first\.$"):
        sandbox.faults.add(kind="hang", route="status")
    with sandbox:
        sandbox.faults.add(kind="hang", route="status")
    assert len(sandbox.faults.all()) == 3


@pytest.mark.parametrize("amount", ["x", 0, -1, NAN, True, None])
def test_credits_that_are_none_are_not_added(amount):
    with Sandbox() as sandbox:
        before = sandbox.credits
        with pytest.raises((TypeError, ValueError), match=r"^amount cannot be .*\. It is a number above 0\.$"):
            sandbox.add_credits(amount)
        assert sandbox.credits == before


@pytest.mark.parametrize("speed", ["x", "0", "-1", "nan", "inf"])
def test_the_variable_of_a_speed_that_is_none_is_named(monkeypatch, speed):
    monkeypatch.setenv("GENWIDGET_SANDBOX_SPEED", speed)
    with pytest.raises(ValueError, match=f"^GENWIDGET_SANDBOX_SPEED cannot be {speed}. It is a number above 0"):
        shared_server.speed()
