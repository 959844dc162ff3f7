"""Writing what was fetched to a file."""

from itertools import count
from pathlib import Path

from genwidget.api.media_types import Fetched, extension_of
from genwidget.errors import OutputNotSaved
from genwidget.messages import render
from genwidget.text import file_name


def write_output(folder: Path, generation_id: str, place: int, fetched: Fetched) -> Path:
    """Write an output to a file of its own, and return its path. Blocks.

    Raises:
        OutputNotSaved: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for copy in count(1):
            path = folder / file_name(generation_id, place, extension_of(fetched.media_type), copy)
            try:
                write_new(path, fetched.content)
            except FileExistsError:
                continue
            return path
    except (OSError, ValueError) as error:
        raise OutputNotSaved(
            render("not_saved", path=folder, reason=getattr(error, "strerror", None) or error)
        ) from error
    raise AssertionError("counting does not end")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; what could be written of it does not stay if the rest cannot. Blocks.

    Raises:
        FileExistsError: there is one.
        OSError, ValueError: it cannot be written; ValueError for a path that no system has.
    """
    file = path.open("xb")
    try:
        with file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
