"""The middle of samples, how far they spread, and what the noise leaves open about a ratio."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

#: The 97.5 % quantile of Student's t, by degrees of freedom; above the last it is hardly less.
QUANTILES: Final = dict(
    enumerate((12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14), start=1)
)


def spread(values: Sequence[float]) -> float:
    """Return the median absolute deviation."""
    middle = statistics.median(values)
    return statistics.median(abs(one - middle) for one in values)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the ratio of the medians; where the baseline is 0, that of nothing to nothing is 1."""
    above, below = statistics.median(ours), statistics.median(theirs)
    if below == 0:
        return 1.0 if above == 0 else float("inf")
    return above / below


def interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the ratio, the ratio of the medians in it.

    Both were sampled round by round. The logarithms of the rounds' ratios are taken as samples of a normal
    distribution, of which Student's t tells how far its middle may lie from theirs; where a ratio has no logarithm, the
    interval is what the rounds span. One round leaves nothing to tell the noise by.
    """
    value, pairs = ratio(ours, theirs), list(zip(ours, theirs, strict=False))
    ratios = [ratio([one], [other]) for one, other in pairs]
    if len(ratios) == 1 or min(ratios) <= 0 or math.inf in ratios:
        return min(value, *ratios), max(value, *ratios)
    logarithms = [math.log(one) for one in ratios]
    middle, freedom = statistics.fmean(logarithms), len(ratios) - 1
    half = QUANTILES[min(freedom, max(QUANTILES))] * statistics.stdev(logarithms) / math.sqrt(len(ratios))
    return min(value, math.exp(middle - half)), max(value, math.exp(middle + half))
