"""A recipe in a WebP file: an ``EXIF`` chunk, and the extended header that tells of it. Source: RFC 9649, 2.7."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple

from genwidget.recipes.exif import PREFIX, comment_of, with_comment

_HAS_EXIF: Final = 0x08
_HAS_ALPHA: Final = 0x10
_MOST_CHUNKS: Final = 100_000
_MOST_EXIF: Final = 4 * 1024 * 1024


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        """Where the next one begins: on an even byte."""
        return self.start + 8 + self.length + self.length % 2


def insert(content: bytes, recipe: bytes) -> bytes | None:
    """Return the file with a recipe, or None where it is none of this kind.

    Raises:
        ConfigurationError: Pillow is not installed.
    """
    chunks = list(_chunks(BytesIO(content)))
    header = _header(content, chunks)
    if header is None:
        return None
    old = next((one for one in chunks if one.kind == b"EXIF"), None)
    data = with_comment(None if old is None else PREFIX + _payload(content, old).removeprefix(PREFIX), recipe)
    if data is None:
        return None
    kept = [content[one.start : one.end] for one in chunks if one.kind not in {b"VP8X", b"EXIF"}]
    body = b"WEBP" + b"".join([_chunk(b"VP8X", header), *kept, _chunk(b"EXIF", data.removeprefix(PREFIX))])
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def find(file: BinaryIO, most_bytes: int) -> bytes | None:
    """Return the recipe of an open file, or None."""
    for chunk in _chunks(file):
        if chunk.kind == b"EXIF":
            file.seek(chunk.start + 8)
            data = file.read(min(chunk.length, most_bytes + _MOST_EXIF))
            return comment_of(PREFIX + data.removeprefix(PREFIX))
    return None


def _chunks(file: BinaryIO) -> Iterator[_Chunk]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 - name and length
            return
        chunk = _Chunk(head[:4], at, int.from_bytes(head[4:], "little"))
        yield chunk
        at = chunk.end


def _payload(content: bytes, chunk: _Chunk) -> bytes:
    return content[chunk.start + 8 : chunk.start + 8 + chunk.length]


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(4, "little") + payload + b"\0" * (len(payload) % 2)


def _header(content: bytes, chunks: list[_Chunk]) -> bytes | None:
    """Return the extended header that tells of EXIF data: the one that is there, or one made of the picture's own."""
    if not chunks:
        return None
    first = _payload(content, chunks[0])
    if chunks[0].kind == b"VP8X" and len(first) == 10:  # noqa: PLR2004 - flags, 3 bytes of nothing, width, height
        return bytes((first[0] | _HAS_EXIF,)) + first[1:]
    if chunks[0].kind == b"VP8 " and first[3:6] == b"\x9d\x01\x2a" and len(first) >= 10:  # noqa: PLR2004 - with its sizes
        width, height = (int.from_bytes(first[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        flags = _HAS_EXIF
    elif chunks[0].kind == b"VP8L" and first[:1] == b"\x2f" and len(first) >= 5:  # noqa: PLR2004 - with its sizes
        bits = int.from_bytes(first[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags = _HAS_EXIF | (_HAS_ALPHA if bits >> 28 & 1 else 0)
    else:
        return None
    if not width or not height:
        return None
    return bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
