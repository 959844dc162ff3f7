"""How large a picture or film is, from what stands before its pixels; no decoder needed."""

import struct
from typing import Final

_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, JPEG, WebP, GIF or MP4; None of anything else."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", content[16:24])
        if content[:6] in {b"GIF87a", b"GIF89a"}:
            return struct.unpack("<HH", content[6:10])
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp_size(content)
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        return _mp4_size(content, 0, len(content)) if content[4:8] == b"ftyp" else None
    except (struct.error, IndexError):  # cut off before its size
        return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        bits = struct.unpack("<I", content[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while content[at] == 0xFF:  # noqa: PLR2004 - every segment begins so
        if content[at + 1] in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None


def _mp4_size(content: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Return the size of the first track that has one, of the boxes in a part of the file. Source: ISO/IEC 14496-12."""
    while at + 8 <= end:
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        begin = at + 8
        if length == 1:  # the length follows in eight bytes
            length, begin = struct.unpack(">Q", content[begin : begin + 8])[0], begin + 8
        stop = end if length == 0 else at + length
        if not begin <= stop <= end:  # cut off, or no box
            return None
        found = None
        if kind in {b"moov", b"trak"}:
            found = _mp4_size(content, begin, stop)
        elif kind == b"tkhd":
            width, height = struct.unpack(">II", content[stop - 8 : stop])  # 16.16 fixed point, the last of the box
            found = (width >> 16, height >> 16) if width and height else None
        if found is not None:
            return found
        at = stop
    return None
