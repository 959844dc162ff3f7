"""What a value can be that a person gives the sandbox, in Python or over HTTP."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from genwidget.text import MAX_NUMBER, shown

_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Means:
    """What one value can be, in words and as it is checked."""

    words: str
    kinds: tuple[type, ...]
    low: float = -MAX_NUMBER
    high: float = MAX_NUMBER

    def check(self, name: str, given: Any) -> None:
        """Refuse what is of another type, or outside of the bounds; NaN is outside of any.

        Raises:
            TypeError: it is of another type.
            ValueError: it is outside of the bounds.
        """
        if not isinstance(given, self.kinds) or (isinstance(given, bool) and bool not in self.kinds):
            raise TypeError(self._sentence(name, given))
        if isinstance(given, int | float) and not self.low <= given <= self.high:
            raise ValueError(self._sentence(name, given))

    def _sentence(self, name: str, given: Any) -> str:
        told = shown(repr(given) if given is None or isinstance(given, str | bool) else given, _LONGEST)
        return f"{name} cannot be {told}. It is {self.words}."

    def or_none(self) -> "Means":
        """Return the same with None as a further value."""
        return Means(f"{self.words}, or None", (*self.kinds, type(None)), self.low, self.high)


def check_all(means: Mapping[str, Means], given: Any) -> None:
    """Check each attribute of an object that a table names.

    Raises:
        TypeError, ValueError: as of :meth:`Means.check`.
    """
    for name, one in means.items():
        one.check(name, getattr(given, name))


TEXT: Final = Means("a text", (str,))
WHOLE: Final = Means("a whole number", (int,))
WHOLE_FROM_0: Final = Means("a whole number, at least 0", (int,), low=0)
FROM_0: Final = Means("a number, at least 0", (int, float), low=0)
ABOVE_0: Final = Means("a number above 0", (int, float), low=math.ulp(0.0))
PORT: Final = Means("a whole number from 0 to 65,535; 0 is a free port", (int,), low=0, high=65_535)
SWITCH: Final = Means("True or False", (bool,))
MAPPING: Final = Means("a mapping", (Mapping,))
FUNCTION: Final = Means("a function", (Callable,))  # type: ignore[arg-type]  # `isinstance` takes it
