"""Plans, prices, shapes and limits: what the sandbox works out without a server."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genwidget.catalogue import Catalogue, Price
from genwidget.sandbox.core.limits import RateWindows
from genwidget.sandbox.core.planning import Planner
from genwidget.sandbox.core.pricing import cost_of, thousandths
from genwidget.sandbox.core.providers import Record, fastest_order, tried_order
from genwidget.sandbox.faults.faults import Fault, Faults, fault_from_data
from genwidget.sandbox.http.responses import iso_time
from genwidget.sandbox.media.caption import caption
from genwidget.sandbox.media.files import draw_picture, output_seed
from genwidget.sandbox.media.scene import draw_lots
from genwidget.sandbox.media.sizes import PICTURE_PIXELS, film_size, picture_size

KINDS = ("provider_error", "provider_hang", "provider_late")


def planner(faults, model_type="image", speed=1.0):
    return Planner("lab/name", model_type, 5.0 if model_type == "video" else 0.0, speed, faults, "seed")


@given(
    order=st.permutations(["bfl", "replicate", "fal"]),
    faults=st.lists(
        st.builds(
            Fault,
            kind=st.sampled_from(KINDS),
            provider=st.sampled_from(["bfl", "replicate", "fal", None]),
            count=st.sampled_from([1, 2, None]),
            duration_s=st.floats(0, 3),
        ),
        max_size=4,
    ),
    model_type=st.sampled_from(["image", "video"]),
    speed=st.sampled_from([0.5, 1.0, 50.0, 10_000.0]),
)
def test_every_plan_is_one_that_could_have_happened(order, faults, model_type, speed):
    scripted = Faults()
    for fault in faults:
        scripted.add(fault)
    plan = planner(scripted, model_type, speed).plan(order, 1_000_000)
    providers = [one.provider for one in plan.attempts]
    assert providers == order[: len(providers)]
    used = [one for one in plan.attempts if one.outcome == "used"]
    assert len(used) == (plan.outcome == "succeeded")
    assert all(one.started_at < one.ended_at for one in plan.attempts)
    starts = [one.started_at for one in plan.attempts]
    assert starts == sorted(starts)
    assert starts[0] > 1_000_000
    assert plan.ends_at == max(one.ended_at for one in plan.attempts)
    assert (plan.outcome == "failed") == all(one.outcome in {"failed", "discarded"} for one in plan.attempts)


def test_the_same_request_takes_the_same_time():
    assert planner(Faults()).plan(["bfl"], 0) == planner(Faults()).plan(["bfl"], 0)


def test_speed_divides_the_time():
    slow, quick = (planner(Faults(), speed=speed).plan(["bfl"], 0).ends_at for speed in (1, 100))
    assert slow == pytest.approx(quick * 100, abs=200)


def test_a_late_provider_that_was_last_still_wins():
    faults = Faults()
    faults.add(kind="provider_late", duration_s=0.5)
    plan = planner(faults).plan(["bfl"], 0)
    assert [(one.provider, one.outcome) for one in plan.attempts] == [("bfl", "used")]
    assert plan.ends_at == 400 + 4000 + 500


@given(price=st.decimals(0, 10, places=3), number=st.integers(1, 12))
def test_costs_are_exact_thousandths(price, number):
    assert thousandths(float(price), number) == int(price * 1000) * number


def test_a_known_price_is_the_catalogues():
    spec = Catalogue.load().find("bfl/flux-1.1-pro")
    assert cost_of(spec, spec.defaults()).per_generation == 52


@pytest.mark.parametrize(
    ("price", "values", "per_second"),
    [
        (Price(kind="per_second", credits=0.5, standing="documented", source="x"), {}, 0.5),
        (
            Price(kind="per_second_by_resolution", table={"720p": 0.2, "480p": 0.1}, standing="documented", source="x"),
            {"generation_resolution": "480p"},
            0.1,
        ),
        (
            Price(
                kind="per_second_by_resolution_and_audio",
                table={"720p_audio": 0.3, "720p_noaudio": 0.2},
                standing="documented",
                source="x",
            ),
            {"generation_generate_audio": True},
            0.3,
        ),
        (None, {}, 0.062),
        (None, {"generation_resolution": "1080p"}, 0.166),
    ],
)
def test_a_film_is_priced_by_what_its_price_depends_on(price, values, per_second):
    spec = replace(Catalogue.load().find("bytedance/seedance-1.5-pro"), price=price)
    cost = cost_of(spec, spec.defaults() | {"generation_duration": 10} | values)
    assert cost.per_second == per_second
    assert cost.per_generation == round(per_second * 10_000)


PRICES = st.integers(1, 20_000).map(lambda one: one / 10_000)  # four decimals, one more than credits have
priced = st.one_of(
    st.builds(lambda each: Price(kind="flat", credits=each, standing="source", source="x"), PRICES),
    st.builds(
        lambda each: Price(kind="per_second_by_resolution", table={"720p": each}, standing="source", source="x"), PRICES
    ),
)


SHEET = Catalogue.load().find("sandbox/contact-sheet")
HALF = Price(kind="flat", credits=0.0045, standing="source", source="x")


@given(
    model=st.sampled_from(Catalogue.load().models), price=priced, times=st.integers(1, 10), is_left_out=st.booleans()
)
@example(model=SHEET, price=SHEET.price, times=4, is_left_out=True)
@example(model=SHEET, price=HALF, times=1, is_left_out=False)
def test_a_price_that_is_known_is_what_the_sandbox_takes(model, price, times, is_left_out):
    """A spend limit is held to the known price, so nothing above it may be charged."""
    spec = replace(model, price=price)
    body = {"generation_output_number": times, "generation_duration": times, "generation_resolution": "720p"}
    if is_left_out:
        del body["generation_output_number"]
    known = spec.cost_of(body)
    if known is not None and (spec.model_type == "video") == (price.kind != "flat"):
        taken = cost_of(spec, spec.defaults() | body).per_generation
        assert Decimal(str(known)) * 1000 == taken


@pytest.mark.parametrize("times", [1e300, 1e20, 10**14])
def test_a_film_without_end_has_a_price_too(times):
    price = Price(kind="per_second", credits=0.5, standing="source", source="x")
    spec = replace(Catalogue.load().find("google/veo-2"), price=price)
    assert spec.cost_of({"generation_duration": times}) == times / 2


@pytest.mark.parametrize("spec", Catalogue.load().models, ids=lambda spec: spec.model_id)
def test_every_ratio_of_the_catalogue_has_its_pixels(spec):
    ratios = spec.field("generation_ratio").choices.value
    assert set(ratios) - {"adaptive"} <= set(PICTURE_PIXELS)


@pytest.mark.parametrize("ratio", PICTURE_PIXELS)
@pytest.mark.parametrize("resolution", ["480p", "720p", "1080p", "1MP", "2MP", "4MP"])
def test_sizes_are_even_and_within_one_percent_of_the_ratio(ratio, resolution):
    values = {"generation_ratio": ratio, "generation_resolution": resolution}
    across, down = (int(part) for part in ratio.split(":"))
    width, height = film_size(values) if resolution.endswith("p") else picture_size(values)
    assert (width % 2, height % 2) == (0, 0)
    assert width / height == pytest.approx(across / down, rel=0.01)


def test_the_documented_sizes():
    assert film_size({"generation_ratio": "16:9", "generation_resolution": "720p"}) == (1280, 720)
    assert film_size({"generation_ratio": "adaptive", "generation_resolution": "1080p"}) == (1920, 1080)
    assert film_size({}) == (1280, 720)
    assert picture_size({}) == (1024, 1024)
    assert picture_size({"generation_resolution": "4MP"}) == (2048, 2048)


def test_a_health_needs_enough_attempts_to_call_a_provider_degraded():
    assert Record().health == "unknown"
    assert Record(9, 9).health == "recovering"
    assert Record(10, 5).health == "degraded"
    assert Record(10, 2).health == "recovering"
    assert Record(10, 1).health == "healthy"


def test_degraded_providers_go_last_and_keep_their_order():
    window = {"a": Record(10, 10), "c": Record(10, 10)}
    assert tried_order(("a", "b", "c", "d"), window) == ("b", "d", "a", "c")


def test_fastest_weighs_speed_against_failures_and_needs_to_know_all():
    known = {"a": Record(20, 10, 1000.0), "b": Record(20, 0, 1500.0), "c": Record(20, 0, 900.0)}
    assert fastest_order(("a", "b", "c"), known) == ("c", "b", "a")
    assert fastest_order(("a", "b", "c"), known | {"b": Record(19, 0, 1.0)}) == ("a", "b", "c")
    assert fastest_order(("a", "b", "c"), {}) == ("a", "b", "c")


def test_a_window_counts_ends_and_starts_again():
    windows = RateWindows(60)
    assert [windows.take("a", "reads", 2, now).remaining for now in (0, 59)] == [1, 0]
    over = windows.take("a", "reads", 2, 59.5)
    assert (over.is_exceeded, over.retry_after_s, over.reset_s) == (True, 1, 60)
    assert windows.take("b", "reads", 2, 59.5).remaining == 1
    assert windows.take("a", "reads", 2, 60).remaining == 1
    # A clock that was set back does not keep an account out.
    assert windows.take("a", "reads", 2, 10).remaining == 1


def test_faults_can_be_added_from_many_kinds_of_values():
    faults = Faults()
    first = faults.add(Fault("hang", count=1))
    second = faults.add(Fault("hang"), count=2)
    third = faults.add(kind="html", route="generate")
    assert [one.fault_id for one in faults.all()] == [first.fault_id, second.fault_id, third.fault_id] == [1, 2, 3]
    faults.clear(2)
    assert [one.fault_id for one in faults.all()] == [1, 3]
    with pytest.raises(TypeError):
        faults.add(kind="hang", times=3)


def test_a_spent_fault_gives_way_to_the_next():
    faults = Faults()
    faults.add(kind="hang", count=1)
    faults.add(kind="html", count=1)
    met = [faults.for_request("status") for _ in range(3)]
    assert [one and one.kind for one in met] == ["hang", "html", None]


def test_a_fault_from_json_keeps_its_values():
    data = {"kind": "rate_limit", "route": "content", "count": None, "retry_after_s": 7, "one_of": ["html"]}
    assert fault_from_data(data) == Fault("rate_limit", "content", retry_after_s=7, one_of=("html",))


def test_times_are_written_as_the_api_writes_them():
    assert iso_time(1_780_000_000_007) == "2026-05-28T20:26:40.007Z"
    assert iso_time(None) is None


def test_a_scene_is_drawn_from_prompt_and_seed_alone():
    assert draw_lots("a", 1) == draw_lots("a", 1)
    assert draw_lots("a", 1) != draw_lots("a", 2)
    assert draw_lots("a", 1) != draw_lots("b", 1)
    assert draw_lots("Two SEALS", 1).has_seal


def test_a_seed_of_zero_is_a_seed():
    generation_id = "550e8400-e29b-41d4-a716-446655440000"
    assert output_seed({"generation_seed": 0}, generation_id) == 0
    assert output_seed({}, generation_id) == 0x550E8400


@given(prompt=st.text(min_size=1, max_size=300), width=st.integers(200, 1200), height=st.integers(200, 1200))
def test_a_caption_of_any_prompt_is_as_wide_as_its_picture_and_low(prompt, width, height):
    strip = caption(prompt, (width, height))
    assert strip.width == width
    assert strip.height < height / 3


@pytest.mark.parametrize("file_format", ["png", "jpg", "webp"])
def test_a_picture_is_the_same_bytes_each_time(file_format):
    first, second = (draw_picture("a", (256, 256), file_format, 3) for _ in range(2))
    assert first == second
