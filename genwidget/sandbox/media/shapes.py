"""What of a scene is drawn with polygons and ellipses, by whoever can fill them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from genwidget.sandbox.media.scene import Colour, Floe, Scene

_DRIFT = 0.05  # widths that the nearest floe moves in one second

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Draw(Protocol):
    """Fills shapes, as Pillow's ImageDraw does."""

    def polygon(self, xy: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""

    def ellipse(self, xy: Box, fill: Colour) -> None:
        """Fill an ellipse that touches the sides of a box."""


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two, with a share of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def box(x: float, y: float, across: float, down: float) -> Box:
    """Return the box of an ellipse by its centre and half its width and height."""
    return x - across, y - down, x + across, y + down


@dataclass(slots=True)
class Shapes:
    """Draws what floats and stands in a scene, at one size."""

    scene: Scene
    width: int
    height: int

    def draw_ridges(self, draw: Draw, seconds: float = 0.0) -> None:
        """Draw the mountains, from far to near."""
        for depth, heights in enumerate(self.scene.ridges):
            self._paint_ridge(draw, depth, heights, seconds)

    def draw_sea(self, draw: Draw, seconds: float = 0.0) -> None:
        """Draw what is on the water."""
        self._paint_glints(draw, seconds)
        for floe in self.scene.floes:
            self._paint_floe(draw, floe, seconds)
        if self.scene.has_seal:
            self._paint_seal(draw, seconds)

    def _paint_ridge(self, draw: Draw, depth: int, heights: tuple[float, ...], seconds: float) -> None:
        palette, horizon = self.scene.palette, self.scene.horizon * self.height
        shift = 0.004 * (depth + 1) * seconds * self.width
        step = self.width * 1.3 / (len(heights) - 1)
        line = [(-0.02 * self.width + n * step - shift, horizon - h * self.height) for n, h in enumerate(heights)]
        draw.polygon([*line, (line[-1][0], horizon), (line[0][0], horizon)], fill=palette.ridges[depth])
        tallest = max(heights)
        snow = mix(palette.ridges[depth], palette.snow, 0.75 - 0.2 * depth)
        for n in range(1, len(heights) - 1):
            share = heights[n] / tallest
            if share < 0.55:  # noqa: PLR2004 - the snow line
                continue
            deep = (share - 0.5) * 0.5 * heights[n] * self.height * (1.2 if n % 2 else 0.7)
            left, top, right = line[n - 1], line[n], line[n + 1]
            draw.polygon([left, top, right, (top[0] + step * 0.3, top[1] + deep)], fill=snow)

    def _paint_glints(self, draw: Draw, seconds: float) -> None:
        scene = self.scene
        top, span = scene.horizon, 1 - scene.horizon
        for n in range(46):
            near = (n + 1) / 46
            y = (top + span * near**1.4) * self.height
            sway = math.sin(n * 2.4 + seconds * 1.9) * (0.01 + 0.05 * near)
            half = (0.02 + 0.07 * near) * (0.6 + 0.4 * math.sin(n * 1.7 + seconds * 2.3)) * self.height
            thick = max(0.6, (0.0008 + 0.0032 * near) * self.height)
            sea = scene.palette.sea
            water = mix(sea[0], sea[-1], near)
            colour = mix(water, scene.palette.disc, 0.62 * (1 - 0.75 * near))
            draw.ellipse(box(scene.disc_x * self.width + sway * self.height, y, half, thick), fill=colour)

    def _floe_middle(self, floe: Floe, seconds: float) -> tuple[float, float]:
        near = (floe.y - self.scene.horizon) / (1 - self.scene.horizon)
        drift = _DRIFT * near * seconds * min(1.0, self.height / self.width)
        bob = 0.0022 * near * math.sin(seconds * 1.6 + floe.x * 20)
        return (floe.x - drift) * self.width, (floe.y + bob) * self.height

    def _paint_floe(self, draw: Draw, floe: Floe, seconds: float) -> None:
        x, y = self._floe_middle(floe, seconds)
        radius = floe.radius * self.height
        thick = radius * 0.17
        top = [
            (
                x + radius * wobble * math.cos(math.tau * n / len(floe.edge)),
                y + radius * 0.27 * wobble * math.sin(math.tau * n / len(floe.edge)),
            )
            for n, wobble in enumerate(floe.edge)
        ]
        palette = self.scene.palette
        far = 1 - (floe.y - self.scene.horizon) / (1 - self.scene.horizon)
        ice = mix(palette.ice, palette.sea[0], 0.45 * far)
        shade = mix(palette.shade, palette.sea[0], 0.4 * far)
        for drop in (0.5, 1.0):
            draw.polygon([(px, py + thick * drop) for px, py in top], fill=shade)
        draw.polygon(top, fill=ice)

    def _paint_seal(self, draw: Draw, seconds: float) -> None:
        """Paint a seal pup on the largest floe that is well inside the picture and above the caption."""
        inside = [floe for floe in self.scene.floes if 0.15 < floe.x < 0.85 and floe.y < 0.84]  # noqa: PLR2004
        if not inside:
            return
        floe = max(inside, key=lambda one: one.radius)
        x, y = self._floe_middle(floe, seconds)
        unit = max(0.05, floe.radius * 0.5) * self.height
        fur, dark = (228, 231, 234), (38, 44, 54)
        belly = mix(fur, self.scene.palette.shade, 0.45)
        draw.polygon([(x - unit, y - unit * 0.2), (x - unit * 1.5, y - unit * 0.42), (x - unit * 1.45, y)], fill=belly)
        draw.ellipse(box(x - unit * 0.1, y - unit * 0.28, unit, unit * 0.38), fill=belly)
        draw.ellipse(box(x - unit * 0.08, y - unit * 0.36, unit * 0.94, unit * 0.34), fill=fur)
        head_x, head_y = x + unit * 0.72, y - unit * 0.62 + unit * 0.03 * math.sin(seconds * 2)
        draw.ellipse(box(head_x, head_y, unit * 0.38, unit * 0.35), fill=fur)
        for side in (-0.13, 0.17):
            draw.ellipse(box(head_x + unit * side, head_y - unit * 0.05, unit * 0.052, unit * 0.06), fill=dark)
        draw.ellipse(box(head_x + unit * 0.03, head_y + unit * 0.08, unit * 0.055, unit * 0.038), fill=dark)
        draw.ellipse(box(x + unit * 0.35, y - unit * 0.1, unit * 0.24, unit * 0.1), fill=belly)
