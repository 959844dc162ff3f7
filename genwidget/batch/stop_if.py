"""The function that decides whether a batch stops, and what stands for one that nobody has given."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, NamedTuple

from genwidget.batch.batch_item import BatchItem
from genwidget.errors import InvalidRequest
from genwidget.messages import render

#: Takes an item that has ended, and returns whether to stop.
StopIf = Callable[[BatchItem], object]


class NotGiven(Enum):
    """Stands for a function that was not given; None lets a batch go on without one."""

    NOT_GIVEN = "not given"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN


class Answer(NamedTuple):
    """What the function said of an item: whether to stop, or what it raised."""

    is_stop: bool
    error: BaseException | None = None

    @property
    def failure(self) -> str:
        """What it raised, for a sentence."""
        return told_of(self.error)


def ask(stop_if: StopIf, item: BatchItem) -> Answer:
    """Ask the function; whatever it raises is its answer, ``SystemExit`` too, which would end what carries batches."""
    try:
        return Answer(bool(stop_if(item)))
    except BaseException as error:  # noqa: BLE001 - a person's own function, on a thread of ours
        return Answer(is_stop=True, error=error)


def told_of(error: BaseException | None) -> str:
    """Return what a person's own function raised, for a sentence."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - its own method
        return name
    return f"{name}: {text}" if text else name


def check_stop_if(given: Any) -> None:
    """Check what was given.

    Raises:
        InvalidRequest: it is no function.
    """
    if given is not None and given is not NOT_GIVEN and not callable(given):
        raise InvalidRequest(render("batch_bad_stop_if"))
