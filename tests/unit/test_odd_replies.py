"""Whatever a reply says in whatever field: it is read or refused with an error of our own, and can be written down."""

import sys
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from genwidget.api import models
from genwidget.api.http_response import HttpResponse
from genwidget.api.models import Data, Generation, LibraryModels
from genwidget.api.polling import generation_error
from genwidget.api.responses import decode_data, decode_error
from genwidget.catalogue import Catalogue
from genwidget.catalogue.live import _LibraryModel
from genwidget.errors import ApiError, TransportError
from genwidget.live_check.checks import QUESTIONS
from genwidget.live_check.compare import (
    Expected,
    answer_differences,
    envelope_differences,
    limit_differences,
    shape_differences,
)
from genwidget.live_check.report import Findings
from genwidget.text import MAX_NUMBER, is_plain, load_json
from genwidget.widget.alerts import alert_of
from genwidget.widget.offer import offer
from tests.odd import DIGITS, HUGE, ODD, OVERFLOW, encode, strict

KINDS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Data) and one is not Data]
#: A prompt is somebody's own text, and may be laid out as they like; these two are objects of any form.
OWN = {"generation_prompt", "model_schema", "babysea_implementation"}
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.sampled_from(list(ODD.values())) | st.text(st.characters(exclude_categories=())) | st.integers() | FLOATS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


PLAIN = {str: "x", int: 1, float: 1.5, bool: True, Any: None}

#: An entry of the live list of models.
LISTED = {
    "model_type": "image",
    "model_identifier": "a/b",
    "model_pricing": 0.1,
    "model_supported_provider": ["x"],
    "schema": {
        "generation_prompt": True,
        "generation_ratio": ["1:1"],
        "generation_output_format": ["png"],
        "generation_output_number": 4,
        "generation_duration": [5],
        "generation_resolution": ["720p"],
    },
    "specific_schema": ["generation_x"],
}


