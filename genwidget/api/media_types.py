"""Media types of outputs: told from their bytes, else from their link."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from genwidget.text import path_of

_BY_EXTENSION: Final[dict[str, str]] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}


_EXTENSIONS: Final[dict[str, str]] = {kind: extension for extension, kind in reversed(_BY_EXTENSION.items())}


#: Offset, first bytes, type; the first that fits counts.
_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (0, b"GIF8", "image/gif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)


UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of an output and what they are, told from the bytes themselves where they tell."""

    content: bytes = field(repr=False)
    media_type: str


def guess_type(url: str, model_type: str, output_format: str | None = None) -> str:
    """Return what an output probably is: by its link's ending, else by the format asked for, else by the model."""
    ending = PurePosixPath(path_of(url)).suffix.lstrip(".").lower()
    for extension in (ending, output_format or ""):
        if extension in _BY_EXTENSION:
            return _BY_EXTENSION[extension]
    return "video/mp4" if model_type == "video" else "image/png"


def sniff(content: bytes, declared: str) -> str:
    """Return what bytes are: by their first ones, else as the server declared, if that is a picture or a video."""
    for at, magic, media_type in _MAGIC:
        if content[at : at + len(magic)] == magic:
            return media_type
    kind = declared.partition(";")[0].strip().lower()
    return kind if kind in _EXTENSIONS else UNKNOWN_TYPE


def extension_of(media_type: str) -> str:
    """Return the ending of a file's name, ``bin`` where the type is not known."""
    return _EXTENSIONS.get(media_type, "bin")
