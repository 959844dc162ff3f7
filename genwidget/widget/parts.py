"""Messages kept below what hosts take: what is larger goes in parts, either way.

Databricks takes 5 MB in one message of a widget, Colab less; a proxy may stop at one. A host may write bytes as base64,
and that is below a million too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from genwidget.errors import GenwidgetError
from genwidget.messages import render

#: How many bytes one message carries at most, besides what the host adds. The page has the same (``upload.ts``).
PART_BYTES: Final = 700_000
#: How much of unfinished uploads is held: a file as large as the API takes, and what a person then tries instead.
_MOST_HELD: Final = 24 * 1024 * 1024

Message = tuple[Mapping[str, Any], Sequence[bytes]]


def in_parts(message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> Iterator[Message]:
    """Yield a message, or where it is an answer that is too large, its parts: beats with its id, and a short answer.

    Put together, the parts are the answer as JSON and its buffers behind it; the last says where each is.
    """
    size = sum(map(len, buffers))
    if message.get("kind") != "reply" or (size <= PART_BYTES and size + len(_utf8(message)) <= PART_BYTES):
        yield message, buffers
        return
    whole = b"".join([_utf8(message), *buffers])
    spans, start = [], 0
    for one in (_utf8(message), *buffers):
        spans.append([start, len(one)])
        start += len(one)
    last = (len(whole) - 1) // PART_BYTES * PART_BYTES
    for at in range(0, last, PART_BYTES):
        yield {"kind": "beat", "id": message["id"]}, [whole[at : at + PART_BYTES]]
    yield {"kind": "reply", "id": message["id"], "spans": spans}, [whole[last:]]


def _utf8(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")


class Uploads:
    """Bytes that came from the page ahead of the command that they belong to. For one thread at a time."""

    def __init__(self) -> None:
        self._held: dict[str, bytearray] = {}

    def add(self, upload: str, part: bytes) -> None:
        """Take the next part; what was begun first is given up where too much is held."""
        self._held.setdefault(upload, bytearray()).extend(part)
        while sum(map(len, self._held.values())) > _MOST_HELD:
            del self._held[next(iter(self._held))]

    def take(self, upload: str, last: bytes, size: int | None) -> bytes:
        """Return all of it, and hold it no more.

        Raises:
            GenwidgetError: it is not as large as it was.
        """
        whole = bytes(self._held.pop(upload, b"")) + last
        if len(whole) != size:
            raise GenwidgetError(render("file_incomplete"))
        return whole
