r"""Text and numbers of others made fit: to show, to store, to send, and to name a file. Pure, and below all else.

What a server, a person or the environment says may hold what UTF-8 cannot (half of a surrogate pair), what turns the
text around it about (bidirectional overrides, terminal escapes), what cannot be seen, and numbers that nothing can
count with. It passes through here where it is read, so that all that is inside the program can be written down.

What is hidden is made visible as JSON escapes it (``\u202e``), so that JSON which passes through stays the same JSON.
"""

import json
import math
import re
from typing import Any, Final
from urllib.parse import urlsplit

#: The longest sentence, and the longest other text, in code points; a longer one is cut.
MAX_SENTENCE: Final = 1_000
MAX_TEXT: Final = 10_000
#: No count of seconds, requests or credits is larger.
MAX_NUMBER: Final = 10**15

#: The end of the year 9999, in Unix seconds.
LAST_MOMENT: Final = 253_402_300_799

_BIDI: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
#: Code points that are not drawn: controls, format characters, fillers, tags. Source: the Unicode Character Database,
#: Default_Ignorable_Code_Point and general categories Cc and Cf, without the prepended marks, which are drawn.
_UNDRAWN: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Before these, a joiner or a variation selector has nothing to join or to vary.
_PLAIN: Final = r"\x00-\u02ff\u200b-\u200f"
_SELECTORS: Final = r"\ufe00-\ufe0f"
_HIDDEN: Final = re.compile(
    rf"[{_BIDI}{_UNDRAWN}]|(?<![^{_PLAIN}{_SELECTORS}])[\u200c{_SELECTORS}]|(?<![^{_PLAIN}])\u200d"
)
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
#: What looks like a key of the API: its prefix, and more than a word has. Its first characters tell it from others.
_KEY: Final = re.compile(r"(bye_[A-Za-z0-9_-]{5})[A-Za-z0-9_-]{11,}")
_BREAKS: Final = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")

#: What a file is called whose name would have nothing left.
NAMELESS: Final = "generation"
#: The longest beginning of a file's name, in characters; with its place and its ending it fits every file system.
MAX_STEM: Final = 100
#: Of a model's name and of a generation's id, so much tells a person what a file is.
_MODEL_PART: Final = 40
_ID_PART: Final = 8
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")
#: Names that Windows gives to devices. Source: Microsoft, "Naming Files, Paths, and Namespaces".
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def encodable(text: str) -> str:
    """Return a text that UTF-8 can hold: two halves of a pair that stand together as one, each other half as U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def shown(value: object, limit: int = MAX_TEXT) -> str:
    """Return a value as one line of text that looks like what it is, at most ``limit`` code points long.

    Line breaks and tabs are spaces, what is hidden is escaped, a text that is cut ends in an ellipsis.
    """
    text = value if isinstance(value, str) else _as_text(value)
    line = escaped(_BREAKS.sub(" ", text[: limit + 1]))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def without_keys(text: str) -> str:
    """Return a sentence in which what looks like a key is cut: one that was given as something else is told back."""
    return _KEY.sub(r"\1...", text) if "bye_" in text else text


def shown_lines(text: str) -> str:
    """Return a text of several lines with all that is hidden escaped, but for the ends of its lines."""
    return "\n".join(map(escaped, text.split("\n")))


def escaped(text: str) -> str:
    r"""Return a text that can be encoded, with what is hidden escaped as in JSON: ``\u202e``, ``\u001b``."""
    text = encodable(text)
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_escape, text)


def ascii_json(text: str) -> str:
    """Return JSON text with all beyond ASCII escaped, which is the same JSON: only its strings hold any."""
    return _BEYOND_ASCII.sub(_escape, text)


def is_plain(text: str) -> bool:
    """Tell whether a text can be encoded and hides nothing."""
    return escaped(text) == text


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _as_text(value: object) -> str:
    """Return what a value says of itself; an integer of thousands of digits says nothing, and raises."""
    try:
        return str(value)
    except ValueError:
        return f"a number of {value.bit_length()} bits" if isinstance(value, int) else type(value).__name__


def number(value: object, low: float = 0, high: float = MAX_NUMBER) -> float | None:
    """Return a value that is a finite number within bounds, else None; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if low <= value <= high else None  # NaN compares false


