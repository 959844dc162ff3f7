"""The strip at the foot of every output: the prompt, and a mark that says where it comes from."""

from PIL import Image, ImageDraw, ImageFont

_MARK = "sandbox"


def caption(prompt: str, size: tuple[int, int]) -> Image.Image:
    """Return the strip for a picture of a size, as wide as it, with its own transparency."""
    width, height = size
    text_size = max(11, round(min(width, height) * 0.026))
    font = ImageFont.load_default(text_size)
    mark_font = ImageFont.load_default(max(9, round(text_size * 0.72)))
    margin = round(text_size * 1.1)
    mark_width = round(mark_font.getlength(_MARK))
    lines = _wrap(" ".join(prompt.split()), font, width - 3 * margin - mark_width)
    line_height = round(text_size * 1.35)
    strip = Image.new("RGBA", (width, line_height * len(lines) + round(text_size * 1.1)), (10, 16, 28, 150))
    draw = ImageDraw.Draw(strip)
    for number, line in enumerate(lines):
        draw.text((margin, round(text_size * 0.5) + number * line_height), line, font=font, fill=(255, 255, 255, 240))
    draw.text(
        (width - margin - mark_width, strip.height / 2), _MARK, font=mark_font, fill=(255, 255, 255, 150), anchor="lm"
    )
    return strip


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> list[str]:
    """Return a text in at most two lines, the second cut with an ellipsis where it must be."""
    first = _fit(text, font, width)
    rest = text[len(first) :].strip()
    if not rest:
        return [first]
    first = first.rpartition(" ")[0] or first
    rest = text[len(first) :].strip()
    second = _fit(rest, font, width)
    if second == rest:
        return [first, second]
    return [first, _fit(rest, font, width - font.getlength("…")).rstrip() + "…"]


def _fit(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    """Return the longest start of a text that is no wider than a width, and not empty."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low]
