"""Outputs are real files of the asked format, shape, number and length."""

import io

import av
import pytest
from PIL import Image

from genwidget.catalogue import Catalogue
from genwidget.sandbox.media.sizes import film_size, picture_size

SPECS = Catalogue.load().models
FORMATS = {"png": ("PNG", "image/png"), "jpg": ("JPEG", "image/jpeg"), "webp": ("WEBP", "image/webp")}
SHORT_SIDES = {"480p": 480, "720p": 720, "1080p": 1080}


@pytest.fixture
def sandbox(kept):
    return kept[0]


@pytest.fixture
def clock(kept):
    return kept[1]


def outputs(api, clock, model_id, **fields):
    generation_id = api.made(model_id, **fields)
    clock.advance(60)
    return [api.get(url) for url in api.record(generation_id)["generation_output_file"]]


def choices(spec, name):
    field = spec.field(name)
    return field.choices.value if field else (None,)


#: Every ratio and resolution of every model; the size of an output is a matter of these alone.
SIZES = [
    (spec.model_type, ratio, resolution)
    for spec in SPECS
    for ratio in choices(spec, "generation_ratio")
    for resolution in choices(spec, "generation_resolution")
]
#: Each format, each direction and each number of megapixels, decoded.
PICTURES = [
    ("bfl/flux-1.1-pro", {"generation_ratio": "1:1", "generation_output_format": "png"}),
    ("bfl/flux-1.1-pro-ultra", {"generation_ratio": "21:9", "generation_output_format": "jpg"}),
    ("bfl/flux-1.1-pro", {"generation_ratio": "9:16", "generation_output_format": "webp"}),
    ("bfl/flux-2-pro", {"generation_ratio": "3:4", "generation_resolution": "2MP"}),
    ("bfl/flux-2-pro", {"generation_ratio": "16:9", "generation_resolution": "4MP"}),
]
#: Each direction, each resolution, and the model that has none to ask for, decoded.
FILMS = [
    ("bytedance/seedance-1.5-pro", {"generation_ratio": "9:16", "generation_resolution": "480p"}),
    ("bytedance/seedance-1-pro", {"generation_ratio": "adaptive", "generation_resolution": "720p"}),
    ("bytedance/seedance-1-pro-fast", {"generation_ratio": "1:1", "generation_resolution": "1080p"}),
    ("google/veo-2", {"generation_ratio": "16:9"}),
]


def is_of_ratio(size, ratio):
    across, down = (16, 9) if ratio == "adaptive" else (int(part) for part in ratio.split(":"))
    return abs((size[0] / size[1]) / (across / down) - 1) <= 0.01


@pytest.mark.parametrize(("model_type", "ratio", "resolution"), sorted(set(SIZES), key=str))
def test_every_size_has_the_asked_ratio_and_even_sides(model_type, ratio, resolution):
    asked = {"generation_ratio": ratio} | ({"generation_resolution": resolution} if resolution else {})
    size = picture_size(asked) if model_type == "image" else film_size(asked)
    assert is_of_ratio(size, ratio)
    assert all(side % 2 == 0 for side in size)
    if model_type == "image":
        assert size[0] * size[1] == pytest.approx(int((resolution or "1MP")[0]) * 1024**2, rel=0.02)
    else:
        assert min(size) == SHORT_SIDES[resolution or "720p"]


@pytest.mark.parametrize(("model_id", "fields"), PICTURES)
def test_a_picture_has_the_asked_format_and_size(api, clock, model_id, fields):
    (reply,) = outputs(api, clock, model_id, generation_output_number=1, **fields)
    asked = Catalogue.load().find(model_id).defaults() | fields
    kind, media_type = FORMATS[asked["generation_output_format"]]
    assert reply.headers["content-type"] == media_type
    with Image.open(io.BytesIO(reply.content)) as image:
        image.load()
        assert image.format == kind
        assert image.size == picture_size(asked)
        assert len(image.convert("RGB").getcolors(1 << 24)) > 1000


