"""A recipe: the request, where it went, what served it, and the hashes of the files that it made."""

import hashlib
import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from genwidget.api.masking import mask
from genwidget.api.media_types import Fetched
from genwidget.errors import NoRecipe
from genwidget.messages import render
from genwidget.text import MAX_NUMBER, load_json, shown

#: The longest recipe that is read or written, in bytes.
MAX_BYTES: Final = 1024 * 1024

Text = Annotated[str, AfterValidator(shown)]
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Amount = Annotated[float, Field(ge=0, le=MAX_NUMBER, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, protected_namespaces=())


class RecipeFile(_Part):
    """One file of a generation, as it was served.

    Attributes:
        place: its place among the outputs, from 1.
        media_type: such as ``image/png``.
        size: in bytes.
        sha256: of its bytes, in hex.
    """

    place: Count
    media_type: Text
    size: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @classmethod
    def of(cls, index: int, fetched: Fetched) -> Self:
        """Return that of an output that was fetched; ``index`` counts from 0."""
        content = fetched.content
        digest = hashlib.sha256(content).hexdigest()
        return cls(place=index + 1, media_type=fetched.media_type, size=len(content), sha256=digest)


class Recipe(_Part):
    """How files were made. It holds no key and no link.

    Attributes:
        genwidget_recipe: the version of this format, 1.
        version: of the package that wrote it.
        model_type: ``image`` or ``video``.
        model_id: the model.
        region: where the request went: ``us``, ``eu``, ``jp`` or ``sandbox``.
        body: the body as sent; None where it was not stored.
        seed: of the body, or None.
        generation_id: the server's id, or None.
        provider: what served it, or None where that is not known.
        price: what it was expected to cost, in credits; ``credits`` what it did. None where that is not known.
        created_at: when it was sent, ISO 8601 in UTC.
        latency_ms: of the POST, in whole milliseconds; ``total_ms`` until its end. None where that is not known.
        files: those that were fetched.
    """

    genwidget_recipe: Literal[1] = 1
    version: Text
    model_type: Text
    model_id: Text
    region: Text
    body: dict[str, Any] | None = None
    seed: int | float | None = None
    generation_id: Text | None = None
    provider: Text | None = None
    price: Amount | None = None
    credits: Amount | None = None
    created_at: Text
    latency_ms: Count | None = None
    total_ms: Count | None = None
    files: tuple[RecipeFile, ...] = ()

    @property
    def json_text(self) -> str:
        """The recipe as canonical JSON: ASCII, keys sorted, no white space, no key that this process holds."""
        return mask(json.dumps(self.model_dump(), sort_keys=True, separators=(",", ":"), allow_nan=False))

    @classmethod
    def read(cls, content: bytes, path: object) -> Self:
        """Return the recipe of JSON bytes.

        Args:
            content: as they were read.
            path: of which file, for the sentence.

        Raises:
            NoRecipe: they are none.
        """
        if len(content) > MAX_BYTES:
            reason = render("recipe_too_large", limit=f"{MAX_BYTES:,}")
            raise NoRecipe(render("recipe_unreadable", path=path, reason=reason))
        try:
            said = load_json(content.decode("utf-8-sig"))
            return cls.model_validate(said if not isinstance(said, dict) else _with_tuples(said))
        except (ValueError, ValidationError):
            pass
        # Raised here and not in the handler: the decoder's own error holds the whole text.
        raise NoRecipe(render("recipe_unreadable", path=path, reason=render("recipe_is_none")))

    def __repr__(self) -> str:
        return f"<Recipe {self.model_id} {self.generation_id or 'without a generation'}>"

    __str__ = __repr__


def _with_tuples(said: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists alone."""
    files = said.get("files")
    return {**said, "files": tuple(files)} if isinstance(files, list) else said
