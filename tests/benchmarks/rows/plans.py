"""Plans of many items: how long they take to expand, check and price, and how much memory."""

import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from genwidget import Batch, sweep
from genwidget.batch.plan import Plan
from tests.benchmarks.row import Figure, Row, Sample

ITEMS = 100_000
PROMPTS = [f"A baby seal, number {number}, on Arctic ice" for number in range(ITEMS // 4)]


class Plans(Row):
    """100,000 items of a sweep and of a list."""

    name = "plans"
    title = "Plans of 100,000 items"
    how = "Expanded, checked and priced; seconds of one core, and megabytes above what the plan is made of."
    unit = "s"
    rounds = 2
    figures = (
        Figure(ours="sweep: seconds", most=5),
        Figure(ours="list of rows: seconds", most=5),
        Figure(ours="sweep: memory", unit="MB"),
        Figure(ours="list of rows: memory", unit="MB"),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Plan both."""
        rows = [{"prompt": prompt, "ratio": "1:1"} for prompt in PROMPTS for _ in range(4)]

        def of_sweep() -> Plan:
            return sweep("bfl/flux-1.1-pro", prompt=PROMPTS, ratio=["1:1", "16:9"], repeat=2)

        def of_rows() -> Plan:
            return Batch.from_frame(rows, model="bfl/flux-1.1-pro")

        yield {"sweep": lambda: _plan("sweep", of_sweep), "list of rows": lambda: _plan("list of rows", of_rows)}


def _plan(name: str, make: Callable[[], Plan]) -> dict[str, float]:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    make().require()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = time.process_time()
    plan = make()
    plan.require()
    seconds = time.process_time() - began
    assert len(plan) == ITEMS
    return {f"{name}: seconds": seconds, f"{name}: memory": (peak - before) / 1e6}
