"""JSON laid out with two spaces, token by token: a number stays as the server wrote it, however large."""

import json
import re
from typing import Final

from genwidget.text import escaped

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPEN: Final = {"{": "}", "[": "]"}


def lay_out(raw: bytes) -> str | None:
    """Return JSON text with two spaces a level, or None where the bytes are no JSON in UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
        json.loads(text, parse_int=len)  # only to judge; a number of any length passes
    except (ValueError, RecursionError):
        return None
    return _indent([match.group() for match in _TOKEN.finditer(text)])


def lay_out_record(raw: bytes) -> str | None:
    """Return the ``data`` of an envelope, laid out; the whole where there is none, None where there is no JSON."""
    whole = lay_out(raw)
    if whole is None:
        return None
    before, opening, rest = whole.partition(
        '\n  "data": {\n'
    )  # only a member of the outermost object stands so far left
    if not before or not opening:
        return whole
    return "{\n" + rest.partition("\n  }")[0].removeprefix("  ").replace("\n  ", "\n") + "\n}"


def count_lines(text: str | None) -> int | None:
    """Return how many lines a laid-out text has; None where there is none."""
    return None if text is None else text.count("\n") + 1


def _indent(marks: list[str]) -> str:
    parts: list[str] = []
    depth = 0
    last = ""
    for position, mark in enumerate(marks):
        if mark in _OPEN:
            depth += 1
            is_empty = marks[position + 1] == _OPEN[mark]
            parts += [mark] if is_empty else [mark, "\n", "  " * depth]
        elif mark in "}]":
            depth -= 1
            parts += [mark] if last in _OPEN else ["\n", "  " * depth, mark]
        elif mark == ",":
            parts += [",\n", "  " * depth]
        else:
            parts.append(": " if mark == ":" else _readable(mark))
        last = mark
    return "".join(parts)


def _readable(mark: str) -> str:
    r"""Show an escaped ``\u00e9`` as the letter it is; half a surrogate pair, and what is hidden, is escaped."""
    if "\\u" not in mark:
        return escaped(mark)
    shown = json.dumps(json.loads(mark), ensure_ascii=False)
    return mark if any("\ud800" <= one <= "\udfff" for one in shown) else escaped(shown)
