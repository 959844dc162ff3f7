"""``python -m tests.faults --runs 1000 --seed 7``: no fault may make a generation twice, or lose one that was made."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.lives import Plan
from tests.faults.trial import is_exactly_one, table, try_bare_loop, try_library


def main() -> int:
    """Try both senders and print their figures; return 1 unless the library made exactly one generation per intent."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="intents (default: 1000)")
    parser.add_argument("--seed", type=int, default=7, help="of faults and kills (default: 7)")
    parser.add_argument("--kills", type=int, default=20, help="how often the sender is killed (default: 20)")
    options = parser.parse_args()
    plan = Plan(options.runs, options.seed, options.kills)
    with tempfile.TemporaryDirectory(prefix="genwidget-faults-") as folder:
        library = try_library(plan, Path(folder) / "library")
        bare = try_bare_loop(plan, Path(folder) / "bare")
    print(table(plan, library, bare))
    return 0 if is_exactly_one(plan, library) else 1


if __name__ == "__main__":
    sys.exit(main())
