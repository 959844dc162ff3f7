"""Tries a batch, and what is commonly written instead, and counts on the server, in the ledger and in the folder."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from genwidget.batch.store import BatchStore
from genwidget.runs.ledger import Ledger
from genwidget.sandbox.assumptions import OPENING_BALANCE
from tests.faults.lives import LifeFailed, Lives, Plan
from tests.faults.service import SandboxProcess, faulty_sandbox
from tests.faults.wishes import price_of, wish_of

#: The last bytes of a JPEG that is whole.
_END = b"\xff\xd9"


@dataclass(frozen=True)
class BatchCounts:
    """The figures of one sender.

    Attributes:
        items: how many were wanted.
        done: items that the sender takes to be done.
        generations: how many the server has that were paid for.
        duplicates: of these, those beyond one per item.
        lost: of these, those whose file is not there.
        files: how many there are, of different names, and whole.
        charged: credits that the account has paid.
        due: credits that the items are known to have cost, or None where nobody counts.
        limit: credits that were allowed, or None where there is no limit.
        requests: what the server received.
        faults: how often one of them met a fault.
        killed: how often the sender, of Dask a worker, was killed.
        is_over: whether it came to its end, and did not hang or break off.
        seconds: wall time.
    """

    items: int
    done: int | None
    generations: int
    duplicates: int
    lost: int
    files: int
    charged: float
    due: float | None
    limit: float | None
    requests: int
    faults: int
    killed: int = 0
    is_over: bool = True
    seconds: float = 0.0

    @property
    def overspent(self) -> float:
        """Credits beyond what the items cost once."""
        return max(0.0, round(self.charged - price_of(self.items), 3))

    @property
    def is_exactly_once(self) -> bool:
        """Whether every item has one generation, one charge and one file."""
        figures = {self.items, self.done, self.generations, self.files}
        is_paid_once = self.charged == self.due == price_of(self.items)
        return figures == {self.items} and is_paid_once and (self.duplicates, self.lost, self.overspent) == (0, 0, 0)


def try_batch(plan: Plan, folder: Path) -> BatchCounts:
    """Try the library: a batch, killed and opened again."""

    def count(sandbox: SandboxProcess) -> BatchCounts:
        ledger = Ledger(folder / "ledger.sqlite3")
        store = BatchStore(ledger)
        (batch,) = store.newest(10)
        items = list(store.items(batch.batch_id))
        ledger.close()
        names = {name for item in items for name in item.files}
        found = {path.name for path in (folder / "files").iterdir() if path.read_bytes().endswith(_END)}
        known = {item.generation_id for item in items if item.state == "done"}
        return _count(
            plan,
            sandbox,
            has_file=lambda one: one["generation_id"] in known,
            files=len(names & found) if names == found else -len(names ^ found),
            done=sum(item.state == "done" for item in items),
            due=round(sum(item.credits or 0.0 for item in items), 3),
            limit=float(batch.spend_limit or 0),
        )

    return _try(plan, folder, "tests.faults.batch_worker", count)


def try_gather(plan: Plan, folder: Path) -> BatchCounts:
    """Try ``asyncio.gather`` over httpx with naive retries."""
    return _try(plan, folder, "tests.faults.bare_gather", _count_files(plan, folder), may_hang=True)


def try_dask(plan: Plan, folder: Path) -> BatchCounts:
    """Try a Dask task for each picture, with the same retries; its workers are killed, by itself."""
    alone = replace(plan, kills=0)
    more = str(plan.kills), str(plan.seed)
    counts = _try(alone, folder, "tests.faults.bare_dask", _count_files(plan, folder), *more, may_hang=True)
    return replace(counts, killed=sum(moment <= counts.files for moment in plan.moments(plan.dice())))


def _count_files(plan: Plan, folder: Path) -> Callable[[SandboxProcess], BatchCounts]:
    """Return what counts for a sender that names its files by their wishes, and keeps nothing else."""

    def count(sandbox: SandboxProcess) -> BatchCounts:
        found = {int(path.stem) for path in (folder / "files").iterdir() if path.suffix == ".jpg"}
        seen: set[int] = set()

        def has_file(one: dict[str, str]) -> bool:
            wish = wish_of(one["generation_prompt"])
            is_first = wish in found and wish not in seen
            seen.add(wish)
            return is_first

        return _count(plan, sandbox, has_file=has_file, files=len(found))

    return count


def _count(
    plan: Plan,
    sandbox: SandboxProcess,
    *,
    has_file: Callable[[dict[str, str]], bool],
    files: int,
    done: int | None = None,
    due: float | None = None,
    limit: float | None = None,
) -> BatchCounts:
    faults = sandbox.clear_faults()
    paid = [one for one in sandbox.generations() if one["generation_status"] == "succeeded"]
    wishes = Counter(wish_of(one["generation_prompt"]) for one in paid)
    balance = sandbox.get("/v1/user/billing")["data"]["billing_credit_balance"]
    return BatchCounts(
        items=plan.runs,
        done=done,
        generations=len(paid),
        duplicates=len(paid) - len(wishes),
        lost=sum(not has_file(one) for one in paid),
        files=files,
        charged=round(OPENING_BALANCE - balance, 3),
        due=due,
        limit=limit,
        requests=len(sandbox.get("/sandbox/requests")["requests"]),
        faults=faults,
    )


def _try(
    plan: Plan,
    folder: Path,
    module: str,
    count: Callable[[SandboxProcess], BatchCounts],
    *more: str,
    may_hang: bool = False,
) -> BatchCounts:
    """Try a sender to its end; one that may hang is counted as it stands then, since that is what came of it."""
    folder.mkdir(parents=True, mode=0o700)
    began = time.monotonic()
    with faulty_sandbox(folder / "sandbox", plan.seed, "tests.faults.small_sandbox") as sandbox:
        lives = Lives(plan, folder, sandbox.url, module, str(folder / "files"), *more)
        is_over = True
        try:
            lives.live()
        except LifeFailed as failed:
            if not may_hang:
                raise
            is_over = False
            print(f"{module}: {failed}", file=sys.stderr)
        return replace(count(sandbox), killed=lives.killed, is_over=is_over, seconds=time.monotonic() - began)


def table(batch: BatchCounts, gather: BatchCounts, tasks: BatchCounts) -> str:
    """Return the figures of all three side by side."""
    names = {
        "items": "items",
        "done": "done, as the sender knows",
        "generations": "generations paid for",
        "files": "files",
        "duplicates": "duplicates",
        "lost": "generations without a file",
        "charged": "credits charged",
        "overspent": "credits overspent",
        "killed": "sender or worker killed",
        "is_over": "came to its end",
        "requests": "requests received",
        "faults": "faults met",
        "seconds": "seconds",
    }
    lines = [f"{'':32}{'genwidget':>12}{'asyncio.gather':>18}{'Dask tasks':>14}"]
    for name, label in names.items():
        ours, theirs, others = (_told(name, getattr(one, name)) for one in (batch, gather, tasks))
        lines.append(f"{label:32}{ours:>12}{theirs:>18}{others:>14}")
    return "\n".join(lines)


def _told(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if name in {"charged", "overspent"} else f"{value:,.0f}"
