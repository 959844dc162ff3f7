"""One batch as a page shows it: the cells that are looked at, their changes, thumbnails, and what may be done."""

import asyncio
import time
from array import array
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from genwidget.batch.axes import Axis, of_text
from genwidget.batch.batch import Batch
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.outputs import read_output
from genwidget.batch.rows import BatchRow, ItemRow
from genwidget.batch.sent_code import to_code
from genwidget.batch.settled import settle
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError, LedgerError, ShutDown
from genwidget.messages import MESSAGES, render
from genwidget.runs.runner import Mark
from genwidget.runs.thumbnails import MADE_AT_ONCE, Thumbnail, may_come, thumbnail_of
from genwidget.widget import commands
from genwidget.widget.alerts import plain_alert
from genwidget.widget.answer import Answer
from genwidget.widget.payload_types import (
    CellPayload,
    CellsData,
    CellsMessage,
    FileData,
    NoData,
    OutputData,
    SheetData,
    TextData,
    ThumbnailPayload,
    ThumbnailsData,
)
from genwidget.widget.picks_file import zip_of
from genwidget.widget.sheet_cells import Clock, Known, batch_payload, cell_payload, first_of, made_of

#: Seconds between two messages about changes.
INTERVAL_S: Final = 0.05
#: How often a batch that another process carries is read anew, in seconds.
READ_AGAIN_S: Final = 1.0
#: How many thumbnails are kept.
MOST_KEPT: Final = 512
#: How many cells one message has news of: what is said of a cell has at most some kB.
_MOST_TOLD: Final = 100
#: How many outputs are read for thumbnails at once.
_AT_ONCE: Final = 4
_PREFIX: Final = "sheet_"
#: What the viewer of code says, whoever shows it.
_OF_CODE: Final = frozenset({"page_copied", "page_copy_refused", "page_inserted"})
#: The sentences of a sheet.
SENTENCES: Final = {code: text for code, text in MESSAGES.items() if code.startswith(_PREFIX) or code in _OF_CODE}

Load = Callable[[str, Mapping[str, Any]], None]
Post = Callable[[Mapping[str, Any]], None]


