"""A recipe in a JPEG file: an ``APP1`` segment of EXIF data. Source: ITU-T T.81, B.1; CIPA DC-008, 4.7.2."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple

from genwidget.recipes.exif import PREFIX, comment_of, with_comment

_APP0: Final = 0xE0
_APP1: Final = 0xE1
#: Of these the pixels follow, or nothing.
_ENDS: Final = (0xDA, 0xD9)
_MOST_SEGMENTS: Final = 10_000
#: What a segment's length, two bytes, can count beside itself.
_MOST_BYTES: Final = 0xFFFF - 2


class _Segment(NamedTuple):
    kind: int
    start: int
    end: int


def insert(content: bytes, recipe: bytes) -> bytes | None:
    """Return the file with a recipe, or None where it is none of this kind.

    Raises:
        OverflowError: a segment of this kind is too short for the recipe.
        ConfigurationError: Pillow is not installed.
    """
    segments = list(_segments(BytesIO(content)))
    if not segments:
        return None
    old = next((one for one in segments if _is_exif(content[one.start + 4 : one.end], one.kind)), None)
    data = with_comment(None if old is None else content[old.start + 4 : old.end], recipe)
    if data is None:
        return None
    if len(data) > _MOST_BYTES:
        raise OverflowError
    new = bytes((0xFF, _APP1)) + (len(data) + 2).to_bytes(2) + data
    if old is not None:
        return content[: old.start] + new + content[old.end :]
    at = segments[0].end if segments[0].kind == _APP0 else segments[0].start  # JFIF stands first
    return content[:at] + new + content[at:]


def find(file: BinaryIO, most_bytes: int) -> bytes | None:  # noqa: ARG001 - a segment is bounded by itself
    """Return the recipe of an open file, or None."""
    for segment in _segments(file):
        if segment.kind == _APP1:
            file.seek(segment.start + 4)
            data = file.read(segment.end - segment.start - 4)
            if _is_exif(data, segment.kind):
                return comment_of(data)
    return None


def _is_exif(data: bytes, kind: int) -> bool:
    return kind == _APP1 and data.startswith(PREFIX)


def _segments(file: BinaryIO) -> Iterator[_Segment]:
    """Yield the segments before the pixels."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in _ENDS:  # noqa: PLR2004 - marker and length
            return
        if head[1] == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(head[2:])
        yield _Segment(head[1], at, end)
        at = end
