"""What `make bench` makes of samples, by numbers that are known."""

import os
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path

import pytest

import genwidget
from tests.benchmarks import __main__ as main
from tests.benchmarks.__main__ import as_installed, parse, rounds_of
from tests.benchmarks.agreement import agreement, is_known_miss
from tests.benchmarks.measure import measure
from tests.benchmarks.outcome import Outcome, judge
from tests.benchmarks.results_page import page
from tests.benchmarks.row import CannotMeasureError, Figure, Row
from tests.benchmarks.rows import history
from tests.benchmarks.rows.account import bound_s
from tests.benchmarks.rows.all import ROWS
from tests.benchmarks.statistic import interval

STEADY = [10.0, 10.1, 9.9, 10.0, 10.1]
ABOUT = {"date": "now", "commit": "c", "machine": "m", "software": "s", "versions": {}}


@pytest.mark.parametrize(
    ("ours", "mark", "word"),
    [
        ([12.0, 12.1, 11.9, 12.0, 12.0], {"most": 1.25}, "met"),
        ([13.0, 13.1, 12.9, 13.0, 13.0], {"most": 1.25}, "missed"),
        ([9.0, 13.0, 9.0, 13.0, 13.0], {"most": 1.25}, "within the noise"),
        ([9.0, 9.1, 8.9, 9.0, 9.0], {"least": 0.95}, "missed"),
        ([9.7, 9.8, 9.7, 9.7, 9.7], {"least": 0.95}, "met"),
        ([99.0, 99.0, 99.0, 99.0, 99.0], {}, "stated"),
    ],
)
def test_a_mark_is_missed_only_by_more_than_the_noise(ours, mark, word):
    verdict = judge(Figure(ours="ours", against="theirs", **mark), {"ours": ours, "theirs": STEADY})
    assert verdict.word == word
    assert verdict.low <= verdict.value <= verdict.high


def test_a_figure_without_a_baseline_is_held_against_its_mark_in_the_rows_own_unit():
    verdict = judge(Figure(ours="ours", most=300), {"ours": [310.0, 312.0, 311.0]})
    assert (verdict.value, verdict.word) == (311.0, "missed")
    assert 300 < verdict.low < 310
    assert 312 < verdict.high < 320


def test_the_noise_of_few_rounds_is_wider_than_what_they_span_and_that_of_one_is_not_known():
    low, high = interval([10.0, 11.0], [10.0, 10.0])
    assert low < 1.0
    assert high > 1.1
    half = interval([10.0, 10.2, 9.9, 10.1, 10.0], [10.0] * 5)
    assert 0.98 < half[0] < 1.0 < half[1] < 1.02
    assert interval([12.0], [10.0]) == (1.2, 1.2)


def test_rounds_that_have_no_logarithm_leave_open_what_they_span():
    assert interval([0.0, 2.0, 1.0], [1.0] * 3) == (0.0, 2.0)
    assert interval([0.0, 0.0], [0.0, 1.0]) == (0.0, 1.0)


def test_nothing_beside_nothing_is_even_and_something_beside_nothing_is_a_miss():
    figure = Figure(ours="ours", against="theirs", most=1.0)
    assert judge(figure, {"ours": [0.0], "theirs": [0.0]}).word == "met"
    assert judge(figure, {"ours": [1.0], "theirs": [0.0]}).word == "missed"


class Turns(Row):
    """Notes whose turn it is."""

    name, title, how, unit, warm_ups = "turns", "Turns", "In turn.", "ms", 1
    figures = (Figure(ours="a", against="b"), Figure(ours="a", against="c"))

    def __init__(self):
        self.turns = []

    @contextmanager
    def subjects(self):
        def take(name):
            def sample():
                self.turns.append(name)
                if name == "c":
                    raise CannotMeasureError("c cannot be had.")
                return {"a": 1, "b": 2}[name]

            return sample

        yield {name: take(name) for name in "abc"}


def test_subjects_are_sampled_in_turn_and_what_cannot_be_measured_is_told_once():
    row = Turns()
    outcome = measure(row, 3)
    assert sorted(row.turns) == ["a"] * 4 + ["b"] * 4 + ["c"]
    kept = [one for one in row.turns if one != "c"]
    assert all({one, other} == {"a", "b"} for one, other in zip(kept[::2], kept[1::2], strict=True))
    assert kept[::2] != [kept[0]] * 4, "each round begins with another"
    assert outcome.samples == {"a": [1, 1, 1], "b": [2, 2, 2]}
    assert [one.word for one in outcome.verdicts] == ["stated", "not measured"]
    assert outcome.notes == ["c cannot be had."]
    assert not outcome.has_missed


