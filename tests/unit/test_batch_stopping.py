"""A batch that is stopping says so in its line, and what was canceled is not only stopped by a later stop."""

import pytest

from genwidget.batch.progress import line_of
from genwidget.batch.rows import BatchState, ItemState
from genwidget.batch.status import Status

COUNTS = {ItemState.DONE: 5, ItemState.SENT: 4, ItemState.PLANNED: 3}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([], "0:14 left"),
        ([False], "stopping: 4 still under way"),
        ([True], "canceling: 4 still under way"),
        ([False, True, False], "canceling: 4 still under way"),
    ],
)
def test_the_line_of_a_batch_tells_what_is_done_in_place_of_the_time_that_is_left(asked, told):
    status = Status(BatchState.RUNNING, None, COUNTS, 0.26)
    for cancel in asked:
        status.note_stop(cancel=cancel)
    assert line_of(status, 12, 14) == f"5 of 12 · 0.26 credits · {told}"


@pytest.mark.parametrize(("cancel", "told"), [(False, "stopping"), (True, "canceling")])
def test_the_line_of_a_batch_that_stops_with_nothing_under_way_counts_nothing(cancel, told):
    status = Status(BatchState.RUNNING, None, {ItemState.DONE: 9, ItemState.PLANNED: 3}, 0.26)
    status.note_stop(cancel=cancel)
    assert line_of(status, 12) == f"9 of 12 · 0.26 credits · {told}"


def test_the_line_of_a_batch_that_has_stopped_tells_nothing_of_it():
    status = Status(BatchState.RUNNING, None, COUNTS, 0.26)
    status.note_stop(cancel=False)
    status.close(BatchState.STOPPED, None, None)
    assert line_of(status, 12) == "5 of 12 · 0.26 credits"
