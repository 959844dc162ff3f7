"""JSON laid out with two spaces a level, a piece of its bytes at a time: a number stays as the server wrote it.

The text is not decoded into values. The strings of each piece are set aside, so that the commas and colons of many
thousands of values are laid out by a few calls; a step of Python is taken for each bracket alone.
"""

import codecs
import json
import re
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

from genwidget.text import MAX_DEPTH, escaped, is_plain

#: The largest text that is laid out, in bytes; a larger one is shown as the server wrote it, on one line.
MAX_LAID_OUT: Final = 25_000_000
#: How many bytes are laid out at a time. A string that is longer keeps its escapes.
_PIECE: Final = 16 * 1024
#: One text of megabytes is laid out at a time, whoever asks for it.
_LARGE: Final = 1024 * 1024
_LOCK: Final = threading.Lock()

# Bytes that no JSON text has stand for what is set aside: a string; an empty list and object; two escapes.
_STRING, _NO_ITEMS, _NO_MEMBERS, _BACKSLASH, _QUOTE = (bytes([code]) for code in range(5))
_RESERVED: Final = (_STRING, _NO_ITEMS, _NO_MEMBERS, _BACKSLASH, _QUOTE)
_SPACE: Final = b" \t\r\n"
_TO_ONE_LINE: Final = bytes.maketrans(b"\t\r\n", b"   ")
_CUT: Final = re.compile(rb"[,\]}]")
_BRACKET: Final = re.compile(rb"([{}\[\]])")
#: In a string: an escaped pair of surrogates, another escape by number, characters that may be hidden.
_ODD: Final = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|[\x7f-\U0010ffff]+")
_INDENTS: Final = tuple(b"\n" + b"  " * depth for depth in range(MAX_DEPTH + 1))
#: What stands for a comma and for each bracket, by the depth behind it.
_COMMAS: Final = tuple(b"," + indent for indent in _INDENTS)
_OPENED: Final = {one: tuple(one + indent for indent in _INDENTS) for one in (b"{", b"[")}
_CLOSED: Final = {one: tuple(indent + one for indent in _INDENTS) for one in (b"}", b"]")}


def lay_out(raw: bytes, *, is_record: bool = False) -> bytes:
    """Return the bytes of a JSON text, UTF-8, laid out; or on one line where that would pass :data:`MAX_LAID_OUT`.

    Strings are shown with letters for their escapes and with escapes for what is hidden, so it is the same JSON.

    Args:
        raw: JSON that :func:`genwidget.api.responses.decode_json` has taken. Of any other bytes something is returned,
            too.
        is_record: give the ``data`` alone, where the text is an object with an object by that name that is not empty.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        with _LOCK if len(raw) > _LARGE else nullcontext():
            return _lay_out(raw, is_record=is_record)
    except _NotLaidOut:
        return _escaped_bytes(raw.translate(_TO_ONE_LINE))


def count_lines(text: bytes) -> int:
    """Return how many lines a text has."""
    return text.count(b"\n") + 1


class _NotLaidOut(Exception):
    """Nested too deep, too large once it is laid out, or no JSON."""


class _DataFound(Exception):
    """The value of ``data`` begins behind the string of that place in the piece."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place


@dataclass(slots=True)
class _State:
    """What is known at the beginning of a piece: open brackets, what is looked for, the string that it follows."""

    depth: int = 0
    is_data_sought: bool = False
    last_string: bytes = b""
    room: int = MAX_LAID_OUT
    ends_at_zero: bool = False
    has_ended: bool = False


def _lay_out(raw: bytes, *, is_record: bool) -> bytes:
    if any(one in raw for one in _RESERVED):
        raise _NotLaidOut
    text = raw.replace(b"\\\\", _BACKSLASH).replace(b'\\"', _QUOTE) if b"\\" in raw else raw
    out, state = BytesIO(), _State(is_data_sought=is_record and text.lstrip(_SPACE).startswith(b"{"))
    begin = 0
    while begin < len(text) and not state.has_ended:
        end = _cut(text, begin)
        piece = text[begin:end]
        try:
            laid_out = _lay_out_piece(piece, state)
        except _DataFound as found:
            out, state = BytesIO(), _State(ends_at_zero=True)
            begin += _end_of_string(piece, found.place)
            begin = text.index(b"{", begin)
            continue
        out.write(laid_out)
        state.room -= len(laid_out)
        if state.room < 0:
            raise _NotLaidOut
        begin = end
    return out.getvalue()


