"""Whether two runs on one machine tell the same ratios, within the noise that each states."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.outcome import MISSED, Outcome, Verdict


def agreement(earlier: Sequence[Outcome], now: Sequence[Outcome], before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return a sentence about the figures of two runs that state a noise; none where they cannot be compared."""
    if not earlier or before.get("machine") != after["machine"]:
        return ""
    known = {
        (one.name, verdict.ours, verdict.against): verdict
        for one in earlier
        for verdict in one.verdicts
        if one.rounds > 1
    }
    pairs = []
    for one in now:
        for verdict in one.verdicts:
            former = known.get((one.name, verdict.ours, verdict.against))
            if former is not None and None not in (former.value, verdict.value):
                pairs.append((one.name, verdict.ours, _agree(former, verdict)))
    apart = [(row, figure) for row, figure, is_same in pairs if not is_same]
    figures: dict[str, dict[str, None]] = {}
    for row, figure in apart:
        figures.setdefault(row, {})[figure] = None
    told = (
        f"{len(pairs) - len(apart)} of {len(pairs)} figures that were measured more than once agree with the run of "
        f"{before['date']} within their noise"
    )
    named = "; ".join(f"`{row}` ({', '.join(each)})" for row, each in figures.items())
    return f"{told}; apart are {named}." if apart else f"{told}."


def _agree(one: Verdict, other: Verdict) -> bool:
    """Tell whether the intervals overlap."""
    assert one.low is not None
    assert one.high is not None
    assert other.low is not None
    assert other.high is not None
    return one.low <= other.high and other.low <= one.high


def is_known_miss(row: str, verdict: Verdict, stored: Sequence[Outcome]) -> bool:
    """Tell whether a stored run has missed this mark too, and that it is no news: within the noise it is the same."""
    for one in stored:
        for former in one.verdicts:
            if (one.name, former.ours, former.against) == (row, verdict.ours, verdict.against):
                return former.word == MISSED and _agree(former, verdict)
    return False
