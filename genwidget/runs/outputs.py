"""One output of a generation: its bytes, its file, its picture."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from genwidget.api.media_types import Fetched, extension_of
from genwidget.api.output_files import write_new
from genwidget.arguments import path_of, switch_of
from genwidget.errors import (
    ConfigurationError,
    GenwidgetError,
    NoSuchOutput,
    OutputExists,
    OutputNotSaved,
    OutputUnavailable,
)
from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.recipes.embed import embed as embed_recipe
from genwidget.recipes.read import beside
from genwidget.recipes.recipe import Recipe
from genwidget.runs import display
from genwidget.text import file_name

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logger_of(__name__)

WantedT = TypeVar("WantedT")
SavedT = TypeVar("SavedT")

#: After so many failures in a row no further output, or item of a batch, is tried: a list of links may be long, and a
#: host dead.
MAX_FAILURES: Final = 5
#: What ends a file's name; what begins with a digit is the end of a version or a date.
_EXTENSION: Final = re.compile(r"\.[A-Za-z]\w{1,7}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Output:
    """One file that a generation made. It is fetched when asked for, never with the API key.

    Attributes:
        url: where the API keeps it; the link may expire.
        index: its place among the outputs, from 0.
        media_type: as far as the link and the request tell, such as ``image/png``.
        generation_id: whose output it is.
    """

    url: str
    index: int
    media_type: str
    generation_id: str
    _fetch: Callable[[int, str], Fetched] = field(repr=False, compare=False)
    _recipe_of: Callable[[int], Recipe] = field(repr=False, compare=False)
    _is_recipe_saved: bool = field(default=True, repr=False, compare=False)

    def fetch(self) -> Fetched:
        """Return the bytes and what they are.

        Raises:
            OutputUnavailable: expired, larger than the limit, or not at a public address.
            TransportError: the host could not be reached, or did not answer in time.
        """
        return self._fetch(self.index, self.url)

    def read(self) -> bytes:
        """Return the bytes; errors as of :meth:`fetch`."""
        return self.fetch().content

    def recipe_beside(self) -> Recipe | None:
        """Return what is written beside it where it is saved, with the file's hash once it was fetched.

        None where the setting ``save_recipes`` is off.
        """
        return self._recipe_of(self.index) if self._is_recipe_saved else None

    def save(self, path: str | os.PathLike[str] = ".", *, recipe: bool | None = None, embed: bool = False) -> Path:
        """Write the file, with its recipe beside it, and return where the file is. Nothing is ever overwritten.

        The bytes are those that were served. The recipe says how they were made, in a JSON file of the same name with
        ``.json`` behind it (``seal.png.json``); :func:`genwidget.read_recipe` reads it.

        Args:
            path: a folder, where it becomes ``{generation_id}-{n}.{extension}`` (``n`` from 1, and ``_2`` behind where
                that is taken; of the id, what every file system takes); or a file's path. Where there is nothing at a
                path without an extension (``v1.0`` has none), a folder is made. ``~`` is the home folder.
            recipe: whether the recipe is written beside it; by default as the setting ``save_recipes`` says, which is
                on. One that cannot be written is left out where the file is written.
            embed: whether the file is a copy with the recipe inside it too: text of a PNG file, EXIF of JPEG and WebP,
                the comment of an MP4 film. Its pixels stay as they were served.

        Raises:
            RecipeNotEmbedded: with ``embed``, the file has a C2PA manifest, or takes no recipe.
            ConfigurationError: with ``embed``, Pillow, which JPEG and WebP need, is not installed.
            OutputExists: ``path`` is a file that is there already; it is a FileExistsError too.
            OutputNotSaved: there is no such folder, no room, or no permission; it is an OSError too.
            OutputUnavailable: as of :meth:`fetch`.
            InvalidRequest: ``recipe`` or ``embed`` is neither true nor false.
        """
        place = path_of(path, OutputNotSaved)
        is_recipe_saved = self._is_recipe_saved if recipe is None else switch_of(recipe, "recipe=")
        is_embedded = switch_of(embed, "embed=")
        with _os_errors_as_ours(place):
            is_there = place.exists()
            is_folder = place.is_dir() if is_there else _names_folder(path)
            if is_there and not is_folder:
                raise OutputExists(path=place)
        fetched = self.fetch()
        made = self._recipe_of(self.index)
        content = embed_recipe(fetched, made) if is_embedded else fetched.content
        written = self._write_in(place, fetched.media_type, content) if is_folder else _write_new(place, content)
        if is_recipe_saved:
            _write_beside(written, made)
        return written

    def _write_in(self, folder: Path, media_type: str, content: bytes) -> Path:
        """Write bytes under the first name that is free, for a recipe beside them too; the folder is made."""
        with _os_errors_as_ours(folder):
            folder.mkdir(parents=True, exist_ok=True)
        for copy in count(1):
            place = folder / self.file_name(media_type, copy)
            if beside(place).exists():
                continue
            try:
                return _write_new(place, content)
            except OutputExists:
                continue
        raise AssertionError("unreachable")

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Show the picture or a player: its bytes, up to 4 MiB, become part of the notebook."""
        try:
            bundle = display.show_output(self, self.fetch())
        except (GenwidgetError, RuntimeError) as error:
            bundle = display.show_failure(self, str(error))
        return display.narrowed(bundle, include, exclude)

    def file_name(self, media_type: str, copy: int = 1) -> str:
        """Return what the file is called, as of :func:`genwidget.text.file_name`."""
        return file_name(self.generation_id, self.index + 1, extension_of(media_type), copy)

    @property
    def image(self) -> "Image":
        """The picture, decoded by Pillow; errors as of :meth:`fetch`.

        Raises:
            ConfigurationError: Pillow is not installed.
            OutputUnavailable: the bytes are no picture, or one of more pixels than Pillow takes for harmless.
        """
        try:
            from PIL import Image  # noqa: PLC0415 - optional
        except ImportError:
            raise ConfigurationError(render("pillow_missing")) from None
        content = self.read()
        try:
            picture = Image.open(BytesIO(content))
            picture.load()
        except Exception as error:  # broken bytes make decoders raise whatever they meet
            raise OutputUnavailable(render("not_a_picture")) from error
        return picture


