"""A sample of what any server may answer, met by client, runner, page and shell. All: ``python -m tests.hostile``."""

import collections

from tests.hostile.parts import meet_all
from tests.hostile.plan import SINKS, place_of, plan, sample

#: How many cases are drawn beside one of each kind for each sink at each part of a run.
MORE = 60


def test_whatever_a_server_answers_ends_in_a_state_and_a_sentence_and_the_next_request_works(tmp_path, tell):
    numbers = sample(MORE, seed=8)
    places = {place_of(plan()[number]) for number in numbers}
    assert places == set(map(place_of, plan()))
    counts = meet_all(numbers, tmp_path)
    kinds = len({case.kind for case in plan()})
    tell([f"{len(numbers)} of {len(plan())} cases: {kinds} kinds in {len(places)} places", *counts.lines()])
    assert counts.lost == []
    assert sum(counts.cases.values()) == len(numbers)
    assert set(counts.cases) == set(SINKS)


def test_every_case_has_a_name_of_its_own_and_every_sink_meets_every_kind():
    names = [case[:4] for case in plan()]
    assert len(names) > 10_000
    assert {case.sink for case in plan()} == set(SINKS)
    kinds = collections.Counter((case.sink, case.kind) for case in plan())
    assert {sink for sink, _ in kinds} == set(SINKS)
    assert len(kinds) == len(SINKS) * len({kind for _, kind in kinds})
