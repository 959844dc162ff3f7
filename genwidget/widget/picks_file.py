"""The files of picks as one ZIP file, for a browser to save."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from genwidget.api.keys import KeyGiven
from genwidget.batch.batch_item import BatchItem
from genwidget.batch.outputs import read_output
from genwidget.errors import GenwidgetError, NoSuchOutput
from genwidget.messages import render
from genwidget.runs.runner import Runner

#: The largest file that goes through a notebook's connection, in bytes.
MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_OUTPUTS: Final = 100


async def zip_of(picks: Sequence[BatchItem], carrier: Runner, key: KeyGiven) -> bytes:
    """Return all files of picks, as they were served.

    Raises:
        GenwidgetError: one cannot be fetched, or all of them are larger than :data:`MOST_BYTES`.
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as file:
        for item in picks:
            for index in range(_MOST_OUTPUTS):
                try:
                    fetched, name = await read_output(item, index, carrier, key)
                except NoSuchOutput:
                    break
                file.writestr(name, fetched.content)
                if made.tell() > MOST_BYTES:
                    raise GenwidgetError(render("sheet_picks_too_large", limit=MOST_BYTES // 2**20))
    return made.getvalue()
