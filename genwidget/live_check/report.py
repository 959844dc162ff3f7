"""What a check found: one line per thing that agrees, differs or could not be checked. Free of account data."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from genwidget.text import shown

HIDDEN: Final = "[hidden]"
#: A text under a name with such an end is of one account, or of one of its generations.
_PRIVATE_ENDS: Final = ("_id", "_name", "_email", "_prefix", "_url", "_prompt", "_file")
#: A shorter text would hide parts of words that are nobody's.
_MIN_HIDDEN: Final = 4


class Verdict(StrEnum):
    """What became of one comparison."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNCHECKED = "unchecked"


_ORDER: Final = (Verdict.DIFFERS, Verdict.UNCHECKED, Verdict.AGREES)


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: ``where`` names what was asked, ``what`` the part of it, ``told`` the outcome."""

    verdict: Verdict
    where: str
    what: str
    told: str


@dataclass(slots=True)
class Findings:
    """All comparisons, in the order in which they were made."""

    listed: list[Finding] = field(default_factory=list)
    _private: set[str] = field(default_factory=set)

    def compare(self, where: str, what: str, differences: Iterable[str], agreed: str) -> None:
        """Note each difference, or, where there is none, what agrees."""
        told = list(dict.fromkeys(differences))
        verdict = Verdict.DIFFERS if told else Verdict.AGREES
        self.listed += [Finding(verdict, where, what, one) for one in told or [agreed]]

    def skip(self, where: str, what: str, reason: str) -> None:
        """Note what could not be checked."""
        self.listed.append(Finding(Verdict.UNCHECKED, where, what, reason))

    def hide(self, data: Any, name: str = "") -> None:
        """Keep what is of an account out of all lines, in whichever of them the server may repeat it."""
        if isinstance(data, Mapping):
            for inner_name, value in data.items():
                self.hide(value, str(inner_name))
        elif isinstance(data, list):
            for value in data:
                self.hide(value, name)
        elif isinstance(data, str) and len(data) >= _MIN_HIDDEN and name.endswith(_PRIVATE_ENDS):
            self._private.add(data)

    def count(self, verdict: Verdict) -> int:
        """Return how many comparisons ended so."""
        return sum(one.verdict is verdict for one in self.listed)

    def lines(self) -> list[str]:
        """Return the table, one line per comparison, what differs first."""
        ordered = sorted(self.listed, key=lambda one: _ORDER.index(one.verdict))
        rows = [(one.verdict.value, one.where, one.what, self._cleaned(one.told)) for one in ordered]
        widths = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
        return ["  ".join((*map(str.ljust, row[:3], widths), row[3])) for row in rows]

    def _cleaned(self, told: str) -> str:
        if self._private:
            longest_first = sorted(self._private, key=len, reverse=True)
            told = re.sub("|".join(map(re.escape, longest_first)), HIDDEN, told)
        return shown(told)
