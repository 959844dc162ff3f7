import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genwidget.catalogue import Catalogue
from genwidget.request.decimals import MAX_LEVELS, as_json, exact, is_number, number_text, quoted
from genwidget.request.validation import check
from tests.golden import numbers

PRO = Catalogue.load().find("bfl/flux-1.1-pro")


def _problems_and_body(typed):
    checked = check(PRO, {"generation_prompt": "a", "generation_seed": typed})
    errors = [one.message for one in checked.problems if one.severity == "error"]
    return errors, checked.request.encoded if checked.request else None


def _sent(typed):
    """Return the seed that is sent, read by a parser that keeps every digit; None where it is refused."""
    _, body = _problems_and_body(typed)
    return None if body is None else json.loads(body, parse_int=Fraction, parse_float=Fraction)["generation_seed"]


def _double(typed):
    """Return what would be sent if doubles changed nothing, or None where there is no such double."""
    try:
        number = float(typed)
    except OverflowError:
        return None
    return None if abs(number) == float("inf") else Fraction(number_text(number))


@given(numbers.texts())
@example("9007199254740993")
@example("0.1e-400")
@example("1.00000000000000000001")
@example("-0")
def test_a_typed_number_is_sent_with_every_digit_or_refused(text):
    typed = Fraction(text.strip())
    assert _sent(text) == (typed if _double(text) == typed else None)


@given(numbers.integers())
@example(2**53 + 1)
@example(2**64)
@example(10**400)
def test_an_integer_of_python_is_sent_with_every_digit_or_refused(number):
    assert _sent(number) == (number if _double(number) == number else None)


@given(numbers.decimals())
def test_a_decimal_of_a_body_file_is_sent_with_every_digit_or_refused(number):
    assert _sent(number) == (Fraction(number) if _double(number) == Fraction(number) else None)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_sent_as_itself(number):
    assert float(_sent(number)) == number


@given(numbers.texts() | numbers.integers() | numbers.decimals() | st.floats())
def test_the_page_sees_what_it_judges_alike(value):
    seen = json.loads(json.dumps(as_json({"a": [value]})), parse_int=float)["a"][0]
    assert _problems_and_body(seen) == _problems_and_body(value)


#: Numbers of other libraries: a half, a third, the nearest to 0.1 of few bits, ones that no double holds.
OTHERS = [
    Fraction(1, 2),
    Fraction(1, 3),
    Fraction(0.1),
    Fraction(10**400, 3),
    Fraction(7),
    complex(1, 2),
    np.float16(0.5),
    np.float32(0.1),
    np.float64(0.1),
    np.longdouble("0.1"),
    np.longdouble("1e4000"),
    np.float32("nan"),
    np.float32("-inf"),
    np.int8(-5),
    np.int64(2**53 + 1),
    np.uint64(2**64 - 1),
    np.bool_(1),
    np.complex64(1),
    np.array([1, 2]),
    object(),
]


@pytest.mark.parametrize("value", OTHERS, ids=lambda value: f"{type(value).__name__} {value}".split(" at ")[0][:40])
def test_numbers_of_other_libraries_reach_the_page_exactly_or_as_what_is_refused(value):
    seen = json.loads(json.dumps(as_json({"a": [value]}), allow_nan=False), parse_int=float)["a"][0]
    assert _problems_and_body(seen) == _problems_and_body(value)
    sent = _sent(value)
    assert sent is None or float(sent) == value


@given(st.fractions() | st.floats(width=32).map(np.float32) | st.integers(0, 2**64 - 1).map(np.uint64))
def test_any_number_of_another_library_is_sent_exactly_or_not_at_all(value):
    seen = json.loads(json.dumps(as_json({"a": [value]}), allow_nan=False), parse_int=float)["a"][0]
    assert _problems_and_body(seen) == _problems_and_body(value)
    sent = _sent(value)
    assert sent is None or float(sent) == value


def test_numbers_of_other_libraries_that_a_double_holds_are_sent():
    sent = [value for value in OTHERS if _sent(value) is not None]
    assert [type(value).__name__ for value in sent] == ["Fraction"] * 3 + ["float16", "float32", "float64", "int8"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (2**53 + 1, "9007199254740993 would become 9007199254740992"),
        (" -9007199254740993 ", "-9007199254740993 would become -9007199254740992"),
        ("-1e-400", "-1e-400 would become 0"),
        ("1e400", "1e400 would become Infinity"),
        pytest.param(-(10**5000), f"-1{'0' * 38}… would become -Infinity", id="long integer"),
        (Decimal("1e-400"), "1E-400 would become 0"),
        ("2.5e-324", "2.5e-324 would become 5e-324"),
        (f"1e-{'9' * 5000}", f"1e-{'9' * 37}… would become 0"),
    ],
)
def test_the_sentence_says_what_was_typed_and_what_would_arrive(typed, sentence):
    assert _problems_and_body(typed) == ([f"Cannot be sent exactly: {sentence}"], None)


@pytest.mark.parametrize("zero", ["0", "-0", "-0.0", "0e99999999999999999999", f"0e-{'9' * 5000}", -0.0, Decimal("-0")])
def test_zero_is_zero_however_it_is_typed(zero):
    assert _sent(zero) == 0


@pytest.mark.parametrize("value", [True, None, "", "one", "1_000", "٣", [5], b"5", float("nan"), Decimal("inf")])
def test_what_is_no_number_is_neither_exact_nor_one(value):
    assert (is_number(value), exact(value)) == (False, None)


def test_only_numbers_that_a_double_changes_become_text_for_the_page():
    values = {"a": 5, "b": [2**53 + 1, {"c": Decimal("0.5")}], "d": (10**20, True, 0.1), "e": Decimal("nan")}
    assert as_json(values) == {
        "a": 5,
        "b": ["9007199254740993", {"c": 0.5}],
        "d": [10**20, True, 0.1],
        "e": "NaN",
    }
    assert len(as_json(10**5000)) == 5001


def test_what_has_no_end_is_cut_for_the_page():
    endless, deep = [1], []
    endless.append({"a": endless})
    for _ in range(100_000):
        deep = [deep]
    assert as_json(endless) == [1, {"a": "list"}]
    assert json.dumps(as_json(deep)) == f'{"[" * MAX_LEVELS}"list"{"]" * MAX_LEVELS}'
    for field in PRO.fields:
        for value in (endless, deep):
            seen = json.loads(json.dumps(as_json(value)))
            kernel, page = (check(PRO, {"generation_prompt": "a", field.name: one}).problems for one in (value, seen))
            assert [one.message for one in kernel] == [one.message for one in page] != []


def test_a_long_number_is_quoted_in_part():
    assert quoted("1" * 41) == (f"{'1' * 40}…", "1.111111111111111e+40")
