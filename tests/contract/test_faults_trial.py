"""One click is one generation, whatever breaks: the small form of ``python -m tests.faults``."""

from tests.faults.counts import Counts
from tests.faults.lives import Plan
from tests.faults.trial import is_exactly_one, table, try_bare_loop, try_library

PLAN = Plan(runs=50, seed=7, kills=3)


def test_every_intent_makes_one_generation_through_faults_and_kills(tmp_path):
    counts = try_library(PLAN, tmp_path / "library")
    assert (counts.wishes, counts.generations, counts.duplicates, counts.lost) == (50, 50, 0, 0)
    assert counts.is_equal
    assert counts.charged == counts.due > 0
    assert counts.killed == 3
    assert counts.faults > 50
    assert is_exactly_one(PLAN, counts)


def test_the_same_faults_and_kills_make_a_loop_without_keys_pay_twice(tmp_path):
    counts = try_bare_loop(PLAN, tmp_path / "bare")
    assert counts.duplicates > 0
    assert counts.lost > 0
    assert not counts.is_equal
    assert not is_exactly_one(PLAN, counts)


def test_the_figures_of_both_stand_side_by_side():
    ours = Counts(50, 53, 50, 0, is_equal=True, charged=0.25, due=0.25, requests=1262, faults=99, killed=3, seconds=5)
    bare = Counts(
        50, None, 63, 15, is_equal=False, charged=0.31, due=None, requests=262, faults=101, killed=3, seconds=3
    )
    assert table(PLAN, ours, bare) == (
        "                                   genwidget   bare httpx loop\n"
        "intents                                   50                50\n"
        "generations                               50                63\n"
        "duplicates                                 0                13\n"
        "ids lost                                   0                15\n"
        "ledger and server, row by row          equal            differ\n"
        "credits charged                        0.250             0.310\n"
        "credits known of                       0.250                 -\n"
        "pressed again after a refusal              3                 -\n"
        "sender killed and restarted                3                 3\n"
        "requests received                      1,262               262\n"
        "faults met                                99               101\n"
        "seconds                                    5                 3"
    )
