"""A copy of an output with its recipe inside; its pixels and samples stay as they were served."""

from collections.abc import Callable
from typing import BinaryIO, Final, NamedTuple

from genwidget.api.media_types import Fetched
from genwidget.errors import RecipeNotEmbedded
from genwidget.messages import render
from genwidget.recipes import jpeg, mp4, png, webp
from genwidget.recipes.recipe import MAX_BYTES, Recipe


class _Format(NamedTuple):
    insert: Callable[[bytes, bytes], bytes | None]
    find: Callable[[BinaryIO, int], bytes | None]


FORMATS: Final[dict[str, _Format]] = {
    "image/png": _Format(png.insert, png.find),
    "image/jpeg": _Format(jpeg.insert, jpeg.find),
    "image/webp": _Format(webp.insert, webp.find),
    "video/mp4": _Format(mp4.insert, mp4.find),
}
#: Where one of these is, a signature tells that the file is as it was made: the types of a C2PA manifest store in JUMBF
#: and in ISO media files, and the name by which XMP points to one that lies elsewhere. Source: C2PA 2.1, 11 and A.
_SIGNED: Final = (
    bytes.fromhex("63327061001100108000 00aa00389b71"),
    bytes.fromhex("d8fec3d61b0e483c92975828877ec481"),
    b"dcterms:provenance",
)


def is_signed(content: bytes) -> bool:
    """Tell whether a file has a C2PA manifest, or points to one."""
    return any(mark in content for mark in _SIGNED)


def embed(fetched: Fetched, recipe: Recipe) -> bytes:
    """Return the bytes of an output with its recipe inside.

    Raises:
        RecipeNotEmbedded: it is signed, of a format that takes none, broken, or too small for this recipe.
        ConfigurationError: Pillow, which JPEG and WebP need, is not installed.
    """
    if is_signed(fetched.content):
        raise RecipeNotEmbedded(render("embed_signed"))
    known = FORMATS.get(fetched.media_type)
    if known is None:
        raise RecipeNotEmbedded(render("embed_format", media_type=fetched.media_type))
    text = recipe.json_text.encode("ascii")
    try:
        made = known.insert(fetched.content, text) if len(text) <= MAX_BYTES else b""
    except OverflowError:
        made = b""
    if made is None:
        raise RecipeNotEmbedded(render("embed_broken", media_type=fetched.media_type))
    if not made:
        raise RecipeNotEmbedded(render("embed_too_large", media_type=fetched.media_type))
    return made
