"""A sample of what any server may answer, met by client, runner, page and shell. All: ``python -m tests.hostile``."""

import pytest

from tests.hostile.server import HostileServer
from tests.hostile.sinks import Counts, Sinks, plan, sample

#: How many of each sink are drawn, and how many that are slow: large, or without an end.
DRAWN = {"client": 200, "runner": 60, "page": 30, "shell": 20, "slow": 2}


@pytest.fixture
def sinks(tmp_path, monkeypatch):
    server = HostileServer()
    sinks = Sinks(server, tmp_path, monkeypatch)
    yield sinks
    sinks.close()
    server.close()


def test_whatever_a_server_answers_ends_in_a_state_and_a_sentence_and_the_next_request_works(sinks):
    counts = Counts()
    sinks.run(counts, sample(DRAWN, seed=8))
    print(*counts.lines(), sep="\n")
    assert counts.lost == []
    assert set(counts.cases) == {"client", "runner", "page", "shell"}


def test_every_case_has_a_name_of_its_own():
    names = [one[:3] for one in plan()]
    assert len(names) > 10_000
    assert {one[0] for one in names} == {"client", "runner", "page", "shell"}
