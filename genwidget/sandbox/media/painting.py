"""Painting a scene with Pillow, at any size and moment."""

from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from genwidget.sandbox.media.scene import Colour
from genwidget.sandbox.media.shapes import Shapes, box, mix


def gradient(size: tuple[int, int], colours: tuple[Colour, ...]) -> Image.Image:
    """Return a vertical gradient through colours."""
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(list(colours))
    # Pixel centres stand half a step in: without the crop the ends would be flat bands.
    return column.resize(size, Image.Resampling.BICUBIC, box=(0, 0.5, 1, len(colours) - 0.5))


@dataclass(slots=True)
class Painter(Shapes):
    """Paints one scene at one size; what does not move is painted once."""

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
        self.draw_ridges(draw, seconds)
        image.paste(self._sea, (0, round(self.scene.horizon * self.height)))
        self.draw_sea(draw, seconds)
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
            colour = mix((behind[0], behind[1], behind[2]), (255, 255, 255), light * (1 - 0.8 * y / scene.horizon))
            draw.ellipse(box(x * self.width, y * height, radius, radius), fill=colour)
        self._paint_disc(image)
        return image

    def _aurora(self) -> Image.Image:
        small = Image.new("RGB", (160, 120))
        draw = ImageDraw.Draw(small)
        for ribbon, colour in zip(self.scene.aurora, self.scene.palette.aurora, strict=True):
            steps = [(160 * step / (len(ribbon) - 1), 120 * y) for step, y in enumerate(ribbon)]
            for layer in range(9):
                fading = mix((0, 0, 0), colour, 0.6 * (1 - layer / 9))
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
        ImageDraw.Draw(image).ellipse(box(x, y, radius_px, radius_px), fill=scene.palette.disc)
