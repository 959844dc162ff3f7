"""What a person gives in Python, taken or refused with a sentence: seconds, ids, keys of requests, paths, switches."""

import math
import re
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError, InvalidRequest
from genwidget.messages import render

#: The form of a UUID, as a regular expression that Python and browsers read alike.
UUID_FORM: Final = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_UUID: Final = re.compile(UUID_FORM)
_IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9_:.-]{1,255}", re.ASCII)


def seconds_of(given: Any, name: str = "timeout_s", most: float = math.inf) -> float | None:
    """Return a number of seconds; None is none.

    Raises:
        InvalidRequest: it is no number, below 0, or above ``most``.
    """
    if given is None:
        return None
    seconds = real_of(given)
    if seconds is None or not 0 <= seconds <= most:  # which NaN is not either
        raise InvalidRequest(render("bad_seconds", name=name))
    return given if isinstance(given, int | float) else seconds


def interval_of(given: Any, most: float) -> float | None:
    """Return a number of seconds between two polls; None is none.

    Raises:
        InvalidRequest: it is no number, not above 0, or above ``most``.
    """
    seconds = None if given is None else real_of(given)
    if given is not None and (seconds is None or not 0 < seconds <= most):
        raise InvalidRequest(render("bad_interval", most=f"{most:g}"))
    return seconds


def id_of(given: Any) -> str:
    """Return the id of a generation, as a text; a UUID is one.

    Raises:
        InvalidRequest: it is none.
    """
    if isinstance(given, UUID):
        return str(given)
    if not isinstance(given, str) or not given:
        raise InvalidRequest(render("bad_generation_id"))
    return given


def is_uuid(text: str) -> bool:
    """Tell whether a text has the form of a UUID."""
    return _UUID.fullmatch(text) is not None


def is_same_id(one: str | None, other: str) -> bool:
    """Tell whether two ids are one generation's: the digits of a UUID may be capitals."""
    return one == other or (one is not None and is_uuid(one) and one.lower() == other.lower())


def idempotency_key_of(given: Any) -> str:
    """Return an idempotency key, as a text; a UUID is one, and None becomes a new one.

    Raises:
        InvalidRequest: the API does not take it.
    """
    if given is None or isinstance(given, UUID):
        return str(given or uuid4())
    if not isinstance(given, str) or not _IDEMPOTENCY_KEY.fullmatch(given):
        raise InvalidRequest(render("bad_idempotency_key"))
    return given


def expanded(path: Path) -> Path:
    """Return a path with ``~`` at its beginning as the home folder, where that is known."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def path_of(given: Any, error: type[GenwidgetError]) -> Path:
    """Return a path; ``~`` at its beginning is the home folder.

    Raises:
        GenwidgetError: it is neither a text nor a path of one; of the given class.
    """
    try:
        return expanded(Path(given))
    except TypeError:
        sentence = render("bad_path", given=type(given).__name__)
    raise error(sentence)


def values_of(given: Any) -> Mapping[Any, Any]:
    """Return the values of a form.

    Raises:
        InvalidRequest: it is no mapping.
    """
    if not isinstance(given, Mapping):
        raise InvalidRequest(render("bad_values"))
    return given


def given_or(given: Any, default: str) -> Any:
    """Return what was given for a name; the default for None and an empty text."""
    is_empty = isinstance(given, str) and not given  # what is no text may answer a comparison with anything
    return default if given is None or is_empty else given


def whole_of(given: Any, name: str, least: int, most: float = math.inf) -> int:
    """Return a whole number that is asked of the API.

    Raises:
        InvalidRequest: it is none, less than ``least``, or more than ``most``, which the API would make less of.
    """
    if isinstance(given, bool) or not isinstance(given, Integral) or not least <= int(given) <= most:
        code = "bad_whole" if most == math.inf else "bad_whole_between"
        raise InvalidRequest(render(code, name=name, least=least, most=most))
    return int(given)


def catalogue_of(given: Any) -> Catalogue:
    """Return the models known; those that ship where none are given.

    Raises:
        InvalidRequest: it is no catalogue.
    """
    if given is None:
        return Catalogue.load()
    if not isinstance(given, Catalogue):
        raise InvalidRequest(render("bad_catalogue"))
    return given


def function_of(given: Any, name: str) -> Any:
    """Return what can be called.

    Raises:
        InvalidRequest: it cannot.
    """
    if not callable(given):
        raise InvalidRequest(render("bad_callable", name=name))
    return given


def switch_of(given: Any, name: str) -> bool:
    """Return whether something is on.

    Raises:
        InvalidRequest: it is neither true nor false: a text such as ``no`` would else be true.
    """
    if isinstance(given, bool):
        return given
    if type(given).__module__ == "numpy" and type(given).__name__ in {"bool", "bool_"}:
        return bool(given)
    raise InvalidRequest(render("bad_switch", name=name))


def option_of(given: Any, name: str) -> Any:
    """Return what an option of a question to the API is; None leaves it out.

    Raises:
        InvalidRequest: it is no text, number or switch.
    """
    if given is not None and not isinstance(given, str | bool | Integral) and real_of(given) is None:
        raise InvalidRequest(render("bad_option", name=name))
    return given


def real_of(given: Any) -> float | None:
    """Return a number that is no boolean, as a double; None where it is none, or has none."""
    try:
        return None if isinstance(given, bool) or not isinstance(given, Real) else float(given)
    except OverflowError:
        return None
