import re

import pytest

from genwidget import errors
from genwidget.text import is_plain

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.GenwidgetError)
}


def test_the_tree_in_the_docstring_is_the_tree():
    lines = [re.match(r"([ │├└─]*)(\w+)", line) for line in errors.__doc__.split("::\n\n")[1].splitlines()]
    drawn, above = {}, []
    for depth, name in ((len(line[1]), line[2]) for line in lines if line):
        above = [one for one in above if one[0] < depth]
        drawn[name] = above[-1][1] if above else "Exception"
        above.append((depth, name))
    assert drawn == {name: value.__bases__[0].__name__ for name, value in CLASSES.items()}


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("BSE1001", 401, errors.AuthenticationFailed),
        ("BSE1002", 401, errors.AuthenticationFailed),
        ("BSE1003", 403, errors.PermissionRefused),
        ("BSE1004", 402, errors.InsufficientCredits),
        ("BSE1005", 429, errors.RateLimited),
        ("BSE1006", 429, errors.RateLimited),
        ("BSE1007", 403, errors.PermissionRefused),
        ("BSE1008", 404, errors.NotFound),
        ("BSE1009", 429, errors.RateLimited),
        *((f"BSE200{digit}", 422, errors.InputRefused) for digit in range(1, 10)),
        ("BSE2010", 413, errors.InputRefused),
        ("BSE2015", 409, errors.Conflict),
        ("BSE2016", 409, errors.Conflict),
    ],
)
def test_every_documented_code_has_the_class_of_its_status(code, status, expected):
    assert errors.API_ERRORS[code] is expected
    assert errors.api_error_class(code, status) is expected
    assert errors.api_error_class("BSE9999", status) is expected


def test_no_code_has_a_class_that_is_not_documented():
    assert len(errors.API_ERRORS) == 21


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, errors.InputRefused), (413, errors.InputRefused), (500, errors.ServerFailed), (504, errors.ServerFailed)],
)
def test_a_code_that_is_not_known_takes_the_class_of_its_status(status, expected):
    assert errors.api_error_class(f"HTTP_{status}", status) is expected


def test_a_status_that_is_not_known_is_still_an_api_error():
    assert errors.api_error_class("HTTP_418", 418) is errors.ApiError


def test_an_error_of_the_api_carries_the_servers_own_words():
    error = errors.RateLimited("Slow down.", status_code=429, api_code="BSE1005", retryable=True, retry_after_s=17)
    assert (error.message, str(error), error.retry_after_s) == ("Slow down.", "Slow down.", 17)
    assert (error.details, error.provider_errors, error.request_id) == ({}, [], None)


def test_an_error_with_a_sentence_of_its_own_needs_only_its_values():
    assert errors.ConnectionFailed(host="api.example").message == "Could not reach api.example"
    assert errors.RequestTimedOut(may_have_started=True).may_have_started is True


def test_every_error_can_be_caught_as_one():
    assert all(issubclass(one, errors.GenwidgetError) for one in CLASSES.values())
    assert issubclass(errors.UnknownModel, errors.InvalidRequest)


@pytest.mark.parametrize("said", ["a\u202eb", "\x1b[2J", "half \ud83d", "one\ntwo", "x" * 20_000])
def test_the_sentence_of_an_error_is_one_line_that_can_be_shown_whatever_is_said_in_it(said):
    for error in (errors.GenwidgetError(said), errors.RunError(said), errors.ConnectionFailed(host=said)):
        assert is_plain(error.message)
        assert str(error) == error.message
        assert len(error.message) <= 20_000
