"""Values as tables and arrays hold them, as plain values, and as the words that a template takes of them. Pure."""

import math
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any, Final

from genwidget.errors import InvalidRequest
from genwidget.messages import render
from genwidget.request.body import BLANK, matches

#: Types of missing values, beside None and NaN, in pandas.
_MISSING: Final = frozenset({"NAType", "NaTType"})
#: Beyond it a float does not tell which whole number it was.
_MOST_EXACT: Final = 2**53


def plain(value: Any) -> Any:
    """Return a value as Python's own; None where it is missing."""
    if value is None or type(value).__name__ in _MISSING:
        return None
    if isinstance(value, float | Decimal) and _is_nan(value):  # how frames write that a number is missing
        return None
    if type(value).__module__.partition(".")[0] != "numpy":
        return value
    if type(value).__name__ in {"datetime64", "timedelta64"}:  # which would become bare counts of nanoseconds
        return None if str(value) == "NaT" else value
    return plain(value.tolist())


def _is_nan(value: float | Decimal) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else math.isnan(value)  # a signaling NaN is no float


def are_whole(values: Iterable[Any]) -> bool:
    """Tell whether every number is whole, as those are that a frame made floats of because one of them is missing."""
    return all(
        abs(value) <= _MOST_EXACT and value.is_integer()  # which infinity is not
        for value in map(plain, values)
        if isinstance(value, float)
    )


def as_whole(value: Any) -> Any:
    """Return a float as the whole number that it is; anything else as it is."""
    value = plain(value)
    return int(value) if isinstance(value, float) else value


def word_of(name: str, value: Any) -> str | None:
    """Return what a template writes for a value; None where it is missing, as blank text is.

    Args:
        name: the template's, for the sentence.
        value: a text, a number, or true or false.

    Raises:
        InvalidRequest: it is anything else, or a number that cannot be written out.
    """
    value = plain(value)
    if value is None or (isinstance(value, str) and matches(BLANK, value)):
        return None
    if isinstance(value, str):
        return str(value)
    told: object = type(value).__name__
    if isinstance(value, float | Decimal) and math.isinf(value):
        told = value
    elif isinstance(value, Real | Decimal):
        try:
            return str(value)
        except ValueError:  # Python writes no number of more than some thousand digits
            pass
    raise InvalidRequest(render("batch_template_value", name=name, kind=told))
