"""The function that decides whether a batch stops, and what stands for one that nobody has given."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from genwidget.batch.batch_item import BatchItem
from genwidget.errors import InvalidRequest
from genwidget.messages import render

#: Takes an item that has ended, and returns whether to stop.
StopIf = Callable[[BatchItem], object]


class NotGiven(Enum):
    """Stands for a function that was not given; None lets a batch go on without one."""

    NOT_GIVEN = "not given"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN


def check_stop_if(given: Any) -> None:
    """Check what was given.

    Raises:
        InvalidRequest: it is no function.
    """
    if given is not None and given is not NOT_GIVEN and not callable(given):
        raise InvalidRequest(render("batch_bad_stop_if"))