class Outputs(tuple[Output, ...]):  # noqa: SLOT001 - a tuple takes no slots
    """The outputs of a run; where there is none at a place, it says why."""

    _why: Callable[[], str]

    @classmethod
    def of(cls, outputs: Iterable[Output], why: Callable[[], str]) -> Self:
        """Return outputs, with what says why there are none."""
        made = cls(outputs)
        made._why = why
        return made

    def __getitem__(self, place: Any) -> Any:
        """Return an output, or a tuple of several.

        Raises:
            NoSuchOutput: there is none at that place; it is an IndexError too.
        """
        try:
            return super().__getitem__(place)
        except IndexError:
            why = render("no_such_output", count=len(self), last=len(self) - 1) if self else self._why()
            raise NoSuchOutput(why) from None


def save_each(
    wanted: Iterable[WantedT], save: Callable[[WantedT], SavedT]
) -> Iterator[tuple[WantedT, SavedT | GenwidgetError]]:
    """Yield what was tried, one after the other, with what ``save`` made of it or why it could not be saved.

    ``MAX_FAILURES`` in a row end it; what is not yielded then was not tried.
    """
    failures = 0
    for one in wanted:
        try:
            made: SavedT | GenwidgetError = save(one)
        except GenwidgetError as error:
            made = error
        failures = failures + 1 if isinstance(made, GenwidgetError) else 0
        yield one, made
        if failures == MAX_FAILURES:
            return


def _names_folder(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path at which there is nothing is meant as a folder."""
    return os.fspath(path).endswith(("/", os.sep)) or not _EXTENSION.fullmatch(Path(path).suffix)


@contextmanager
def _os_errors_as_ours(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into our errors."""
    try:
        yield
    except FileExistsError as error:
        raise OutputExists(path=path) from error
    except (OSError, ValueError) as error:  # ValueError: a path that no system has
        if isinstance(error, OutputNotSaved):
            raise
        raise OutputNotSaved(path=path, reason=getattr(error, "strerror", None) or error) from error


def _write_beside(path: Path, recipe: Recipe) -> None:
    """Write a recipe beside a file. The file is what was asked for, so it is left alone where this fails."""
    try:
        _write_new(beside(path), f"{recipe.json_text}\n".encode("ascii"))
    except OutputNotSaved as error:
        logger.warning("%s", error)


def _write_new(path: Path, content: bytes) -> Path:
    with _os_errors_as_ours(path):
        write_new(path, content)
    return path
