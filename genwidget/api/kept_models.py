"""The API's own lists of models as they were last fetched: in this process, and on disk with their age.

A file holds one host's list, and nothing else of that host: no key, no account. What cannot be read, is too large or
too old is as if it were not there; what cannot be written is kept in the process alone.
"""

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from genwidget.settings import data_dir
from genwidget.text import load_json, moment

logger = logging.getLogger(__name__)

#: A list that is older is not used, in seconds.
MAX_AGE_S: Final = 30 * 24 * 3600
MAX_BYTES: Final = 4 * 1024 * 1024
#: How many hosts' lists are kept on disk.
MAX_FILES: Final = 16


@dataclass(frozen=True, slots=True)
class KeptList:
    """One host's list.

    Attributes:
        origin: of the host.
        fetched_at: when it was fetched, in Unix seconds.
        models: its entries, as :func:`genwidget.catalogue.live.readable_entries` returns them.
    """

    origin: str
    fetched_at: float
    models: tuple[dict[str, Any], ...]

    @property
    def library(self) -> dict[str, Any]:
        """What :meth:`genwidget.catalogue.Catalogue.merge` takes."""
        return {"models": list(self.models)}


class KeptModels:
    """All hosts' lists. Safe for any thread; what blocks says so.

    Args:
        clock: tells Unix seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._known: dict[Path, KeptList] = {}

    def known(self, origin: str) -> KeptList | None:
        """Return what this process has already, or None."""
        return self._young(self._known.get(_path(origin)))

    def read(self, origin: str) -> KeptList | None:
        """Return a host's list, or None. Blocks where this process does not have it yet."""
        path = _path(origin)
        found = self._young(self._known.get(path)) or self._young(_read(path, origin))
        if found is not None:
            self._known[path] = found
        return found

    def keep(self, found: KeptList, *, on_disk: bool = True) -> None:
        """Keep a list in the process and, where wanted, on disk. Blocks."""
        path = _path(found.origin)
        self._known[path] = found
        if not on_disk:
            return
        try:
            _write(path, found)
        except OSError as error:
            logger.debug("The list of models could not be written: %s", type(error).__name__)

    def close(self) -> None:
        """Forget what the process has."""
        self._known.clear()

    def _young(self, found: KeptList | None) -> KeptList | None:
        """Return a list that is neither too old nor of a time to come."""
        return found if found is not None and 0 <= self.clock() - found.fetched_at <= MAX_AGE_S else None


def _path(origin: str) -> Path:
    return data_dir() / "models" / f"{hashlib.sha256(origin.encode()).hexdigest()[:24]}.json"


def _read(path: Path, origin: str) -> KeptList | None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            return None
        said = load_json(content.decode("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or said.get("origin") != origin or not isinstance(said.get("models"), list):
        return None
    models = tuple(one for one in said["models"] if isinstance(one, dict))
    return KeptList(origin, moment(said.get("fetched_at")), models)


def _write(path: Path, found: KeptList) -> None:
    content = json.dumps({"origin": found.origin, "fetched_at": found.fetched_at, "models": found.models}).encode()
    if len(content) > MAX_BYTES:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
    for old in sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)[:-MAX_FILES]:
        old.unlink(missing_ok=True)
