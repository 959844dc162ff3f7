"""The three films that ship, for where none can be made. ``python -m tests.golden.films`` made them."""

from importlib.resources import files
from typing import Final

from genwidget.sandbox.media.sizes import Size

#: Width and height by file; each takes 3 seconds.
SHORT_FILMS: Final[dict[str, Size]] = {"wide.mp4": (480, 270), "square.mp4": (320, 320), "tall.mp4": (270, 480)}
SECONDS: Final = 3


def nearest_film(size: Size) -> bytes:
    """Return the film that ships whose shape is nearest to a size; its pixels and its duration are its own."""
    asked = size[0] / size[1]
    name = min(SHORT_FILMS, key=lambda one: abs(SHORT_FILMS[one][0] / SHORT_FILMS[one][1] - asked))
    return (files(__package__) / "films" / name).read_bytes()
