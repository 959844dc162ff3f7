"""Sampling: all subjects of a row in turn, ABAB, so that what slows the machine meets all of them."""

import time
import traceback
from collections import defaultdict
from collections.abc import Mapping

from tests.benchmarks.outcome import Outcome, judge
from tests.benchmarks.row import CannotMeasureError, Row, Sample


def measure(row: Row, rounds: int) -> Outcome:
    """Take the samples of a row and judge its figures; what cannot be measured is left out, with a note.

    What fails in any other way is shown, and fails the run at its end: nobody is there to begin it again.
    """
    began = time.monotonic()
    outcome = Outcome(row.name, row.title, row.how, row.unit, {}, [])
    try:
        with row.subjects() as subjects:
            _sample(dict(subjects), rounds, row.warm_ups, outcome)
    except CannotMeasureError as error:
        outcome.notes.append(str(error))
    except Exception as error:  # noqa: BLE001 - the rows that follow are measured all the same
        traceback.print_exc()
        told = str(error).strip().splitlines() or ["it says no more"]
        outcome.notes.append(f"This row failed: {type(error).__name__}: {told[0]}.")
        outcome.has_failed = True
    outcome.verdicts = [judge(one, outcome.samples) for one in row.figures]
    outcome.seconds = time.monotonic() - began
    return outcome


def _sample(subjects: dict[str, Sample], rounds: int, warm_ups: int, outcome: Outcome) -> None:
    samples: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(-warm_ups, rounds):
        # Each round begins with another subject: none always comes after the same one.
        names = list(subjects)
        start = number % max(1, len(names))
        for name in names[start:] + names[:start]:
            try:
                values = subjects[name]()
            except CannotMeasureError as error:
                outcome.notes.append(str(error))
                del subjects[name]
                continue
            if number >= 0:
                for label, value in (values if isinstance(values, Mapping) else {name: values}).items():
                    samples[label].append(float(value))
    outcome.samples = {name: values for name, values in samples.items() if len(values) == rounds}
