"""A validated API key. It is masked in ``repr`` and cannot be pickled or copied.

A key belongs to one origin: :meth:`ApiKey.at` binds it, and a bound key is given to no other.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any, Final, NoReturn, Self, TypeAlias, final
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from genwidget.api.masking import hold
from genwidget.api.pasted_key import CUSTOM_KEY_PATTERN, KEY_PATTERN, take_out
from genwidget.api.regions import origin_of, sandbox_key
from genwidget.errors import InvalidApiKey, WrongKey
from genwidget.messages import render

#: What may be given as a key; None leaves it to what is in use, or to the environment.
KeyGiven: TypeAlias = "str | SecretStr | ApiKey | None"

#: The environment variable of the key.
KEY_VARIABLE: Final = "BABYSEA_API_KEY"

_HINT_LENGTH: Final = 9
#: A shorter text may stand in a reply by chance, and masking it would break the reply.
_REDACTED_FROM: Final = 8


@final
class ApiKey:
    """A checked key. Only :meth:`reveal` gives it away, for the header at the socket."""

    __slots__ = ("__origin", "__spellings", "__text", "__weakref__", "fingerprint", "hint", "is_taken_out")

    def __init__(self, text: "str | SecretStr | ApiKey", *, custom_host: bool = False) -> None:
        """Check and hold a key. It belongs to no origin yet.

        What a paste brings along is taken off: white space, characters without width, quotes, ``Bearer`` and
        ``BABYSEA_API_KEY=`` before it; ``is_taken_out`` tells whether there was any.

        Args:
            text: what was typed or read.
            custom_host: the key is for a ``base_url``, whose keys may have another form.

        Raises:
            InvalidApiKey: empty, control or other characters that no header carries, or not ``bye_…``.
        """
        # From here on no local of any frame is the text, since some tools print locals with a traceback.
        text = sealed(text)
        self.hint, self.fingerprint = "", ""
        self.__origin: str | None = None
        found = _checked(text, custom_host=custom_host)
        if found is None:
            raise InvalidApiKey(hint=render("custom_key_form" if custom_host else "key_form"))
        self.__text, self.__spellings = found, _spellings(SecretStr(found))
        self.is_taken_out = found != _open(text)
        self.hint = f"{found[: min(_HINT_LENGTH, len(found) // 2)]}..."
        self.fingerprint = hashlib.sha256(found.encode()).hexdigest()[:12]
        hold(self)

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
        bound.__text, bound.__spellings, bound.__origin = self.__text, self.__spellings, origin
        bound.hint, bound.fingerprint, bound.is_taken_out = self.hint, self.fingerprint, self.is_taken_out
        hold(bound)
        return bound

    def reveal(self) -> str:
        """Return the key itself, for the one header that carries it."""
        return self.__text

    def redact(self, text: str) -> str:
        """Return ``text`` with every spelling of the key masked: plain, in JSON, in a URL, and as Python writes it."""
        for spelling in self.__spellings:
            text = text.replace(spelling, self.hint)
        return text

    def redact_bytes(self, data: bytes) -> bytes:
        """Return ``data`` with every spelling of the key masked."""
        for spelling in self.__spellings:
            data = data.replace(spelling.encode(), self.hint.encode())
        return data

    def __repr__(self) -> str:
        return f"ApiKey({self.hint})"

    __str__ = __repr__

    def __getstate__(self) -> NoReturn:
        """Refuse: a key is never stored."""
        raise TypeError("An API key cannot be copied or stored")

    def __reduce_ex__(self, protocol: object, /) -> NoReturn:
        """Refuse: a key is never stored."""
        raise TypeError("An API key cannot be copied or stored")


def sealed(key: object) -> SecretStr | ApiKey:
    """Return what was given as a key so that no frame that holds it shows it; what is no text is the empty one."""
    if isinstance(key, SecretStr | ApiKey):
        return key
    return SecretStr(key if isinstance(key, str) else "")


def seal_keys(given: MutableMapping[str, Any]) -> None:
    """Seal, among keywords that are handed on, what is a key or given for one: a frame may show what it holds."""
    for name, value in given.items():
        if isinstance(value, str) and ("key" in name or re.fullmatch(rf"\s*{KEY_PATTERN}\s*", value, re.ASCII)):
            given[name] = SecretStr(value)


def _open(text: SecretStr | ApiKey) -> str:
    return text.reveal() if isinstance(text, ApiKey) else text.get_secret_value()


def _spellings(text: SecretStr) -> tuple[str, ...]:
    """Return every spelling of a key that is masked: plain, in JSON, in a URL, and as Python writes it."""
    key = text.get_secret_value()
    if len(key) < _REDACTED_FROM:
        return ()
    in_json = json.dumps(key)[1:-1]
    in_python = repr(key)[1:-1]
    spellings = (key, in_json, in_json.replace("/", r"\/"), quote(key, safe=""), quote_plus(key), in_python)
    return tuple(dict.fromkeys(spellings))


def _checked(text: SecretStr | ApiKey, *, custom_host: bool) -> str | None:
    """Return the key in a text, or None; raises nothing while it holds it."""
    found = take_out(_open(text), custom_host=custom_host)
    pattern = CUSTOM_KEY_PATTERN if custom_host else KEY_PATTERN
    return found if re.fullmatch(pattern, found, re.ASCII) else None


def resolve_key(
    region_id: str,
    base_url: str | None = None,
    given: KeyGiven = None,
    *,
    source: Callable[[], str] | None = None,
    ask: Callable[[], SecretStr | ApiKey] | None = None,
) -> ApiKey | None:
    """Return the key to use: the one rule of client, playground, batch and shell.

    It is the one given, else that of ``source``, else, for the sandbox, its own, else that of ``BABYSEA_API_KEY``, else
    the one that ``ask`` asks for, else None.

    Args:
        region_id: where it is for.
        base_url: a host of one's own, which beats the region and may give out keys of another form.
        given: a literal.
        source: a callable of one's own that returns a key.
        ask: asks a person.

    Raises:
        InvalidApiKey: it has a form that no key has.
    """
    given = None if given is None else sealed(given)  # before anything can raise: tracebacks may show arguments
    found = given if given is not None or source is None else sealed(source())
    if found is None and region_id == "sandbox" and base_url is None:
        return ApiKey(sandbox_key())
    if found is None:  # an empty one was given too, and is refused
        found = _environment_key() or (None if ask is None else ask())
    if found is None or isinstance(found, ApiKey):
        return found
    return ApiKey(found, custom_host=base_url is not None)


def public_key(fingerprint: str) -> ApiKey | None:
    """Return the key of the sandbox with a fingerprint, or None. They are published, so any sandbox may have them."""
    from genwidget.sandbox import API_KEYS, STATE_KEYS  # noqa: PLC0415 - an optional extra

    keys = (ApiKey(text) for text in (*API_KEYS.values(), *STATE_KEYS.values()))
    return next((key for key in keys if key.fingerprint == fingerprint), None)


@cache
def is_public(fingerprint: str) -> bool:
    """Tell whether a fingerprint is that of a key of the sandbox, which no other host takes."""
    return public_key(fingerprint) is not None


def _environment_key() -> SecretStr | None:
    found = SecretStr(os.environ.get(KEY_VARIABLE, ""))
    return found if found.get_secret_value() else None
