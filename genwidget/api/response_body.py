"""Reading the body of a response, bounded in bytes. What is compressed is refused before a byte of it is decoded.

Every request asks for ``Accept-Encoding: identity``. A compressed body of a few kilobytes can stand for gigabytes, and
its true size is known only once it is decoded.
"""

from io import BytesIO
from typing import Final

import httpx

from genwidget.text import shown

_IDENTITY: Final = frozenset({"", "identity"})
_MAX_SHOWN: Final = 40
#: No limit has more digits; Python refuses to read a number of thousands.
_MOST_DIGITS: Final = 18


class BodyTooLarge(Exception):
    """The body passed its limit; reading stopped there."""


class BodyEncoded(Exception):
    """The body has a content coding other than ``identity``; nothing was read. ``coding`` is fit to be shown."""

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        self.coding = coding


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """Return the body of a streamed response, in one buffer of at most ``limit`` bytes.

    Raises:
        BodyEncoded: the server encoded it.
        BodyTooLarge: it is longer, or announced to be.
    """
    coding = response.headers.get("Content-Encoding", "")
    if not {one.strip().lower() for one in coding.split(",")} <= _IDENTITY:
        raise BodyEncoded(shown(coding, _MAX_SHOWN))
    announced = response.headers.get("Content-Length", "").lstrip("0")
    if announced.isdecimal() and (len(announced) > _MOST_DIGITS or int(announced) > limit):
        raise BodyTooLarge
    # Not a list of parts: a server can send each byte as a chunk, and a list of them takes forty times the bytes.
    buffer, count = BytesIO(), 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for part in response.stream:  # nothing is left to decode
        count += len(part)
        if count > limit:
            raise BodyTooLarge
        buffer.write(part)
    return buffer.getvalue()
