"""Measure what a person feels, each figure beside its baseline in one run: ``python -m tests.benchmarks``.

A whole run writes ``docs/results.md``, with a plot for each row; it exits with 1 where a mark is missed by more than
the noise, or a row failed. ``--quick`` takes the rows that need no quiet machine, and fails by what docs/results.md
does not show as missed already; ``--row NAME`` takes one row. Both only print.
"""

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import about, peers
from tests.benchmarks.agreement import agreement, is_known_miss
from tests.benchmarks.measure import measure
from tests.benchmarks.outcome import MISSED, Outcome
from tests.benchmarks.results_page import mark_of, page, ratio_of, told
from tests.benchmarks.row import CannotMeasureError, Row
from tests.benchmarks.rows.all import ROWS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "results.md"
FOLDER = ROOT / "docs" / "results"
STORED = FOLDER / "results.json"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the rows that need no quiet machine, in few samples")
    parser.add_argument("--row", action="append", choices=[one.name for one in ROWS], help="one row; may be repeated")
    parser.add_argument("--rounds", type=int, help="samples of each subject, instead of the row's own number")
    parser.add_argument("--write", action="store_true", help="put the rows measured into docs/results.md")
    return parser.parse_args(arguments)


def show(outcome: Outcome) -> None:
    """Print a row."""
    print(f"\n{outcome.title} ({outcome.name}, {outcome.seconds:.0f} s)")
    for one in outcome.verdicts:
        unit = outcome.unit_of(one)
        beside = f" | {told(outcome, one.against, unit)}" if one.against else ""
        ratio = f" | {ratio_of(one)}" if ratio_of(one) else ""
        mark = f" | {mark_of(one, unit)}" if mark_of(one, unit) else ""
        print(f"  {told(outcome, one.ours, unit)}{beside}{ratio}{mark} | {one.word}")
    for note in outcome.notes:
        print(f"  {note}")


def rounds_of(row: Row, options: argparse.Namespace) -> int:
    """Return how many samples a row takes."""
    return options.rounds or (row.quick_rounds if options.quick else row.rounds)


def write(outcomes: Sequence[Outcome], date: str, *, is_whole: bool) -> None:
    """Write page, plots and samples; of a part of the rows, beside what there is of the others."""
    before = json.loads(STORED.read_text(encoding="utf-8"))["about"] if STORED.exists() else {}
    earlier = stored_outcomes()
    told_about = {
        "date": date,
        "commit": about.commit(),
        "machine": about.machine(),
        "software": about.software(),
        "versions": peers.versions(),
    }
    said = ""
    if is_whole:
        said = agreement(earlier, outcomes, before, told_about)
    else:
        measured = {one.name: one for one in earlier} | {one.name: one for one in outcomes}
        outcomes = [measured[row.name] for row in ROWS if row.name in measured]
        absent = [row.name for row in ROWS if row.name not in measured]
        said = f"Rows without a figure here: {', '.join(absent)}." if absent else ""
        told_about = before or told_about
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {"about": told_about, "rows": [one.as_json() for one in outcomes]}
    STORED.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(outcomes, told_about, said), encoding="utf-8")
    subprocess.run([peers.python(), Path(__file__).with_name("plots.py"), STORED, FOLDER], check=True)


def stored_outcomes() -> list[Outcome]:
    """Return what the last whole run measured."""
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {"rows": []}
    return [Outcome.from_json(one) for one in stored["rows"]]


def as_installed() -> None:
    """Compile the package, as an installer does; what the processes of the rows compile is kept as well."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT / "genwidget", quiet=1)


def _fails(outcome: Outcome, *, is_quick: bool) -> bool:
    """Tell whether a row fails the run; a quick one is not failed by what docs/results.md shows as missed already."""
    missed = [one for one in outcome.verdicts if one.word == MISSED]
    if outcome.has_failed:
        return True
    if not is_quick:
        return bool(missed)
    return not all(is_known_miss(outcome.name, one, stored_outcomes()) for one in missed)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write the page where all was measured."""
    options = parse(arguments)
    rows = [one for one in ROWS if one.name in options.row] if options.row else list(ROWS)
    if options.quick:
        rows = [one for one in rows if one.quick_rounds]
    is_whole = not options.row and not options.quick
    outcomes, date = [], about.today()
    as_installed()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GENWIDGET_DATA_DIR": f"{folder}/data", "GENWIDGET_SANDBOX_DIR": f"{folder}/sandbox"}
        for row in rows:
            load = about.load()
            outcome = measure(row, rounds_of(row, options))
            outcome.load = load
            outcome.date, outcome.commit = date, about.commit()
            show(outcome)
            outcomes.append(outcome)
    if is_whole or options.write:
        try:
            write(outcomes, date, is_whole=is_whole)
        except CannotMeasureError as error:
            print(f"docs/results.md was not written: {error}")
            return 1
    missed = [one.name for one in outcomes if _fails(one, is_quick=options.quick)]
    print(f"\nAll rows took {sum(one.seconds for one in outcomes) / 60:.1f} minutes.")
    print(f"Marks are missed in: {', '.join(missed)}." if missed else "No mark is missed by more than the noise.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
