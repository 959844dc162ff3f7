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
from pathlib import Path

STATIC = Path(__file__).parents[2] / "genwidget" / "widget" / "static"
ROUNDS = 9
#: What the playground stands on; its own import should cost next to nothing beside it.
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
    statements = ("pass", BARE, OURS, LIBRARY)
    for statement in statements:
        import_seconds(statement)  # fills the page cache and the byte code
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(ROUNDS):
        for statement in statements:
            taken[statement].append(import_seconds(statement))
    empty = statistics.median(taken["pass"])
    net = {statement: statistics.median(taken[statement]) - empty for statement in statements[1:]}
    for statement in (OURS, LIBRARY):
        print(f"{statement:36} {net[statement] / net[BARE]:5.2f} x `{BARE}` ({net[statement] * 1000:,.0f} ms net)")


def measure_sizes() -> None:
    """Print the bytes that travel with every instance of the widget."""
    raw = packed = 0
    for path in sorted(STATIC.glob("widget.*")):
        content = path.read_bytes()
        raw, packed = raw + len(content), packed + len(gzip.compress(content, 9))
    print(f"{'script and style of the widget':36} {packed:,} B gzip (limit 35,000), {raw:,} B raw (limit 110,000)")


def main() -> int:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GENWIDGET_DATA_DIR"] = folder
        measure_sizes()
        measure_imports()
    return 0


if __name__ == "__main__":
    sys.exit(main())
