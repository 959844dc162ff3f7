"""Recipes in files and beside them: what is read is what was written, and a file stays what it was."""

import contextlib
import io
import json
import struct
import sys
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import av
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngInfo

from genwidget.api.media_types import Fetched, sniff
from genwidget.errors import ConfigurationError, NoRecipe, RecipeNotEmbedded
from genwidget.messages import render
from genwidget.recipes.embed import embed
from genwidget.recipes.read import beside, read_recipe
from genwidget.recipes.recipe import MAX_BYTES, Recipe, RecipeFile

BODY = {
    "generation_prompt": "Ein Seehund, 海豹 🦭 \u202e \"'\\",
    "generation_seed": 7,
    "generation_guidance_scale": 3.5,
}


def a_recipe(**more):
    return Recipe(
        **{
            "version": "0.1.0",
            "model_type": "image",
            "model_id": "bfl/flux-schnell",
            "region": "sandbox",
            "body": BODY,
            "created_at": "2026-05-01T10:00:00.000Z",
            **more,
        }
    )


def picture(form, mode="RGB", **options):
    stream = io.BytesIO()
    image = PIL.Image.effect_noise((33, 17), 60).convert(mode)
    image.save(stream, form, **options)
    return stream.getvalue()


def exif():
    made = PIL.Image.Exif()
    made[0x0112] = 6  # turned
    made.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0of before"
    made.get_ifd(0x8825)[1] = "N"
    return made.tobytes()


def text():
    made = PngInfo()
    made.add_text("Comment", "of before")
    made.add_itxt("genwidget2", "not ours")
    return made


def frames(form):
    return picture(form, save_all=True, append_images=[PIL.Image.new("RGB", (33, 17), one) for one in ("red", "blue")])


def film(*, comment="", **options):
    file = tempfile.NamedTemporaryFile(suffix=".mp4")  # noqa: SIM115 - read below
    with file, av.open(file.name, "w", format="mp4", options=options) as container:
        if comment:
            container.metadata["comment"] = comment
            container.metadata["title"] = "A seal"
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        for shade in range(0, 200, 20):
            frame = av.VideoFrame.from_image(PIL.Image.new("RGB", (32, 32), (shade, 0, 90)))
            for packet in video.encode(frame):
                container.mux(packet)
        for packet in video.encode():
            container.mux(packet)
        container.close()
        return Path(file.name).read_bytes()


FILES = {
    "png": picture("PNG"),
    "png, palette": picture("PNG", "P"),
    "png, alpha, text, profile": picture("PNG", "RGBA", pnginfo=text(), icc_profile=b"profile" * 20),
    "png, moving": frames("PNG"),
    "jpeg": picture("JPEG"),
    "jpeg, progressive": picture("JPEG", progressive=True, optimize=True),
    "jpeg, exif, profile": picture("JPEG", exif=exif(), icc_profile=b"profile" * 20, comment=b"of before"),
    "jpeg, grey": picture("JPEG", "L"),
    "webp": picture("WEBP"),
    "webp, lossless": picture("WEBP", lossless=True),
    "webp, lossless, alpha": picture("WEBP", "RGBA", lossless=True),
    "webp, alpha": picture("WEBP", "RGBA"),
    "webp, exif, profile": picture("WEBP", exif=exif(), icc_profile=b"profile" * 20),
    "webp, moving": frames("WEBP"),
    "mp4": film(),
    "mp4, fast start": film(movflags="+faststart"),
    "mp4, comment": film(comment="of before"),
    "mp4, fast start, comment": film(comment="of before", movflags="+faststart"),
}
ONE_OF_EACH = ["png", "jpeg", "webp", "mp4"]


def fetched(content):
    return Fetched(content, sniff(content, ""))


