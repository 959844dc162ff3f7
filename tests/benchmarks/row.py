"""What one row of the benchmarks is: what it measures, on what, and which mark it must reach."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar

#: Takes one sample: a number in the row's unit, or several by their names.
Sample = Callable[[], float | Mapping[str, float]]


class CannotMeasureError(Exception):
    """A subject cannot be measured here; its text is a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One comparison, and the mark that it must reach.

    Attributes:
        ours: the name of our values.
        against: the name of the baseline's; None where our values are told for themselves.
        most: what the ratio, or our value where there is no baseline, may be at most; None for no such mark.
        least: what it must be at least.
        unit: of the values, where it is not the row's.
    """

    ours: str
    against: str | None = None
    most: float | None = None
    least: float | None = None
    unit: str | None = None


class Row(ABC):
    """One row: subjects that are sampled in turn, and the figures that are made of their samples.

    Attributes:
        name: for the command line.
        title: what is measured, in a few words.
        how: how, in a sentence or two.
        unit: of the samples.
        rounds: how many samples are taken of each subject.
        quick_rounds: the same, of a quick run; 0 where the row needs a quiet machine.
        warm_ups: samples that are taken first and not counted.
        figures: what is told of the samples.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    how: ClassVar[str]
    unit: ClassVar[str]
    rounds: ClassVar[int] = 5
    quick_rounds: ClassVar[int] = 0
    warm_ups: ClassVar[int] = 0
    figures: ClassVar[tuple[Figure, ...]]

    @abstractmethod
    def subjects(self) -> AbstractContextManager[Mapping[str, Sample]]:
        """Set up what is measured, and return what takes a sample, by subject."""
