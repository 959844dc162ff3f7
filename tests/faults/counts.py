"""What a trial came to, counted on the server and in what the sender remembers."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from genwidget.runs.ledger import Ledger, Row
from genwidget.sandbox.assumptions import OPENING_BALANCE
from tests.faults.service import SandboxProcess
from tests.faults.wishes import wish_of, wish_of_body

#: States of rows whose press made nothing, and was answered so.
_MADE_NOTHING = {"refused", "answered"}


@dataclass(frozen=True)
class Counts:
    """The figures of one sender.

    Attributes:
        wishes: prompts for which the server has a generation.
        presses: intents in all; a press beyond the wishes follows a refusal.
        generations: how many the server has made.
        lost: generations whose id the sender does not know.
        is_equal: whether sender and server tell the same, row by row.
        charged: credits that the account has paid.
        due: credits that the sender knows of, or None where it does not count them.
        requests: what the server received.
        faults: how often one of them met a fault.
        killed: how often the sender was killed.
        seconds: wall time.
    """

    wishes: int
    presses: int | None
    generations: int
    lost: int
    is_equal: bool
    charged: float
    due: float | None
    requests: int
    faults: int
    killed: int = 0
    seconds: float = 0.0

    @property
    def duplicates(self) -> int:
        """Generations beyond one per wish."""
        return self.generations - self.wishes


def count_ledger(sandbox: SandboxProcess, folder: Path) -> Counts:
    """Compare the ledger with the server, row by row."""
    faults = sandbox.clear_faults()
    ledger = Ledger(folder / "ledger.sqlite3")
    rows = ledger.rows(limit=1_000_000)
    ledger.close()
    records = sandbox.generations()
    made = [row for row in rows if row.state not in _MADE_NOTHING]
    ours = Counter((row.generation_id, row.state, row.provider, row.model_id, _wish(row)) for row in made)
    theirs = Counter(
        (
            one["generation_id"],
            one["generation_status"],
            one["generation_provider_used"],
            one["model_identifier"],
            wish_of(one["generation_prompt"]),
        )
        for one in records
    )
    known = {row.generation_id for row in rows}
    return Counts(
        wishes=len({wish_of(one["generation_prompt"]) for one in records}),
        presses=len(rows),
        generations=len(records),
        lost=sum(one["generation_id"] not in known for one in records),
        is_equal=ours == theirs,
        charged=_charged(sandbox),
        due=round(sum(row.credits or 0 for row in rows), 3),
        requests=len(sandbox.get("/sandbox/requests")["requests"]),
        faults=faults,
    )


def count_file(sandbox: SandboxProcess, file: Path) -> Counts:
    """Compare the bare loop's file with the server, id by id."""
    faults = sandbox.clear_faults()
    known = Counter(line.split()[1] for line in file.read_text().splitlines())
    records = sandbox.generations()
    return Counts(
        wishes=len({wish_of(one["generation_prompt"]) for one in records}),
        presses=None,
        generations=len(records),
        lost=sum(one["generation_id"] not in known for one in records),
        is_equal=known == Counter(one["generation_id"] for one in records),
        charged=_charged(sandbox),
        due=None,
        requests=len(sandbox.get("/sandbox/requests")["requests"]),
        faults=faults,
    )


def _wish(row: Row) -> int:
    assert row.body is not None
    return wish_of_body(row.body)


def _charged(sandbox: SandboxProcess) -> float:
    return round(OPENING_BALANCE - sandbox.get("/v1/user/billing")["data"]["billing_credit_balance"], 3)
