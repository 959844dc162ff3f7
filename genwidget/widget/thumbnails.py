"""Small pictures of what runs have made: from the disk, else of the file that the API serves.

They are kept beside the ledger, since outputs expire. What is kept is bounded, and none is kept where the ledger keeps
no bodies: a picture says as much as its prompt.
"""

import asyncio
import hashlib
import itertools
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from genwidget.api.media_types import Fetched
from genwidget.errors import OutputUnavailable
from genwidget.messages import render
from genwidget.runs.run import Run
from genwidget.runs.runner import FindRunner
from genwidget.runs.thumbnails import MADE_AT_ONCE, Thumbnail, thumbnail_of

#: Of those that are kept.
MEDIA_TYPE: Final = "image/webp"
#: How many are kept: some 60 MB.
MOST_KEPT: Final = 5_000
#: How many are made between two looks at how many there are.
_BETWEEN_LOOKS: Final = 100
#: How many files are fetched at once.
_AT_ONCE: Final = 4


class Thumbnails:
    """Makes, keeps and finds the thumbnails of runs. For use on the I/O thread; disk and decoding are left to workers.

    Args:
        find_runner: returns what fetches outputs, and has the ledger, whose folder they are kept in.
        fetch_record: fetches the record of a run whose outputs are not known.
    """

    def __init__(self, find_runner: FindRunner, fetch_record: Callable[[Run], Awaitable[None]]) -> None:
        self._find_runner = find_runner
        self._fetch_record = fetch_record
        self._turn, self._makes = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(MADE_AT_ONCE)
        self._made = itertools.count()

    async def of(self, run: Run) -> Thumbnail:
        """Return the thumbnail of the first output of a run.

        Raises:
            GenwidgetError: it has none, it cannot be fetched, or no small picture can be made of it.
        """
        kept = await asyncio.to_thread(self._read, self._path_of(run))
        if kept is not None:
            return Thumbnail(kept, MEDIA_TYPE)
        if run.is_deleted:
            raise OutputUnavailable(render("generation_deleted"))
        async with self._turn:
            if not run.outputs and run.generation_id is not None and run.is_terminal:
                await self._fetch_record(run)
            output = run.outputs[0]
            fetched = await asyncio.wrap_future(self._find_runner().fetch(run, output.url))
            return await self.make(run, fetched)

    async def make(self, run: Run, fetched: Fetched) -> Thumbnail:
        """Make the thumbnail of the bytes of a run's first output, and keep it.

        Raises:
            OutputUnavailable: no small picture can be made of them.
        """
        async with self._makes:
            made = await asyncio.to_thread(thumbnail_of, fetched)
        if made is None:
            raise OutputUnavailable(render("no_thumbnail"))
        if run.settings.store_bodies and made.media_type == MEDIA_TYPE:
            await asyncio.to_thread(self._keep, self._path_of(run), made.content)
        return made

    async def drop(self, run: Run) -> None:
        """Delete what is kept of a run."""
        await asyncio.to_thread(self._path_of(run).unlink, missing_ok=True)

    def _path_of(self, run: Run) -> Path:
        """A run's id may be of another's making, and is no name of a file."""
        name = hashlib.sha256(run.run_id.encode("utf-8", "replace")).hexdigest()[:32]
        return self._find_runner().ledger.path.with_name("thumbnails") / f"{name}.webp"

    @staticmethod
    def _read(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except OSError:
            return None

    def _keep(self, path: Path, content: bytes) -> None:
        """Write it whole or not at all; a disk that takes none takes nothing away from what is shown."""
        part = path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.touch(mode=0o600)
            part.write_bytes(content)
            part.replace(path)
            if next(self._made) % _BETWEEN_LOOKS == 0:
                _prune(path.parent)


def _prune(folder: Path) -> None:
    """Delete the oldest."""
    kept = sorted(folder.glob("*.webp"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MOST_KEPT:]:
        path.unlink(missing_ok=True)
