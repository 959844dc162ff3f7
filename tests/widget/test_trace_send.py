"""How much code one click on Send runs through, until its POST leaves.

These limits are lowered wherever they can be. They were raised once, by a file and two calls: the page is told of the
runs that are not held any more too, and the ledger asks whether its file outlives the process. And once by four files
and a frame: connections are our own in place of those of httpx's pool, and each event loop has its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_FILES = 62
MOST_EDGES = 100
MOST_FRAMES = 11


@pytest.fixture(scope="module")
def counts():
    program = [sys.executable, "-m", "tests.trace_send", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_traced_run_succeeds(counts):
    assert counts["state"] == "succeeded"


@pytest.mark.parametrize(("name", "most"), [("files", MOST_FILES), ("edges", MOST_EDGES), ("frames", MOST_FRAMES)])
def test_a_click_runs_through_no_more_than_before(counts, name, most):
    assert counts[name] <= most


def test_the_stack_above_the_post_goes_from_the_runner_to_the_transport(counts):
    files = list(dict.fromkeys(frame.partition(":")[0] for frame in counts["stack"]))
    assert files == [
        "io_thread.py",
        "runs/runner.py",
        "runs/worker.py",
        "runs/submit.py",
        "api/retry.py",
        "api/transport.py",
        "api/connections.py",
    ]
