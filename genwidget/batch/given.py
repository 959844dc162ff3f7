"""What a person gave, as what it is meant as: whole numbers, switches, paths, states of items. Pure.

Of what cannot be taken no sentence tells the value: it may be a key that was given under another name.
"""

import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from genwidget.arguments import expanded
from genwidget.batch.rows import ItemState
from genwidget.errors import ConfigurationError, GenwidgetError, InvalidRequest
from genwidget.messages import render
from genwidget.spelling import did_you_mean

_STATES: Final = tuple(state.value for state in ItemState)


def index_of(value: Any) -> int | None:
    """Return a whole number, of numpy or pandas too; None where it is none."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def as_integer(value: Any, code: str, least: int | None = None) -> int:
    """Return a whole number.

    Raises:
        InvalidRequest: it is none, or less than ``least``; ``code`` is the sentence's.
    """
    number = index_of(value)
    if number is None or (least is not None and number < least):
        raise InvalidRequest(render(code))
    return number


def as_path(value: Any, name: str, error: type[GenwidgetError] = ConfigurationError) -> Path:
    """Return a path; ``~`` at its beginning is the home folder.

    Raises:
        GenwidgetError: it is none, of the kind that is given.
    """
    found = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(found, str):
        raise error(render("batch_bad_path", name=name))
    return expanded(Path(found))


def as_states(values: Iterable[Any]) -> tuple[str, ...] | None:
    """Return states of items; None where none is given.

    Raises:
        InvalidRequest: one of them is none.
    """
    given = tuple(values)
    for one in given:
        if not isinstance(one, str) or one not in _STATES:
            hint = did_you_mean(one.lower(), _STATES) if isinstance(one, str) else ""
            raise InvalidRequest(render("batch_bad_state", choices=", ".join(_STATES), hint=hint))
    return tuple(map(str, given)) or None