def test_a_row_that_fails_is_told_and_fails_the_run_at_its_end(monkeypatch, capsys):
    class Broken(Turns):
        name = "broken"

        @contextmanager
        def subjects(self):
            yield {"a": lambda: 1 / 0}

    monkeypatch.setattr(main, "ROWS", (Broken(), Turns()))
    monkeypatch.setattr(main, "as_installed", lambda: None)
    for name in ("GENWIDGET_DATA_DIR", "GENWIDGET_SANDBOX_DIR"):
        monkeypatch.setenv(name, "as it was")  # so that it is given back
    assert main.main(["--row", "broken", "--row", "turns"]) == 1
    told = capsys.readouterr()
    assert "This row failed: ZeroDivisionError: division by zero." in told.out
    assert "ZeroDivisionError" in told.err
    assert "a: 1 ± 0 ms" in told.out, "the row that follows"
    assert "Marks are missed in: broken." in told.out


def test_the_page_shows_what_is_missed_and_what_could_not_be_measured():
    outcome = measure(Turns(), 3)
    missed = judge(Figure(ours="a", against="b", most=0.25), outcome.samples)
    outcome.verdicts.append(missed)
    shown = page([outcome], ABOUT, "")
    assert "0 marks are met, 0 lie within the noise, 1 are missed." in shown
    assert "| a: 1 ± 0 ms | b: 2 ± 0 ms | 0.50 | at most 0.25 | **missed** |" in shown
    assert "| a: 1 ± 0 ms | c: not measured |  |  | not measured |" in shown
    assert "c cannot be had." in shown


def test_what_is_stored_of_a_run_is_read_again_and_compared_with_the_next():
    before = measure(Turns(), 3)
    same = Outcome.from_json(before.as_json())
    assert same == before
    assert agreement([before], [same], ABOUT, ABOUT) == (
        "1 of 1 figures that were measured more than once agree with the run of now within their noise."
    )
    other = Outcome.from_json(before.as_json())
    other.verdicts = [judge(Figure(ours="a", against="b"), {"a": [3.0] * 3, "b": [2.0] * 3})]
    assert agreement([before], [other], ABOUT, ABOUT).startswith("0 of 1 figures ")
    assert agreement([before], [same], ABOUT, ABOUT | {"machine": "another"}) == ""
    once = measure(Turns(), 1)
    assert agreement([once], [once], ABOUT, ABOUT).startswith("0 of 0 figures "), "one sample tells no noise"


def test_a_miss_is_known_where_a_stored_run_has_the_same():
    stored = measure(Turns(), 3)
    figure = Figure(ours="a", against="b", most=0.25)
    stored.verdicts = [judge(figure, stored.samples)]
    assert is_known_miss("turns", judge(figure, stored.samples), [stored])
    assert not is_known_miss("turns", judge(figure, stored.samples), [])
    assert not is_known_miss("turns", judge(figure, {"a": [9.0] * 3, "b": [2.0] * 3}), [stored])
    stored.verdicts = [judge(Figure(ours="a", against="b", most=1), stored.samples)]
    assert not is_known_miss("turns", judge(figure, stored.samples), [stored])


def test_rows_have_names_of_their_own_and_a_quick_run_has_some_of_them():
    names = [one.name for one in ROWS]
    assert len(set(names)) == len(names)
    quick = parse(["--quick"])
    assert 0 < sum(bool(rounds_of(one, quick)) for one in ROWS) < len(ROWS)


def test_byte_code_is_there_as_of_what_is_installed_and_is_kept(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    compiled = Path(cache_from_source(genwidget.__file__))
    compiled.unlink(missing_ok=True)
    as_installed()
    assert compiled.is_file()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_the_bound_is_what_the_places_allow_at_best():
    made = [
        {"generation_created_at": "2026-01-01T00:00:00Z", "generation_completed_at": f"2026-01-01T00:00:0{taken}Z"}
        for taken in (2, 2, 4, 2)
    ]
    assert bound_s(made, 2) == 6
    assert bound_s(made, 1) == 10


@pytest.mark.parametrize("count", [history.FEW, history.MANY])
def test_each_letter_of_the_search_finds_another_newest_run_and_more_than_a_page(count):
    letters, left, newest = history.letters_for(count), list(range(count)), count - 1
    assert len(letters) == history.LETTERS
    for at in range(len(letters)):
        left = [number for number in left if history.word(number).startswith(letters[: at + 1])]
        assert len(left) > 40
        assert left[-1] < newest
        newest = left[-1]
    assert newest >= count - history.KEPT, "its small picture is kept"
