"""The one home of an API key. It checks, holds, masks; it never prints itself and cannot be stored.

A key belongs to one origin: :meth:`ApiKey.at` binds it, and a bound key is given to no other.
"""

import hashlib
import json
import re
from typing import Final, NoReturn, Self, final
from urllib.parse import quote, quote_plus

from genwidget.errors import InvalidApiKey, WrongKey
from genwidget.messages import render
from genwidget.regions import origin_of

#: Source: the pattern that the API's official starters accept.
KEY_PATTERN: Final = r"bye_[A-Za-z0-9_-]+"
#: What a header can carry as one word; a custom host may give out keys of another form.
CUSTOM_KEY_PATTERN: Final = r"[\x21-\x7e]+"
#: White space that a paste may bring along; other control characters are refused, not trimmed.
OUTSIDE: Final = " \t\r\n\u00a0\u2028\u2029\u3000\ufeff"

_HINT_LENGTH: Final = 9
#: A shorter text may stand in a reply by chance, and masking it would break the reply.
_REDACTED_FROM: Final = 8


@final
class ApiKey:
    """A checked key. Only :meth:`reveal` gives it away, for the header at the socket."""

    __slots__ = ("__origin", "__text", "fingerprint", "hint")

    def __init__(self, text: str, *, custom_host: bool = False) -> None:
        """Check and hold a key; white space around it is trimmed. It belongs to no origin yet.

        Args:
            text: what was typed or read.
            custom_host: the key is for a ``base_url``, whose keys may have another form.

        Raises:
            InvalidApiKey: empty, control or other characters that no header carries, or not ``bye_…``.
        """
        trimmed = text.strip(OUTSIDE) if isinstance(text, str) else ""
        if not re.fullmatch(CUSTOM_KEY_PATTERN if custom_host else KEY_PATTERN, trimmed, re.ASCII):
            raise InvalidApiKey
        self.__text = trimmed
        self.__origin: str | None = None
        self.hint = f"{trimmed[: min(_HINT_LENGTH, len(trimmed) // 2)]}..."
        self.fingerprint = hashlib.sha256(trimmed.encode()).hexdigest()[:12]

    @property
    def origin(self) -> str | None:
        """The one origin that the key may be sent to; None before :meth:`at`."""
        return self.__origin

    def at(self, url: str) -> Self:
        """Return this key as one of the origin of a URL: the only way to a key that can be sent.

        Raises:
            WrongKey: it belongs to another origin.
        """
        origin = origin_of(url)
        if self.__origin == origin:
            return self
        if self.__origin is not None:
            raise WrongKey(render("key_of_other_host", locked=self.__origin, wanted=origin))
        bound = object.__new__(type(self))
        bound.__text, bound.__origin = self.__text, origin
        bound.hint, bound.fingerprint = self.hint, self.fingerprint
        return bound

    def reveal(self) -> str:
        """Return the key itself, for the one header that carries it."""
        return self.__text

    def redact(self, text: str) -> str:
        """Return ``text`` with every spelling of the key masked: plain, in JSON, and in a URL."""
        for spelling in self.__spellings():
            text = text.replace(spelling, self.hint)
        return text

    def redact_bytes(self, data: bytes) -> bytes:
        """Return ``data`` with every spelling of the key masked."""
        for spelling in self.__spellings():
            data = data.replace(spelling.encode(), self.hint.encode())
        return data

    def __spellings(self) -> tuple[str, ...]:
        key = self.__text
        if len(key) < _REDACTED_FROM:
            return ()
        in_json = json.dumps(key)[1:-1]
        return tuple(dict.fromkeys((key, in_json, in_json.replace("/", r"\/"), quote(key, safe=""), quote_plus(key))))

    def __repr__(self) -> str:
        return f"ApiKey({self.hint})"

    __str__ = __repr__

    def __getstate__(self) -> NoReturn:
        """Refuse: a key is never stored."""
        raise TypeError("An API key cannot be copied or stored")

    def __reduce_ex__(self, protocol: object, /) -> NoReturn:
        """Refuse: a key is never stored."""
        raise TypeError("An API key cannot be copied or stored")
