"""Which sink meets which answers at which part of a run, and a sample of it that has every kind at every part."""

import functools
import random
from typing import Any, NamedTuple

from tests.hostile import cases
from tests.hostile.server import http

#: At which parts of a run each sink meets them. A process takes its time to begin, so it meets a few of each kind.
STAGES_OF = {
    "runner": ("post", "poll", "helper", "file"),
    "page": ("post", "poll", "file"),
    "shell": ("post", "poll", "file"),
    "process": ("post", "poll", "file"),
}
SINKS = ("client", *STAGES_OF)
OF_A_PROCESS = 10
LARGE = "large"


class Case(NamedTuple):
    """One answer for one sink, at a part of a run or at an endpoint of the client; ``answer`` may have to be called."""

    sink: str
    stage: str
    kind: str
    name: str
    answer: Any

    def __str__(self):
        return f"{self.sink}, {self.stage}, {self.kind}: {self.name}"


@functools.cache
def plan():
    """Return every case of every sink, in an order that is always the same."""
    raw, errors = list(cases.raw_answers()), list(cases.error_answers())
    found = [Case("client", "status", *one) for one in raw + errors]
    for endpoint, (kind, _) in cases.ENDPOINTS.items():
        found += [Case("client", endpoint, *one) for one in bodies(kind)]
    for sink, stages in STAGES_OF.items():
        for stage in stages:
            answers = raw + (errors if stage in {"post", "poll"} else [])
            answers += bodies(cases.STAGE_MODELS[stage]) if stage in cases.STAGE_MODELS else []
            found += [Case(sink, stage, *one) for one in (answers if sink != "process" else few(answers))]
    return tuple(found)


def bodies(kind):
    return [
        (what, name, functools.partial(http, 200, cases.envelope(data))) for what, name, data in cases.bodies_of(kind)
    ]


def few(answers):
    """Return some answers of each kind."""
    drawn, by_kind = random.Random(0), {}  # noqa: S311 - no secret
    for one in answers:
        by_kind.setdefault(one[0], []).append(one)
    return [one for all_of in by_kind.values() for one in drawn.sample(all_of, min(OF_A_PROCESS, len(all_of)))]


def place_of(case):
    """Return what a sample has at least one case of: a kind at a part of a run, for a process a kind."""
    return case.sink, "any" if case.sink == "process" else case.stage, case.kind


def sample(more, seed):
    """Return the numbers of some cases: one at least of every place, and as many more; the same for the same seed."""
    drawn, everything = random.Random(seed), list(enumerate(plan()))  # noqa: S311 - no secret
    drawn.shuffle(everything)
    first = {place_of(case): number for number, case in reversed(everything)}
    taken = set(first.values())
    rest = [number for number, case in everything if number not in taken and case.sink != "process"]
    return [*first.values(), *rest[:more]]
