"""A sandbox in a process of its own, whose every request may meet trouble."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from genwidget.sandbox import API_KEY
from genwidget.sandbox.faults.faults import PROVIDER_KINDS, REQUEST_KINDS

ROOT: Final = Path(__file__).parents[2]
#: The sandbox's own times, divided: a picture takes some 40 ms.
SPEED: Final = 50
FAULT_PROBABILITY: Final = 0.3
LATE_PAGE_PROBABILITY: Final = 0.05
#: Past the library's scaled limit of a body.
_OVERSIZE_BYTES: Final = 512 * 1024
#: Divided by the speed, 0.6 s: past the limit of a poll, and within that of the paid POST.
_DRIP_S: Final = 30


class SandboxProcess:
    """``python -m genwidget.sandbox`` in a process of its own."""

    def __init__(
        self,
        folder: Path,
        seed: int = 0,
        *,
        port: int = 0,
        speed: float = SPEED,
        module: str = "genwidget.sandbox",
    ) -> None:
        command = [sys.executable, "-m", module, "--speed", str(speed), "--seed", str(seed)]
        self._process = subprocess.Popen(
            [*command, "--port", str(port), "--state-dir", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[-1]
        self._client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=30)

    def add_faults(self) -> None:
        """Let every request, and every try of a provider, meet one drawn fault with one probability."""
        chance = {"probability": FAULT_PROBABILITY, "size_bytes": _OVERSIZE_BYTES, "duration_s": _DRIP_S}
        requests = {"kind": REQUEST_KINDS[0], "one_of": REQUEST_KINDS, **chance}
        providers = {"kind": PROVIDER_KINDS[0], "one_of": PROVIDER_KINDS, **chance}
        # A gateway may fail after the work was done: the worst moment for whoever would just ask again.
        late = {"kind": "html", "route": "generate", "after_work": True, "probability": LATE_PAGE_PROBABILITY}
        for fault in (requests, {**requests, "route": "helper"}, providers, late):
            self.add_fault(**fault)

    def add_fault(self, **fault: Any) -> None:
        """Add one fault."""
        self._client.post("/sandbox/faults", json=fault).raise_for_status()

    def clear_faults(self) -> int:
        """Remove all faults; return how often they happened."""
        hits = sum(one["hits"] for one in self.get("/sandbox/faults")["faults"])
        self._client.delete("/sandbox/faults").raise_for_status()
        return hits

    def get(self, path: str) -> Any:
        """Return the JSON of a path."""
        return self._client.get(path).raise_for_status().json()

    def generations(self) -> list[dict[str, Any]]:
        """Return every record of the content list once all have ended, oldest first."""
        while True:
            records = list(self._pages())
            if all(one["generation_status"] not in {"pending", "processing"} for one in records):
                return records[::-1]
            time.sleep(0.05)

    def _pages(self) -> Iterator[dict[str, Any]]:
        offset, total = 0, 1
        while offset < total:
            page = self.get(f"/v1/content/list?limit=100&offset={offset}")
            yield from page["data"]["generations"]
            offset, total = offset + 100, page["total"]

    def stop(self) -> None:
        """End it."""
        self._client.close()
        self._process.terminate()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def faulty_sandbox(folder: Path, seed: int, module: str = "genwidget.sandbox") -> Iterator[SandboxProcess]:
    """Run one, and end it."""
    sandbox = SandboxProcess(folder, seed, module=module)
    try:
        sandbox.add_faults()
        yield sandbox
    finally:
        sandbox.stop()
