"""A process that spends: eight threads begin runs within one limit and end each in one way or another.

``python -m tests.unit.spenders LEDGER SEED COUNT LIMIT``; it prints ``ready`` and waits for a line, so that several
begin at once, and then prints what its runs have cost, in credits, and how many were refused.
"""

import dataclasses
import random
import sys
import threading
from decimal import Decimal
from pathlib import Path

from genwidget.errors import SpendLimitReached
from genwidget.runs.ledger import Ledger
from genwidget.runs.spend_limit import SpendLimit
from tests.ledger_rows import a_row

THREADS = 8
SCOPE = "batch:1"
PRICES = ("0.001", "0.02", "0.05", "0.3")
#: How a run may end, and whether its price is spent then; a run that was lost is taken up again until it has ended.
ENDS = {"succeeded": True, "failed": False, "refused": False, "canceled": False, "lost": None, "unreached": None}


class Spender(threading.Thread):
    """Begins and ends runs, one after the other."""

    def __init__(self, ledger, name, draw, count, limits):
        super().__init__(name=name)
        self.ledger, self.draw, self.count, self.limits = ledger, draw, count, limits
        self.spent, self.refused = Decimal(0), 0

    def run(self):
        for number in range(self.count):
            price = self.draw.choice(PRICES)
            row = a_row(f"{self.name}-{number}", price=float(price))
            try:
                assert self.ledger.begin(row, self.limits)
                self.spent += Decimal(price) * self.end(row)
            except SpendLimitReached:
                self.refused += 1

    def end(self, row):
        """Take a run to its end, and tell whether its price is spent."""
        while (is_spent := ENDS[end := self.draw.choice(list(ENDS))]) is None:
            self.ledger.record(dataclasses.replace(row, state=end))
            if end == "unreached":
                assert self.ledger.begin_again(row)
            else:
                self.ledger.record(row)
        self.ledger.record(dataclasses.replace(row, state=end, credits=row.price if is_spent else 0.0))
        return is_spent


def main():
    path, seed, count, limit = sys.argv[1:]
    ledger = Ledger(Path(path))
    limits = [SpendLimit(SCOPE, Decimal(limit)), SpendLimit("machine", Decimal(limit) + 1)]
    spenders = [
        Spender(ledger, f"{seed}-{at}", random.Random(f"{seed}-{at}"), int(count), limits)  # noqa: S311 - no secret
        for at in range(THREADS)
    ]
    print("ready", flush=True)  # noqa: T201 - its parent reads it
    sys.stdin.readline()
    for one in spenders:
        one.start()
    for one in spenders:
        one.join()
    assert ledger.drain(60)
    ledger.close()
    print(sum(one.spent for one in spenders), sum(one.refused for one in spenders), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
