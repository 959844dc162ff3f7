"""What the first paint does not need: imported on a thread of its own once the page knows of a playground.

The widget has two halves, and this is where they meet. The first is all that ``playground.py`` imports: traits, the
catalogue, fields, sentences. The second is all that ``back_end.py`` imports, which is most of the package: httpx,
pydantic, the ledger, exporters. Whoever asks for something of the second half before the thread has imported it imports
it, or waits for the thread: an import of Python is under a lock of its own.
"""

import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Final

from genwidget.catalogue import Catalogue
from genwidget.errors import ConfigurationError
from genwidget.messages import render
from genwidget.settings import Settings
from genwidget.widget.history_scope import Scope
from genwidget.widget.publisher import TraitPublisher
from genwidget.widget.views import Views

if TYPE_CHECKING:
    from genwidget.widget.back_end import BackEnd
    from genwidget.widget.payload_types import KeyEntry

_SECOND_HALF: Final = "genwidget.widget.back_end"
#: The thread that imports, once there is one.
_importing: Final[list[threading.Thread]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a playground is made with, checked.

    Attributes:
        publisher: takes what the page must know.
        views: which views are open.
        modules: the further modules of the page, by name.
        settings: limits and switches.
        allow_debug: whether keys are locked from the page even where the kernel logs its messages.
        key_entry: whether the page was told that it may take a key.
        base_url: a host of one's own; None for the region's.
        region_id: the first region.
        sandbox_offered: whether the page lets the sandbox be chosen.
        scope: whose runs are seen.
        spend_limit: how many credits may be spent; None for no limit.
    """

    publisher: TraitPublisher
    views: Views
    modules: Mapping[str, bytes]
    settings: Settings
    allow_debug: bool
    key_entry: "KeyEntry"
    base_url: str | None
    region_id: str
    sandbox_offered: bool
    scope: Scope
    spend_limit: Decimal | None


class Deferred:
    """The back end of one playground, made when something is first asked of it. Any thread may ask."""

    def __init__(self, terms: Terms) -> None:
        self.terms: Final = terms
        self._lock = threading.RLock()
        self._made: BackEnd | None = None
        self._is_closed = False

    def get(self) -> "BackEnd":
        """Return the back end.

        Raises:
            ConfigurationError: a package that it needs is not installed.
        """
        with self._lock:
            if self._made is None:
                self._made = _import_back_end()(self.terms)
                if self._is_closed:
                    self._made.session.close()
            return self._made

    @property
    def is_made(self) -> bool:
        """Whether anything was asked of it so far."""
        return self._made is not None

    @property
    def catalogue(self) -> Catalogue:
        """The models that are known: those that ship, until a list of the API's was read."""
        return Catalogue.load() if self._made is None else self._made.session.catalogue

    def look_for(self, model_id: str) -> str:
        """Look for a model that does not ship, and return a sentence where it is not known whether there is one."""
        if self.catalogue.find(model_id) is not None:
            return ""
        session = self.get().session
        return session.models.look_for(model_id, session.region_id)

    def close_collected(self) -> None:
        """Close the session of a playground that the garbage collector found. It takes no lock: see there."""
        if self._made is not None:
            self._made.close_collected()

    def close(self) -> None:
        """Close the session, also one that is yet to be made."""
        with self._lock:
            self._is_closed = True
            if self._made is not None:
                self._made.session.close()


def _import_back_end() -> "type[BackEnd]":
    if _importing and _importing[-1] is not threading.current_thread():
        _importing[-1].join()  # of an import that fails on another thread, Python tells something else
    try:
        from genwidget.widget.back_end import BackEnd  # noqa: PLC0415 - the seam of the two halves
    except ImportError as error:
        raise ConfigurationError(render("not_installed_whole", reason=error)) from error
    return BackEnd


def import_beside() -> None:
    """Import the second half on a thread; returns at once. What fails is told to whoever needs it first.

    An ending interpreter waits for the thread, which takes a moment: it would be stopped inside an extension module's
    own import, which can bring the process down. So does a fork: what is half imported would stay so in the child.
    """
    if _importing or _SECOND_HALF in sys.modules:
        return
    # It has itself called at forks and at the end of the process, which goes wrong where either has begun.
    import_module("concurrent.futures.thread")
    thread = threading.Thread(target=_import_quietly, name="genwidget-import", daemon=False)
    try:
        thread.start()
    except RuntimeError:  # where there are no threads, or no more of them, it is imported when it is needed
        return
    _importing.append(thread)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=thread.join)


def _import_quietly() -> None:
    with suppress(ConfigurationError, RuntimeError):  # the latter where the interpreter is ending
        _import_back_end()
