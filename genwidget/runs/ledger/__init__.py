"""What was asked and what came back, in SQLite: it outlives the kernel, and several processes may share it.

A row is committed before the first byte of a paid request leaves, so that its idempotency key is never lost. It holds
no key, only a fingerprint. Everything is written by one thread of the ledger's own: whoever carries runs never waits
for a disk or for another process.
"""

from genwidget.runs.ledger.ledger import Ledger
from genwidget.runs.ledger.row import KeyUse, Reading, Row, SentTo, unreadable
from genwidget.runs.ledger.watch import Watch

__all__ = ["KeyUse", "Ledger", "Reading", "Row", "SentTo", "Watch", "unreadable"]
