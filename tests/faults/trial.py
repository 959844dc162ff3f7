"""One trial of each sender under the same faults and the same kills, and what is printed of it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.faults.counts import Counts, count_file, count_ledger
from tests.faults.lives import Lives, Plan
from tests.faults.service import SandboxProcess, faulty_sandbox


def try_library(plan: Plan, folder: Path) -> Counts:
    """Try the library: its runner, its ledger."""
    return _try(plan, folder, "tests.faults.worker", [], lambda sandbox: count_ledger(sandbox, folder))


def try_bare_loop(plan: Plan, folder: Path) -> Counts:
    """Try a loop over httpx that retries without an idempotency key."""
    file = folder / "ids.txt"
    return _try(plan, folder, "tests.faults.bare", [str(file)], lambda sandbox: count_file(sandbox, file))


def _try(
    plan: Plan, folder: Path, module: str, arguments: list[str], count: Callable[[SandboxProcess], Counts]
) -> Counts:
    folder.mkdir(parents=True, mode=0o700)
    began = time.monotonic()
    with faulty_sandbox(folder / "sandbox", plan.seed) as sandbox:
        lives = Lives(plan, folder, sandbox.url, module, *arguments)
        lives.live()
        return replace(count(sandbox), killed=lives.killed, seconds=time.monotonic() - began)


def table(plan: Plan, library: Counts, bare: Counts) -> str:
    """Return both figures side by side."""
    rows = [
        ("intents", plan.runs, plan.runs),
        ("generations", library.generations, bare.generations),
        ("duplicates", library.duplicates, bare.duplicates),
        ("ids lost", library.lost, bare.lost),
        ("ledger and server, row by row", _equal(library), _equal(bare)),
        ("credits charged", f"{library.charged:.3f}", f"{bare.charged:.3f}"),
        ("credits known of", f"{library.due:.3f}", "-"),
        ("pressed again after a refusal", (library.presses or 0) - plan.runs, "-"),
        ("sender killed and restarted", library.killed, bare.killed),
        ("requests received", library.requests, bare.requests),
        ("faults met", library.faults, bare.faults),
        ("seconds", f"{library.seconds:.0f}", f"{bare.seconds:.0f}"),
    ]
    lines = [f"{'':32}{'genwidget':>12}{'bare httpx loop':>18}"]
    lines += [f"{name:32}{_told(ours):>12}{_told(theirs):>18}" for name, ours, theirs in rows]
    return "\n".join(lines)


def is_exactly_one(plan: Plan, counts: Counts) -> bool:
    """Tell whether every intent has one generation, known and charged once."""
    return (
        counts.wishes == counts.generations == plan.runs
        and counts.lost == 0
        and counts.is_equal
        and counts.charged == counts.due
        and counts.killed == plan.kills
    )


def _equal(counts: Counts) -> str:
    return "equal" if counts.is_equal else "differ"


def _told(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
