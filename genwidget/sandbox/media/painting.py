"""Painting a scene with Pillow, at any size and moment."""

import math
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from genwidget.sandbox.media.scene import Colour, Floe, Scene

_DRIFT = 0.05  # widths that the nearest floe moves in one second


def gradient(size: tuple[int, int], colours: tuple[Colour, ...]) -> Image.Image:
    """Return a vertical gradient through colours."""
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(list(colours))
    # Pixel centres stand half a step in: without the crop the ends would be flat bands.
    return column.resize(size, Image.Resampling.BICUBIC, box=(0, 0.5, 1, len(colours) - 0.5))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(slots=True)
class Painter:
    """Paints one scene at one size; what does not move is painted once."""

    scene: Scene
    width: int
    height: int
    _sky: Image.Image = field(init=False)
    _sea: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        """Paint what does not move."""
        horizon = round(self.scene.horizon * self.height)
        self._sky = self._paint_sky(horizon)
        self._sea = gradient((self.width, self.height - horizon), self.scene.palette.sea)

    def paint(self, seconds: float = 0.0) -> Image.Image:
        """Return the picture at a moment of the film."""
        image = self._sky.copy()
        draw = ImageDraw.Draw(image)
        for depth, heights in enumerate(self.scene.ridges):
            self._paint_ridge(draw, depth, heights, seconds)
        image.paste(self._sea, (0, round(self.scene.horizon * self.height)))
        self._paint_glints(draw, seconds)
        for floe in self.scene.floes:
            self._paint_floe(draw, floe, seconds)
        if self.scene.has_seal:
            self._paint_seal(draw, seconds)
        return image

    def _paint_sky(self, horizon: int) -> Image.Image:
        scene, height = self.scene, self.height
        image = Image.new("RGB", (self.width, height), scene.palette.sky[-1])
        image.paste(gradient((self.width, horizon), scene.palette.sky))
        if scene.aurora:
            image = ImageChops.screen(image, self._aurora())
        draw = ImageDraw.Draw(image)
        for x, y, light in scene.stars:
            radius = height * 0.0012 * (0.5 + light)
            behind = image.getpixel((min(self.width - 1, int(x * self.width)), int(y * height)))
            assert isinstance(behind, tuple)
            colour = _mix((behind[0], behind[1], behind[2]), (255, 255, 255), light * (1 - 0.8 * y / scene.horizon))
            draw.ellipse(_box(x * self.width, y * height, radius, radius), fill=colour)
        self._paint_disc(image)
        return image

    def _aurora(self) -> Image.Image:
        small = Image.new("RGB", (160, 120))
        draw = ImageDraw.Draw(small)
        for ribbon, colour in zip(self.scene.aurora, self.scene.palette.aurora, strict=True):
            steps = [(160 * step / (len(ribbon) - 1), 120 * y) for step, y in enumerate(ribbon)]
            for layer in range(9):
                fading = _mix((0, 0, 0), colour, 0.6 * (1 - layer / 9))
                low = [(x, y - 3 * layer) for x, y in steps]
                draw.line(low, fill=fading, width=3)
        return small.filter(ImageFilter.GaussianBlur(3)).resize((self.width, self.height), Image.Resampling.BICUBIC)

    def _paint_disc(self, image: Image.Image) -> None:
        scene, height = self.scene, self.height
        x, y = scene.disc_x * self.width, scene.disc_y * height
        for reach, strength in ((0.42, 0.45), (0.14, 0.5)):
            radius = round(reach * height)
            glow = ImageChops.invert(Image.radial_gradient("L")).resize((2 * radius, 2 * radius))
            # Squared light falls off softly, and is nothing at the edge of its square.
            glow = glow.point([round(strength * max(0, value - 74) ** 2 / 181**2 * 255) for value in range(256)])
            image.paste(scene.palette.disc, (round(x) - radius, round(y) - radius), glow)
        radius_px = scene.disc_radius * height
        ImageDraw.Draw(image).ellipse(_box(x, y, radius_px, radius_px), fill=scene.palette.disc)

    def _paint_ridge(self, draw: ImageDraw.ImageDraw, depth: int, heights: tuple[float, ...], seconds: float) -> None:
        palette, horizon = self.scene.palette, self.scene.horizon * self.height
        shift = 0.004 * (depth + 1) * seconds * self.width
        step = self.width * 1.3 / (len(heights) - 1)
        line = [(-0.02 * self.width + n * step - shift, horizon - h * self.height) for n, h in enumerate(heights)]
        draw.polygon([*line, (line[-1][0], horizon), (line[0][0], horizon)], fill=palette.ridges[depth])
        tallest = max(heights)
        snow = _mix(palette.ridges[depth], palette.snow, 0.75 - 0.2 * depth)
        for n in range(1, len(heights) - 1):
            share = heights[n] / tallest
            if share < 0.55:  # noqa: PLR2004 - the snow line
                continue
            deep = (share - 0.5) * 0.5 * heights[n] * self.height * (1.2 if n % 2 else 0.7)
            left, top, right = line[n - 1], line[n], line[n + 1]
            draw.polygon([left, top, right, (top[0] + step * 0.3, top[1] + deep)], fill=snow)

    def _paint_glints(self, draw: ImageDraw.ImageDraw, seconds: float) -> None:
        scene = self.scene
        top, span = scene.horizon, 1 - scene.horizon
        for n in range(46):
            near = (n + 1) / 46
            y = (top + span * near**1.4) * self.height
            sway = math.sin(n * 2.4 + seconds * 1.9) * (0.01 + 0.05 * near)
            half = (0.02 + 0.07 * near) * (0.6 + 0.4 * math.sin(n * 1.7 + seconds * 2.3)) * self.height
            thick = max(0.6, (0.0008 + 0.0032 * near) * self.height)
            sea = scene.palette.sea
            water = _mix(sea[0], sea[-1], near)
            colour = _mix(water, scene.palette.disc, 0.62 * (1 - 0.75 * near))
            draw.ellipse(_box(scene.disc_x * self.width + sway * self.height, y, half, thick), fill=colour)

    def _floe_middle(self, floe: Floe, seconds: float) -> tuple[float, float]:
        near = (floe.y - self.scene.horizon) / (1 - self.scene.horizon)
        drift = _DRIFT * near * seconds * min(1.0, self.height / self.width)
        bob = 0.0022 * near * math.sin(seconds * 1.6 + floe.x * 20)
        return (floe.x - drift) * self.width, (floe.y + bob) * self.height

    def _paint_floe(self, draw: ImageDraw.ImageDraw, floe: Floe, seconds: float) -> None:
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
        ice = _mix(palette.ice, palette.sea[0], 0.45 * far)
        shade = _mix(palette.shade, palette.sea[0], 0.4 * far)
        for drop in (0.5, 1.0):
            draw.polygon([(px, py + thick * drop) for px, py in top], fill=shade)
        draw.polygon(top, fill=ice)

    def _paint_seal(self, draw: ImageDraw.ImageDraw, seconds: float) -> None:
        """Paint a seal pup on the largest floe that is well inside the picture and above the caption."""
        inside = [floe for floe in self.scene.floes if 0.15 < floe.x < 0.85 and floe.y < 0.84]  # noqa: PLR2004
        if not inside:
            return
        floe = max(inside, key=lambda one: one.radius)
        x, y = self._floe_middle(floe, seconds)
        unit = max(0.05, floe.radius * 0.5) * self.height
        fur, dark = (228, 231, 234), (38, 44, 54)
        belly = _mix(fur, self.scene.palette.shade, 0.45)
        draw.polygon([(x - unit, y - unit * 0.2), (x - unit * 1.5, y - unit * 0.42), (x - unit * 1.45, y)], fill=belly)
        draw.ellipse(_box(x - unit * 0.1, y - unit * 0.28, unit, unit * 0.38), fill=belly)
        draw.ellipse(_box(x - unit * 0.08, y - unit * 0.36, unit * 0.94, unit * 0.34), fill=fur)
        head_x, head_y = x + unit * 0.72, y - unit * 0.62 + unit * 0.03 * math.sin(seconds * 2)
        draw.ellipse(_box(head_x, head_y, unit * 0.38, unit * 0.35), fill=fur)
        for side in (-0.13, 0.17):
            draw.ellipse(_box(head_x + unit * side, head_y - unit * 0.05, unit * 0.052, unit * 0.06), fill=dark)
        draw.ellipse(_box(head_x + unit * 0.03, head_y + unit * 0.08, unit * 0.055, unit * 0.038), fill=dark)
        draw.ellipse(_box(x + unit * 0.35, y - unit * 0.1, unit * 0.24, unit * 0.1), fill=belly)


def _box(x: float, y: float, across: float, down: float) -> tuple[float, float, float, float]:
    return x - across, y - down, x + across, y + down
