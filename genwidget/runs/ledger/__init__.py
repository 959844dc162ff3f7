"""What was asked and what came back, in SQLite: it outlives the kernel, and several processes may share it.

A row is committed before the first byte of a paid request leaves, so that its idempotency key is never lost. It holds
no key, only a fingerprint. Everything is written by one thread of the ledger's own: whoever carries runs never waits
for a disk or for another process.

Other packages import from here alone: two threads, of which one begins here and one at a module within, would each wait
for the other, and Python then gives one of them a module that is not whole.
"""

from genwidget.runs.ledger.file import is_full, reason_of
from genwidget.runs.ledger.finding import Wanted, words_written
from genwidget.runs.ledger.ledger import Ledger
from genwidget.runs.ledger.row import LARGEST, RATINGS, Found, KeyUse, Reading, Row, SentTo, fit, unreadable
from genwidget.runs.ledger.spending import SETTLED
from genwidget.runs.ledger.watch import Watch
from genwidget.runs.ledger.words import Search

__all__ = [
    "LARGEST",
    "RATINGS",
    "SETTLED",
    "Found",
    "KeyUse",
    "Ledger",
    "Reading",
    "Row",
    "Search",
    "SentTo",
    "Wanted",
    "Watch",
    "fit",
    "is_full",
    "reason_of",
    "unreadable",
    "words_written",
]
