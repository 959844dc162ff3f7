"""How long an import takes, and the way to the first message; by the wall clock, and by the main thread's own time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import peers
from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample

ROOT = Path(__file__).parents[3]
ANYWIDGET = "anywidget"
STACK = "anywidget, httpx, a pydantic model"
IMPORT, MESSAGE = "import", "import and first message"
_BARE = 'class Bare(anywidget.AnyWidget):\n    _esm = "export default { render({ el }) { el.textContent = 1 } }"'
_MODEL = "class Model(pydantic.BaseModel):\n    a: int\n    b: str = ''\n    c: list[float] = []"
#: Notes when a widget tells the page of itself, the first time.
_HOOK = """
import comm
class Comm(comm.base_comm.BaseComm):
    def publish_msg(self, msg_type, data=None, **_):
        if "_esm" in ((data or {}).get("state") or {}):
            raise SystemExit(print(CLOCK() - began))
comm.create_comm = lambda *args, **given: Comm(*args, **given)
"""
STATEMENTS = {
    f"{ANYWIDGET}: {IMPORT}": "import anywidget",
    f"{STACK}: {IMPORT}": f"import anywidget, httpx, pydantic\n{_MODEL}",
    f"genwidget: {IMPORT}": "from genwidget import Playground",
    f"{ANYWIDGET}: {MESSAGE}": f"import anywidget\n{_HOOK}\n{_BARE}\nBare()",
    f"{STACK}: {MESSAGE}": f"import anywidget, httpx, pydantic\n{_MODEL}\n{_HOOK}\n{_BARE}\nBare()",
    f"genwidget: {MESSAGE}": f"from genwidget import Playground\n{_HOOK}\nPlayground()",
}
PEERS = {"quak": "quak", "lonboard": "lonboard", "jupyter-scatter": "jscatter", "gradio": "gradio"}
LIMIT_S = 120


def timing(statement: str, clock: str, python: str = sys.executable) -> Callable[[], float]:
    """Return what runs a statement in a fresh interpreter and returns the milliseconds that it took."""
    code = f"import time\nCLOCK = time.{clock}\nbegan = CLOCK()\n{statement}\nprint(CLOCK() - began)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def sample() -> float:
        command = [python, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment)
        if done.returncode:
            raise CannotMeasureError(f"`{statement.splitlines()[0]}` failed: {done.stderr.strip().splitlines()[-1]}")
        return float(done.stdout.split()[0]) * 1000

    return sample


class Start(Row):
    """By the wall clock."""

    name = "start"
    title = "Start: import, and the way to the first message"
    how = (
        "Fresh interpreters, byte code and files warm; the interpreter's own start is left out. The first message is "
        "the `comm_open` with which the page is told of a widget."
    )
    unit = "ms"
    rounds = 11
    warm_ups = 1
    clock: ClassVar[str] = "perf_counter"
    figures = tuple(
        Figure(ours=f"genwidget: {what}", against=f"{baseline}: {what}", most=most)
        for what in (IMPORT, MESSAGE)
        for baseline, most in ((ANYWIDGET, 1.25), (STACK, 1.1))
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Time each statement."""
        yield {name: timing(statement, self.clock) for name, statement in STATEMENTS.items()}


class StartCpu(Start):
    """By the time of the main thread, which other work on the machine lengthens little."""

    name = "start-cpu"
    title = "Start: what the main thread computes for it"
    how = "As `start`, by the processor's time of the main thread: what the background thread imports is not in it."
    rounds = 9
    quick_rounds = 5
    clock = "thread_time"


class StartPeers(Row):
    """Imports beside those of peers, all in the peers' environment."""

    name = "start-peers"
    title = "Start: import, beside peers"
    how = "As `start`, all in the environment of the peers."
    unit = "ms"
    rounds = 5
    warm_ups = 1
    figures = tuple(Figure(ours="genwidget", against=name, most=1.0) for name in PEERS)

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Time each import."""
        python = peers.python()
        statements = {"genwidget": "from genwidget import Playground"}
        statements |= {name: f"import {module}" for name, module in PEERS.items()}
        yield {name: timing(statement, "perf_counter", python) for name, statement in statements.items()}
