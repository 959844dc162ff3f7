"""All cases of all sinks, in an order drawn anew: ``python -m tests.hostile [SECONDS] [SEED] [WORDS]``.

0 seconds are as long as it takes; with words, the cases alone whose names, as they are told, hold them.
"""

import random
import sys
import tempfile
import time

from tests.hostile.parts import meet_all
from tests.hostile.plan import plan


def main():
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else 0) or float("inf")
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    words = sys.argv[3] if len(sys.argv) > 3 else ""
    numbers = [number for number, case in enumerate(plan()) if words in str(case)]
    random.Random(seed).shuffle(numbers)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        counts = meet_all(numbers, folder, seconds)
    print(f"seed {seed}, {len(numbers)} cases in all", *counts.lines(), sep="\n")
    return bool(counts.lost)


if __name__ == "__main__":
    sys.exit(main())
