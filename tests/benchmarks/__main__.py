"""Measure what a person feels, each figure beside a baseline of the same run: ``python -m tests.benchmarks``.

Times are medians over interleaved runs and are told as ratios, since one machine's milliseconds say little.
"""

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from tests.benchmarks.many import measure_account, measure_memory, measure_sends

STATIC = Path(__file__).parents[2] / "genwidget" / "widget" / "static"
ROUNDS = 9
#: Of a plan.
ITEMS = 100_000
#: What a playground cannot do without; the rest is imported after the first paint.
WIDGET = "import anywidget"
#: What the library stands on.
BARE = "import anywidget, httpx, pydantic"
OURS = "from genwidget import Playground"
LIBRARY = "from genwidget import Client"


def import_seconds(statement: str) -> float:
    """Return the wall time of an interpreter that runs one statement."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - began


def measure_imports() -> None:
    """Print how long imports take beside their baseline, the bare interpreter taken off."""
    statements = ("pass", WIDGET, BARE, OURS, LIBRARY)
    for statement in statements:
        import_seconds(statement)  # fills the page cache and the byte code
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(ROUNDS):
        for statement in statements:
            taken[statement].append(import_seconds(statement))
    empty = statistics.median(taken["pass"])
    net = {statement: statistics.median(taken[statement]) - empty for statement in statements[1:]}
    for statement, bare, mark in ((OURS, WIDGET, " (limit 1.25)"), (OURS, BARE, ""), (LIBRARY, BARE, "")):
        print(f"{statement:36} {net[statement] / net[bare]:5.2f} x `{bare}`{mark}, {net[statement] * 1000:,.0f} ms net")


def measure_sizes() -> None:
    """Print the bytes that travel with every instance of the widget."""
    raw = packed = 0
    for path in sorted(STATIC.glob("widget.*")):
        content = path.read_bytes()
        raw, packed = raw + len(content), packed + len(gzip.compress(content, 9))
    print(f"{'script and style of the widget':36} {packed:,} B gzip (limit 35,000), {raw:,} B raw (limit 110,000)")


def measure_plans() -> None:
    """Print how long 100,000 items take to plan, check and price, and how much memory they take."""
    from genwidget import Batch, sweep  # noqa: PLC0415 - once the folder is set

    prompts = [f"A baby seal, number {number}, on Arctic ice" for number in range(ITEMS // 4)]
    rows = [{"prompt": prompt, "ratio": "1:1"} for prompt in prompts for _ in range(4)]
    plans = {
        "sweep": lambda: sweep("bfl/flux-1.1-pro", prompt=prompts, ratio=["1:1", "16:9"], repeat=2),
        "list of rows": lambda: Batch.from_frame(rows, model="bfl/flux-1.1-pro"),
    }
    for name, make in plans.items():
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
        label = f"{ITEMS:,} items of a {name}"
        print(f"{label:36} {seconds:5.2f} s of one core (limit 5), {(peak - before) / 1e6:,.0f} MB above their source")


def main() -> int:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GENWIDGET_DATA_DIR"] = folder
        measure_sizes()
        measure_plans()
        measure_imports()
        measure_sends()
        measure_memory()
        measure_account()
    return 0


if __name__ == "__main__":
    sys.exit(main())
