"""A model's body: how typed values are read, and how the result is written.

The patterns mean the same to Python's ``re`` with ``re.ASCII`` and ``fullmatch`` and to JavaScript's
``new RegExp("^(?:" + pattern + ")$", "u")``; the page receives them as data.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final

from genwidget.catalogue import FieldSpec
from genwidget.request.decimals import exact, number_text

#: Code points of any text. Source: the API's page on the checks of a request.
TEXT_LIMIT: Final = 10_000
_BLANKS: Final = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
#: Text that shows nothing.
BLANK: Final = "[" + "".join(f"\\u{ord(one):04x}" for one in _BLANKS) + "]*"

# Never in a link: controls, white space, direction overrides, lone surrogates, and what must be percent-encoded.
_OUT = (
    r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff\ud800-\udfff"
    r'<>"\\\^`{|}'
)
_LABEL = rf"[^{_OUT}%/?#@:\[\].]+"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
#: A well-formed http or https link.
URL: Final = rf"[hH][tT][tT][pP][sS]?://(?:[^{_OUT}/?#@\[\]]*@)?{_HOST}(?:[/?#](?:[^{_OUT}%]|%[0-9A-Fa-f]{{2}})*)?"


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text has the form of the pattern."""
    return re.fullmatch(pattern, text, re.ASCII) is not None


def coerce(field: FieldSpec, value: Any) -> Any:
    """Return what was typed as the field's type, as far as it can be read; None for a value that is empty.

    What cannot be read comes back as it is, for the judge to refuse. Blank text, null and empty lists are empty.
    """
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return None
    if isinstance(value, str) and matches(BLANK, value):
        return None
    if field.type == "number":
        return value if (number := exact(value)) is None else number
    if field.type == "boolean":
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if field.type == "array":
        return _read_list(field, value)
    return _trim(value) if field.is_url and isinstance(value, str) else value


def _read_list(field: FieldSpec, value: Any) -> Any:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        return value
    kept = [item for item in items if item is not None and not (isinstance(item, str) and matches(BLANK, item))]
    return [_trim(item) if field.is_url and isinstance(item, str) else item for item in kept] or None


def _trim(text: str) -> str:
    return text.strip(_BLANKS)


def has_files(values: Mapping[str, Any]) -> bool:
    """Tell whether a value, or an item of one, is the path of a file."""
    items = (one for value in values.values() for one in (value if isinstance(value, list | tuple) else [value]))
    return any(isinstance(one, os.PathLike) for one in items)


def encode(body: Mapping[str, Any]) -> bytes:
    """Return a checked body as compact JSON in UTF-8, character for character what ``JSON.stringify`` gives."""
    return f"{{{','.join(f'{json.dumps(name)}:{_encode(value)}' for name, value in body.items())}}}".encode()


def _encode(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
