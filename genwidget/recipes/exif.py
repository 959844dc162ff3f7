"""A recipe as the user comment of EXIF data, which JPEG and WebP files take. Pillow reads and writes the data."""

from typing import TYPE_CHECKING, Final

from genwidget.errors import ConfigurationError
from genwidget.messages import render

if TYPE_CHECKING:
    from PIL import Image

_EXIF_IFD: Final = 0x8769
_USER_COMMENT: Final = 0x9286
#: How a user comment says that it is ASCII. Source: CIPA DC-008, 4.6.5.
_ASCII: Final = b"ASCII\0\0\0"
PREFIX: Final = b"Exif\0\0"


def with_comment(data: bytes | None, recipe: bytes) -> bytes | None:
    """Return EXIF data with a recipe, after ``Exif`` and two zeros; None where those that are there cannot be read.

    Args:
        data: those that are there, the same way; all but their user comment stays.
        recipe: ASCII.

    Raises:
        ConfigurationError: Pillow is not installed.
    """
    exif = _load(data)
    if exif is None:
        return None
    exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = _ASCII + recipe
    try:
        written: bytes = exif.tobytes()
    except Exception:  # noqa: BLE001 - it reads the other directories, which may be broken too
        return None
    return written


def comment_of(data: bytes) -> bytes | None:
    """Return the user comment of EXIF data; None where there is none.

    Raises:
        ConfigurationError: Pillow is not installed.
    """
    exif = _load(data)
    comment = None if exif is None else exif.get_ifd(_EXIF_IFD).get(_USER_COMMENT)
    return comment[len(_ASCII) :] if isinstance(comment, bytes) and comment.startswith(_ASCII) else None


def _load(data: bytes | None) -> "Image.Exif | None":
    try:
        from PIL import Image  # noqa: PLC0415 - optional
    except ImportError:
        raise ConfigurationError(render("recipe_pillow_missing")) from None
    exif = Image.Exif()
    if data:
        try:
            exif.load(data)
            exif.get_ifd(_EXIF_IFD)
        except Exception:  # noqa: BLE001 - broken bytes make decoders raise whatever they meet
            return None
    return exif