def drawn(content):
    """Return all that is seen of a file."""
    if content[4:8] == b"ftyp":
        with av.open(io.BytesIO(content)) as container:
            return [(frame.pts, frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]
    image = PIL.Image.open(io.BytesIO(content))
    seen = []
    for place in range(getattr(image, "n_frames", 1)):
        image.seek(place)
        seen.append((image.size, image.convert("RGBA").tobytes()))
    return seen


def kept(content):
    """Return what else a picture says of itself."""
    image = PIL.Image.open(io.BytesIO(content))
    image.load()
    found = image.getexif()
    return (
        {name: image.info.get(name) for name in ("icc_profile", "Comment", "genwidget2", "comment", "jfif", "loop")},
        found.get(0x0112),
        dict(found.get_ifd(0x8825)),
    )


@pytest.mark.parametrize("name", FILES)
def test_a_copy_with_a_recipe_is_the_same_to_look_at_and_has_the_recipe(name, tmp_path):
    content, recipe = FILES[name], a_recipe()
    made = embed(fetched(content), recipe)
    assert drawn(made) == drawn(content)
    if not name.startswith("mp4"):
        assert kept(made) == kept(content)
    (tmp_path / "copy").write_bytes(made)
    assert read_recipe(tmp_path / "copy") == recipe
    again = embed(fetched(made), a_recipe(body=None))
    assert drawn(again) == drawn(content)
    (tmp_path / "again").write_bytes(again)
    assert read_recipe(str(tmp_path / "again")).body is None


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("mp4")])
def test_a_film_tells_every_player_its_recipe_as_its_comment(name):
    recipe = a_recipe()
    with av.open(io.BytesIO(embed(fetched(FILES[name]), recipe))) as container:
        assert container.metadata["comment"] == recipe.json_text
        assert container.metadata.get("title") == ("A seal" if "comment" in name else None)
        assert [container.streams.video[0].frames, container.duration] == [10, 1_000_000]


@pytest.mark.parametrize("name", ["png", "jpeg", "webp"])
def test_other_programs_find_it_where_its_format_has_such_text(name):
    image, recipe = PIL.Image.open(io.BytesIO(embed(fetched(FILES[name]), a_recipe()))), a_recipe()
    if name == "png":
        assert image.info["genwidget"] == recipe.json_text
    else:
        assert image.getexif().get_ifd(0x8769)[0x9286] == b"ASCII\0\0\0" + recipe.json_text.encode()


NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=st.none() | st.dictionaries(st.text(), VALUES, max_size=4), name=st.sampled_from(sorted(FILES)))
def test_any_body_comes_back_from_any_file_and_from_beside_it(tmp_path, body, name):
    content = FILES[name]
    recipe = a_recipe(body=body, files=(RecipeFile.of(0, fetched(content)),))
    place = tmp_path / "file"
    for inside in (embed(fetched(content), recipe), content):
        place.write_bytes(inside)
        beside(place).write_text(recipe.json_text, "ascii")
        found = read_recipe(place)
        assert found.json_text == recipe.json_text == read_recipe(beside(place)).json_text
    assert place.read_bytes() == content


def test_canonical_json_is_ascii_with_its_keys_in_order_and_nothing_else():
    one, other = a_recipe(), a_recipe(body=dict(reversed(BODY.items())))
    assert one.json_text == other.json_text
    assert one.json_text.isascii()
    assert one.json_text.startswith('{"body":{"generation_guidance_scale":3.5,"generation_prompt":"Ein')


# Signed files.

JUMBF = bytes.fromhex("6332706100110010800000aa00389b71") + b"\x03c2pa\0"
STORE = struct.pack(">I4sI4s", 8 + 8 + len(JUMBF), b"jumb", 8 + len(JUMBF), b"jumd") + JUMBF
XMP = b'<x:xmpmeta><rdf:Description dcterms:provenance="https://cai.example/m.c2pa"/></x:xmpmeta>'


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def segment(kind, data):
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data


def riff(content, kind, data):
    body = content[8:] + kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def uuid_box(uuid, data):
    return struct.pack(">I4s", 24 + len(data), b"uuid") + bytes.fromhex(uuid) + data


