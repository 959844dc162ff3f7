"""One item of a batch as a person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from genwidget.batch.rows import BatchRow, ItemRow, ItemState


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One item of a batch at one moment.

    Attributes:
        number: from 1.
        row: its row in the table that the plan was made from, from 1; None where there was none.
        model_id: such as ``bfl/flux-schnell``.
        values: the body that is sent.
        state: such as ``planned``, ``sent``, ``done``, ``refused``.
        error: why it did not end in files, as a sentence; None where it did, or has not ended.
        run_id: its run's, in the ledger.
        generation_id: the API's, or None so far.
        credits: what it cost, in credits, where known.
        price: what it was expected to cost.
        files: where its outputs are, in their order.
    """

    number: int
    row: int | None
    model_id: str
    values: Mapping[str, Any]
    state: ItemState
    error: str | None
    run_id: str
    generation_id: str | None
    credits: float | None
    price: float | None
    files: tuple[Path, ...]

    @classmethod
    def of(cls, batch: BatchRow, row: ItemRow) -> Self:
        """Return the item of a row."""
        folder = Path(batch.folder or "")
        return cls(
            number=row.position + 1,
            row=row.source_row,
            model_id=row.model_id,
            values=row.values,
            state=row.state,
            error=row.reason,
            run_id=row.run_id,
            generation_id=row.generation_id,
            credits=row.credits,
            price=row.price,
            files=tuple(folder / name for name in row.files),
        )

    def __repr__(self) -> str:
        return f"<BatchItem {self.number} {self.model_id} {self.state}>"
