"""The server that answers at once, in a process of its own, which notes when requests came, and is told over HTTP.

``GET /bench/told`` gives the moments since the last time, in milliseconds of the epoch; ``GET /bench/hold`` keeps
generations from ending, ``GET /bench/let-go`` ends them; ``GET /bench/size/BYTES`` makes each record that large.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.contract.quick_server import QuickServer

ROOT = Path(__file__).parents[2]
OK = 200
#: One entry of a large record, of many kinds of values.
ENTRY = {"name": "A baby seal on Arctic ice. " * 15, "at": 1234.5678, "is_found": True, "none": None, "list": [1, 2, 3]}


class RecordingServer(QuickServer):
    """Notes moments."""

    def __init__(self):
        super().__init__()
        self.moments = []
        self.filling = []

    def _reply(self, method, path, headers):
        now = time.time() * 1000
        if path.startswith("/bench/"):
            return OK, self._command(*path.removeprefix("/bench/").split("/"), now)
        kind = "post" if method == "POST" else "read" if path.startswith("/v1/content/") else "other"
        self.moments.append((kind, now))
        return super()._reply(method, path, headers)

    def _command(self, name, *rest):
        now = rest[-1]
        if name == "told":
            told, self.moments = self.moments, []
            return told
        if name in {"hold", "let-go"}:
            self.held = name == "hold"
        if name == "size":
            self.filling = [ENTRY] * (int(rest[0]) // len(json.dumps(ENTRY)))
        return now

    def _record(self, generation_id):
        record = super()._record(generation_id)
        return record | {"entries": self.filling} if self.filling else record


class Recording:
    """What speaks to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=60)

    def tell(self, command: str) -> object:
        """Give a command; return its answer."""
        return self._client.get(f"/bench/{command}").json()["data"]

    def moments(self, kind: str) -> list[float]:
        """Return when requests of a kind came since the last time."""
        return [at for one, at in self.tell("told") if one == kind]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@contextmanager
def recording_server() -> Iterator[Recording]:
    """Run one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.recording_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    recording = Recording(process.stdout.readline().strip())
    try:
        yield recording
    finally:
        recording.close()
        process.stdin.close()  # it ends with what it reads
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    with RecordingServer() as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()
