"""More than an account takes at once: a batch beside what the account's limit allows, and beside naive retries."""

import asyncio
import heapq
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from genwidget import Batch, sweep
from genwidget.sandbox import API_KEY
from genwidget.sandbox.assumptions import IMAGES_AT_ONCE
from tests.benchmarks.row import Figure, Row, Sample
from tests.faults.service import SandboxProcess

MODEL_ID: Final = "bfl/flux-schnell"
COUNT: Final = 300
PAUSE_S: Final = 0.5
LIMIT_S: Final = 300


class Account(Row):
    """A batch of pictures."""

    name = "account"
    title = "A batch against the limit of its account"
    how = (
        f"{COUNT} pictures at the sandbox, which lets {IMAGES_AT_ONCE} run at once, as its own process with small "
        "pictures. The bound is the time in which the server's own generations would have ended, had each begun in the "
        "moment in which a place was free; the figure is that time divided by the time taken."
    )
    unit = "of the bound"
    rounds = 1
    figures = (
        Figure(ours="genwidget.Batch", least=0.95),
        Figure(ours="genwidget.Batch", against="asyncio.gather with naive retries", least=1.0),
        Figure(ours="genwidget.Batch: POSTs for each picture", unit=""),
        Figure(ours="asyncio.gather with naive retries: POSTs for each picture", unit=""),
    )

    @contextmanager
    def subjects(self) -> Iterator[Mapping[str, Sample]]:
        """Send with each, to a sandbox of its own."""
        yield {
            name: lambda name=name, send=send: _measure(name, send)
            for name, send in (("genwidget.Batch", _batch), ("asyncio.gather with naive retries", _gather))
        }


def _measure(name: str, send: Any) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = SandboxProcess(Path(folder), speed=1, module="tests.faults.small_sandbox")
        try:
            began = time.perf_counter()
            send(sandbox.url)
            taken = time.perf_counter() - began
            made = [one for one in sandbox.generations() if one["generation_status"] == "succeeded"]
            posts = sum("/generate/" in one["path"] for one in sandbox.get("/sandbox/requests")["requests"])
        finally:
            sandbox.stop()
    assert len(made) >= COUNT, f"{len(made)} of {COUNT} were made"
    return {name: bound_s(made[:COUNT], IMAGES_AT_ONCE) / taken, f"{name}: POSTs for each picture": posts / COUNT}


def bound_s(made: list[dict[str, Any]], cap: int) -> float:
    """Return when the last would have ended, had each begun in the moment in which a place was free."""
    places = [0.0] * cap
    for one in made:
        began, ended = (datetime.fromisoformat(one[f"generation_{what}_at"]) for what in ("created", "completed"))
        heapq.heapreplace(places, places[0] + (ended - began).total_seconds())
    return max(places)


def _batch(url: str) -> None:
    plan = sweep(MODEL_ID, prompt=[f"Seal {number}" for number in range(COUNT)])
    batch: Batch = plan.run(base_url=url, key=API_KEY)
    batch.wait(LIMIT_S)
    assert batch.counts == {"done": COUNT}, batch.counts


def _gather(url: str) -> None:
    asyncio.run(_gather_all(url))


async def _gather_all(url: str) -> None:
    """Send all at once; where one is refused, send it again after a pause; poll each by itself."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=None) as client:  # noqa: S113 - as it is written

        async def make(number: int) -> None:
            while True:
                body = {"generation_prompt": f"Seal {number}"}
                reply = await client.post(f"/v1/generate/image/{MODEL_ID}", json=body)
                if reply.is_success:
                    break
                await asyncio.sleep(PAUSE_S)
            generation_id = reply.json()["data"]["generation_id"]
            while True:
                reply = await client.get(f"/v1/content/{generation_id}")
                if reply.is_success and reply.json()["data"]["generation_status"] == "succeeded":
                    return
                await asyncio.sleep(PAUSE_S)

        await asyncio.gather(*(make(number) for number in range(COUNT)))
