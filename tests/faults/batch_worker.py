"""A process that carries one batch, and may be killed at any moment.

``python -m tests.faults.batch_worker COUNT FOLDER`` goes on where the process before it was killed: it knows the ledger
and nothing else. What failed or was refused is begun anew, as a person would. Where ``FULL_AT`` says so, no file can
grow for a while once so many items of this life are done, as on a disk that is full: neither pictures nor the ledger.
"""

import asyncio
import contextlib
import os
import resource
import sys
from pathlib import Path

from genwidget import Batch, sweep
from genwidget.errors import BatchStopped
from tests.faults.wishes import MODEL_ID, MOST_PRESSES, price_of, prompt_of, tell

FULL_AT = int(os.environ.get("FULL_AT", "0"))
FULL_S = 0.6


async def fill_disk(folder: Path) -> None:
    """Let no file grow for a while."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, most))
    probe = folder / ".probe"
    with contextlib.suppress(OSError):
        probe.write_bytes(b"x" * 4096)
        raise RuntimeError("the disk is not full")
    await asyncio.sleep(FULL_S)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    probe.unlink()


def find_batch(count: int, folder: Path) -> Batch:
    """Return the batch of the process before, which goes on, or a new one."""
    known = Batch.list()
    if known:
        return Batch.open(known[0].batch_id)
    plan = sweep(MODEL_ID, prompt=[prompt_of(number) for number in range(count)], output_format="jpg")
    return plan.run(region="sandbox", save_to=folder, limit=price_of(count))


async def pursue(batch: Batch) -> None:
    """Bring every item to its file, and tell of each."""
    told: set[int] = set()
    for _ in range(MOST_PRESSES):
        try:
            async for item in batch.as_completed():
                if item.state == "done" and item.number not in told:
                    told.add(item.number)
                    tell(item.number - 1, item.state)
                    if len(told) == FULL_AT:
                        await fill_disk(item.files[0].parent)
        except BatchStopped as stopped:
            with contextlib.suppress(OSError):
                print(stopped, file=sys.stderr)
        if batch.counts == {"done": batch.count}:
            return
        await asyncio.to_thread(batch.retry_failed)
    raise RuntimeError(f"the batch cannot be fulfilled: {batch!r} {batch.reason}")


if __name__ == "__main__":
    asyncio.run(pursue(find_batch(int(sys.argv[1]), Path(sys.argv[2]))))
