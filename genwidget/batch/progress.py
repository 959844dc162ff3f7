"""The one line that tells how far a batch is: in a terminal, or as tqdm shows it."""

import importlib.util
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self

from genwidget.batch.display import is_notebook
from genwidget.batch.rows import BatchState, ItemState
from genwidget.batch.status import Status
from genwidget.messages import render
from genwidget.runs.spend_limit import amount
from genwidget.text import shown

_WIDTH: Final = 80


class Progress:
    """Shows a batch's progress while it is entered; :meth:`show` brings it up to date.

    Args:
        status: of the batch.
        count: how many items it has.
        is_shown: whether anything is shown; None where stderr is a terminal, or a notebook shows it.
        on_delay: called with a sentence each time that something else delays the batch.
    """

    def __init__(
        self,
        status: Status,
        count: int,
        is_shown: bool | None = None,
        on_delay: Callable[[str], None] | None = None,
    ) -> None:
        self._status = status
        self._count = count
        self._is_shown = _is_watched() if is_shown is None else is_shown
        self._on_delay = on_delay
        self._delay: str | None = None
        self._bar: Any = None
        self._began = time.monotonic()
        self._done_before = done_of(status)

    def __enter__(self) -> Self:
        if self._is_shown and importlib.util.find_spec("tqdm") is not None:
            with warnings.catch_warnings():  # it tells of widgets that a notebook lacks
                warnings.simplefilter("ignore")
                from tqdm.auto import tqdm  # noqa: PLC0415 - optional

                self._bar = tqdm(total=self._count, initial=self._done_before, unit="item")
        self.show()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.show()
        if self._bar is not None:
            self._bar.close()
        elif self._is_shown:
            _write("\n")

    def show(self) -> None:
        """Bring the line up to date."""
        self._tell_delay()
        if not self._is_shown:
            return
        if self._bar is not None:
            self._bar.n = done_of(self._status)
            told = _cost_of(self._status)
            delay = self._status.delayed_by
            self._bar.set_postfix_str(told if delay is None else f"{told} · {shown(delay)}", refresh=False)
            self._bar.refresh()
            return
        text = line_of(self._status, self._count, self.left_s())
        width = shutil.get_terminal_size((_WIDTH, 24)).columns - 1
        _write(f"\r{shown(text, width):{width}}")

    def _tell_delay(self) -> None:
        before, self._delay = self._delay, self._status.delayed_by
        if self._delay is not None and self._delay != before and self._on_delay is not None:
            if self._is_shown and self._bar is None:
                _write("\n")
            self._on_delay(self._delay)

    def left_s(self) -> float | None:
        """Return how many seconds are left, as fast as it went so far; None where nothing has ended yet."""
        done = done_of(self._status)
        made = done - self._done_before
        if made <= 0 or self._status.state is not BatchState.RUNNING:
            return None
        return (time.monotonic() - self._began) / made * (self._count - done)


def done_of(status: Status) -> int:
    """Return how many items have ended."""
    return sum(count for state, count in status.counts.items() if state.is_ended)


def _cost_of(status: Status) -> str:
    return render("batch_progress_credits", credits=amount(round(Decimal(status.credits), 3)))


def line_of(status: Status, count: int, left_s: float | None = None) -> str:
    """Return how far a batch is, in one line."""
    failed = done_of(status) - status.counts.get(ItemState.DONE, 0)
    parts = [
        render("batch_progress_done", done=f"{done_of(status):,}", count=f"{count:,}"),
        render("batch_progress_failed", failed=f"{failed:,}") if failed else "",
        _cost_of(status),
        _outlook(status, count, left_s),
        status.delayed_by or "",
    ]
    return " · ".join(filter(None, parts))


def _outlook(status: Status, count: int, left_s: float | None) -> str:
    """Return what is still to come, in a word or two; nothing where that is not known."""
    if status.state is BatchState.RUNNING and status.stopping is not None:
        under_way = count - done_of(status) - status.counts.get(ItemState.PLANNED, 0)
        code = "batch_progress_canceling" if status.stopping == "cancel" else "batch_progress_stopping"
        doing = render(code)
        return render("batch_progress_under_way", doing=doing, count=f"{under_way:,}") if under_way else doing
    return "" if left_s is None else render("batch_progress_left", left=_clock(left_s))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _is_watched() -> bool:
    """Tell whether a person sees what is shown: in a terminal, or in a notebook."""
    if is_notebook():
        return True
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it is closed
        return False


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # nobody can be told
        return
