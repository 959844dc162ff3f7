"""How many pixels an output has: one table for pictures, one rule for films. All sizes are even."""

from collections.abc import Mapping
from typing import Any, Final

Size = tuple[int, int]

#: Width and height at about one megapixel, within 1 % of the ratio.
PICTURE_PIXELS: Final[dict[str, Size]] = {
    "1:1": (1024, 1024),
    "2:3": (836, 1254),
    "3:2": (1254, 836),
    "3:4": (888, 1184),
    "4:3": (1184, 888),
    "4:5": (916, 1146),
    "5:4": (1146, 916),
    "9:16": (768, 1366),
    "16:9": (1366, 768),
    "9:21": (670, 1564),
    "21:9": (1564, 670),
}
_MEGAPIXELS: Final = {"1MP": 1, "2MP": 2, "4MP": 4}
_SHORT_SIDES: Final = {"480p": 480, "720p": 720, "1080p": 1080}
_ADAPTIVE: Final = "16:9"  # there is no input to adapt to
_DEFAULT_SHORT_SIDE: Final = 720


def picture_size(values: Mapping[str, Any]) -> Size:
    """Return the pixels of a picture: by its ratio, scaled to the area of ``2MP`` or ``4MP`` where it is asked for."""
    width, height = PICTURE_PIXELS[_ratio(values, "1:1")]
    scale = _MEGAPIXELS.get(values.get("generation_resolution", ""), 1) ** 0.5
    return _even(width * scale), _even(height * scale)


def film_size(values: Mapping[str, Any]) -> Size:
    """Return the pixels of a film: ``720p`` is its short side."""
    short = _SHORT_SIDES.get(values.get("generation_resolution", ""), _DEFAULT_SHORT_SIDE)
    across, down = (int(part) for part in _ratio(values, _ADAPTIVE).split(":"))
    long = _even(short * max(across, down) / min(across, down))
    return (long, short) if across >= down else (short, long)


def _ratio(values: Mapping[str, Any], default: str) -> str:
    ratio = str(values.get("generation_ratio", default))
    return ratio if ratio in PICTURE_PIXELS else _ADAPTIVE


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)
