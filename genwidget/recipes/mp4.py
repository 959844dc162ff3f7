"""A recipe as the comment of an MP4 film: ``moov/udta/meta/ilst/©cmt``, where players and ffmpeg look for it.

Nothing that a sample's offset points to is moved: where ``moov`` stands before the samples, it becomes free space, and
the new one goes to the end. Source: ISO/IEC 14496-12, 4.2, 8.10 and 8.11; Apple, "QuickTime File Format", metadata.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple

_COMMENT: Final = b"\xa9cmt"
#: Version and flags, then a handler of iTunes' metadata without a name.
_HANDLER: Final = b"\0" * 8 + b"mdirappl" + b"\0" * 9
_FULL: Final = 4
_MOST_BOXES: Final = 100_000
_TEXT: Final = b"\0\0\0\1\0\0\0\0"  # the type of a value that is UTF-8, and no language


class _Box(NamedTuple):
    kind: bytes
    start: int
    inner: int
    end: int


def insert(content: bytes, recipe: bytes) -> bytes | None:
    """Return the film with a recipe as its comment, in the place of any other; None where it is none of this kind.

    A film in fragments (``moof``) is none: its index would have to be written anew.
    """
    boxes = list(_boxes(BytesIO(content), 0, len(content)))
    films = [one for one in boxes if one.kind == b"moov"]
    if len(films) != 1 or any(one.kind == b"moof" for one in boxes) or boxes[-1].end != len(content):
        return None
    (film,) = films
    inner = _with_comment(content[film.inner : film.end], [b"udta", b"meta", b"ilst"], recipe)
    if inner is None:
        return None
    new, before, after = _box(b"moov", inner), content[: film.start], content[film.end :]
    if all(one.kind != b"mdat" for one in boxes if one.start > film.start):
        return before + new + after
    gap = _box(b"free", bytes(film.end - film.start - 8))
    return before + gap + _closed(after, boxes[-1].start - film.end) + new


def find(file: BinaryIO, most_bytes: int) -> bytes | None:
    """Return the comment of an open film, at most one byte longer than allowed; None where it has none."""
    start, end = 0, file.seek(0, 2)
    for kind in (b"moov", b"udta", b"meta", b"ilst", _COMMENT, b"data"):
        box = next((one for one in _boxes(file, start, end) if one.kind == kind), None)
        if box is None:
            return None
        start, end = box.inner + (_FULL if kind == b"meta" else 0), box.end
    file.seek(start)
    return file.read(min(end - start, len(_TEXT) + most_bytes + 1))[len(_TEXT) :]


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes of a part of a file, up to the first that is none or does not fit."""
    at = start
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16) if at + 8 <= end else b""
        if len(head) < 8:  # noqa: PLR2004 - size and kind
            return
        size, inner = int.from_bytes(head[:4]), at + 8
        if size == 1:
            size, inner = int.from_bytes(head[8:]), at + 16
        elif size == 0:
            size = end - at
        if size < inner - at or at + size > end:
            return
        yield _Box(head[4:8], at, inner, at + size)
        at += size


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


def _closed(content: bytes, last: int) -> bytes:
    """Return boxes whose last one, which may run to the end of the file, tells its own size."""
    if content[last : last + 4] != bytes(4):
        return content
    return content[:last] + (len(content) - last).to_bytes(4) + content[last + 4 :]


def _with_comment(inner: bytes, path: list[bytes], recipe: bytes) -> bytes | None:
    """Return the content of a box with a comment at the end of a path of boxes; None where there is no place for it."""
    if not path:
        kept = b"".join(
            inner[one.start : one.end] for one in _boxes(BytesIO(inner), 0, len(inner)) if one.kind != _COMMENT
        )
        return kept + _box(_COMMENT, _box(b"data", _TEXT + recipe))
    kind, *rest = path
    box = next((one for one in _boxes(BytesIO(inner), 0, len(inner)) if one.kind == kind), None)
    if box is None:
        made = _with_comment(b"", rest, recipe)
        assert made is not None, "there is room in an empty box"
        return inner + _box(kind, bytes(_FULL) + _box(b"hdlr", _HANDLER) + made if kind == b"meta" else made)
    head, content = b"", inner[box.inner : box.end]
    if kind == b"meta":
        head, content = content[:_FULL], content[_FULL:]
        if content[4:8] != b"hdlr" or content[16:20] != b"mdir":
            return None
    made = _with_comment(content, rest, recipe)
    return None if made is None else inner[: box.start] + _box(kind, head + made) + inner[box.end :]
