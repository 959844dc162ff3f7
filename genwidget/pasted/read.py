"""What was pasted, read: a JSON body, a cURL command, a recipe, or a file with a recipe inside."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from genwidget.api.media_types import UNKNOWN_TYPE, sniff
from genwidget.api.regions import REGIONS
from genwidget.errors import NoRecipe, PasteRefused
from genwidget.messages import render
from genwidget.pasted.curl import find_command, not_json
from genwidget.recipes.read import read_recipe, recipe_in
from genwidget.recipes.recipe import Recipe
from genwidget.text import host_of, load_json

#: The longest text that is read, in bytes.
MAX_TEXT_BYTES: Final = 1024 * 1024
_FORM: Final = re.compile(r"\s*\{")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A request that was pasted.

    Attributes:
        values: fields by wire name.
        model_id: the model, or None where it names none.
        region: the region's id, the host, or an empty text where it names none.
        notes: sentences on what was left out of it.
    """

    values: dict[str, Any]
    model_id: str | None = None
    region: str = ""
    notes: tuple[str, ...] = field(default=())


def read_bytes(content: bytes) -> Pasted:
    """Return the request in a text in UTF-8, or in the recipe of a picture or film.

    Raises:
        PasteRefused: there is none.
        NoRecipe: the picture or film has no recipe, or one that cannot be read.
        ConfigurationError: Pillow, which the recipes of JPEG and WebP files need, is not installed.
    """
    if is_media(content):
        recipe = recipe_in(content)
        if recipe is None:
            raise NoRecipe(render("paste_no_recipe"))
        return read_recipe_of(recipe)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise PasteRefused(render("paste_no_text"))
    return read_text(text)


def read_file(path: Path) -> Pasted:
    """Return the request in a file: a text, or a picture or film with its recipe inside or beside it.

    Raises:
        PasteRefused, NoRecipe, ConfigurationError: as of :func:`read_bytes`; or it is no file that can be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(MAX_TEXT_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or render("recipe_no_file")
        raise PasteRefused(render("paste_file_unreadable", path=path, reason=reason)) from error
    return read_recipe_of(read_recipe(path)) if is_media(head) else read_bytes(head)


def is_media(content: bytes) -> bool:
    """Tell whether bytes are of a picture or film, by their beginning."""
    return sniff(content[:64], UNKNOWN_TYPE) != UNKNOWN_TYPE


def read_text(text: str) -> Pasted:
    """Return the request in a text.

    Raises:
        PasteRefused: there is none; the sentence says why and quotes nothing of the text.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise PasteRefused(render("paste_too_long", limit=f"{MAX_TEXT_BYTES:,}"))
    if _FORM.match(text):
        return _read_json(text)
    command = find_command(text)
    model_id = command.path.removeprefix("/v1/generate/").partition("/")[2]
    notes = [
        render(code)
        for code, is_there in (
            ("paste_key_left_out", command.has_key),
            ("paste_idempotency_left_out", command.has_idempotency_key),
        )
        if is_there
    ]
    return Pasted(command.body, model_id, _region_of(command.base), tuple(notes))


def read_recipe_of(recipe: Recipe) -> Pasted:
    """Return the request of a recipe.

    Raises:
        PasteRefused: its body was not stored.
    """
    if recipe.body is None:
        raise PasteRefused(render("paste_recipe_without_body"))
    return Pasted(recipe.body, recipe.model_id, recipe.region)


def _read_json(text: str) -> Pasted:
    try:
        said = load_json(text)
    except ValueError as error:
        refusal = not_json(error)
    else:
        if not isinstance(said, dict):  # one that begins with a brace is an object
            refusal = render("paste_no_object")
        elif "genwidget_recipe" not in said:
            return Pasted(said)
        else:
            return read_recipe_of(_recipe_of(text))
    raise PasteRefused(refusal)


def _recipe_of(text: str) -> Recipe:
    try:
        return Recipe.read(text.encode("utf-8", "replace"), "")
    except NoRecipe:
        pass
    raise PasteRefused(render("paste_recipe_unreadable"))


def _region_of(base: str) -> str:
    """Return the region whose host it is, else the host; nothing for a variable of a shell."""
    region = next((one.region_id for one in REGIONS.values() if one.api_url == base.rstrip("/")), None)
    return region or host_of(base)
