from io import BytesIO

import av
import pytest
from PIL import Image

from genwidget.widget.picture_size import picture_size


def encoded(form, mode="RGB", **options):
    stream = BytesIO()
    Image.new(mode, (321, 123)).save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        encoded("PNG"),
        encoded("JPEG"),
        encoded("JPEG", progressive=True, exif=b"Exif\x00\x00" + b"x" * 500),
        encoded("WEBP"),
        encoded("WEBP", lossless=True),
        encoded("WEBP", mode="RGBA", exif=b"Exif\x00\x00"),
        encoded("GIF", mode="P"),
    ],
    ids=["png", "jpeg", "progressive-jpeg", "webp", "lossless-webp", "extended-webp", "gif"],
)
def test_the_size_is_read_from_the_first_bytes(content):
    assert picture_size(content) == (321, 123)
    assert picture_size(content[:8]) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"\x00\x00\x00\x18ftypmp42", b"<html>", b"\xff\xd8\x00\x00"])
def test_what_is_no_picture_has_no_size(content):
    assert picture_size(content) is None


def test_the_size_of_a_film_is_read_too():
    stream = BytesIO()
    with av.open(stream, "w", format="mp4") as film:
        track = film.add_stream("mpeg4", rate=10)
        track.width, track.height = 320, 122
        frame = av.VideoFrame(320, 122, "yuv420p")
        film.mux(track.encode(frame))
        film.mux(track.encode())
    content = stream.getvalue()
    assert picture_size(content) == (320, 122)
    at = content.index(b"moov")
    for end in range(at + 200):
        assert picture_size(content[:end]) in {None, (320, 122)}
    assert picture_size(content[: at + 4] + b"\x00" * 500) is None
