"""How much memory JSON takes while it is decoded, estimated from its bytes alone, at C's speed.

A body of 10 MiB may hold millions of lists or objects, each of which takes twenty to forty times its own bytes; and one
wide character makes a text of four bytes a character of it.
"""

import re
from typing import Final

#: Bytes, as CPython 3.11 to 3.13 allocates them on 64 bits; measured, a little above what each takes.
_PER_VALUE: Final = 9
_PER_NUMBER: Final = 28
_PER_STRING: Final = 56
_PER_MEMBER: Final = 30
_PER_LIST: Final = 90
_PER_OBJECT: Final = 130
#: A body shorter than this takes a few tens of megabytes at most, whatever it holds.
SMALL: Final = 256 * 1024

#: Python keeps one object each for the numbers of -5 to 256; every three digits may be a larger one.
_TO_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_CONTINUATIONS: Final = bytes(range(0x80, 0xC0))
#: The first bytes, in UTF-8, of characters beyond U+00FF, and of those beyond U+FFFF.
_WIDE: Final = re.compile(rb"[\xc4-\xf4]")
_WIDEST: Final = re.compile(rb"[\xf0-\xf4]")


def decoded_size(content: bytes) -> int:
    """Return about how many bytes a JSON body takes as a text and as a value; rather too many than too few."""
    if len(content) < SMALL:
        return 0
    values, lists, objects = content.count(b","), content.count(b"["), content.count(b"{")
    quotes, empty = content.count(b'"'), content.count(b'""')
    large = content.translate(_TO_ZEROS).count(b"000") + sum(content.count(one) for one in (b".", b"e", b"E", b"-"))
    return (
        _texts_size(content, has_strings=quotes > 0)
        + _PER_VALUE * values
        + _PER_NUMBER * min(values + lists + objects, large)
        + _PER_STRING * max(quotes // 2 - empty, 0)
        + _PER_MEMBER * content.count(b":")
        + _PER_LIST * lists
        + _PER_OBJECT * objects
    )


def _texts_size(content: bytes, *, has_strings: bool) -> int:
    """Return what the text takes, and the characters of its strings: one wide character makes a whole string wide."""
    if content.isascii():
        return len(content) * (2 if has_strings else 1)
    width = 4 if _WIDEST.search(content) else 2 if _WIDE.search(content) else 1
    length = len(content.translate(None, _CONTINUATIONS))
    size, at = length * width + length, 0
    while width > 1 and (found := _WIDE.search(content, at)):
        begin, end = content.rfind(b'"', at, found.start()), content.find(b'"', found.end())
        at = end if end > 0 else len(content)
        size += (width - 1) * len(content[max(begin, 0) : at].translate(None, _CONTINUATIONS))
    return size
