"""Many generations at once: how long they take beside bare httpx, and beside what an account's caps allow at best."""

import asyncio
import gc
import heapq
import statistics
import tempfile
import time
import tracemalloc
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from genwidget.api.keys import ApiKey
from genwidget.api.regions import Target
from genwidget.catalogue import Catalogue
from genwidget.io_thread import IoThread
from genwidget.request.validation import Request, prepare
from genwidget.runs.ledger import Ledger
from genwidget.runs.run import Run
from genwidget.runs.runner import Runner
from genwidget.sandbox import API_KEY, Sandbox
from genwidget.sandbox.assumptions import IMAGES_AT_ONCE, VIDEOS_AT_ONCE
from tests.contract.quick_server import QuickServer

COUNT = 1000
CONNECTIONS = 16
ROUNDS = 3
#: How many runs end between two looks at the memory.
LEFT = 100
IMAGES, VIDEOS = 300, 100
BODY = {"generation_prompt": "A seal"}
IMAGE = prepare(Catalogue.load(), "image", "bfl/flux-schnell", BODY)
VIDEO = prepare(Catalogue.load(), "video", "bytedance/seedance-1-pro", BODY)
LIMIT_S = 600


def with_runner(do: Callable[[Runner], None]) -> None:
    """Do something with a runner of its own."""
    with tempfile.TemporaryDirectory() as folder:
        thread = IoThread()
        runner = Runner(thread, ledger=Ledger(Path(folder) / "ledger.sqlite3"))
        try:
            do(runner)
        finally:
            runner.close()
            thread.close()


def start(runner: Runner, url: str, request: Request, *, is_sandbox: bool) -> Run:
    """Send one request."""
    target = Target("sandbox" if is_sandbox else "us", url, url, is_own_origin=True)
    return runner.start(request, target, ApiKey(API_KEY, custom_host=True))


async def bare(url: str) -> None:
    """Make as many generations, and read each record once, with httpx behind a semaphore."""
    places = asyncio.Semaphore(CONNECTIONS)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=CONNECTIONS)) as client:

        async def generate() -> None:
            async with places:
                headers = {"Idempotency-Key": str(uuid.uuid4()), "Authorization": f"Bearer {API_KEY}"}
                made = await client.post(f"{url}{IMAGE.path}", json=BODY, headers=headers)
                await client.get(f"{url}/v1/content/{made.json()['data']['generation_id']}")

        await asyncio.gather(*(generate() for _ in range(COUNT)))


def measure_sends() -> None:
    """Print the time of many sends at once, and what stays in memory afterwards."""
    ours, theirs, states = [], [], Counter[str]()

    def send(runner: Runner) -> None:
        with QuickServer() as server:
            began = time.perf_counter()
            asyncio.run(bare(server.url))
            theirs.append(time.perf_counter() - began)
        with QuickServer() as server:
            began = time.perf_counter()
            runs = [start(runner, server.url, IMAGE, is_sandbox=False) for _ in range(COUNT)]
            states.update(str(run.wait(LIMIT_S).state) for run in runs)
            ours.append(time.perf_counter() - began)
            assert len(server.made) == COUNT

    for _ in range(ROUNDS):
        with_runner(send)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"{f'{COUNT:,} sends at once':36} {ratio:5.2f} x bare httpx, {CONNECTIONS} connections (limit 2.5); {states}")


def measure_memory() -> None:
    """Print what a run that has ended and that nobody holds leaves in memory."""

    def send(runner: Runner) -> None:
        def rest() -> int:
            with QuickServer() as server:
                for run in [start(runner, server.url, IMAGE, is_sandbox=False) for _ in range(LEFT)]:
                    run.wait(LIMIT_S)
                del run
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        rest()
        before = rest()
        grown = (rest() - before) / (LEFT)
        tracemalloc.stop()
        print(f"{'a run that has ended leaves':36} {grown:5,.0f} B")

    with_runner(send)


def measure_account() -> None:
    """Print the time of more than an account takes at once, beside what its caps allow."""

    def send(runner: Runner) -> None:
        with Sandbox(balance=10_000) as sandbox:
            began = time.perf_counter()
            requests = [IMAGE] * IMAGES + [VIDEO] * VIDEOS
            runs = [start(runner, sandbox.url, one, is_sandbox=True) for one in requests]
            states = Counter(str(run.wait(LIMIT_S).state) for run in runs)
            taken = time.perf_counter() - began
            posts = Counter(one.status for one in sandbox.requests if "/generate/" in one.path)
            made = sandbox.generations
        bounds = [_bound(made, IMAGE, IMAGES_AT_ONCE), _bound(made, VIDEO, VIDEOS_AT_ONCE)]
        told = (
            f"{taken:.1f} s, at best {max(bounds):.1f} s; {posts[429]} of {posts.total()} POSTs answered 429; {states}"
        )
        what = f"{IMAGES} pictures and {VIDEOS} videos"
        print(f"{what:36} {taken / max(bounds):5.2f} x what the caps allow (limit 1.1): {told}")

    with_runner(send)


def _bound(made: list[dict[str, Any]], request: Request, cap: int) -> float:
    """Return when the last would have ended, had each begun in the moment in which a place was free."""
    places = [0.0] * cap
    for one in made:
        if one["model_identifier"] == request.model_id:
            taken = _time(one["generation_completed_at"]) - _time(one["generation_created_at"])
            heapq.heapreplace(places, places[0] + taken.total_seconds())
    return max(places)


def _time(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
