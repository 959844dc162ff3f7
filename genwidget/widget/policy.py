"""The key's one home in a playground, and where keys come from."""

import getpass
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Final

from genwidget.errors import KeyNotLocked
from genwidget.keys import ApiKey
from genwidget.messages import render
from genwidget.regions import is_sandbox_installed

KEY_VARIABLE: Final = "BABYSEA_API_KEY"


class KeyPolicy:
    """Holds the locked key, bound to the region for which it was locked. Has no state that could be serialised."""

    __slots__ = ("_key", "_region_id")

    def __init__(self) -> None:
        self._key: ApiKey | None = None
        self._region_id: str | None = None

    def __repr__(self) -> str:
        return f"KeyPolicy(locked={self._key is not None})"

    def __reduce__(self) -> str:
        raise TypeError("A key policy cannot be pickled")

    def lock(self, text: str, region_id: str, *, custom_host: bool) -> None:
        """Lock a key for a region.

        Raises:
            InvalidApiKey: the text is no key; what was locked before stays.
        """
        self._key = ApiKey(text, custom_host=custom_host)
        self._region_id = region_id

    def unlock(self) -> None:
        """Forget the key."""
        self._key = None
        self._region_id = None

    @property
    def is_locked(self) -> bool:
        """Tell whether a key is locked."""
        return self._key is not None

    @property
    def region_id(self) -> str | None:
        """The region of the locked key."""
        return self._region_id

    @property
    def hint(self) -> str:
        """What may be shown of the key: its first characters."""
        return "" if self._key is None else self._key.hint

    def find_key(self, region_id: str) -> ApiKey | None:
        """Return the key for a region's host, or None."""
        return self._key if self._region_id == region_id else None

    def key_for(self, region_id: str) -> ApiKey:
        """Return the key for a region's host.

        Raises:
            KeyNotLocked: none is locked, or one of another region.
        """
        key = self.find_key(region_id)
        if key is None:
            raise KeyNotLocked
        return key


def find_key(literal: str | None, source: Callable[[], str] | None, region_id: str, *, custom_host: bool) -> str:
    """Return the text of a key: given, from the callable, the environment, the sandbox, or asked for.

    Raises:
        KeyNotLocked: there is none, and nobody can be asked.
    """
    if literal is not None:
        warnings.warn(render("key_literal"), UserWarning, stacklevel=3)
        return literal
    if source is not None:
        return source()
    if os.environ.get(KEY_VARIABLE):
        return os.environ[KEY_VARIABLE]
    if region_id == "sandbox" and not custom_host and is_sandbox_installed():
        return sandbox_key()
    try:
        return getpass.getpass("API key: ")
    except (EOFError, NotImplementedError) as error:  # no terminal, or a front end that cannot ask
        raise KeyNotLocked(render("key_absent")) from error


def sandbox_key() -> str:
    """Return the sandbox's public key."""
    from genwidget.sandbox import API_KEY  # noqa: PLC0415 - an optional extra

    return API_KEY


def is_kernel_logging_messages() -> bool:
    """Tell whether this process's kernel writes message contents, keys included, to any log."""
    module = sys.modules.get("ipykernel.kernelapp")
    if module is None or not module.IPKernelApp.initialized():
        return False
    logger: logging.Logger | None = module.IPKernelApp.instance().log
    # The application's logger lets everything pass; its handlers, and those of the loggers above it, choose.
    is_written = logger is not None and logger.isEnabledFor(logging.DEBUG)
    while logger is not None and is_written:
        if any(handler.level <= logging.DEBUG for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False
