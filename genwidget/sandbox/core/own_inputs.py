"""The input pictures that the sandbox has itself: its own ones, and those that were uploaded to it."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult

from genwidget.sandbox import assumptions
from genwidget.sandbox.core.inputs import INPUTS_PATH, check_picture, format_of, picture
from genwidget.sandbox.http.responses import Refusal

_ENDINGS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_KEPT: Final = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp)")


@dataclass(frozen=True, slots=True)
class OwnInputs:
    """The pictures below ``/sandbox/inputs/`` of the origins by which one sandbox is known.

    Attributes:
        origins: such as ``http://127.0.0.1:8765``.
        folder: where uploaded ones lie, each named by its content.
    """

    origins: frozenset[str]
    folder: Path

    def has(self, parts: SplitResult) -> bool:
        """Tell whether a link points here."""
        return f"{parts.scheme}://{parts.netloc}" in self.origins and parts.path.startswith(INPUTS_PATH)

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
