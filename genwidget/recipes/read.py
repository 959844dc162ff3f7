"""Reading a recipe from a file, of whatever origin: little memory, and a sentence for all that is none."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from genwidget.api.media_types import UNKNOWN_TYPE, sniff
from genwidget.arguments import path_of
from genwidget.errors import NoRecipe
from genwidget.messages import render
from genwidget.recipes.embed import FORMATS
from genwidget.recipes.recipe import MAX_BYTES, Recipe

#: What every recipe has.
_OURS: Final = b'"genwidget_recipe"'
#: How much of a file is read at once, in bytes.
_PIECE: Final = 1024 * 1024


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Return how a file was made.

    It is read from a PNG, JPEG, WebP or MP4 file itself, else from the JSON file beside it (``seal.png.json``), if that
    is of this very file; or from such a JSON file. What is read was written by whoever had the file, and may be false.
    Of a file of any size, no more than some megabytes are held in memory.

    Args:
        path: of the file.

    Raises:
        NoRecipe: there is none, or none that can be read; the sentence says why.
        ConfigurationError: Pillow, which JPEG and WebP files need, is not installed.
    """
    place = path_of(path, NoRecipe)
    content = _read(place)
    if content is not None:
        return Recipe.read(content, place)
    other = beside(place)
    content = _read(other) if _is_file(other) else None
    if content is None:
        raise NoRecipe(path=place)
    recipe = Recipe.read(content, other)
    if recipe.files and not _is_one_of(place, recipe):
        raise NoRecipe(render("recipe_of_other", path=place, recipe=other))
    return recipe


def recipe_in(content: bytes) -> Recipe | None:
    """Return the recipe inside the bytes of a PNG, JPEG, WebP or MP4 file, or None where there is none.

    Raises:
        NoRecipe: there is one that cannot be read.
        ConfigurationError: Pillow, which JPEG and WebP files need, is not installed.
    """
    found = _find(BytesIO(content))
    return None if found is None else Recipe.read(found, render("recipe_pasted"))


def beside(place: Path) -> Path:
    """Return where the recipe of a file lies that is not inside it."""
    return place.with_name(f"{place.name}.json")


def _is_one_of(place: Path, recipe: Recipe) -> bool:
    """Tell whether a file is as one of a recipe was served."""
    digest = hashlib.sha256()
    with _os_errors_as_ours(place), place.open("rb") as file:
        if file.seek(0, os.SEEK_END) not in {one.size for one in recipe.files}:
            return False
        file.seek(0)
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest() in {one.sha256 for one in recipe.files}


def _read(place: Path) -> bytes | None:
    """Return the JSON of a recipe in a file, or None.

    Raises:
        NoRecipe: it is no file that can be read.
    """
    if not _is_file(place):  # a pipe or a device may have no end
        raise NoRecipe(render("recipe_unreadable", path=place, reason=render(_why_no_file(place))))
    with _os_errors_as_ours(place), place.open("rb") as file:
        return _find(file)


@contextmanager
def _os_errors_as_ours(place: Path) -> Iterator[None]:
    """Turn what the system says of a file into our error."""
    try:
        yield
    except (OSError, OverflowError, ValueError) as error:  # the last two: a place that no file can have
        reason = getattr(error, "strerror", None) or render("recipe_is_none")
        raise NoRecipe(render("recipe_unreadable", path=place, reason=reason)) from error


def _find(file: BinaryIO) -> bytes | None:
    head = file.read(64)
    known = FORMATS.get(sniff(head, UNKNOWN_TYPE))
    if known is not None:
        found = known.find(file, MAX_BYTES)
        return found if found is not None and _OURS in found else None  # a comment may be anybody's
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return None
    return head + file.read(MAX_BYTES + 1 - len(head))


def _why_no_file(place: Path) -> str:
    try:
        mode = place.stat().st_mode
    except (OSError, ValueError):
        return "recipe_no_file"
    return "recipe_folder" if stat.S_ISDIR(mode) else "recipe_device"


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):
        return False