class Sheet:
    """What one widget's page asks of a batch, and is told of it. Coroutines are for the thread that carries runs.

    Args:
        batch: the batch.
        post: takes a message for the page.
        load: puts a model and values into a form; raises GenwidgetError where there is none.
        find_catalogue: returns the models known.
    """

    def __init__(
        self, batch: Batch, post: Post, load: Load, find_catalogue: Callable[[], Catalogue] = Catalogue.load
    ) -> None:
        self.batch: Final = batch
        self._find_catalogue = find_catalogue
        self._post = post
        self._load = load
        self._axes: tuple[Axis, ...] = of_text(batch.parts.row.axes, batch.count)
        self._clock = Clock(batch.parts.status, batch.count)
        self._views: dict[str, frozenset[int]] = {}
        self._cells: dict[int, Known] = {}
        self._changed: dict[int, ItemRow] = {}
        self._is_stale = False
        self._is_telling = self._is_due = False
        self._told = 0.0
        self._thumbnails: OrderedDict[tuple[int, str], Thumbnail | None] = OrderedDict()
        self._room, self._makes = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(MADE_AT_ONCE)
        self._reading: asyncio.Task[None] | None = None
        self._unsubscribe = batch.subscribe(self._take)
        batch.parts.carrier.watch_marks(self._take_mark)
        self._handlers: Final[dict[type, Callable[[Any], Awaitable[Answer[Any]]]]] = {
            commands.OpenSheet: self.open,
            commands.WatchCells: self.watch,
            commands.FetchThumbnails: self.thumbnails,
            commands.FetchItemOutput: self.output,
            commands.RateItem: self.rate,
            commands.RetryItem: self.retry,
            commands.LoadItem: self.load,
            commands.SteerBatch: self.steer,
            commands.FetchPicks: self.picks,
            commands.ExportBatch: self.code,
        }

    def close(self) -> None:
        """Tell the page nothing more."""
        self._unsubscribe()
        self._views = {}

    # What is shown.

    async def open(self, _: commands.OpenSheet) -> Answer[SheetData]:
        """Return what a sheet is drawn with.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        if self.batch.is_left:
            await asyncio.to_thread(self.batch.refresh)
        row, store = self.batch.parts.row, self.batch.parts.store
        places = await asyncio.to_thread(store.places, row.batch_id) if self._axes else []
        first = sorted((await self._newest(first_of(self._axes, self.batch.count, places))).items())
        self._follow_status()
        data: SheetData = {
            "batch": batch_payload(self.batch, self._clock),
            "axes": [{"name": axis.name, "labels": list(axis.labels)} for axis in self._axes],
            "has_places": bool(places),
            "messages": SENTENCES,
            "cells": [cell_payload(self.batch, self._axes, known) for _, known in first],
        }
        return Answer(data, [array("i", places).tobytes()] if places else [])

    async def watch(self, command: commands.WatchCells) -> Answer[CellsData]:
        """Return cells, and tell of their changes from now on, in place of those that the view watched before.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        self._views[command.view] = frozenset(command.positions)
        watched = self._watched()
        self._cells = {at: known for at, known in self._cells.items() if at in watched}
        await self._renew(command.positions)
        self._follow_status()
        self._read_again()
        cells = [self._cell(at) for at in command.positions if at in self._cells]
        return Answer({"batch": batch_payload(self.batch, self._clock), "cells": cells})

    def leave(self, view: str) -> None:
        """Forget a view that has gone."""
        self._views.pop(view, None)

    def _watched(self) -> frozenset[int]:
        return frozenset().union(*self._views.values())

    async def _read(self, positions: Iterable[int]) -> dict[int, Known]:
        batch, ledger = self.batch, self.batch.parts.store.ledger
        wanted = list(positions)

        def read() -> dict[int, Known]:
            rows = batch.parts.store.at(batch.batch_id, wanted)
            if batch.is_left:
                rows = settle(rows, batch.parts.row, ledger)
            run_ids = [row.run_id for row in rows]
            ratings, deleted = ledger.ratings(run_ids), ledger.deleted(run_ids)
            return {row.position: Known(row, ratings.get(row.run_id), row.run_id in deleted) for row in rows}

        return await asyncio.to_thread(read) if wanted else {}

    def _cell(self, position: int) -> CellPayload:
        return cell_payload(self.batch, self._axes, self._cells[position])

    @property
    def _row(self) -> BatchRow:
        return self.batch.parts.row

    def _follow_status(self) -> None:
        """A batch that goes on counts anew."""
        if self._clock.status is not self.batch.parts.status:
            self._clock = Clock(self.batch.parts.status, self.batch.count)

    # What changes.

    def _take(self, item: ItemRow | None) -> None:
        """Take a change; called on any thread."""
        if not self._views:
            return
        with suppress(ShutDown):
            self.batch.parts.carrier.submit(self._note(item))

    def _take_mark(self, mark: Mark) -> None:
        """Read again what the ledger has of the items; of a run that was taken up, only where no batch carries it."""
        if self._views and (mark != "ended" or self.batch.is_left):
            with suppress(ShutDown):
                self.batch.parts.carrier.submit(self._note_mark())

    async def _note_mark(self) -> None:
        with suppress(LedgerError):
            if self.batch.is_left:
                await asyncio.to_thread(self.batch.refresh)
        self._is_stale = True
        await self._note(None)

    async def _note(self, item: ItemRow | None) -> None:
        if item is None:
            self._is_stale = self._is_stale or self._clock.status is not self.batch.parts.status
        elif item.position in self._watched():
            self._changed[item.position] = item
        self._is_due = True
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._is_due:
                await asyncio.sleep(max(0.0, self._told + INTERVAL_S - time.monotonic()))
                self._is_due = False
                await self._tell()
        finally:
            self._is_telling = False

    async def _tell(self) -> None:
        """Tell all that has changed since the last time, in one message."""
        self._told = time.monotonic()
        if self._is_stale:
            self._is_stale = False
            with suppress(LedgerError):
                await self._renew(self._watched())
            told: Iterable[int] = sorted(self._watched() & self._cells.keys())
        else:
            told = sorted(self._changed.keys() & self._watched())
        self._take_changed()
        self._follow_status()
        self._send(told)

    def _take_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for at, row in changed.items():
            before = self._cells.get(at)
            is_same = before is not None and before.row.run_id == row.run_id
            self._cells[at] = before._replace(row=row) if before is not None and is_same else Known(row)

    async def _renew(self, positions: Iterable[int]) -> None:
        """Read cells; what has changed while they are read is newer than what is read."""
        for at, known in (await self._newest(positions)).items():
            self._cells[at] = known._replace(row=self._changed.get(at) or known.row)

    async def _newest(self, positions: Iterable[int]) -> dict[int, Known]:
        """Return items with their ratings; of what the ledger does not have yet, what it will have."""
        unwritten = self.batch.unwritten()
        while True:
            read = await self._read(positions)
            before, unwritten = unwritten, self.batch.unwritten()
            written = before.keys() & read.keys() - unwritten.keys()
            if not written:  # else the ledger may have been read before it had them
                return {at: known._replace(row=unwritten.get(at, known.row)) for at, known in read.items()}

    def _send(self, positions: Iterable[int]) -> None:
        if not self._views:  # the last one has gone meanwhile
            return
        cells = [self._cell(at) for at in positions]
        batch = batch_payload(self.batch, self._clock)
        for at in range(0, max(len(cells), 1), _MOST_TOLD):
            some = cells[at : at + _MOST_TOLD]
            message: CellsMessage = {"kind": "cells", "batch_id": self.batch.batch_id, "batch": batch, "cells": some}
            self._post(message)

    def _read_again(self) -> None:
        """Follow in the ledger a batch that another process carries."""
        if self.batch.holder is not None and self._reading is None:
            self._reading = asyncio.create_task(self._follow_elsewhere())

    async def _follow_elsewhere(self) -> None:
        try:
            while self._views:
                await asyncio.sleep(READ_AGAIN_S)
                with suppress(LedgerError):
                    await asyncio.to_thread(self.batch.refresh)
                    read = await self._read(self._watched())
                    changed = [at for at, known in read.items() if self._cells.get(at) != known]
                    self._cells |= read
                    self._follow_status()
                    self._send(sorted(changed))
        finally:
            self._reading = None

    # Pictures.

    async def thumbnails(self, command: commands.FetchThumbnails) -> Answer[ThumbnailsData]:
        """Return small pictures, each where there is one.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        items = (await self._newest(command.positions)).values()
        found = await asyncio.gather(*map(self._picture, items))
        return Answer({"thumbnails": [told for told, _ in found]}, [content for _, content in found])

    async def _picture(self, known: Known) -> tuple[ThumbnailPayload, bytes]:
        """Return the small picture of an item with its bytes; without them, with why there is none.

        None is made of what was scrolled past while others were made.
        """
        row, made, picture, reason, is_awaited = known.row, made_of(known), None, "", False
        if made is None:
            is_awaited = not row.state.is_ended
        else:
            try:
                async with self._room:
                    is_awaited = self._is_past(row.position)
                    picture = None if is_awaited else await self._thumbnail(row, made)
            except GenwidgetError as error:
                reason, is_awaited = error.message, may_come(error)
            else:
                # of a film there is often none, which is no fault
                has_reason = picture is None and not is_awaited and row.model_type != "video"
                reason = render("no_thumbnail") if has_reason else ""
        told: ThumbnailPayload = {
            "position": row.position,
            "made": made,
            "media_type": None if picture is None else picture.media_type,
            "reason": reason,
            "may_come": is_awaited,
        }
        return told, b"" if picture is None else picture.content

    def _is_past(self, position: int) -> bool:
        """Tell whether views watch, and none of them this cell any more."""
        return bool(self._views) and position not in self._watched()

    async def _thumbnail(self, row: ItemRow, made: str) -> Thumbnail | None:
        """Return the small picture of an item; None where none can be made of its output.

        Raises:
            GenwidgetError: its output cannot be fetched.
        """
        key = row.position, made
        if key not in self._thumbnails:
            parts = self.batch.parts
            item = BatchItem.of(parts.row, row)
            fetched, _ = await read_output(item, 0, parts.carrier, parts.key)
            async with self._makes:
                self._thumbnails[key] = await asyncio.to_thread(thumbnail_of, fetched)
        picture = self._thumbnails[key]
        self._thumbnails.move_to_end(key)
        while len(self._thumbnails) > MOST_KEPT:
            self._thumbnails.popitem(last=False)
        return picture

    async def output(self, command: commands.FetchItemOutput) -> Answer[OutputData]:
        """Return one output of an item.

        Raises:
            GenwidgetError: there is none, or it cannot be fetched.
        """
        parts = self.batch.parts
        item = await self._item(command.position)
        fetched, name = await read_output(item, command.index, parts.carrier, parts.key)
        data: OutputData = {"media_type": fetched.media_type, "filename": name, "alt": ""}
        return Answer(data, [fetched.content])

    async def picks(self, _: commands.FetchPicks) -> Answer[FileData]:
        """Return the files of the picks as a ZIP file; where there is none, how an item becomes one.

        Raises:
            GenwidgetError: one cannot be fetched, or they are too large.
        """
        parts = self.batch.parts
        picks = await asyncio.to_thread(lambda: self.batch.picks)
        if not picks:
            code = "sheet_no_picks"
            return Answer(alert=plain_alert(code, render(code), scope="note", kind="note"))
        content = await zip_of(picks, parts.carrier, parts.key)
        return Answer({"filename": f"{self.batch.batch_id}-picks.zip"}, [content])

    async def code(self, command: commands.ExportBatch) -> Answer[TextData]:
        """Return the batch as code.

        Raises:
            GenwidgetError: it cannot be given in this language, or the ledger cannot be read.
        """
        store, row = self.batch.parts.store, self._row

        def write() -> str:
            return to_code(command.language, row, list(store.items(row.batch_id)), self._find_catalogue())

        return Answer({"text": await asyncio.to_thread(write)})

    async def _item(self, position: int) -> BatchItem:
        read = await self._newest([position])
        if position not in read:
            raise GenwidgetError(render("batch_no_item", number=position + 1, count=f"{self.batch.count:,}"))
        return BatchItem.of(self._row, read[position].row)

    # What a person does.

    async def rate(self, command: commands.RateItem) -> Answer[NoData]:
        """Note a rating; errors as of :meth:`genwidget.batch.batch.Batch.rate`."""
        position, rating = command.position, command.rating
        await asyncio.to_thread(self.batch.rate, position + 1, rating)
        if position in self._cells:
            self._cells[position] = self._cells[position]._replace(rating=rating)
            self._send([position])
        return Answer()

    async def retry(self, command: commands.RetryItem) -> Answer[NoData]:
        """Begin an item anew; errors as of :meth:`genwidget.batch.batch.Batch.retry`."""
        await asyncio.to_thread(self.batch.retry, command.position + 1)
        return Answer()

    async def load(self, command: commands.LoadItem) -> Answer[NoData]:
        """Put what an item sent into a form.

        Raises:
            GenwidgetError: there is no form, or no such item.
        """
        item = await self._item(command.position)
        self._load(item.model_id, item.values)
        return Answer()

    async def steer(self, command: commands.SteerBatch) -> Answer[CellsData]:
        """Do what was asked, and return how far it is then; errors as of :class:`genwidget.batch.batch.Batch`."""
        await asyncio.to_thread(getattr(self.batch, command.action))
        self._follow_status()
        self._take(None)
        return Answer({"batch": batch_payload(self.batch, self._clock), "cells": []})

    async def answer(self, command: Any) -> Answer[Any]:
        """Do a command of the page about this batch, and return its answer; errors as of its method."""
        return await self._handlers[type(command)](command)