def example(annotation):
    """Return a value of a type, as JSON has it."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN:
        return PLAIN[annotation]
    if origin is tuple:
        return [example(parts[0])]
    if origin is dict:
        return {"x": example(parts[1])}
    return example(parts[0]) if parts else whole(annotation)  # of a union the first, of an annotated type the type


def whole(kind):
    return {field.alias or name: example(field.annotation) for name, field in kind.model_fields.items()}


def reply(data, status=200, headers=()):
    return HttpResponse(status, encode({"data": data}), dict(headers))


def read(kind, data):
    """Read data as a kind; what is read can be written and shows nothing hidden, else it is our own error."""
    error = None
    try:
        found = decode_data(kind, reply(data))
    except TransportError as caught:
        error = caught
    if error is not None:
        assert is_plain(error.message)
        strict(alert_of(error))
        return None
    strict(found.model_dump())
    strict(found.meta.json)
    check_plain(found, MAX_NUMBER)
    return found


def fields_of(found):
    return {name: getattr(found, name) for name in type(found).model_fields if name not in OWN}


def check_plain(value, largest=sys.float_info.max):
    """Nothing hidden in any text, and no number past the largest."""
    if isinstance(value, str):
        assert is_plain(value)
    elif isinstance(value, int | float):
        assert abs(value) <= largest
    elif isinstance(value, Data):
        check_plain(fields_of(value), largest)
    elif isinstance(value, dict):
        check_plain([*value, *value.values()], largest)
    elif isinstance(value, tuple | list):
        for inner in value:
            check_plain(inner, largest)


def test_every_type_of_a_reply_is_here():
    below = set()
    left = [Data]
    while left:
        left += left.pop().__subclasses__()
        below.update(one for one in left if one.__module__.startswith("genwidget."))
    assert set(KINDS) == below


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_every_reply_takes_or_refuses_every_odd_value(kind):
    names = [field.alias or name for name, field in kind.model_fields.items()]
    assert read(kind, whole(kind)) is not None
    for name in names:
        for value in ODD.values():
            read(kind, whole(kind) | {name: value})
            read(kind, whole(kind) | {name: [value]})
            read(kind, whole(kind) | {name: {"x": value, "\ud800": value}})
    for value in ODD.values():
        read(kind, whole(kind) | {"\ud800\u202e": value, "_meta": value, "model_config": value})
        read(kind, value)


@given(st.sampled_from(KINDS), st.data())
def test_any_json_in_any_field_is_read_or_refused(kind, data):
    names = [field.alias or name for name, field in kind.model_fields.items()]
    read(kind, whole(kind) | data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=4)))


def types_in(annotation):
    """Return the types that an annotation names, at any depth."""
    parts = get_args(annotation)
    return {annotation} if not parts else {one for part in parts if not isinstance(part, str) for one in types_in(part)}


NUMBERS = [
    (kind, name, type(None) in types_in(field.annotation))
    for kind in KINDS
    for name, field in kind.model_fields.items()
    if {int, float} & types_in(field.annotation) and example(field.annotation) in (1, 1.5)
]
IMPOSSIBLE = [-HUGE, HUGE, OVERFLOW, DIGITS, 1.7976931348623157e308, "inf", "x", [], [1], {"a": HUGE}]


@pytest.mark.parametrize(("kind", "name", "is_optional"), NUMBERS)
def test_a_number_that_cannot_be_is_left_out_where_the_rest_can_do_without_it(kind, name, is_optional):
    fine = read(kind, whole(kind))
    assert getattr(fine, name) == example(kind.model_fields[name].annotation)
    for value in IMPOSSIBLE:
        found = read(kind, whole(kind) | {name: value})
        assert (found is not None) is is_optional
        if found is not None:
            assert found.model_dump() == fine.model_dump() | {name: None}
            assert found.meta.json["data"][name] is not None
        told = shape_differences(kind, load_json(encode(whole(kind) | {name: value}).decode()))
        assert told, "a live check tells of it all the same"


def test_there_are_optional_numbers_and_others():
    assert {is_optional for *_, is_optional in NUMBERS} == {True, False}
    assert len(NUMBERS) > 30


#: A list or an object of a reply filled with so many wrong values must not be an error for each: of a million it
#: would be a gigabyte.
FLOOD = 3_000
#: The fields of any type, several times over.
FEW_ERRORS = 100


def floods_of(value):
    """Yield a value with one place of it, at a time, filled with a list or an object of what no item can be."""
    yield [[]] * FLOOD
    yield {str(number): [] for number in range(FLOOD)}
    if isinstance(value, list):
        yield from ([flood] for flood in floods_of(value[0]))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (value | {name: flood} for flood in floods_of(inner))


def errors_of(kind, data):
    try:
        kind.model_validate(data)
    except ValidationError as error:
        return error.error_count()
    return 0


@pytest.mark.parametrize("kind", [*KINDS, _LibraryModel], ids=lambda kind: kind.__name__)
def test_a_flood_of_wrong_values_is_told_by_a_few_errors(kind):
    data = LISTED if kind is _LibraryModel else whole(kind)
    assert errors_of(kind, data) == 0
    counts = [errors_of(kind, flood) for flood in floods_of(data)]
    assert max(counts) < FEW_ERRORS
    assert sum(map(bool, counts)) > len(data)


ERROR = {"code": "BSE1005", "type": "x", "message": "no", "retryable": True, "details": {}, "provider_errors": []}


def told(body, headers=(), status=429):
    error = decode_error(HttpResponse(status, encode(body), dict(headers)))
    assert isinstance(error, ApiError)
    for one in (error.message, error.next_step, error.api_code, error.api_type, error.request_id or ""):
        assert is_plain(one)
        assert len(one) <= 1_000
    alert = alert_of(error)
    assert len(strict(alert)) < 500_000
    check_plain(alert)
    assert error.retry_after_s is None or 0 <= error.retry_after_s <= 10**15
    return error


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_every_part_of_an_error_takes_every_odd_value(value):
    told(value)
    told({"error": value, "request_id": value})
    for name in ERROR:
        told({"error": ERROR | {name: value}})
    for details in ({"retry_after_seconds": value}, {"x": value, "\ud800": value}, dict.fromkeys("abc", value)):
        told({"error": ERROR | {"details": details}})
        told({"error": ERROR | {"provider_errors": [details, value, {"provider": value, "message": value}] * 30}})


@given(VALUES, st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset"]), st.text()))
def test_any_json_is_an_error_that_can_be_told(value, headers):
    told({"error": value}, headers)
    told({"error": ERROR | {"details": {"a": value}, "provider_errors": [{"b": value}]}}, headers)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_what_a_first_contact_finds_odd_is_told_and_never_raised(value):
    for question in QUESTIONS:
        names = [field.alias or name for name, field in question.kind.model_fields.items()]
        for name in names:
            answer = reply(whole(question.kind) | {name: value}, headers=[("x-ratelimit-reset", "9" * 30)])
            body = strict(answer_differences(answer, Expected())) and decode_error(answer).body
            lines = [*envelope_differences(body, Expected()), *limit_differences(answer.headers)]
            lines += shape_differences(question.kind, body["data"])
            strict(lines)
            findings = Findings()
            findings.compare(question.where, name, lines, "")
            findings.compare(question.where, name, [str(value)], "")
            check_plain(findings.lines())


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_the_live_list_of_models_takes_or_leaves_every_odd_value(value):
    model = LISTED
    odd = [model | {name: value} for name in model]
    odd += [model | {"model_pricing": {"720p": value}}, model | {"model_pricing": {"\ud800\u202e": 0.1}}]
    odd += [model | {"model_supported_provider": [value]}, model | {"specific_schema": [value]}]
    odd += [model | {"schema": model["schema"] | {name: value}} for name in model["schema"]]
    odd += [model | {"schema": model["schema"] | {name: [value]}} for name in model["schema"]]
    for number, one in enumerate(odd):
        if one["model_identifier"] == "a/b":
            one["model_identifier"] = f"a/b{number}"
    shipped = Catalogue.load()
    body = decode_error(reply({"models": [*odd, model]})).body
    merged = shipped.merge(body["data"])
    offered = offer(merged, sandbox_offered=True)
    strict(offered)
    assert {one.model_id for one in merged.models} >= {one.model_id for one in shipped.models} | {"a/b"}
    added = [one for one in offered["models"] if one["model_id"].startswith("a/b")]
    check_plain(added)
    read(LibraryModels, {"models": [*odd, model]})


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_failed_generation_told_by_a_client_takes_every_odd_value(value):
    for name in Generation.model_fields:
        record = read(Generation, whole(Generation) | {name: value, "generation_status": "failed"})
        if record is not None:
            strict(alert_of(generation_error(record.meta.json, record)))
