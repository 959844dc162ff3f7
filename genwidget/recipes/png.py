"""A recipe in a PNG file: an uncompressed ``iTXt`` chunk of our own keyword. Source: PNG, third edition, 11.3.3."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
#: After the signature and the first chunk, which is always IHDR with 13 bytes.
_AFTER_IHDR: Final = len(SIGNATURE) + 25
#: Keyword, not compressed, no language, no translated keyword.
_HEAD: Final = b"genwidget\0\0\0\0\0"
_MOST_CHUNKS: Final = 100_000


def insert(content: bytes, recipe: bytes) -> bytes | None:
    """Return the file with a recipe, or None where it is none of this kind."""
    if content[12:16] != b"IHDR" or len(content) < _AFTER_IHDR:
        return None
    data = b"iTXt" + _HEAD + recipe
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return content[:_AFTER_IHDR] + chunk + content[_AFTER_IHDR:]


def find(file: BinaryIO, most_bytes: int) -> bytes | None:
    """Return the recipe of an open file, at most one byte longer than allowed; None where it has none."""
    for kind, length in _chunks(file):
        if kind == b"iTXt" and length > len(_HEAD):
            start = file.tell()
            if file.read(len(_HEAD)) == _HEAD:
                return file.read(min(length - len(_HEAD), most_bytes + 1))
            file.seek(start)
    return None


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    at = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":  # noqa: PLR2004 - length and name of a chunk
            return
        length = int.from_bytes(head[:4])
        yield head[4:], length
        at += 12 + length
