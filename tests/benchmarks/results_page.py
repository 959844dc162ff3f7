"""``docs/results.md``: what was measured, as a person reads it."""

import html
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.outcome import MET, MISSED, UNCERTAIN, Outcome, Verdict
from tests.benchmarks.statistic import spread

#: From this load on, the machine has other work: a run has left less than this of its own.
BUSY = 3


def number(value: float, unit: str = "") -> str:
    """Return a number with three digits that count, and its unit."""
    size = abs(value)
    if size >= 100 or unit == "B" or value == int(value):
        digits = 0
    elif size >= 10:
        digits = 1
    else:
        digits = 3 if 0.1 <= size < 0.995 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def told(outcome: Outcome, name: str | None, unit: str) -> str:
    """Return the median of a value and how far its samples spread."""
    if name is None:
        return ""
    values = outcome.samples.get(name)
    if not values:
        return f"{_plain(name)}: not measured"
    around = f" ± {number(spread(values))}" if len(values) > 1 else ""
    return f"{_plain(name)}: {number(outcome.middle(name))}{around} {unit}".strip()


def _plain(name: str) -> str:
    """Return a name that Markdown takes as a text."""
    return html.escape(name, quote=False)


def mark_of(verdict: Verdict, unit: str) -> str:
    """Return the mark in words."""
    of_what = "" if verdict.against else unit
    if verdict.most is not None:
        return f"at most {verdict.most:,g} {of_what}".strip()
    return "" if verdict.least is None else f"at least {verdict.least:,g} {of_what}".strip()


def ratio_of(verdict: Verdict) -> str:
    """Return the ratio with the interval that the noise leaves open."""
    if verdict.value is None or verdict.low is None or verdict.high is None:
        return ""
    if verdict.against is None:
        return ""
    is_sure = verdict.low == verdict.high
    return f"{verdict.value:.2f}" if is_sure else f"{verdict.value:.2f} ({verdict.low:.2f} to {verdict.high:.2f})"


def table(outcome: Outcome) -> list[str]:
    """Return the figures of one row as a table."""
    lines = ["| ours | beside | ratio | mark | |", "| --- | --- | --- | --- | --- |"]
    for one in outcome.verdicts:
        unit = outcome.unit_of(one)
        cells = (told(outcome, one.ours, unit), told(outcome, one.against, unit), ratio_of(one), mark_of(one, unit))
        word = f"**{one.word}**" if one.word == "missed" else one.word
        lines.append(f"| {' | '.join(cells)} | {word} |")
    return lines


def page(outcomes: Sequence[Outcome], about: dict[str, Any], agreement: str) -> str:
    """Return the whole page."""
    verdicts = [one for outcome in outcomes for one in outcome.verdicts]
    met, uncertain, missed = (sum(one.word == word for one in verdicts) for word in (MET, UNCERTAIN, MISSED))
    lines = [
        "# Results of `make bench`",
        "",
        f"Measured on {about['date']} at commit `{about['commit']}`: {about['machine']}. {about['software']}.",
        "",
        (
            "Samples of all subjects of a row are taken in turn. Shown are medians with the median absolute deviation, "
            "and ratios of medians with their 95 % interval, by Student's t over the logarithms of the rounds' ratios. "
            "A mark is missed where the whole interval misses it; where only a part does, it is within the noise. What "
            "was measured once states no noise."
        ),
        "",
        f"{met} marks are met, {uncertain} lie within the noise, {missed} are missed.",
        *([agreement] if agreement else []),
    ]
    for one in outcomes:
        lines += ["", f"## {one.title}", "", f"`--row {one.name}`. {one.how}"]
        if (one.commit, one.date) != (about["commit"], about["date"]):
            lines += ["", f"Measured by itself on {one.date}, at commit `{one.commit}`."]
        lines += ["", *table(one)]
        if one.load > BUSY:
            lines += ["", f"The machine was busy with other work: its load was {one.load:.0f} as this row began."]
        for note in one.notes:
            lines += ["", note]
        if any(verdict.against and verdict.value is not None for verdict in one.verdicts):
            lines += ["", f"![Ratios of {one.name}, with their marks](results/{one.name}.svg)"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    if versions:
        lines += ["", "## Versions", "", f"{versions}."]
    return "\n".join(lines) + "\n"
