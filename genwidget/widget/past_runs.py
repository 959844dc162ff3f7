"""The runs of a playground that have ended and are not held any more: the ledger has them, and makes them anew."""

import asyncio
import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from genwidget.api.responses import decode_json
from genwidget.runs.ledger import KeyUse, Row, Wanted
from genwidget.runs.run import Run
from genwidget.runs.runner import FindRunner

#: How many rows are read at once.
CHUNK: Final = 100
#: How long a person waits for them, in seconds.
LIMIT_S: Final = 5.0
#: How many bytes of compressed records are kept: those of some thousand runs. A row of the ledger has no links.
RECORDS_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True, eq=False)
class PastRun:
    """What is kept of a run.

    Attributes:
        run_id: its id.
        created_at: when Send was pressed, in Unix seconds.
        key: the key that it was sent with.
        record: the bytes of its generation's record, compressed; None where there is none, or no room.
    """

    run_id: str
    created_at: float
    key: KeyUse
    record: bytes | None


class PastRuns:
    """Knows runs by their ids. What changes it is called by one thread at a time.

    Args:
        find_runner: returns what carries the runs, and has the ledger.
        restore: makes a run of a row; one that somebody still holds is that one.
    """

    def __init__(self, find_runner: FindRunner, restore: Callable[[Row], Run]) -> None:
        self._find_runner = find_runner
        self._restore = restore
        self._past: dict[str, PastRun] = {}
        self._keys: dict[KeyUse, KeyUse] = {}
        self._with_record: dict[str, PastRun] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._past)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._past

    def all(self) -> tuple[PastRun, ...]:
        """Return them, in the order in which they were let go."""
        return tuple(self._past.values())

    def ids(self) -> Collection[str]:
        """Return their ids."""
        return self._past.keys()

    def add(self, run: Run, key: KeyUse) -> None:
        """Take a run that has ended and has a row in the ledger."""
        raw = run.raw_record
        record = None if raw is None else zlib.compress(raw)
        key = self._keys.setdefault(key, key)
        past = self._past[run.run_id] = PastRun(run.run_id, run.created_at, key, record)
        if record is not None:
            self._with_record[run.run_id] = past
            self._bytes += len(record)
            while self._bytes > RECORDS_BYTES:
                self._drop_record(next(iter(self._with_record.values())))

    def drop(self, run_id: str) -> bool:
        """Drop a run; tell whether it was there."""
        past = self._past.pop(run_id, None)
        if past is not None:
            self._drop_record(past)
        return past is not None

    def _drop_record(self, past: PastRun) -> None:
        if past.record is not None:
            del self._with_record[past.run_id]
            self._bytes -= len(past.record)
            past.record = None

    def complete(self, run: Run) -> None:
        """Give a run that was made anew the record that it had."""
        past = self._past.get(run.run_id)
        record = None if past is None else past.record
        if record is not None and run.generation is None:
            raw = zlib.decompress(record)
            run.advance(generation=decode_json(raw, status_code=200)["data"], raw_record=raw)

    def held(self, run_id: str) -> Run | None:
        """Return one of the runs that somebody still holds."""
        return self._find_runner().held(run_id) if run_id in self._past else None

    def keep(self, admits: Callable[[KeyUse], bool]) -> None:
        """Drop the runs that were sent with a key whose runs are not admitted."""
        for past in self.all():
            if not admits(past.key):
                self.drop(past.run_id)

    def read(self, run_ids: Sequence[str]) -> dict[str, Run]:
        """Return those of some runs that there still are, by their ids. Blocks, for a bounded time.

        Raises:
            LedgerError: the ledger cannot be read.
            TimeoutError: nor in time.
        """
        runner = self._find_runner()
        if runner.is_own_thread():  # nobody else would carry it out
            held = self._held(run_ids)
            return held | self._made(self._rows([one for one in run_ids if one not in held]))
        return runner.submit(self.fetch(run_ids)).result(LIMIT_S)

    async def fetch(self, run_ids: Sequence[str]) -> dict[str, Run]:
        """Return those of some runs that there still are, by their ids.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        held = self._held(run_ids)
        return held | self._made(await asyncio.to_thread(self._rows, [one for one in run_ids if one not in held]))

    def _held(self, run_ids: Iterable[str]) -> dict[str, Run]:
        runner = self._find_runner()
        found = ((run_id, runner.held(run_id)) for run_id in run_ids)
        return {run_id: run for run_id, run in found if run is not None}

    def _rows(self, run_ids: Sequence[str]) -> list[Row]:
        ledger, rows = self._find_runner().ledger, []
        for at in range(0, len(run_ids), CHUNK):
            some = run_ids[at : at + CHUNK]
            rows += [row for _, row in ledger.find_page(Wanted(), len(some), whose=some).rows]
        return rows

    def _made(self, rows: Iterable[Row]) -> dict[str, Run]:
        return {row.intent_id: self._restore(row) for row in rows}
