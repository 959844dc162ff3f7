"""Short films by PyAV: H.264 in MP4, with AAC where sound is asked for."""

import array
import io
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from PIL import Image

from genwidget.sandbox.media.caption import caption
from genwidget.sandbox.media.painting import Painter
from genwidget.sandbox.media.scene import draw_lots
from genwidget.sandbox.media.sizes import Size

FRAMES_PER_S: Final = 12
SAMPLES_PER_S: Final = 24_000
_PAINTED_SHORT_SIDE: Final = 900  # of what is painted; fitting it to the film's size smooths its edges
_STRIP_COLOUR: Final = (22, 34, 52)
_FADE: Final = SAMPLES_PER_S // 10  # samples over which sound comes and goes
_BLOCK: Final = 1024  # samples of one AAC frame


def draw_film(  # noqa: PLR0913 - what a film is made of
    prompt: str, size: Size, duration_s: float, seed: int, *, has_audio: bool, preset: str = "ultrafast"
) -> bytes:
    """Return an MP4 of a size and duration; the same arguments give the same film. Blocks while it draws.

    A slower preset of x264 makes fewer bytes.
    """
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FRAMES_PER_S)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.options = {"preset": preset, "crf": "23", "tune": "animation"}
        audio = container.add_stream("aac", rate=SAMPLES_PER_S) if has_audio else None
        for frame in _frames(prompt, size, round(duration_s * FRAMES_PER_S), seed):
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            for block in _sound(round(duration_s * SAMPLES_PER_S), seed):
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return buffer.getvalue()


def _frames(prompt: str, size: Size, count: int, seed: int) -> Iterator[av.VideoFrame]:
    width, height = size
    factor = _PAINTED_SHORT_SIDE / min(size)
    painter = Painter(draw_lots(prompt, seed), round(width * factor), round(height * factor))
    strip = _strip(prompt, size)
    for number in range(count):
        painted = _frame(painter.paint(number / FRAMES_PER_S))
        frame = painted.reformat(width=width, height=height, format="yuv420p", interpolation="BILINEAR")
        for plane, foot in zip(frame.planes, strip, strict=True):
            memoryview(plane)[plane.buffer_size - len(foot) :] = foot
        frame.pts = number
        frame.time_base = Fraction(1, FRAMES_PER_S)
        yield frame


def _strip(prompt: str, size: Size) -> list[bytes]:
    """Return the caption as the last rows of each plane of a frame: sharp, and made once for all frames."""
    strip = caption(prompt, size)
    rows = strip.height + strip.height % 2  # two rows of light share one of colour
    foot = Image.new("RGB", (size[0], rows), _STRIP_COLOUR)
    foot.paste(strip, (0, 0), strip)
    return [bytes(plane) for plane in _frame(foot).reformat(format="yuv420p").planes]


def _frame(image: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # its stub has none
    return frame


def _sound(count: int, seed: int) -> Iterator[av.AudioFrame]:
    """Yield a soft chord that swells like waves."""
    root = 110 * 2 ** (seed % 12 / 12)
    tones = [math.tau * root * step / SAMPLES_PER_S for step in (1, 1.5, 2.0)]
    for start in range(0, count, _BLOCK):
        length = min(_BLOCK, count - start)
        samples = array.array("f")
        for n in range(start, start + length):
            swell = 0.55 + 0.45 * math.sin(math.tau * 0.2 * n / SAMPLES_PER_S)
            edge = min(1.0, n / _FADE, (count - n) / _FADE)
            samples.append(0.08 * swell * edge * sum(math.sin(n * tone) for tone in tones))
        frame = av.AudioFrame(format="fltp", layout="mono", samples=length)
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = SAMPLES_PER_S
        frame.pts = start
        frame.time_base = Fraction(1, SAMPLES_PER_S)
        yield frame
