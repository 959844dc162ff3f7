"""A thousand presses of Send at once on a playground, beside bare httpx with sixteen connections."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Final

import httpx

from genwidget.sandbox import API_KEY
from tests.benchmarks.quick_process import ROOT, quick_server
from tests.benchmarks.row import CannotMeasureError, Figure, Row, Sample
from tests.benchmarks.rows.throughput import bare

COUNT: Final = 1000
CONNECTIONS: Final = 16
LIMIT_S: Final = 300
#: Prints the seconds, the ends of the runs and how many generations they have.
_SENT: Final = """
import os, time
from collections import Counter
from genwidget import Playground
from genwidget.sandbox import API_KEY
pg = Playground(base_url=os.environ["BENCH_URL"], values={"generation_prompt": "A seal"}, key=lambda: API_KEY)
pg.lock_key()
pg.send().wait(60)
began = time.perf_counter()
runs = [pg.send() for _ in range(COUNT)]
ends = Counter(str(run.wait(LIMIT_S).state) for run in runs)
taken = time.perf_counter() - began
assert ends == {"succeeded": COUNT}, ends
assert len({run.generation_id for run in runs}) == COUNT
print(taken)
"""


def sent() -> float:
    """Press Send so often, in a fresh process at a fresh server, and return the seconds until all have succeeded."""
    with tempfile.TemporaryDirectory() as folder, quick_server() as url:
        own = {"GENWIDGET_DATA_DIR": folder, "BENCH_URL": url, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        code = f"COUNT, LIMIT_S = {COUNT}, {LIMIT_S}\n{_SENT}"
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=2 * LIMIT_S,
            check=False,
            env={**os.environ, **own},
        )
        if done.returncode:
            raise CannotMeasureError(f"The process failed: {done.stderr.strip().splitlines()[-1]}")
        made = generations_at(url)
    if made != COUNT + 1:  # the first one opened the connections and the ledger
        raise CannotMeasureError(f"The server made {made} generations of {COUNT + 1}.")
    return float(done.stdout.split()[-1])


def generations_at(url: str) -> int:
    """Return how many generations the server has made."""
    headers, count = {"Authorization": f"Bearer {API_KEY}"}, 0
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        while page := client.get("/v1/content/list", params={"offset": count}).json()["data"]["generations"]:
            count += len(page)
    return count


class Sends(Row):
    """Presses of Send on a playground."""

    name = "sends"
    title = "1,000 `pg.send()` at once"
    how = (
        "A playground in a fresh process sends so often in one go, to a server that answers at once, and each run is "
        "waited for; all have succeeded, and the server has made one generation for each. Bare httpx makes as many, "
        "with 16 connections, and writes nothing down."
    )
    unit = "s"
    rounds = 3
    figures: ClassVar[tuple[Figure, ...]] = (
        Figure(ours="genwidget, 1,000 sends", against="httpx.AsyncClient, 16 connections", most=2.5),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Both, in turn."""
        with quick_server() as url:
            yield {
                "genwidget, 1,000 sends": sent,
                "httpx.AsyncClient, 16 connections": lambda: COUNT / asyncio.run(bare(url, COUNT, CONNECTIONS)),
            }
