"""The cases shared out among processes, each with a server and sinks of its own: they wait more than they work."""

import gc
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.hostile.plan import plan
from tests.hostile.server import HostileServer
from tests.hostile.sinks import Counts, Sinks

#: How many processes, and how many cases each is given at a time.
PROCESSES, AT_ONCE = 4, 8


class Part:
    """What one process has: made once, since a server and a runner serve many cases."""

    sinks: Sinks

    @classmethod
    def begin(cls, folder):
        folder = Path(folder, str(os.getpid()))
        folder.mkdir()
        os.environ["GENWIDGET_DATA_DIR"] = str(folder)
        plan()
        gc.freeze()  # else each collection goes through all answers
        cls.sinks = Sinks(HostileServer(), folder, pytest.MonkeyPatch())

    @classmethod
    def meet(cls, numbers, end):
        """Let the cases of these numbers be met, or none of them once the time is over."""
        counts = Counts()
        if time.monotonic() < end:
            cls.sinks.run(counts, [plan()[number] for number in numbers])
        return counts


def meet_all(numbers, folder, seconds=float("inf"), processes=PROCESSES):
    """Let the cases of these numbers be met for so many seconds at most, and return what came of them."""
    end, counts = time.monotonic() + seconds, Counts()
    shares = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, Part.begin, (str(folder),)) as pool:
        for part in pool.map(Part.meet, shares, [end] * len(shares)):
            counts.add(part)
    return counts
