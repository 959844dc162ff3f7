"""What a made file is, by decoding it."""

import av
import pytest
from PIL import Image

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}


def ratio_of(values):
    wide, high = values["generation_ratio"].split(":")
    return int(wide) / int(high)


def expect_asked(path, kind, values):
    """Expect a file of the format, ratio, length, resolution and sound that the values ask for."""
    if kind == "image":
        expect_picture(path, values)
    else:
        expect_film(path, values)


def expect_picture(path, values):
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == FORMATS[values["generation_output_format"]]
        assert picture.width / picture.height == pytest.approx(ratio_of(values), rel=0.01)


def expect_film(path, values):
    with av.open(str(path)) as film:
        (pictures,) = film.streams.video
        assert "mp4" in film.format.name
        assert pictures.codec_context.name == "h264"
        assert pictures.width / pictures.height == pytest.approx(ratio_of(values), rel=0.01)
        if "generation_resolution" in values:
            lines = int(values["generation_resolution"].removesuffix("p"))
            assert min(pictures.width, pictures.height) == lines
        assert float(film.duration / av.time_base) == pytest.approx(values["generation_duration"], abs=0.2)
        wants_sound = values.get("generation_generate_audio", False)
        assert len(film.streams.audio) == (1 if wants_sound else 0)
        assert sum(1 for _ in film.decode(video=0)) > 1
