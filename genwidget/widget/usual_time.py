"""How long a model usually takes, by the runs that a playground may see."""

import asyncio
import statistics
from collections.abc import Iterable, Sequence
from typing import Final

from genwidget.runs.ledger import KeyUse, Ledger, SentTo
from genwidget.runs.run import Run
from genwidget.runs.state import RunState
from genwidget.widget.payload_types import UsualTimeData

#: How many of the newest runs are looked at.
MOST_RUNS: Final = 20
#: Of fewer, nothing is said.
LEAST_RUNS: Final = 3


def usual(times_ms: Sequence[int]) -> UsualTimeData:
    """Return between which times half of the runs took, as ``low_ms`` and ``high_ms``; empty where they are too few."""
    if len(times_ms) < LEAST_RUNS:
        return {}
    low, _, high = statistics.quantiles(times_ms, method="inclusive")
    return {"low_ms": round(low), "high_ms": round(high)}


async def times_written(ledger: Ledger, sent_to: SentTo, key: KeyUse | None) -> list[int]:
    """Return how long the newest runs took that succeeded, in ms, as the ledger has them.

    Raises:
        LedgerError: it cannot be read.
    """
    return await asyncio.to_thread(ledger.durations, sent_to, MOST_RUNS, key)


def times_of(runs: Iterable[Run], sent_to: SentTo) -> list[int]:
    """Return the same of some runs."""
    newest = sorted(runs, key=lambda run: run.created_at, reverse=True)
    times = (run.total_ms for run in newest if run.state is RunState.SUCCEEDED and _sent_to(run) == sent_to)
    return [total_ms for total_ms in times if total_ms is not None][:MOST_RUNS]


def _sent_to(run: Run) -> SentTo:
    return SentTo.of(run.model_type, run.model_id, run.region_id, run.target.api_url)
