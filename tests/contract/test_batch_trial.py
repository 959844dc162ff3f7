"""A batch through faults, kills and a full disk makes everything once: the small form of ``python -m tests.faults``."""

import pytest

from tests.faults.batch_trial import BatchCounts, table, try_batch, try_dask, try_gather
from tests.faults.lives import Plan

PLAN = Plan(runs=60, seed=7, kills=5)


def test_every_item_has_one_generation_one_charge_and_one_file_through_kills_and_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("FULL_AT", "4")
    counts = try_batch(PLAN, tmp_path / "batch")
    assert (counts.done, counts.generations, counts.files) == (60, 60, 60)
    assert (counts.duplicates, counts.lost, counts.overspent) == (0, 0, 0)
    assert counts.charged == counts.due == counts.limit == pytest.approx(0.3)
    assert counts.killed == 5
    assert counts.faults > 50
    assert counts.is_exactly_once


def test_the_same_faults_and_kills_make_a_gather_without_keys_pay_twice(tmp_path):
    counts = try_gather(PLAN, tmp_path / "gather")
    assert counts.files == 60
    assert counts.duplicates > 0
    assert counts.lost > 0
    assert counts.overspent > 0
    assert not counts.is_exactly_once


def test_the_same_faults_and_killed_workers_make_dask_tasks_pay_twice(tmp_path):
    counts = try_dask(Plan(runs=30, seed=7, kills=2), tmp_path / "dask")  # fewer, since its cluster takes long to start
    assert (counts.files, counts.killed) == (30, 2)
    assert counts.duplicates > 0
    assert counts.lost > 0
    assert counts.overspent > 0
    assert not counts.is_exactly_once


def test_the_figures_of_all_three_stand_side_by_side():
    ours = BatchCounts(60, 60, 60, 0, 0, 60, 0.3, 0.3, 0.3, requests=369, faults=119, killed=5, seconds=26.2)
    bare = BatchCounts(60, None, 111, 51, 51, 60, 0.555, None, None, requests=1328, faults=124, killed=5, seconds=20.4)
    dask = BatchCounts(
        60, None, 91, 31, 31, 60, 0.455, None, None, requests=315, faults=105, killed=5, is_over=False, seconds=14.3
    )
    assert table(ours, bare, dask) == (
        "                                   genwidget    asyncio.gather    Dask tasks\n"
        "items                                     60                60            60\n"
        "done, as the sender knows                 60                 -             -\n"
        "generations paid for                      60               111            91\n"
        "files                                     60                60            60\n"
        "duplicates                                 0                51            31\n"
        "generations without a file                 0                51            31\n"
        "credits charged                        0.300             0.555         0.455\n"
        "credits overspent                      0.000             0.255         0.155\n"
        "sender or worker killed                    5                 5             5\n"
        "came to its end                          yes               yes            no\n"
        "requests received                        369             1,328           315\n"
        "faults met                               119               124           105\n"
        "seconds                                   26                20            14"
    )