C2PA_BOX = uuid_box("d8fec3d61b0e483c92975828877ec481", b"\0\0\0\0manifest\0" + bytes(8) + STORE)
SIGNED = {
    "png": FILES["png"][:33] + png_chunk(b"caBX", STORE) + FILES["png"][33:],
    "png, elsewhere": FILES["png"][:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + FILES["png"][33:],
    "jpeg": FILES["jpeg"][:2] + segment(0xEB, b"JP\0\1\0\0\0\1" + STORE) + FILES["jpeg"][2:],
    "jpeg, elsewhere": FILES["jpeg"][:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP) + FILES["jpeg"][2:],
    "webp": riff(FILES["webp"], b"C2PA", STORE),
    "webp, elsewhere": riff(FILES["webp"], b"XMP ", XMP),
    "mp4": FILES["mp4"][: struct.unpack(">I", FILES["mp4"][:4])[0]] + C2PA_BOX,
    "mp4, elsewhere": FILES["mp4"] + uuid_box("be7acfcb97a942e89c71999491e3afac", XMP),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_file_takes_no_recipe(name):
    if name.startswith("mp4") or "elsewhere" in name or name in {"png", "webp"}:
        assert sniff(SIGNED[name], "") == sniff(FILES[name.partition(",")[0]], "")
    with pytest.raises(RecipeNotEmbedded) as refused:
        embed(fetched(SIGNED[name]), a_recipe())
    assert refused.value.message == render("embed_signed")


def fragments():
    return film(movflags="frag_keyframe+empty_moov")


NO_PLACE = {
    "gif": (picture("GIF", "P"), "embed_format"),
    "nothing": (b"", "embed_format"),
    "html": (b"<html>", "embed_format"),
    "png, cut": (FILES["png"][:20], "embed_broken"),
    "jpeg, cut": (FILES["jpeg"][:3], "embed_broken"),
    "webp, cut": (FILES["webp"][:15], "embed_broken"),
    "webp, unheard-of": (FILES["webp"].replace(b"VP8 ", b"VP9 "), "embed_broken"),
    "webp, broken exif": (FILES["webp, exif, profile"].replace(b"Exif\0\0", b"?" * 6).replace(b"MM\0*", b"????"), None),
    "mp4, cut": (FILES["mp4"][:-9], "embed_broken"),
    "mp4, fragments": (fragments(), "embed_broken"),
    "jpeg, too long": (FILES["jpeg"], "embed_too_large"),
}


@pytest.mark.parametrize("name", [name for name in NO_PLACE if NO_PLACE[name][1]])
def test_a_file_that_takes_none_says_why(name):
    content, code = NO_PLACE[name]
    body = {"generation_prompt": "🦭" * 10_000} if "too long" in name else BODY
    with pytest.raises(RecipeNotEmbedded) as refused:
        embed(fetched(content), a_recipe(body=body))
    assert refused.value.message == render(code, media_type=fetched(content).media_type)


@pytest.mark.parametrize("name", [name for name in ONE_OF_EACH if name != "jpeg"])
def test_the_longest_texts_are_taken(name, tmp_path):
    recipe = a_recipe(body={"generation_prompt": "🦭" * 10_000})
    (tmp_path / "file").write_bytes(embed(fetched(FILES[name]), recipe))
    assert read_recipe(tmp_path / "file") == recipe


# Files of others.


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_file_without_one_says_so(name, tmp_path):
    place = tmp_path / "file"
    place.write_bytes(FILES[name])
    with pytest.raises(NoRecipe, match="has no recipe, and there is none beside it"):
        read_recipe(place)


def test_the_recipe_of_another_file_is_none_of_this(tmp_path):
    place = tmp_path / "seal.png"
    place.write_bytes(FILES["png"])
    beside(place).write_text(a_recipe(files=(RecipeFile.of(0, fetched(FILES["jpeg"])),)).json_text)
    with pytest.raises(NoRecipe, match="is of another file"):
        read_recipe(place)


def wrong(**more):
    return a_recipe().model_dump() | more


def as_json(value):
    return json.dumps(value).encode()


HOSTILE = {
    "empty": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "another object": b'{"generation_prompt": "seal"}',
    "deep": b"{" + b'"a":{' * 100_000,
    "a number of 100,000 digits": b'{"genwidget_recipe":' + b"9" * 100_000 + b"}",
    "too long": b'{"a":"' + b"x" * (MAX_BYTES + 10) + b'"}',
    "no text": b"{\xff\xfe}",
    "another version": as_json(wrong(genwidget_recipe=2)),
    "a body of text": as_json(wrong(body="seal")),
    "a hash that is none": as_json(wrong(files=[{"place": 1, "media_type": "a", "size": 1, "sha256": "x"}])),
    "a cost below zero": as_json(wrong(credits=-1.0)),
    "a seed of words": as_json(wrong(seed="seven")),
    "png, huge chunk": FILES["png"][:33] + struct.pack(">I", 2**32 - 1) + b"iTXtgenwidget\0\0\0\0\0" + b"{" * 100,
    "png, compressed": FILES["png"][:33] + png_chunk(b"zTXt", b"genwidget\0\0" + zlib.compress(b"{}")),
    "jpeg, a length of nothing": b"\xff\xd8\xff\xe1\0\0" * 1000,
    "jpeg, fill": b"\xff\xd8" + b"\xff" * 100_000,
    "webp, length past the end": b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xffMM\0*",
    "mp4, no progress": b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\0moov" * 1000,
    "mp4, 64 bits": b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\1moov" + b"\xff" * 8,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_of_any_kind_ends_in_a_sentence(name, tmp_path):
    place = tmp_path / "file"
    place.write_bytes(HOSTILE[name])
    with pytest.raises(NoRecipe) as refused:
        read_recipe(place)
    assert str(place) in refused.value.message
    assert refused.value.message.isprintable()


def test_exif_data_whose_other_directories_are_broken_are_left_as_they_are():
    end = b"\0\0\0\0"
    gps = b"\x88\x25\0\4\0\0\0\1\0\0\xff\0"  # a directory that would begin after the end
    data = b"Exif\0\0MM\0*\0\0\0\x08\0\1" + gps + end
    broken = b"\xff\xd8\xff\xe1" + (len(data) + 2).to_bytes(2) + data + FILES["jpeg"][2:]
    with pytest.raises(RecipeNotEmbedded):
        embed(fetched(broken), a_recipe())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data(), name=st.sampled_from(sorted(FILES)))
def test_a_broken_file_gives_a_recipe_or_our_error_and_nothing_else(tmp_path, data, name):
    made = bytearray(embed(fetched(FILES[name]), a_recipe()))
    for _ in range(data.draw(st.integers(0, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(made[: data.draw(st.integers(0, len(made)))])
    place = tmp_path / "file"
    place.write_bytes(content)
    with contextlib.suppress(NoRecipe):
        assert isinstance(read_recipe(place), Recipe)
    with contextlib.suppress(RecipeNotEmbedded):
        assert isinstance(embed(Fetched(content, sniff(bytes(made), "")), a_recipe()), bytes)


BOMBS = {
    "png": b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", bytes(13)) + struct.pack(">I", 2**31) + b"iTXtgenwidget\0\0\0\0\0",
    "webp": b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\x7f",
    "mp4": b"\0\0\0\x18ftypisom" + bytes(12) + b"\x7f\xff\xff\xffmoov",
    "json": b'{"a":"',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_of_gigabytes_takes_some_megabytes(name, tmp_path):
    place = tmp_path / "file"
    with place.open("wb") as file:
        file.write(BOMBS[name])
        file.truncate(4 * 1024**3)  # of no blocks
    tracemalloc.start()
    try:
        with pytest.raises(NoRecipe):
            read_recipe(place)
        assert tracemalloc.get_traced_memory()[1] < 24 * 1024**2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/null", "it is a pipe or a device"),
        ("/dev/zero", "it is a pipe or a device"),
        (".", "it is a folder"),
        *((path, "there is no such file") for path in ("none", "a\0b", "\ud800", "x" * 300)),
    ],
)
def test_what_is_no_file_says_so(path, reason, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoRecipe, match=reason):
        read_recipe(path)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_without_pillow_a_jpeg_and_a_webp_file_say_what_to_install(name, monkeypatch, tmp_path):
    place = tmp_path / "file"
    place.write_bytes(embed(fetched(FILES[name]), a_recipe()))
    monkeypatch.setitem(sys.modules, "PIL", None)
    calls = [lambda: read_recipe(place), lambda: embed(fetched(FILES[name]), a_recipe())]
    if name in {"png", "mp4"}:
        assert calls[0]() == a_recipe()
        assert calls[1]() == place.read_bytes()
        return
    for call in calls:
        with pytest.raises(ConfigurationError, match="pip install pillow"):
            call()
