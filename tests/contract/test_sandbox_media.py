"""Outputs are real files of the asked format, shape, number and length."""

import io

import av
import pytest
from PIL import Image

from genwidget.catalogue import Catalogue

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


def cases(model_type):
    """Return every model once, and every ratio, format and resolution once, at the first model that has it."""
    found, seen = [], set()
    for spec in SPECS:
        if spec.model_type != model_type:
            continue
        ratios = spec.field("generation_ratio").choices.value
        bodies = [(value, {}) for value in ratios]
        for name in ("generation_output_format", "generation_resolution"):
            field = spec.field(name)
            bodies += [(ratios[0], {name: value}) for value in (field.choices.value if field else ())]
        fresh = [one for one in bodies if str(one) not in seen] or bodies[-1:]
        seen |= {str(one) for one in fresh}
        found += [(spec.model_id, *one) for one in fresh]
    return found


def is_of_ratio(size, ratio):
    across, down = (16, 9) if ratio == "adaptive" else (int(part) for part in ratio.split(":"))
    return abs((size[0] / size[1]) / (across / down) - 1) <= 0.01


@pytest.mark.parametrize(("model_id", "ratio", "fields"), cases("image"))
def test_a_picture_has_the_asked_format_and_ratio(api, clock, model_id, ratio, fields):
    (reply,) = outputs(api, clock, model_id, generation_ratio=ratio, generation_output_number=1, **fields)
    default = Catalogue.load().find(model_id).defaults()["generation_output_format"]
    kind, media_type = FORMATS[fields.get("generation_output_format", default)]
    assert reply.headers["content-type"] == media_type
    with Image.open(io.BytesIO(reply.content)) as image:
        image.load()
        assert image.format == kind
        assert is_of_ratio(image.size, ratio)
        assert all(side % 2 == 0 for side in image.size)
        megapixels = int(fields.get("generation_resolution", "1MP")[0])
        assert image.width * image.height == pytest.approx(megapixels * 1024**2, rel=0.02)
        assert len(image.convert("RGB").getcolors(1 << 24)) > 1000


@pytest.mark.parametrize(("model_id", "ratio", "fields"), cases("video"))
def test_a_film_has_the_asked_shape_and_length(api, clock, model_id, ratio, fields):
    spec = Catalogue.load().find(model_id)
    seconds = spec.field("generation_duration").choices.value[0]
    resolution = spec.field("generation_resolution")
    asked = {"generation_resolution": resolution.choices.value[0]} if resolution else {}
    asked |= fields
    (reply,) = outputs(api, clock, model_id, generation_ratio=ratio, generation_duration=seconds, **asked)
    assert reply.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(reply.content)) as container:
        (stream,) = container.streams.video
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert min(stream.width, stream.height) == SHORT_SIDES[asked.get("generation_resolution", "720p")]
        assert is_of_ratio((stream.width, stream.height), ratio)
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
        loudest = max(
            abs(sample) for frame in container.decode(sound) for sample in memoryview(frame.planes[0]).cast("f")
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


@pytest.mark.parametrize(
    "prompt", ["x", "y" * 5000, "two\nlines\tand tabs", "海氷の上の赤ちゃんアザラシ 🦭", "\u202eevil"]
)
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
