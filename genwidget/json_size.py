"""How much memory the objects of a JSON text take once it is decoded, estimated from the text alone, at C's speed.

A body of 10 MiB may hold millions of lists or objects, each of which takes twenty to forty times its own bytes.
"""

import re
import sys
from typing import Final

#: Bytes, as CPython 3.11 to 3.13 allocates them on 64 bits; measured, a little above what each takes.
_PER_VALUE: Final = 9
_PER_NUMBER: Final = 28
_PER_STRING: Final = 56
_PER_MEMBER: Final = 30
_PER_LIST: Final = 90
_PER_OBJECT: Final = 130
#: A text shorter than this takes a few tens of megabytes at most, whatever it holds.
SMALL: Final = 256 * 1024

#: Python keeps one object each for the numbers of -5 to 256; every three digits may be a larger one.
_TO_ZEROS: Final = str.maketrans(dict.fromkeys("123456789", "0"))
_WIDE: Final = re.compile("[\u0100-\U0010ffff]")


def decoded_size(text: str) -> int:
    """Return about how many bytes a JSON text and its decoded value take; rather too many than too few."""
    if len(text) < SMALL:
        return 0
    values, lists, objects = text.count(","), text.count("["), text.count("{")
    strings = text.count('"') // 2 - text.count('""')
    large = text.translate(_TO_ZEROS).count("000") + sum(text.count(one) for one in ".eE-")
    return (
        sys.getsizeof(text)
        + (len(text) if '"' in text else 0)
        + _wider(text)
        + _PER_VALUE * values
        + _PER_NUMBER * min(values + lists + objects, large)
        + _PER_STRING * max(strings, 0)
        + _PER_MEMBER * text.count(":")
        + _PER_LIST * lists
        + _PER_OBJECT * objects
    )


def _wider(text: str) -> int:
    """Return what strings take beyond a byte a character: one wide character makes its whole string wide.

    A string is as wide as its widest character, and here as wide as the text's: one, two or four bytes a character.
    """
    width = sys.getsizeof(text) // len(text)
    size, at = 0, 0
    while width > 1 and (found := _WIDE.search(text, at)):
        begin, end = text.rfind('"', at, found.start()), text.find('"', found.end())
        at = end if end > 0 else len(text)
        size += (width - 1) * (at - max(begin, 0))
    return size
