"""Painting a scene without Pillow: rows of pixels in flat colours, fast enough for a Python in a browser."""

import math
from collections.abc import Sequence
from typing import Final

from genwidget.sandbox.media import png
from genwidget.sandbox.media.scene import Colour, Scene
from genwidget.sandbox.media.shapes import Box, Point, Shapes, box, mix
from genwidget.sandbox.media.sizes import Size

_RINGS: Final = 40  # of the glow around sun or moon
_REACH: Final = 0.34  # of the glow, in heights of the picture
_STRENGTH: Final = 0.1  # how much of the light the innermost ring adds, and each one outside of it less


def paint_png(scene: Scene, size: Size) -> bytes:
    """Return a picture of a scene as a PNG file, without a caption."""
    width, height = size
    canvas = _Canvas(width, height)
    horizon = round(scene.horizon * height)
    canvas.gradient(0, horizon, scene.palette.sky)
    for x, y, light in scene.stars:
        radius = max(0.6, height * 0.0012 * (0.5 + light))
        canvas.tint(box(x * width, y * height, radius, radius), (255, 255, 255), light * (1 - 0.8 * y / scene.horizon))
    x, y = scene.disc_x * width, scene.disc_y * height
    for ring in range(_RINGS):
        radius = _REACH * height * (1 - ring / _RINGS)
        canvas.tint(box(x, y, radius, radius), scene.palette.disc, _STRENGTH * ((ring + 1) / _RINGS) ** 2)
    canvas.ellipse(box(x, y, scene.disc_radius * height, scene.disc_radius * height), scene.palette.disc)
    shapes = Shapes(scene, width, height)
    shapes.draw_ridges(canvas)
    canvas.gradient(horizon, height, scene.palette.sea)
    shapes.draw_sea(canvas)
    return png.encode(size, map(bytes, canvas.rows))


class _Canvas:
    """Rows of red, green and blue bytes, filled by spans."""

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self.rows = [bytearray(3 * width) for _ in range(height)]

    def gradient(self, top: int, bottom: int, colours: Sequence[Colour]) -> None:
        """Fill rows from ``top`` up to ``bottom`` through colours."""
        for y in range(top, bottom):
            place = (y - top) / max(1, bottom - top - 1) * (len(colours) - 1)
            low = min(int(place), len(colours) - 2)
            self.rows[y][:] = bytes(mix(colours[low], colours[low + 1], place - low)) * self._width

    def polygon(self, xy: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        edges = [(one, other) for one, other in zip(xy, [*xy[1:], xy[0]], strict=True) if one[1] != other[1]]
        for y in self._rows_of(min(y for _, y in xy), max(y for _, y in xy)):
            middle = y + 0.5
            crossings = sorted(
                x1 + (middle - y1) * (x2 - x1) / (y2 - y1)
                for (x1, y1), (x2, y2) in edges
                if min(y1, y2) <= middle < max(y1, y2)
            )
            for left, right in zip(crossings[::2], crossings[1::2], strict=True):
                self._span(y, left, right, fill)

    def ellipse(self, xy: Box, fill: Colour) -> None:
        """Fill an ellipse that touches the sides of a box."""
        for y, left, right in self._spans_of(xy):
            self._span(y, left, right, fill)

    def tint(self, xy: Box, light: Colour, share: float) -> None:
        """Move what lies within an ellipse towards a colour."""
        tables = [bytes(round(value + (part - value) * share) for value in range(256)) for part in light]
        for y, left, right in self._spans_of(xy):
            row = self.rows[y]
            first, last = self._within(left, right)
            for part, table in enumerate(tables):
                there = slice(3 * first + part, 3 * last + part, 3)
                row[there] = row[there].translate(table)

    def _spans_of(self, xy: Box) -> list[tuple[int, float, float]]:
        left, top, right, bottom = xy
        x, y, across, down = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
        spans = []
        for row in self._rows_of(top, bottom):
            share = 1 - ((row + 0.5 - y) / down) ** 2
            if share > 0:
                half = across * math.sqrt(share)
                spans.append((row, x - half, x + half))
        return spans

    def _rows_of(self, top: float, bottom: float) -> range:
        return range(max(0, math.floor(top)), min(len(self.rows), math.ceil(bottom)))

    def _within(self, left: float, right: float) -> tuple[int, int]:
        first = min(self._width, max(0, round(left)))
        return first, min(self._width, max(first, round(right)))

    def _span(self, y: int, left: float, right: float, fill: Colour) -> None:
        first, last = self._within(left, right)
        self.rows[y][3 * first : 3 * last] = bytes(fill) * (last - first)
