"""A sending process that is killed with SIGKILL at drawn moments and started again, until every wish is done."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.service import ROOT
from tests.faults.wishes import AT_ONCE

#: The library's waits and limits, scaled as the sandbox's are. Only Retry-After, in whole seconds, cannot be.
SETTINGS: Final = {
    "GENWIDGET_POST_TIMEOUT_S": "0.8",
    "GENWIDGET_REQUEST_TIMEOUT_S": "0.5",
    "GENWIDGET_DEADLINE_S": "15",
    "GENWIDGET_MAX_RESPONSE_BYTES": str(256 * 1024),
    "GENWIDGET_RETRY_FIRST_S": "0.02",
    "GENWIDGET_RETRY_MAX_S": "0.2",
    "GENWIDGET_POLL_FIRST_S": "0.03",
    "GENWIDGET_POLL_MAX_S": "0.3",
}
#: A kill falls somewhere within this time after the wish that brings it.
MOST_DELAY_S: Final = 0.06
#: A life that brings no wish to its end for so long hangs.
_SILENCE_S: Final = 240


class LifeFailed(RuntimeError):
    """A life hung, or ended in an error of its own."""


@dataclass(frozen=True)
class Plan:
    """How many wishes there are, and how often their sender is killed; moments are drawn from the seed."""

    runs: int
    seed: int
    kills: int

    def dice(self) -> random.Random:
        """Return what moments are drawn by."""
        return random.Random(self.seed)  # noqa: S311 - drawn for a test

    def moments(self, dice: random.Random) -> list[int]:
        """Return after how many wishes the sender is killed.

        The last wishes are left alone, so that every kill finds something under way.
        """
        last = max(self.kills + 1, self.runs - 2 * AT_ONCE)
        return sorted(dice.sample(range(1, last), self.kills))


class Lives:
    """All lives of one sending process: ``python -m MODULE RUNS ARGUMENTS``."""

    def __init__(self, plan: Plan, folder: Path, url: str, module: str, *arguments: str) -> None:
        self._plan = plan
        self._command = [sys.executable, "-m", module, str(plan.runs), *arguments]
        own = {"GENWIDGET_SANDBOX_URL": url, "GENWIDGET_DATA_DIR": str(folder)}
        self._environment = {**os.environ, **SETTINGS, **own}
        self._complaints = folder / "stderr.txt"
        self._dice = plan.dice()
        self._done: set[int] = set()
        self.killed = 0

    def live(self) -> None:
        """Start, kill, start again.

        Raises:
            LifeFailed: a life hung, or ended in an error of its own.
        """
        for moment in self._plan.moments(self._dice):
            self._one_life(moment)
        self._one_life(None)
        if len(self._done) != self._plan.runs:
            raise LifeFailed(f"{len(self._done)} of {self._plan.runs} wishes are done")

    def _one_life(self, until: int | None) -> None:
        """Let one process live until so many wishes are done, or to its own end."""
        with (
            self._complaints.open("w") as complaints,
            subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            ) as process,
        ):
            assert process.stdout is not None
            guard = _guard(process)
            for line in process.stdout:
                guard.cancel()
                guard = _guard(process)
                self._done.add(int(line.split()[0]))
                if until is not None and len(self._done) >= until:
                    time.sleep(self._dice.uniform(0, MOST_DELAY_S))
                    process.kill()
                    break
            code = process.wait()
            guard.cancel()
        if code != (0 if until is None else -signal.SIGKILL):
            raise LifeFailed(f"exit code {code}: {self._complaints.read_text()[-4000:]}")
        self.killed += until is not None


def _guard(process: "subprocess.Popen[str]") -> threading.Timer:
    guard = threading.Timer(_SILENCE_S, process.kill)
    guard.start()
    return guard
