"""Output files, made when first asked for: pictures by Pillow and films by PyAV, and what can be had without them."""

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genwidget import platform
from genwidget.sandbox.media.plain_painting import paint_png
from genwidget.sandbox.media.scene import draw_lots
from genwidget.sandbox.media.short_films import nearest_film
from genwidget.sandbox.media.sizes import Size, film_size, picture_size

if TYPE_CHECKING:
    from PIL import Image

_SMOOTH_PIXELS: Final = 1_300_000  # up to here a picture is painted at twice its size, for smooth edges
_DEFAULT_QUALITY: Final = 80


def make_output(path: Path, model_type: str, values: Mapping[str, Any], generation_id: str, number: int) -> bytes:
    """Return the bytes of one output, from its file if it was made before. Blocks while it draws."""
    if path.is_file():
        return path.read_bytes()
    prompt = str(values.get("generation_prompt", ""))
    seed = output_seed(values, generation_id) + number - 1
    if model_type == "video" and not platform.can_make_films():
        content = nearest_film(film_size(values))
    elif model_type == "video":
        from genwidget.sandbox.media.film import draw_film  # noqa: PLC0415 - PyAV is loaded for the first film only

        has_audio = bool(values.get("generation_generate_audio", False))
        content = draw_film(prompt, film_size(values), float(values["generation_duration"]), seed, has_audio=has_audio)
    else:
        quality = int(values.get("generation_output_quality", _DEFAULT_QUALITY))
        content = draw_picture(prompt, picture_size(values), path.suffix[1:], seed, quality=quality)
    _keep(path, content)
    return content


def output_seed(values: Mapping[str, Any], generation_id: str) -> int:
    """Return the asked seed, else one of the generation's own: without a seed each generation looks different."""
    asked = values.get("generation_seed")
    return int(generation_id[:8], 16) if asked is None else int(asked)


def draw_picture(prompt: str, size: Size, file_format: str, seed: int, *, quality: int = _DEFAULT_QUALITY) -> bytes:
    """Return a picture as a file of ``png``, ``jpg`` or ``webp``; the same arguments give the same picture.

    Without Pillow it is a PNG file whatever is asked for, and has no caption.
    """
    if not platform.can_draw():
        return paint_png(draw_lots(prompt, seed), size)
    image = paint_captioned(prompt, size, seed)
    buffer = io.BytesIO()
    match file_format:
        case "jpg":
            image.save(buffer, "JPEG", quality=max(1, quality))
        case "webp":
            image.save(buffer, "WEBP", quality=quality, method=1)
        case _:
            image.save(buffer, "PNG", compress_level=2)
    return buffer.getvalue()


def paint_captioned(prompt: str, size: Size, seed: int) -> "Image.Image":
    """Return a scene with its caption."""
    from genwidget.sandbox.media.caption import caption  # noqa: PLC0415 - Pillow is not everywhere
    from genwidget.sandbox.media.painting import Painter  # noqa: PLC0415

    width, height = size
    factor = 2 if width * height <= _SMOOTH_PIXELS else 1
    image = Painter(draw_lots(prompt, seed), width * factor, height * factor).paint()
    if factor > 1:
        image = image.reduce(factor)
    strip = caption(prompt, size)
    image.paste(strip, (0, height - strip.height), strip)
    return image


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # Another process may make the same file at the same time: each writes its own, and the last one stays.
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(path)
