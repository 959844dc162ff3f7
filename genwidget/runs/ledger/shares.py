"""Which processes of a user send for one account now, so that they share what it takes. Called within a transaction.

A share is a lease: whoever wants more sent than the account takes claims one, renews it while that is so, and gives it
back. That of a process that ended otherwise lapses. It is advice: the API alone decides what it takes.
"""

import sqlite3
from typing import Final

#: The schema's part, for :data:`genwidget.runs.ledger.file.MIGRATIONS`; ``until`` is Unix time in seconds.
SCHEMA: Final = """
    CREATE TABLE shares (
        account TEXT NOT NULL, process TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (account, process)
    ) WITHOUT ROWID;
"""


def claim(connection: sqlite3.Connection, account: str, process: str, now: float, until: float) -> int:
    """Claim or renew a share, drop those that have lapsed, and return how many processes have one.

    One that lasts twice as long as this one was claimed before the clock was set back: whoever lives renews it.
    """
    connection.execute("DELETE FROM shares WHERE until <= ? OR until > ?", (now, 2 * until - now))
    connection.execute("INSERT OR REPLACE INTO shares VALUES (?, ?, ?)", (account, process, until))
    found = connection.execute("SELECT COUNT(*) FROM shares WHERE account = ?", (account,)).fetchone()
    return int(found[0])


def release(connection: sqlite3.Connection, account: str, process: str) -> bool:
    """Give a share back; False where there was none any more."""
    return connection.execute("DELETE FROM shares WHERE account = ? AND process = ?", (account, process)).rowcount > 0
