"""Many requests at once: the client, and whole runs with their ledger, beside bare httpx behind a semaphore."""

import asyncio
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import httpx

from genwidget.api.client import Client
from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.io_thread import IoThread
from genwidget.request.validation import prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY
from genwidget.settings import Settings
from tests.benchmarks.quick_process import quick_server
from tests.benchmarks.row import Figure, Row, Sample

MODEL_ID = "bfl/flux-schnell"
BODY = {"generation_prompt": "A seal"}
REQUEST = prepare(Catalogue.load(), "image", MODEL_ID, BODY)
LIMIT_S = 120
Clock = Callable[[], float]


async def bare(url: str, count: int, at_once: int, clock: Clock = time.perf_counter) -> float:
    """Make generations and read each record once; return how many a second."""
    places = asyncio.Semaphore(at_once)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:

        async def generate() -> None:
            async with places:
                key = {"Idempotency-Key": str(uuid.uuid4())}
                made = (await client.post(REQUEST.path, json=BODY, headers=key)).json()["data"]
                record = (await client.get(f"/v1/content/{made['generation_id']}")).json()["data"]
                assert record["generation_status"] == "succeeded"

        began = clock()
        await asyncio.gather(*(generate() for _ in range(count)))
        return count / (clock() - began)


async def with_client(url: str, count: int, at_once: int, clock: Clock = time.perf_counter) -> float:
    """Do the same with our client."""
    places = asyncio.Semaphore(at_once)
    async with Client(base_url=url, key=API_KEY, catalogue=Catalogue.load()) as client:

        async def generate() -> None:
            async with places:
                made = await client.generate(MODEL_ID, BODY)
                assert (await client.get_generation(made.generation_id)).generation_status == "succeeded"

        began = clock()
        await asyncio.gather(*(generate() for _ in range(count)))
        return count / (clock() - began)


class Clients(Row):
    """The client alone."""

    name = "client"
    title = "`Client`: generations a second"
    how = (
        "A POST and a GET for each, with 1, 8 and 64 at once behind a semaphore, to one server that answers at once in "
        "a process of its own."
    )
    unit = "a second"
    rounds = 7
    warm_ups = 1
    clock: ClassVar[Callable[[], float]] = time.perf_counter
    counts: ClassVar[dict[int, int]] = {1: 100, 8: 200, 64: 300}
    figures = tuple(
        Figure(ours=f"genwidget, {at_once} at once", against=f"httpx.AsyncClient, {at_once} at once", least=0.95)
        for at_once in (1, 8, 64)
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Both, for each number at once."""
        with quick_server() as url:

            def sample(do: object, at_once: int) -> Sample:
                return lambda: asyncio.run(do(url, self.counts[at_once], at_once, self.clock))

            yield {
                f"{name}, {at_once} at once": sample(do, at_once)
                for at_once in self.counts
                for name, do in (("genwidget", with_client), ("httpx.AsyncClient", bare))
            }


class ClientCpu(Clients):
    """By the time of the process, which other work on the machine lengthens little."""

    name = "client-cpu"
    title = "`Client`: generations in a second of the processor"
    how = "As `client`, by the processor's time that the client's process takes."
    rounds = 5
    quick_rounds = 3
    clock = time.process_time
    counts: ClassVar[dict[int, int]] = {1: 60, 8: 60, 64: 100}


def with_runs(url: str, count: int) -> float:
    """Start runs at once, each with its row of the ledger on the disk, and return how many end in a second."""
    target = Target("us", url, url, is_own_origin=True)
    with tempfile.TemporaryDirectory() as folder:
        thread = IoThread()
        runner = Runner(thread, ledger=Ledger(Path(folder) / "ledger.sqlite3"))
        try:
            key = ApiKey(API_KEY, custom_host=True)
            runner.start(REQUEST, target, key, Settings()).wait(LIMIT_S)  # connections and files are there
            began = time.perf_counter()
            runs = [runner.start(REQUEST, target, key, Settings()) for _ in range(count)]
            states = Counter(str(run.wait(LIMIT_S).state) for run in runs)
            taken = time.perf_counter() - began
        finally:
            runner.close()
            thread.close()
    assert states == {"succeeded": count}, states
    return count / taken


class Runs(Row):
    """Runs with their ledger."""

    name = "runs"
    title = "Runs with their ledger: ended a second"
    how = (
        "So many runs are started in one go, each written to the ledger and synced before its POST leaves, and waited "
        "for; bare httpx makes as many, with 64 at once at most, and writes nothing down."
    )
    unit = "a second"
    rounds = 5
    warm_ups = 1
    counts: ClassVar[tuple[int, ...]] = (1, 8, 64, 1000)
    figures = tuple(
        Figure(ours=f"genwidget, {count} runs", against=f"httpx.AsyncClient, {count} generations", least=0.8)
        for count in counts
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Both, for each number of runs."""
        with quick_server() as url:

            def ours(count: int) -> Sample:
                return lambda: with_runs(url, count)

            def theirs(count: int) -> Sample:
                return lambda: asyncio.run(bare(url, count, min(count, 64)))

            subjects: dict[str, Sample] = {}
            for count in self.counts:
                subjects[f"genwidget, {count} runs"] = ours(count)
                subjects[f"httpx.AsyncClient, {count} generations"] = theirs(count)
            yield subjects
