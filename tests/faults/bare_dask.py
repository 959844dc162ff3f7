"""What is commonly written instead of a batch: a Dask task for each picture, retries, what is there is skipped.

``python -m tests.faults.bare_dask COUNT FOLDER KILLS SEED`` meets the same faults as the library's batch. Its kills
fall at the same moments, and end a worker with SIGKILL: Dask starts another, and runs the worker's tasks again.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import httpx
from distributed import Client, LocalCluster, as_completed

from genwidget.sandbox import API_KEY
from tests.faults.lives import MOST_DELAY_S, Plan
from tests.faults.wishes import AT_ONCE, MODEL_ID, MOST_PRESSES, prompt_of, tell

WORKERS = 2
PAUSE_S = 0.03
POLL_S = 0.1
POLLS = 40
UNREADABLE = (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError)


def make(number: int, folder: Path, url: str, timeout_s: float) -> int:
    """Bring a wish to a file; a task."""
    path = folder / f"{number}.jpg"
    headers = {"Authorization": f"Bearer {API_KEY}"}
    with httpx.Client(base_url=url, headers=headers, timeout=timeout_s) as client:
        while not path.exists():
            link = _poll(client, _post(client, number))
            if link is not None:
                _save(client, link, path)
    return number


def _post(client: httpx.Client, number: int) -> str:
    body = {"generation_prompt": prompt_of(number), "generation_output_format": "jpg"}
    for _ in range(MOST_PRESSES):
        try:
            reply = client.post(f"/v1/generate/image/{MODEL_ID}", json=body)
            return str(reply.raise_for_status().json()["data"]["generation_id"])
        except UNREADABLE:
            time.sleep(PAUSE_S)
    raise RuntimeError(f"wish {number} cannot be fulfilled")


def _poll(client: httpx.Client, generation_id: str) -> str | None:
    """Return the link of a picture, or None where it should be made anew."""
    for _ in range(POLLS):
        try:
            reply = client.get(f"/v1/content/{generation_id}")
            record = reply.raise_for_status().json()["data"]
            if record["generation_status"] == "succeeded":
                return str(record["generation_output_file"][0])
            if record["generation_status"] == "failed":
                return None
        except UNREADABLE:
            pass
        time.sleep(POLL_S)
    return None


def _save(client: httpx.Client, link: str, path: Path) -> None:
    for _ in range(MOST_PRESSES):
        try:
            content = client.get(link).raise_for_status().content
        except UNREADABLE:
            time.sleep(PAUSE_S)
            continue
        path.write_bytes(content)
        return


class Killer:
    """Ends a worker at each of the moments."""

    def __init__(self, cluster: Any, plan: Plan) -> None:
        self._cluster = cluster
        self._dice = plan.dice()
        self._moments = plan.moments(self._dice)

    def note(self, done: int) -> None:
        """Take note of how many wishes are done."""
        while self._moments and done >= self._moments[0]:
            del self._moments[0]
            time.sleep(self._dice.uniform(0, MOST_DELAY_S))
            self._kill()

    def _kill(self) -> None:
        while True:
            pids = [nanny.pid for nanny in self._cluster.workers.values() if nanny.pid is not None]
            if pids:
                with suppress(ProcessLookupError):  # the one of before, whose end Dask has not seen yet
                    os.kill(self._dice.choice(pids), signal.SIGKILL)
                    return
            time.sleep(PAUSE_S)


def main(count: int, folder: Path, kills: int, seed: int) -> None:
    """Pursue all wishes."""
    folder.mkdir(parents=True, exist_ok=True)
    timeout_s = float(os.environ["GENWIDGET_POST_TIMEOUT_S"])
    url = os.environ["GENWIDGET_SANDBOX_URL"]
    # A task that was on so many workers when they ended is given up: the default is 3.
    dask.config.set({"distributed.scheduler.allowed-failures": kills})
    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=AT_ONCE // WORKERS, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        killer = Killer(cluster, Plan(count, seed, kills))
        done = set()
        # Each task is one of its own: equal calls are one task for Dask, unless pure=False says otherwise.
        tasks = client.map(make, range(count), folder=folder, url=url, timeout_s=timeout_s, pure=False)
        for task in as_completed(tasks):
            number = task.result()
            done.add(number)
            tell(number, "done")
            killer.note(len(done))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
