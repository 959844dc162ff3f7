"""What a process keeps: with a playground, with a hundred, with runs that it sent, with a ledger of many runs."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample

ROOT: Final = Path(__file__).parents[3]
LIMIT_S: Final = 300
#: Prints the megabytes that no other process shares.
_TELL: Final = """
import gc, psutil, threading
def tell():
    for one in threading.enumerate():
        if one.name == "genwidget-import":
            one.join()
    gc.collect()
    print(psutil.Process().memory_full_info().uss / 1e6)
"""
_BARE: Final = """
import anywidget, httpx, pydantic
class Bare(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.textContent = 1 } }"
"""
_MADE: Final = "from genwidget import Playground\n"
_SENT: Final = """
from genwidget import Playground
from genwidget.sandbox import API_KEY
from tests.benchmarks.quick_process import quick_server
with quick_server() as url:
    pg = Playground(base_url=url, values={"generation_prompt": "A seal"}, key=lambda: API_KEY)
    pg.lock_key()
    left = COUNT
    while left:
        some = [pg.send() for _ in range(min(left, 100))]
        for one in some:
            one.wait(60)
        left -= len(some)
    del some, one
    tell()
"""
_STORED: Final = """
import sqlite3
from contextlib import closing
from genwidget import Playground
from genwidget.runs.ledger import Ledger
from genwidget.runs.ledger.row import COLUMNS, bindable
from tests.ledger_rows import a_row
ledger = Ledger()
ledger.begin_soon(a_row("first", state="succeeded")).result()
ledger.close()
marks = ", ".join("?" * len(COLUMNS))
with closing(sqlite3.connect(ledger.path)) as file, file:
    made = (a_row(f"i{n}", state="succeeded", generation_id=f"g{n}", price=0.003, credits=0.003) for n in range(COUNT))
    bound = (bindable(row, COLUMNS, None) for row in made)
    file.executemany(f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({marks})", bound)
pg = Playground(region="sandbox")
shown = pg.runs
assert len(shown)
tell()
"""
CODES: Final = {
    "python": "tell()",
    "anywidget, httpx, pydantic: one widget": f"{_BARE}kept = Bare()\ntell()",
    "genwidget: one playground": f"{_MADE}kept = Playground()\ntell()",
    "anywidget, httpx, pydantic: 100 widgets": f"{_BARE}kept = [Bare() for _ in range(100)]\ntell()",
    "genwidget: 100 playgrounds": f"{_MADE}kept = [Playground() for _ in range(100)]\ntell()",
    "genwidget: 100 runs sent": f"COUNT = 100\n{_SENT}",
    "genwidget: 1,000 runs sent": f"COUNT = 1000\n{_SENT}",
    "genwidget: 1,000 runs in the ledger": f"COUNT = 1000\n{_STORED}",
    "genwidget: 100,000 runs in the ledger": f"COUNT = 100_000\n{_STORED}",
}


def _megabytes(code: str) -> Callable[[], float]:
    def sample() -> float:
        with tempfile.TemporaryDirectory() as folder:
            own = {"GENWIDGET_DATA_DIR": f"{folder}/data", "GENWIDGET_SANDBOX_DIR": f"{folder}/sandbox"}
            environment = {**os.environ, **own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
            command = [sys.executable, "-c", f"{_TELL}\n{code}"]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment
            )
        if done.returncode:
            raise CannotMeasureError(f"The process failed: {done.stderr.strip().splitlines()[-1]}")
        return float(done.stdout.split()[-1])

    return sample


class Memory(Row):
    """Megabytes of fresh processes."""

    name = "memory"
    title = "Memory of the kernel's process"
    how = (
        "Memory that no other process shares, after a collection, of fresh interpreters. Runs that were sent have "
        "ended, and nobody holds them; those in the ledger are another process's, and are listed."
    )
    unit = "MB"
    rounds = 2
    figures: ClassVar[tuple[Figure, ...]] = (
        Figure(ours="genwidget: one playground", against="anywidget, httpx, pydantic: one widget"),
        Figure(ours="genwidget: 100 playgrounds", against="anywidget, httpx, pydantic: 100 widgets"),
        Figure(ours="genwidget: 1,000 runs sent", against="genwidget: 100 runs sent", most=1.25),
        Figure(ours="genwidget: 100,000 runs in the ledger", against="genwidget: 1,000 runs in the ledger", most=1.25),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Ask a fresh process for each."""
        yield {name: _megabytes(code) for name, code in CODES.items()}
