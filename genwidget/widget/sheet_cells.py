"""What the page is told of a batch and of its items."""

import itertools
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from genwidget.batch.axes import Axis, labels_at
from genwidget.batch.batch import Batch
from genwidget.batch.progress import done_of, line_of
from genwidget.batch.rows import RETRIED, BatchState, ItemRow, ItemState
from genwidget.batch.status import Status
from genwidget.errors import LedgerError
from genwidget.text import shown
from genwidget.widget.payload_types import BatchPayload, CellPayload

#: The most rows and columns that a page shows of a sheet at first: `js/src/view/sheet/grid-view.tsx` has the sizes.
_ROWS: Final = 3
_COLUMNS: Final = 6
#: From how many axes on a sheet has heads.
_AXES_OF_MATRIX: Final = 2
_MOST_PROMPT: Final = 300
_MOST_SENTENCE: Final = 400
_WITH_OUTPUTS: Final = frozenset({ItemState.DONE, ItemState.UNSAVED})


class Known(NamedTuple):
    """An item, and what the ledger has beside its run: its rating, and whether its generation was deleted."""

    row: ItemRow
    rating: int | None = None
    is_deleted: bool = False


class Clock:
    """Tells how much time a batch needs, as fast as it went since this was made."""

    def __init__(self, status: Status, count: int) -> None:
        self.status: Final = status
        self._count = count
        self._began_s = time.monotonic()
        self._before = done_of(status)

    def left_s(self) -> float | None:
        """Return how many seconds are left; None where nothing has ended yet, or it does not run."""
        done = done_of(self.status)
        made = done - self._before
        if made <= 0 or self.status.state is not BatchState.RUNNING:
            return None
        return (time.monotonic() - self._began_s) / made * (self._count - done)


def batch_payload(batch: Batch, clock: Clock) -> BatchPayload:
    """Return how far a batch is."""
    status = clock.status
    counts = status.counts
    failed = sum(counts.get(state, 0) for state in RETRIED)
    done, state = done_of(status), batch.state
    payload: BatchPayload = {
        "state": state,
        "reason": None if status.reason is None else shown(status.reason, _MOST_SENTENCE),
        "done": done,
        "count": batch.count,
        "failed": failed,
        "line": line_of(status, batch.count, clock.left_s()),
        "can": [],
        "stopping": None,
    }
    if state == "running":
        payload["stopping"] = status.stopping
        payload["can"] = ["stop", "cancel"]
    elif batch.holder is None:
        payload["can"] = [*(["resume"] if done < batch.count else []), *(["retry_failed"] if failed else [])]  # type: ignore[list-item]
    return payload


def first_of(axes: Sequence[Axis], count: int, places: Sequence[int]) -> list[int]:
    """Return the positions of the items that a sheet shows first: a list's in rows, else the last axis goes across.

    Args:
        axes: what was varied.
        count: how many items there are.
        places: the place of each item; empty where it is its position.
    """
    if len(axes) < _AXES_OF_MATRIX:
        return list(range(min(count, _ROWS * _COLUMNS)))
    across = len(axes[-1].labels)
    shown = {row * across + column for row in range(_ROWS) for column in range(min(_COLUMNS, across))}
    found = (position for position, place in enumerate(places or range(count)) if place in shown)
    return list(itertools.islice(found, len(shown)))


def cell_payload(batch: Batch, axes: Sequence[Axis], known: Known) -> CellPayload:
    """Return what the cell of an item shows."""
    item = known.row
    values = _values_of(item)
    place = item.position if item.place is None else item.place
    prompt = values.get("generation_prompt")
    text = shown(prompt, _MOST_PROMPT) if isinstance(prompt, str) else ""
    seed = values.get("generation_seed")
    made = made_of(known)
    return {
        "position": item.position,
        "state": "deleted" if known.is_deleted else item.state.value,
        "label": " · ".join(labels_at(axes, place)) if axes else text,
        "model_id": shown(item.model_id),
        "prompt": text,
        "seed": None if seed is None else shown(seed),
        "credits": item.credits,
        "price": item.price,
        "made": made,
        "outputs": 0 if made is None else len(item.files) or _asked_for(values),
        "is_film": item.model_type == "video",
        "can_retry": item.state in RETRIED and batch.holder is None,
        "error": None if item.reason is None else shown(item.reason, _MOST_SENTENCE),
        "rating": known.rating,
    }


def made_of(known: Known) -> str | None:
    """Return what the picture of an item is of, another one in each round; None where there is none.

    Of a generation that was deleted there are the files that were saved.
    """
    item = known.row
    is_made = item.state in _WITH_OUTPUTS and item.generation_id is not None and (item.files or not known.is_deleted)
    return f"{item.round} {shown(item.generation_id)}" if is_made else None


def _values_of(item: ItemRow) -> dict[str, Any]:
    try:
        return item.values
    except LedgerError:
        return {}


def _asked_for(values: dict[str, Any]) -> int:
    count = values.get("generation_output_number")
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 1
