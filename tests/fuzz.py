"""Draw hostile answers and examples anew for as long as one likes: ``python -m tests.fuzz [SECONDS] [SEED]``.

Each round has a seed of its own, and gives half of its time to the cases of ``tests.hostile``, in an order of their
own, and half to the property tests of hypothesis. The first failure ends it, and is told with what brings it back.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("tests/unit", "tests/contract", "tests/widget", "tests/keys")
DEFAULT_S = 600.0
#: The longest that either half of a round takes, in seconds, but for the test or the cases that are under way.
HALF_S = 120.0


class UntilTheEnd:
    """A plugin of pytest: the tests in an order of their own, and none begun once the time is over."""

    def __init__(self, seconds, seed):
        self.seconds = seconds
        self.end = None
        self.seed = seed
        self.begun = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        random.Random(self.seed).shuffle(items)  # noqa: S311 - no secret

    def pytest_runtest_setup(self):
        if self.end is None:
            self.end = time.monotonic() + self.seconds
        if time.monotonic() >= self.end:
            pytest.skip("the time is over")
        self.begun += 1


def draw(seconds, seed):
    """Run the property tests, those that begin in time; return pytest's exit code."""
    plugin = UntilTheEnd(seconds, seed)
    options = ["-q", "-x", "-m", "hypothesis", "-p", "no:cacheprovider", "-r", "fE", f"--hypothesis-seed={seed}"]
    code = pytest.main([*options, *FOLDERS], plugins=[plugin])
    sys.stdout.write(f"property tests begun: {plugin.begun}\n")
    return code


def half(round_seed, seconds, *arguments):
    """Run one half of a round in a process of its own; tell what brings a failure back."""
    command = ["-m", *arguments, f"{seconds:.0f}", str(round_seed)]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "fuzz"}
    if subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False).returncode == 0:
        return True
    profile = "HYPOTHESIS_PROFILE=fuzz " if "draw" in arguments else ""
    sys.stdout.write(f"FOUND. The same order and examples: {profile}python {' '.join(command)}\n")
    return False


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_S
    seeds = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else None)  # noqa: S311 - no secret
    end, rounds = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 1:
        rounds, seed, half_s = rounds + 1, seeds.randrange(2**32), max(1.0, min(left / 2, HALF_S))
        sys.stdout.write(f"round {rounds}, seed {seed}\n")
        sys.stdout.flush()
        if not (half(seed, half_s, "tests.hostile") and half(seed, half_s, "tests.fuzz", "draw")):
            return 1
    sys.stdout.write(f"rounds: {rounds}; nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(draw(float(sys.argv[2]), int(sys.argv[3])) if sys.argv[1:2] == ["draw"] else main())
