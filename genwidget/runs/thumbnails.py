"""Small pictures of outputs: of pictures, and of the first frame of films. It takes time, so it is for workers."""

import os
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from genwidget.api.media_types import Fetched
from genwidget.errors import ApiError, GenwidgetError, KeyNotLocked, LedgerError, OutputUnavailable, TransportError

if TYPE_CHECKING:
    from PIL.Image import Image

#: The longest side, in pixels.
SIDE_PX: Final = 256
#: Without Pillow a picture is shown as it is, up to this size in bytes.
MOST_PLAIN: Final = 512 * 1024
_QUALITY: Final = 80
#: How many are made at once: the page that shows them is often on the same machine, and each keeps a processor busy.
MADE_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 1) // 2))
#: How long the encoder looks for the fewest bytes, from 0 to 6. The usual 4 takes twice as long for 3 % less.
_EFFORT: Final = 2
#: What every browser draws.
_DRAWN: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture."""

    content: bytes = field(repr=False)
    media_type: str


def may_come(error: GenwidgetError) -> bool:
    """Tell whether what could not be fetched may be fetched later."""
    if isinstance(error, OutputUnavailable):
        return error.may_come
    if isinstance(error, ApiError):
        return error.retryable
    return isinstance(error, TransportError | LedgerError | KeyNotLocked)


def thumbnail_of(fetched: Fetched) -> Thumbnail | None:
    """Return a small picture of an output; None where none can be made of it.

    Without Pillow a picture is returned as it is, unless it is large; without PyAV there is none of a film.
    """
    is_film = fetched.media_type.startswith("video/")
    if not is_film and not fetched.media_type.startswith("image/"):
        return None
    try:
        from PIL import Image  # noqa: PLC0415 - optional
    except ImportError:
        is_shown = fetched.media_type in _DRAWN and len(fetched.content) <= MOST_PLAIN
        return Thumbnail(fetched.content, fetched.media_type) if is_shown else None
    made = BytesIO()
    try:
        with _first_frame(fetched.content) if is_film else Image.open(BytesIO(fetched.content)) as picture:
            small(picture).save(made, "WEBP", quality=_QUALITY, method=_EFFORT)
    except Exception:  # noqa: BLE001 - broken bytes make decoders raise whatever they meet
        return None
    return Thumbnail(made.getvalue(), "image/webp")


def small(picture: "Image") -> "Image":
    """Return a picture that is no larger than :data:`SIDE_PX`; what is given is made small too."""
    picture.draft("RGB", (SIDE_PX, SIDE_PX))
    picture.thumbnail((SIDE_PX, SIDE_PX))
    return picture.convert("RGBA" if "A" in picture.getbands() else "RGB")


def _first_frame(content: bytes) -> "Image":
    """Return the first frame of a film.

    Raises:
        Exception: PyAV is not installed, or cannot read it.
    """
    import av  # noqa: PLC0415 - optional

    with av.open(BytesIO(content), mode="r") as film:
        frame: Any = next(film.decode(video=0))
        picture: Image = frame.to_image()
        return picture
