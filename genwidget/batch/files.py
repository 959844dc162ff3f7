"""The files of a batch: each whole or not there, under a name that is the same whoever writes it again."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from genwidget.api.media_types import extension_of
from genwidget.errors import ConfigurationError, OutputNotSaved
from genwidget.messages import render
from genwidget.recipes.read import beside
from genwidget.runs.outputs import Output
from genwidget.text import file_name

#: How many digits the number of an item has in a file's name, so that names sort as items do.
_DIGITS: Final = 5


def prepare_folder(folder: Path) -> Path:
    """Make a folder, and a file in it that goes again, before anything is paid for; return its absolute path.

    Raises:
        ConfigurationError: it cannot be made, is a file, or takes no file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        return folder.absolute()
    except (OSError, ValueError) as error:  # ValueError: a path that no system has
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(render("batch_no_folder", path=folder, reason=reason)) from error


def save_output(output: Output, position: int, folder: Path) -> str:
    """Fetch an output and write it, with its recipe beside it where the settings say so; return its name. Blocks.

    Raises:
        OutputNotSaved: there is no room, or no permission.
        OutputUnavailable, TransportError: it cannot be fetched.
    """
    fetched = output.fetch()
    name = name_of(position, output.generation_id, output.index, fetched.media_type)
    write_once(folder, name, fetched.content)
    recipe = output.recipe_beside()
    if recipe is not None:
        write_once(folder, beside(Path(name)).name, recipe.json_text.encode("ascii"))
    return name


def name_of(position: int, generation_id: str, index: int, media_type: str) -> str:
    """Return the name of an output's file: the item's number, the generation's id, and the output's number."""
    stem = f"{position + 1:0{_DIGITS}d}-{generation_id}"
    return file_name(stem, index + 1, extension_of(media_type))


def write_once(folder: Path, name: str, content: bytes) -> None:
    """Write a file, unless it is there: then an earlier try, or process, wrote it whole. A folder that is gone is made.

    Raises:
        OutputNotSaved: there is no room, or no permission. Nothing of it is left.
    """
    path = folder / name
    part = folder / f".{name}.part"
    try:
        if path.exists():
            return
        if not folder.exists():  # it was there when the batch began
            folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputNotSaved(path=folder, reason=error.strerror or error) from error