def duration(seconds: float) -> str:
    """Return a time as people say it: ``10 min``, ``1.5 s``."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    return f"{seconds / 60:,.1f}".removesuffix(".0") + " min"


def moment(value: object) -> float:
    """Return a value that is a Unix time in seconds which every calendar has, from 1970 to 9999, else 0."""
    return number(value, high=LAST_MOMENT) or 0.0


def file_name(stem: str, place: int, extension: str, copy: int = 1) -> str:
    """Return the name of an output's file: ``{stem}-{place}.{extension}``, or ``…_{copy}.…`` from the second copy on.

    It is made of ASCII letters, digits, ``-``, ``_`` and one dot, so it is a name in any folder and never a path; it
    is not empty, begins with neither a dot nor a dash, is no device of Windows, and is at most 140 characters long.

    Args:
        stem: any text, such as the id of a generation.
        place: the place among the outputs, from 1.
        extension: of our own table, such as ``png``.
        copy: which file of that name it is.
    """
    safe = _UNSAFE.sub("_", stem[: 2 * MAX_STEM])[:MAX_STEM].strip("-_")
    if not safe or _DEVICES.fullmatch(safe):
        safe = f"{NAMELESS}_{safe}".rstrip("_")
    return f"{safe}-{place}{f'_{copy}' if copy > 1 else ''}.{extension}"


def saved_name(model_id: str, generation_id: str, place: int, extension: str, beginning: str = "") -> str:
    """Return the name under which a browser saves an output: ``flux-schnell-906f1c63-1.png``; a name as of `file_name`.

    It tells a person what the file is, and two generations may have the same, which a browser takes care of. What is
    written to a folder that others write to has the whole id.

    Args:
        model_id: such as ``bfl/flux-schnell``, of which the last part is taken.
        generation_id: of which the beginning is taken.
        place: the place among the outputs, from 1.
        extension: of our own table, such as ``png``.
        beginning: what stands before all that.
    """
    model = model_id.rpartition("/")[2][:_MODEL_PART]
    return file_name("-".join(filter(None, (beginning, model, generation_id[:_ID_PART]))), place, extension)


def host_of(link: str) -> str:
    """Return the host and port of a link as text to show; empty where the link cannot be read."""
    try:
        return shown(urlsplit(link).netloc, MAX_SENTENCE)
    except ValueError:
        return ""


def path_of(link: str) -> str:
    """Return the path of a link; empty where the link cannot be read."""
    try:
        return urlsplit(link).path
    except ValueError:
        return ""


# JSON as Python reads it, without what neither Python nor UTF-8 can write again.

#: What only a number of 300 digits, or with an exponent of two, has once every digit is 0: no double may hold it.
_LARGE: Final = (b"0" * 300, b"0e00", b"0e+00")
_TO_ZEROS: Final = bytes.maketrans(b"123456789E", b"000000000e")
#: Levels that are read; whoever walks or writes what was read may then do so recursively.
MAX_DEPTH: Final = 200
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
#: Escapes one after the other: a pair, half of one, any other.
_ESCAPES: Final = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def load_json(text: str) -> Any:
    """Return the value of JSON text.

    Half of a surrogate pair is read as U+FFFD; a number that no double holds as the text that it is written in.

    Raises:
        ValueError: it is no JSON, has ``NaN`` or ``Infinity``, or more than ``MAX_DEPTH`` levels.
    """
    if _HALF.search(text):
        text = _ESCAPES.sub(lambda one: "\\ufffd" if one[1] else one[0], text)
    # Where no number can be so large, millions of them take no call each.
    read_int, read_float = (_read_int, _read_float) if _may_be_large(text) else (None, None)
    try:
        value = json.loads(text, parse_int=read_int, parse_float=read_float, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if _is_deeper(value, MAX_DEPTH):
        raise ValueError("nested too deep")
    return value


def _may_be_large(text: str) -> bool:
    """Tell whether a number in it may be larger than a double holds; a regular expression takes ten times as long."""
    digits = text.encode("utf-8", "surrogatepass").translate(_TO_ZEROS)
    return any(one in digits for one in _LARGE)


def _read_int(digits: str) -> int | str:
    return int(digits) if len(digits) <= 300 else digits  # noqa: PLR2004 - a double holds 308 digits


def _read_float(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not level:
            return False
        parts = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for part in parts for inner in part if isinstance(inner, dict | list)]
    return bool(level)
