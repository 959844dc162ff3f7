"""All cases of all sinks, in an order drawn anew: ``python -m tests.hostile [SECONDS] [SEED]``; 0 seconds are all."""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.hostile.server import HostileServer
from tests.hostile.sinks import Counts, Sinks, plan

AT_ONCE = 50


def main():
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else 0) or float("inf")
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    end, counts, server = time.monotonic() + seconds, Counts(), HostileServer()
    planned = plan()
    random.Random(seed).shuffle(planned)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        os.environ["GENWIDGET_DATA_DIR"] = folder
        sinks = Sinks(server, Path(folder), patch)
        for at in range(0, len(planned), AT_ONCE):
            if time.monotonic() < end:
                sinks.run(counts, planned[at : at + AT_ONCE])
        sinks.close()
    server.close()
    print(f"seed {seed}, {len(planned)} cases in all", *counts.lines(), sep="\n")
    return bool(counts.lost)


sys.exit(main())
