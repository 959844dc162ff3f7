"""Words of a text, as runs are searched by them. Pure.

A word is a run of letters and digits, without case and without accents. What is written without spaces between words
(Chinese, Japanese, Thai and the like), and each sign, is a word of one character, so that any text can be searched as
it stands. Words are written one after the other with spaces between them, and then mean the same to SQLite as here.
"""

import re
import unicodedata
from typing import Final

from genwidget.text import encodable

#: How much of a text is read, in code points: longer than any prompt that is taken.
MAX_TEXT: Final = 20_000

_ACCENTS: Final = re.compile("[\u0300-\u036f]")
#: Writing without spaces, symbols, emoji and general punctuation.
_SINGLE: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2000-\u2bff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff00-\uff0f\uff1a-\uff20\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_SIGNS: Final = r"!-/:-@\[-`{-~\x80-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
_BETWEEN: Final = r"\s\x00-\x1f\x7f"
_WORD: Final = re.compile(rf"[^{_BETWEEN}{_SIGNS}{_SINGLE}]+|[^{_BETWEEN}]")
#: A sign of ASCII as SQLite's tokenizer takes it for part of a word: by a code point that no text has.
_SIGN_BASE: Final = 0xE000
_KEPT: Final = {code: _SIGN_BASE + code for code in range(0x21, 0x7F) if not chr(code).isalnum()}


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order."""
    text = encodable(text[:MAX_TEXT]).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text))).casefold()
    return [word.translate(_KEPT) for word in _WORD.findall(text)]


class Search:
    """What was typed: parts that must all be there, each the words of what stood between spaces, in that order.

    The last word of the last part is the beginning of one, while nobody has typed a space behind it.

    Args:
        typed: as it was typed; nothing in it is syntax.
    """

    def __init__(self, typed: str) -> None:
        typed = typed[:MAX_TEXT]
        self._parts = [words for words in map(words_of, typed.split()) if words]
        self._is_open = bool(typed) and not typed[-1].isspace()

    def __bool__(self) -> bool:
        return bool(self._parts)

    @property
    def expression(self) -> str:
        """The same for FTS5: phrases in quotes, in which nothing is syntax."""
        phrases = [f'"{" ".join(words)}"' for words in self._parts]
        return " ".join(phrases) + (" *" if self._is_open else "")

    def matches(self, words: str) -> bool:
        """Tell whether words, with spaces between them, have all that was typed."""
        held = f" {words} "
        last = len(self._parts) - 1
        return all(
            f" {' '.join(part)}{'' if self._is_open and at == last else ' '}" in held
            for at, part in enumerate(self._parts)
        )
