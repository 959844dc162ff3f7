"""The runs of a playground, newest first: as objects, as records, as a table; and what the ledger has of them."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from genwidget.runs.ledger import KeyUse, Ledger, Row
from genwidget.runs.run import Run
from genwidget.runs.runner import IDEMPOTENCY_S
from genwidget.widget.payloads import run_row


class Runs(Sequence[Run]):
    """An immutable list of runs, newest first. ``rows`` are plain records of the moment at which it was made."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = tuple(sorted(runs, key=lambda run: run.created_at, reverse=True))
        self.rows = [run_row(run) for run in self._runs]

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        """Return one run, or some."""
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Runs) and self._runs == other._runs and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]  # it stands for a moment

    def __repr__(self) -> str:
        return f"<Runs: {len(self)}>"

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per run: ids, state, what was sent, times in whole milliseconds, credits."""
        return [
            {
                **run_row(run),
                "region": run.region_id,
                "generation_id": run.generation_id,
                "prompt": run.prompt,
                "outputs": [output.url for output in run.outputs],
            }
            for run in self._runs
        ]

    def to_frame(self) -> Any:
        """Return the records as a pandas DataFrame with times as timestamps.

        Raises:
            ImportError: pandas is not installed; it is no dependency.
        """
        import pandas as pd  # noqa: PLC0415 - optional, and slow to import

        frame = pd.DataFrame(self.to_records())
        if "created_at" in frame:
            frame["created_at"] = pd.to_datetime(frame["created_at"], errors="coerce")
        return frame


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger has: rows, how many more beside them, and how many of the newest cannot be read."""

    rows: list[Row]
    beside: int
    unreadable: int


def read_runs(ledger: Ledger, limit: int, key: KeyUse | None, known: Callable[[], Iterable[Run]]) -> Found:
    """Return the newest rows, with all those of a day that were under way when their process ended. Blocks.

    Args:
        ledger: where to read.
        limit: how many of the newest.
        key: whose runs; None for those of every key.
        known: gives the runs that the playground has; they are not counted beside the rows.

    Raises:
        LedgerError: it cannot be read.
    """
    newest = ledger.read(limit, key)
    rows = {row.intent_id: row for row in (*newest.rows, *ledger.interrupted(time.time() - IDEMPOTENCY_S, key))}
    beside = ledger.count_beside({*rows, *(run.run_id for run in known())}, key)
    return Found(list(rows.values()), beside - newest.unreadable, newest.unreadable)