@pytest.mark.parametrize(("model_id", "fields"), FILMS)
def test_a_film_has_the_asked_size_and_length(api, clock, model_id, fields):
    seconds = Catalogue.load().find(model_id).field("generation_duration").choices.value[0]
    (reply,) = outputs(api, clock, model_id, generation_duration=seconds, **fields)
    assert reply.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(reply.content)) as container:
        (stream,) = container.streams.video
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == film_size(fields)
        assert float(stream.duration * stream.time_base) == seconds
        assert list(container.streams.audio) == []
        frames = list(container.decode(stream))
    assert len(frames) == 12 * seconds
    assert frames[0].to_image().tobytes() != frames[-1].to_image().tobytes()


@pytest.mark.parametrize("seconds", [2, 7])
def test_a_film_with_sound_has_a_track_that_is_heard(api, clock, seconds):
    fields = {"generation_duration": seconds, "generation_generate_audio": True, "generation_resolution": "480p"}
    (reply,) = outputs(api, clock, "bytedance/seedance-1.5-pro", **fields)
    with av.open(io.BytesIO(reply.content)) as container:
        (sound,) = container.streams.audio
        assert sound.codec_context.name == "aac"
        assert float(sound.duration * sound.time_base) == pytest.approx(seconds, rel=0.01)
        assert container.duration / 1e6 == pytest.approx(seconds, rel=0.01)
        # A plane may be longer than its samples are; what follows them is whatever lay there.
        loudest = max(
            abs(sample)
            for frame in container.decode(sound)
            for sample in memoryview(frame.planes[0]).cast("f")[: frame.samples]
        )
    assert 0.02 < loudest < 1


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_contact_sheet_has_as_many_pictures_as_asked_each_another(api, clock, number):
    replies = outputs(api, clock, "sandbox/contact-sheet", generation_output_number=number)
    assert len({reply.content for reply in replies}) == len(replies) == number


def test_the_same_prompt_and_seed_give_the_same_picture(api, clock):
    model = "bfl/flux-1.1-pro"
    first, again, other = (outputs(api, clock, model, generation_seed=seed)[0].content for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_without_a_seed_each_generation_looks_different(api, clock):
    first, second = (outputs(api, clock, "bfl/flux-schnell")[0].content for _ in range(2))
    assert first != second


def test_quality_counts_for_lossy_formats(api, clock):
    sizes = [
        len(
            outputs(
                api,
                clock,
                "bfl/flux-1.1-pro",
                generation_seed=1,
                generation_output_format="jpg",
                generation_output_quality=quality,
            )[0].content
        )
        for quality in (0, 50, 100)
    ]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("prompt", ["y" * 5000, "two\nlines\tand tabs", "海氷の上の赤ちゃんアザラシ 🦭", "\u202eevil"])
def test_any_prompt_can_be_a_caption(api, clock, prompt):
    (reply,) = outputs(api, clock, "bfl/flux-schnell", generation_prompt=prompt)
    with Image.open(io.BytesIO(reply.content)) as image:
        assert image.size == (1024, 1024)


def test_an_output_needs_no_key_and_is_not_there_before_the_end(api, clock):
    generation_id = api.made()
    path = f"/sandbox/files/{generation_id}/1.png"
    del api.headers["Authorization"]
    assert api.get(path).status_code == 404
    clock.advance(5)
    assert api.get(path).status_code == 200
    for name in ("2.png", "1.jpg", "0.png", "x"):
        assert api.get(f"/sandbox/files/{generation_id}/{name}").status_code == 404


def test_an_output_stands_on_the_origin_that_was_asked(api, clock):
    generation_id = api.made()
    clock.advance(5)
    host = f"localhost:{api.base_url.port}"
    record = api.get(f"/v1/content/{generation_id}", headers={"Host": host}).json()["data"]
    assert record["generation_output_file"] == [f"http://{host}/sandbox/files/{generation_id}/1.png"]