def _cut(text: bytes, begin: int) -> int:
    """Return where a piece ends that begins outside of strings: behind a comma, a bracket that closes, or a string."""
    end = begin + _PIECE
    if end >= len(text):
        return len(text)
    if text.count(b'"', begin, end) % 2:
        return text.find(b'"', end) + 1 or len(text)
    quote = text.find(b'"', end)
    found = _CUT.search(text, end, quote if quote >= 0 else len(text))
    if found:
        return found.end()
    return text.find(b'"', quote + 1) + 1 or len(text) if quote >= 0 else len(text)


def _end_of_string(piece: bytes, place: int) -> int:
    at = -1
    for _ in range(2 * place):
        at = piece.index(b'"', at + 1)
    return at + 1


def _lay_out_piece(piece: bytes, state: _State) -> bytes:
    parts = piece.split(b'"')
    if len(parts) % 2 == 0:
        raise _NotLaidOut
    marks = _STRING.join(parts[::2]).translate(None, _SPACE)
    marks = marks.replace(b"[]", _NO_ITEMS).replace(b"{}", _NO_MEMBERS).replace(b":", b": ")
    if not marks.isascii():
        raise _NotLaidOut
    between = _indent(marks, parts, state).split(_STRING)
    state.last_string = parts[-2] if len(parts) > 1 and not parts[-1] else b""
    del parts[2 * len(between) - 1 :]
    parts[::2] = between
    if not piece.isascii() or b"\\u" in piece or b"\x7f" in piece:
        parts[1::2] = _readable(parts[1::2])
    laid_out = b'"'.join(parts).replace(_NO_ITEMS, b"[]").replace(_NO_MEMBERS, b"{}")
    return _with_escapes(laid_out)


def _indent(marks: bytes, parts: list[bytes], state: _State) -> bytes:
    """Return what stands around strings with lines and indents.

    Raises:
        _DataFound: the value of ``data`` begins here.
        _NotLaidOut: the brackets go too deep, or close what is not open; or there is no room for so much.
    """
    out, strings, depth = [], 0, state.depth
    found = iter(_BRACKET.split(marks))
    for run in found:
        bracket = next(found, b"")
        if run.count(b",") * len(_INDENTS[depth]) > state.room:
            raise _NotLaidOut
        out.append(run.replace(b",", _COMMAS[depth]))
        if state.is_data_sought:
            strings += run.count(_STRING)
            key = parts[2 * strings - 1] if strings else state.last_string
            if depth == 1 and bracket == b"{" and run.endswith(b": ") and key == b"data":
                raise _DataFound(strings)
        if bracket in _OPENED:
            depth += 1
            if depth > MAX_DEPTH:
                raise _NotLaidOut
            out.append(_OPENED[bracket][depth])
        elif bracket:
            depth -= 1
            if depth < 0:
                raise _NotLaidOut
            out.append(_CLOSED[bracket][depth])
            if depth == 0 and state.ends_at_zero:
                state.has_ended = True
                break
    state.depth = depth
    return b"".join(out)


def _with_escapes(text: bytes) -> bytes:
    return text.replace(_QUOTE, b'\\"').replace(_BACKSLASH, b"\\\\")


def _readable(strings: list[bytes]) -> list[bytes]:
    r"""Show each escaped ``\u00e9`` as the letter it is; escape what is hidden, and leave half a pair escaped."""
    if any(len(one) > _PIECE for one in strings):
        return [_escaped_bytes(_with_escapes(one)) for one in strings]
    text = b'"'.join(strings).decode("utf-8", "replace")
    return _ODD.sub(_show, text).encode().split(b'"')


def _show(found: re.Match[str]) -> str:
    return _shown(found[0])


@lru_cache(maxsize=4096)
def _shown(odd: str) -> str:
    if not odd.startswith("\\u"):
        return escaped(odd)
    text = json.loads(f'"{odd}"')
    return text if is_plain(text) and text not in '"\\' else odd


def _escaped_bytes(content: bytes) -> bytes:
    """Return UTF-8 of one line with what is hidden escaped, a piece at a time."""
    if content.isascii() and b"\x7f" not in content:
        return content
    decoder, out = codecs.getincrementaldecoder("utf-8")("replace"), BytesIO()
    for at in range(0, len(content), _PIECE):
        out.write(escaped(decoder.decode(content[at : at + _PIECE], at + _PIECE >= len(content))).encode())
    return out.getvalue()
