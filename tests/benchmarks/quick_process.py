"""The server that answers at once, in a process of its own, so that it takes no turn of the clients' interpreter."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.quick_server import QuickServer

ROOT = Path(__file__).parents[2]


@contextmanager
def quick_server() -> Iterator[str]:
    """Run one, and return its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.quick_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()  # it ends with what it reads
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    with QuickServer() as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Thread(target=sys.stdin.read, daemon=False).run()
