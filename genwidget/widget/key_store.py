"""The key's one home in a playground, and where keys come from."""

import getpass
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from genwidget.api.keys import ApiKey, sealed
from genwidget.errors import KeyNotLocked
from genwidget.messages import render
from genwidget.widget.cells import cell_name


@dataclass(frozen=True, slots=True)
class Lockable:
    """A key, its region, and what tells the region's origin: one value, so that no thread sees parts of two."""

    key: ApiKey
    region_id: str
    find_url: Callable[[], str]


class KeyStore:
    """Holds the locked key, for the one origin for which it was locked. Has no state that could be serialised."""

    __slots__ = ("_locked", "_reason")

    def __init__(self) -> None:
        self._locked: Lockable | None = None
        self._reason = ""

    def __repr__(self) -> str:
        return f"KeyStore(locked={self.is_locked})"

    def __reduce__(self) -> str:
        raise TypeError("A key store cannot be pickled")

    def lock(
        self, text: str | SecretStr | ApiKey, region_id: str, find_url: Callable[[], str], *, custom_host: bool
    ) -> None:
        """Lock a key for a region.

        Args:
            text: the key.
            region_id: the region.
            find_url: tells the origin of the region, always the same; it may block while the sandbox starts.
            custom_host: the key is for a ``base_url``.

        Raises:
            InvalidApiKey: the text is no key; what was locked before stays.
        """
        text = sealed(text)
        self.take(Lockable(ApiKey(text, custom_host=custom_host), region_id, find_url))

    def take(self, lockable: Lockable) -> None:
        """Lock a key that was checked."""
        self._locked, self._reason = lockable, ""

    def unlock(self, reason: str = "") -> None:
        """Forget the key; the reason is told to who asks for it."""
        self._locked, self._reason = None, reason

    @property
    def locked(self) -> Lockable | None:
        """What is locked, which is another object after each lock."""
        return self._locked

    @property
    def is_locked(self) -> bool:
        """Tell whether a key is locked."""
        return self._locked is not None

    @property
    def region_id(self) -> str | None:
        """The region of the locked key."""
        return None if self._locked is None else self._locked.region_id

    @property
    def hint(self) -> str:
        """What may be shown of the key: its first characters."""
        return "" if self._locked is None else self._locked.key.hint

    @property
    def is_taken_out(self) -> bool:
        """Tell whether something that stood around the key was left out."""
        return self._locked is not None and self._locked.key.is_taken_out

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the locked key, or None."""
        return None if self._locked is None else self._locked.key.fingerprint

    def check_region(self, region_id: str) -> None:
        """Check that a key of a region is locked.

        Raises:
            KeyNotLocked: none is locked, or one of another region.
        """
        if self.region_id != region_id:
            raise self._absent()

    def _absent(self) -> KeyNotLocked:
        error = KeyNotLocked()
        if self._reason:
            error.add_note(self._reason)
        return error

    def find_key(self, region_id: str | None = None) -> ApiKey | None:
        """Return the locked key at its own origin, or None; with a region only of that. May start the sandbox."""
        locked = self._locked
        if locked is None or region_id not in {None, locked.region_id}:
            return None
        return locked.key.at(locked.find_url())

    def key_for(self, region_id: str | None = None) -> ApiKey:
        """Return the locked key at its own origin; of one region, where one is given. May start the sandbox.

        Raises:
            KeyNotLocked: none is locked, or one of another region.
        """
        key = self.find_key(region_id)
        if key is None:
            raise self._absent()
        return key


def ask_for_key() -> SecretStr | ApiKey:
    """Ask whoever is at the keyboard.

    Raises:
        KeyNotLocked: nobody can be asked.
    """
    absent: KeyNotLocked
    try:
        return sealed(getpass.getpass("API key: "))
    except (EOFError, NotImplementedError) as error:  # no terminal, or a front end that cannot ask
        absent = KeyNotLocked(render("key_absent"))
        absent.__cause__ = error
    raise absent


def warn_of_literal() -> None:
    """Warn at the line that holds the key, named so that Python does not find its text, which it would repeat."""
    caller = sys._getframe(2)  # noqa: SLF001 - past lock_key
    cell = cell_name(caller.f_code.co_filename)
    sentence = render("key_literal" if cell else "key_literal_file")
    warnings.warn_explicit(sentence, UserWarning, cell or f"({caller.f_code.co_filename})", caller.f_lineno)
