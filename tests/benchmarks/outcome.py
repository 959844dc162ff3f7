"""What was measured of a row: the samples, and what they say of each figure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from tests.benchmarks.row import Figure
from tests.benchmarks.statistic import interval, ratio

MET, UNCERTAIN, MISSED, STATED, ABSENT = "met", "within the noise", "missed", "stated", "not measured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the samples say of one figure.

    Attributes:
        ours: the name of our values.
        against: the name of the baseline's, or None.
        most, least: the mark.
        value: the ratio, or our median where there is no baseline; None where it could not be measured.
        low, high: the interval that the noise leaves open.
        word: whether the mark is met.
        unit: of the values, where it is not the row's.
    """

    ours: str
    against: str | None
    most: float | None
    least: float | None
    value: float | None
    low: float | None
    high: float | None
    word: str
    unit: str | None = None


def judge(figure: Figure, samples: Mapping[str, Sequence[float]]) -> Verdict:
    """Hold a figure against its mark: missed is what misses it by more than the noise."""
    ours = samples.get(figure.ours)
    theirs = [1.0] * len(ours or ()) if figure.against is None else samples.get(figure.against)
    told = (figure.ours, figure.against, figure.most, figure.least)
    if not ours or not theirs:
        return Verdict(*told, None, None, None, ABSENT, figure.unit)
    value, (low, high) = ratio(ours, theirs), interval(ours, theirs)
    is_missed = (figure.most is not None and low > figure.most) or (figure.least is not None and high < figure.least)
    is_met = (figure.most is None or value <= figure.most) and (figure.least is None or value >= figure.least)
    has_mark = figure.most is not None or figure.least is not None
    word = STATED if not has_mark else MISSED if is_missed else MET if is_met else UNCERTAIN
    return Verdict(*told, value, low, high, word, figure.unit)


@dataclass(slots=True)
class Outcome:
    """One row, measured.

    Attributes:
        samples: by the names of values, in the row's unit, in the order of the rounds.
        notes: sentences about what could not be measured.
        has_failed: whether it ended with an error, after which the rows that follow are measured all the same.
        seconds: how long it all took.
        date, commit: when, and of what.
        load: the machine's load as the row began.
    """

    name: str
    title: str
    how: str
    unit: str
    samples: dict[str, list[float]]
    verdicts: list[Verdict]
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    date: str = ""
    commit: str = ""
    load: float = 0.0
    has_failed: bool = False

    @property
    def has_missed(self) -> bool:
        """Whether a mark is missed by more than the noise."""
        return any(one.word == MISSED for one in self.verdicts)

    @property
    def rounds(self) -> int:
        """How many samples there are of each value."""
        return max(map(len, self.samples.values()), default=0)

    def unit_of(self, verdict: Verdict) -> str:
        """Return the unit of a figure's values."""
        return self.unit if verdict.unit is None else verdict.unit

    def middle(self, name: str) -> float:
        """Return the median of a value."""
        return statistics.median(self.samples[name])

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return what :meth:`as_json` gave."""
        return cls(**{**stored, "verdicts": [Verdict(**one) for one in stored["verdicts"]]})
