"""The files of a batch: each whole or not there, under a name that is the same whoever writes it again."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from genwidget.api.media_types import extension_of
from genwidget.errors import ConfigurationError, OutputNotSaved
from genwidget.messages import render
from genwidget.recipes.read import beside
from genwidget.runs.ledger import is_full
from genwidget.runs.outputs import Output
from genwidget.text import file_name, saved_name

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
        raise ConfigurationError(
            render("batch_no_room" if is_full(error) else "batch_no_folder", path=folder, reason=reason)
        ) from error


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
    stem = f"{_number_of(position)}-{generation_id}"
    return file_name(stem, index + 1, extension_of(media_type))


def saved_name_of(position: int, model_id: str, generation_id: str, index: int, media_type: str) -> str:
    """Return the name under which a browser saves an output of an item, alone or in a ZIP file of one batch."""
    return saved_name(model_id, generation_id, index + 1, extension_of(media_type), _number_of(position))


def _number_of(position: int) -> str:
    return f"{position + 1:0{_DIGITS}d}"


def write_once(folder: Path, name: str, content: bytes) -> None:
    """Write a file, unless it is there: then an earlier try, or process, wrote it whole. A folder that is gone is made.

    Raises:
        OutputNotSaved: there is no room, or no permission. Nothing of it is left.
    """
    _write_whole(folder / name, lambda file: file.write(content))


def copy_once(source: Path, path: Path) -> None:
    """Copy a file, unless its copy is there; nothing where there is no such file.

    Raises:
        OutputNotSaved: there is no room, or no permission. Nothing of it is left.
    """
    try:
        with source.open("rb") as file:
            _write_whole(path, lambda copy: shutil.copyfileobj(file, copy))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OutputNotSaved:
        raise
    except OSError as error:
        raise OutputNotSaved(path=path, reason=error.strerror or error) from error


def _write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file, unless it is there; errors as of :func:`write_once`."""
    try:
        if path.exists():
            return
        if not path.parent.exists():  # it was there when the batch began
            path.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(path, write)
    except OSError as error:
        raise OutputNotSaved(path=path.parent, reason=error.strerror or error) from error


def _write_beside(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside its place, and move it there once it is whole; whatever interrupts that leaves nothing."""
    usual = path.with_name(f".{path.name}.part")
    part, file = _begin(usual)
    try:
        with file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if not (isinstance(error, FileNotFoundError) and path.exists()):  # else another was faster, and removed ours
            raise
    if part != usual:
        with suppress(OSError):  # Windows removes nothing that is open
            usual.unlink(missing_ok=True)


def _begin(usual: Path) -> tuple[Path, IO[bytes]]:
    """Open a file to write to: not the usual one where another writes that now, or was killed while it did."""
    try:
        return usual, usual.open("xb")
    except FileExistsError:
        own = usual.with_suffix(f".{secrets.token_hex(4)}.part")
        return own, own.open("xb")
