"""The form of a key, and a key as people paste it: in quotes, behind a word or a name, with characters unseen."""

import re
from typing import Final

#: Source: the pattern that the API's official starters accept.
KEY_PATTERN: Final = r"bye_[A-Za-z0-9_-]+"
#: What a header can carry as one word; a custom host may give out keys of another form.
CUSTOM_KEY_PATTERN: Final = r"[\x21-\x7e]+"
#: All that Unicode calls white space.
WHITE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: Characters without width: soft hyphen, joiners, marks and overrides of direction, byte order mark.
UNSEEN: Final = "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
QUOTES: Final = "\"'`\xb4\xab\xbb\u2018-\u201f\u2032-\u2037\u2039\u203a\u300c-\u300f\uff02\uff07"
#: No key is longer; a longer text is none.
MOST: Final = 4_096

_BLANK: Final = rf"[{WHITE}{UNSEEN}]"
_AROUND: Final = re.compile(rf"\A{_BLANK}+|{_BLANK}+\Z")
_QUOTED: Final = re.compile(rf"\A[{QUOTES}]+|[{QUOTES}]+\Z")
#: A host of one's own may give out a key that ends in a quote: there, only what stands at both ends is around the key.
_PAIR: Final = re.compile(rf"\A([{QUOTES}])(.*)([{QUOTES}])\Z", re.DOTALL)
_BEFORE: Final = re.compile(
    rf"\A(?:(?:(?:export|set){_BLANK}+|\$env:)?BABYSEA_API_KEY{_BLANK}*="
    rf"|(?:authorization{_BLANK}*:{_BLANK}*)?bearer{_BLANK}+)",
    re.IGNORECASE,
)


def take_out(text: str, *, custom_host: bool) -> str:
    """Return a pasted text without the white space, unseen characters, quotes, ``Bearer`` or variable around its key.

    What stands inside the key stays there, and is for the caller to refuse.
    """
    if len(text) > MOST:
        return ""
    while True:
        inner = _BEFORE.sub("", _AROUND.sub("", text))
        inner = _PAIR.sub(r"\2", inner) if custom_host else _QUOTED.sub("", inner)
        if inner == text:
            return inner
        text = inner
