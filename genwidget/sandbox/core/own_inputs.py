"""The input pictures that the sandbox has itself: its own ones, and those that were uploaded to it."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult

from genwidget.sandbox import assumptions
from genwidget.sandbox.core.inputs import INPUTS_PATH, check_picture, format_of, picture
from genwidget.sandbox.http.responses import Refusal

_ENDINGS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_OUTPUT: Final = re.compile(r"/sandbox/files/(?P<generation_id>[0-9a-fA-F-]{36})/(?P<name>[0-9]+\.[a-z0-9]+)")
_KEPT: Final = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp)")


@dataclass(frozen=True, slots=True)
class OwnInputs:
    """The pictures of the origins by which one sandbox is known: below ``/sandbox/inputs/``, and what it made itself.

    Attributes:
        origins: such as ``http://127.0.0.1:8765``.
        folder: where uploaded ones lie, each named by its content.
        files_of: returns the names of the files that a generation has now, by its id.
    """

    origins: frozenset[str]
    folder: Path
    files_of: Callable[[str], Sequence[str]]

    def has(self, parts: SplitResult) -> bool:
        """Tell whether a link points to an input here."""
        return self._is_here(parts) and parts.path.startswith(INPUTS_PATH)

    def made(self, parts: SplitResult) -> str | None:
        """Return the name of the output that a link points to, empty where it is gone; None for any other link."""
        found = _OUTPUT.fullmatch(parts.path) if self._is_here(parts) else None
        if found is None:
            return None
        return found["name"] if found["name"] in self.files_of(found["generation_id"]) else ""

    def _is_here(self, parts: SplitResult) -> bool:
        return f"{parts.scheme}://{parts.netloc}" in self.origins

    def find(self, name: str) -> bytes | None:
        """Return the bytes of a picture, or None."""
        place = self.folder / name if _KEPT.fullmatch(name) else None
        return place.read_bytes() if place is not None and place.is_file() else picture(name)

    def keep(self, content: bytes) -> str:
        """Keep a picture, and return its name; the same bytes have the same one.

        Raises:
            Refusal: it cannot be used as an input, or there is no more room.
        """
        check_picture(content, "file")
        ending = _ENDINGS[format_of(content) or "PNG"]
        place = self.folder / f"{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
        if not place.is_file():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            kept = sum(map(_size_of, self.folder.iterdir()))
            if kept + len(content) > assumptions.MAX_UPLOADS_BYTES:
                raise Refusal("BSE2010", "The sandbox keeps no more uploaded pictures: delete its folder.", status=413)
            # The same picture may come twice at the same time: each writes its own part, and the last one stays.
            descriptor, part = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(part).replace(place)
        return place.name


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # another upload's part, which has its name by now
        return 0
