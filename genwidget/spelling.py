"""Suggests the known name that is nearest to a misspelt one."""

import inspect
from collections.abc import Collection, Iterable
from typing import Any, Final, Self

from genwidget.text import shown, without_keys

#: How alike two names must be, 0 to 1, as :mod:`difflib` counts.
_ALIKE: Final = 0.6
#: How much less alike a name may be than the nearest, to be named beside it.
_ABOUT: Final = 0.05


def all_nearest(name: str, names: Iterable[str], prefix: str = "", most: int = 1) -> list[str]:
    """Return those of ``names`` that are most like ``name``, whatever the case: the nearest, then any about as near.

    Args:
        name: as it was given.
        names: those that are known.
        prefix: begins every known name, and is left out of the comparison: it would make any two alike.
        most: how many to return at most.
    """
    import difflib  # noqa: PLC0415 - most names are spelt right

    known = {_stem(one, prefix): one for one in names}
    stem = _stem(name, prefix)
    found = difflib.get_close_matches(stem, known, n=most, cutoff=_ALIKE) or _turned(stem, known)[:most]
    near = [difflib.SequenceMatcher(None, one, stem).ratio() for one in found]
    return [known[one] for one, ratio in zip(found, near, strict=True) if ratio >= near[0] - _ABOUT]


def _turned(stem: str, known: Iterable[str]) -> list[str]:
    """Return the names of the same letters in another order: difflib finds two letters that are swapped unlike."""
    return [one for one in known if stem and sorted(one) == sorted(stem)]


def _stem(name: str, prefix: str) -> str:
    return name.casefold().removeprefix(prefix.casefold())


def did_you_mean(name: object, names: Iterable[str], prefix: str = "", most: int = 1) -> str:
    """Return `` Did you mean NAME?``, to follow a sentence; an empty text where no name is like it."""
    found = all_nearest(shown(name), names, prefix, most)
    if not found:
        return ""
    told = " or ".join([", ".join(found[:-1]), found[-1]] if found[1:] else found)
    return f" Did you mean {told}?"


def check_keywords(callee: str, given: Iterable[str], known: Collection[str]) -> None:
    """Refuse a keyword that is not known.

    Raises:
        TypeError: in Python's own words, with the nearest known keyword.
    """
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known)
            raise TypeError(f"{callee}() got an unexpected keyword argument {without_keys(repr(name))}.{hint}")


class Named:
    """Base of classes whose constructors name the nearest keyword when one is misspelt, as Python 3.13 does."""

    __slots__ = ()

    def __new__(cls, *arguments: Any, **keywords: Any) -> Self:
        """Refuse keywords that ``__init__`` does not have.

        Raises:
            TypeError: there is such a keyword.
        """
        given = tuple(keywords)
        del arguments, keywords  # one may be a key, and tracebacks can show what a frame holds
        known = [one.name for one in inspect.signature(cls).parameters.values() if one.kind is not one.VAR_KEYWORD]
        check_keywords(cls.__name__, given, known)
        return super().__new__(cls)
