"""``python -m tests.faults --runs 1000 --seed 7``: no fault may make a generation twice, or lose one that was made."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults import batch_trial
from tests.faults.lives import Plan
from tests.faults.trial import is_exactly_one, table, try_bare_loop, try_library


def main() -> int:
    """Try both senders and print their figures; return 1 unless the library made exactly one generation per intent."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="intents (default: 1000)")
    parser.add_argument("--seed", type=int, default=7, help="of faults and kills (default: 7)")
    parser.add_argument("--kills", type=int, default=20, help="how often the sender is killed (default: 20)")
    parser.add_argument("--batch", type=int, metavar="ITEMS", help="try a batch of so many items instead")
    options = parser.parse_args()
    if options.batch is not None:
        return try_batches(Plan(options.batch, options.seed, options.kills))
    plan = Plan(options.runs, options.seed, options.kills)
    with tempfile.TemporaryDirectory(prefix="genwidget-faults-") as folder:
        library = try_library(plan, Path(folder) / "library")
        bare = try_bare_loop(plan, Path(folder) / "bare")
    print(table(plan, library, bare))
    return 0 if is_exactly_one(plan, library) else 1


def try_batches(plan: Plan) -> int:
    """Try a batch, a gather and Dask tasks; print their figures; return 1 unless the batch made all exactly once."""
    with tempfile.TemporaryDirectory(prefix="genwidget-faults-") as folder:
        batch = batch_trial.try_batch(plan, Path(folder) / "batch")
        gather = batch_trial.try_gather(plan, Path(folder) / "gather")
        tasks = batch_trial.try_dask(plan, Path(folder) / "dask")
    print(batch_trial.table(batch, gather, tasks))
    return 0 if batch.is_exactly_once else 1


if __name__ == "__main__":
    sys.exit(main())
