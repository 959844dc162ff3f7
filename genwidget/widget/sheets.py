"""The batches that one playground began, each with its sheet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from genwidget.batch.batch import Batch
from genwidget.catalogue import Catalogue
from genwidget.errors import NoSuchBatch
from genwidget.widget import commands
from genwidget.widget.answer import Answer
from genwidget.widget.sheet import Load, Post, Sheet


class Sheets:
    """Answers commands about batches, and tells the page of their changes.

    Args:
        post: takes a message for the page.
        load: puts a model and values into the form.
        find_catalogue: returns the models known.
    """

    def __init__(self, post: Post, load: Load, find_catalogue: Callable[[], Catalogue]) -> None:
        self._post = post
        self._load = load
        self._find_catalogue = find_catalogue
        self._beginning = asyncio.Lock()
        self._begun: Final[dict[str, Batch]] = {}
        self._sheets: Final[dict[str, Sheet]] = {}

    def add(self, batch: Batch) -> None:
        """Let the page see a batch."""
        if batch.batch_id not in self._sheets:
            self._sheets[batch.batch_id] = Sheet(batch, self._post, self._load, self._find_catalogue)

    async def begin_once(self, intent_id: str, begin: Callable[[], Batch]) -> Batch:
        """Begin a batch for a press of Send; the same intent again gives the batch that it began.

        ``begin`` blocks, and is called on a worker's thread; errors are its own, and the intent is then not taken.
        """
        async with self._beginning:
            if intent_id not in self._begun:
                self._begun[intent_id] = await asyncio.to_thread(begin)
            return self._begun[intent_id]

    async def answer(self, command: commands.BatchCommand) -> Answer[Any]:
        """Do a command, and return its answer; errors as of the sheet's methods.

        Raises:
            NoSuchBatch: the batch was not begun here.
        """
        sheet = self._sheets.get(command.batch_id)
        if sheet is None:
            raise NoSuchBatch(batch_id=command.batch_id)
        return await sheet.answer(command)

    def leave(self, view: str) -> None:
        """Forget a view that has gone."""
        for sheet in self._sheets.values():
            sheet.leave(view)

    def close(self) -> None:
        """Tell the page nothing more."""
        for sheet in self._sheets.values():
            sheet.close()
