"""Numbers as they are typed and as JSON carries them: what does not arrive as it was typed is never sent.

A JSON number is read as an IEEE 754 double by the page, and by most that read JSON (RFC 8259, section 6). So a typed
number is exact where the text that JavaScript writes for its double has the same decimal value: 0.1 is, and 2**53 + 1,
1e-400 and a fraction of twenty digits are not.
"""

import math
import numbers
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from genwidget.text import encodable, shown

#: A decimal as JSON has it, and as people type it (``.5``, ``+5``, spaces around). ASCII only.
NUMBER: Final = r" *[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *"

_FORM: Final = re.compile(NUMBER)
_PARTS: Final = re.compile(r" *([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))? *")
#: Beyond it a JavaScript number no longer counts in ones.
_SAFE_INTEGER: Final = 2**53 - 1
#: From this power of ten on, JavaScript writes an exponent.
_LONGEST_PLAIN: Final = 21
_SHORTEST_PLAIN: Final = -6
#: No field takes a list in a list.
MAX_LEVELS: Final = 20
#: How much of a typed number a sentence quotes.
_QUOTED: Final = 40


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number, or text of the form of one, exact or not."""
    return _text_of(value) is not None


def exact(value: Any) -> int | float | None:
    """Return the number that is sent for what was typed; None where it is no number, or would not arrive as typed.

    An integer of at most 2**53 - 1 is an ``int``, any other number a ``float``.
    """
    text = _text_of(value)
    number = math.inf if text is None else float(text)
    if text is None or not math.isfinite(number) or _decimal(text) != _decimal(number_text(number)):
        return None
    return int(number) if number.is_integer() and abs(number) <= _SAFE_INTEGER else number


def quoted(value: Any) -> tuple[str, str]:
    """Return a number as it was typed, cut where it is long, and what would become of it."""
    typed = (_text_of(value) or "").strip(" ")
    number = float(typed or "nan")
    return (
        typed if len(typed) <= _QUOTED else f"{typed[:_QUOTED]}…",
        number_text(number) if math.isfinite(number) else f"{'-' * (number < 0)}Infinity",
    )


def as_json(value: Any, above: tuple[int, ...] = ()) -> Any:
    """Return values as the page can read them: a number that a double would change is its text, to be judged there.

    So is a number that is not finite, and whatever else JSON does not have; text is such as UTF-8 can hold. Numbers of
    other libraries are ``int`` and ``float``. A list in itself, or past ``MAX_LEVELS``, is the name of its type.

    Args:
        value: of any type.
        above: which objects it is in, by their ``id``.
    """
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, Mapping | list | tuple):
        return _parts_as_json(value, above)
    if value is None or isinstance(value, bool):
        return value
    if (typed := _typed(value)) is None:
        # Of a number, such as a third, the text alone might be taken for another one.
        return f"{type(value).__name__}({shown(value)})" if isinstance(value, numbers.Number) else shown(value)
    number = exact(value)
    return typed if number is None else value if type(value) in {int, float} else number


def _parts_as_json(value: Any, above: tuple[int, ...]) -> Any:
    if id(value) in above or len(above) == MAX_LEVELS:
        return type(value).__name__
    above = (*above, id(value))
    if isinstance(value, Mapping):
        return {
            encodable(name) if isinstance(name, str) else shown(name): as_json(one, above)
            for name, one in value.items()
        }
    return [as_json(one, above) for one in value]


def number_text(number: float) -> str:
    """Write a number as JavaScript does (``1e-7``, not ``1e-07``), so that the page and the kernel agree.

    Minus zero is zero, as in JSON of JavaScript.
    """
    if isinstance(number, int):
        return str(int(number))
    sign, digits, exponent = Decimal(repr(float(number) + 0.0)).normalize().as_tuple()
    assert isinstance(exponent, int), "a body holds finite numbers"
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if len(text) <= point <= _LONGEST_PLAIN:
        text = text.ljust(point, "0")
    elif 0 < point <= _LONGEST_PLAIN:
        text = f"{text[:point]}.{text[point:]}"
    elif _SHORTEST_PLAIN < point <= 0:
        text = f"0.{'0' * -point}{text}"
    else:
        text = f"{text[0]}{'.' * (len(text) > 1)}{text[1:]}e{point - 1:+d}"
    return f"{'-' * sign}{text}"


def _text_of(value: Any) -> str | None:
    """Return the decimal text of a number, or None for what is none."""
    text = _typed(value)
    return text if text is not None and _FORM.fullmatch(text) else None


def _typed(value: Any) -> str | None:
    """Return a number as text; None for what is none, and for one that is neither whole nor a decimal nor a double."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        return None
    if isinstance(value, numbers.Integral):
        return str(Decimal(int(value)))  # str() of an int refuses more than 4,300 digits
    if isinstance(value, Decimal):
        return str(value)
    double = _double(value)
    return None if double is None else repr(double)


def _double(value: numbers.Real) -> float | None:
    """Return the double that a number is, such as one of numpy's, or None; NaN is one."""
    try:
        double = float(value)
    except OverflowError:
        return None
    return double if double == value or math.isnan(double) else None


def _decimal(text: str) -> tuple[str, float]:
    """Return the signed digits of a number without zeros at either end, and the power of ten that follows them."""
    parts = _PARTS.fullmatch(text)
    assert parts is not None, "it has the form of a number"
    sign, whole, fraction, exponent = parts.groups()
    digits = f"{whole}{fraction}".lstrip("0")
    kept = digits.rstrip("0")
    power = float(exponent or 0) - len(fraction) + len(digits) - len(kept)
    return (f"{'-' * (sign == '-')}{kept}", power) if kept else ("", 0)
