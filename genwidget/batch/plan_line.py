"""A plan in one line: its models, what is varied, and what it costs as far as the shipped prices tell."""

import math
from collections.abc import Sequence
from typing import Final

from genwidget.batch.axes import Axis
from genwidget.batch.drafts import MODEL
from genwidget.batch.survey import Survey
from genwidget.text import shown

#: So many models and axes are named, each by so many characters; of the others there is the number.
_MOST_NAMED: Final = 3
_MOST_TEXT: Final = 60


def line_of(count: int, axes: Sequence[Axis], survey: Survey | None) -> str:
    """Return the line.

    Args:
        count: how many items there are.
        axes: what is varied, as far as the plan knows it.
        survey: what a look at the items found; None where none was taken.
    """
    models = next((axis.labels for axis in axes if axis.name == MODEL), ()) or tuple(survey.types if survey else ())
    varied = [f"{axis.name} {len(axis.labels):,}" for axis in axes if axis.name != MODEL and len(axis.labels) > 1]
    parts = [
        _named(tuple(dict.fromkeys(models)), ", "),
        _named(varied, " \N{MULTIPLICATION SIGN} "),
        *(_found(survey) if survey else ()),
    ]
    about = " · ".join(filter(None, parts))
    items = f"{count:,} item{'' if count == 1 else 's'}"
    return f"{items}: {about}" if about else items


def _named(names: Sequence[str], between: str) -> str:
    more = len(names) - _MOST_NAMED
    named = [shown(name, _MOST_TEXT) for name in names[:_MOST_NAMED]]
    return between.join([*named, *([f"{more:,} more"] if more > 0 else [])])


def _found(survey: Survey) -> tuple[str, ...]:
    """Return what the items with a known price cost, and how many have none or cannot be sent."""
    known = [(price, survey.prices[one]) for one, price in survey.credits.items() if price is not None]
    unknown = survey.prices.total() - sum(count for _, count in known)
    faulty = survey.count - survey.prices.total()
    return (
        f"{math.fsum(price * count for price, count in known):.3f} credits" if known else "",
        f"{unknown:,} of unknown price" if unknown else "",
        f"{faulty:,} with an error" if faulty else "",
    )
