"""What generations cost: the catalogue's price where it is known, else one of the sandbox's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.sandbox import assumptions


@dataclass(frozen=True, slots=True)
class Cost:
    """What one generation costs; amounts of credits are whole thousandths."""

    per_generation: int
    per_second: float | None = None
    duration_s: float | None = None
    resolution: str | None = None


def cost_of(spec: ModelSpec, values: Mapping[str, Any]) -> Cost:
    """Return what a generation with these effective values costs."""
    if spec.model_type == "image":
        number = int(values.get("generation_output_number", 1))
        return Cost(thousandths(image_price(spec), number))
    duration_s = float(values["generation_duration"])
    resolution = values.get("generation_resolution")
    has_audio = bool(values.get("generation_generate_audio", False))
    per_second = video_price(spec, resolution, has_audio=has_audio)
    return Cost(thousandths(per_second, duration_s), per_second, duration_s, resolution)


def image_price(spec: ModelSpec) -> float:
    """Return credits per output."""
    price = spec.price
    if price is None or price.credits is None:
        return assumptions.OWN_IMAGE_PRICE
    return price.credits


def video_price(spec: ModelSpec, resolution: str | None, *, has_audio: bool) -> float:
    """Return credits per second of film."""
    price = spec.price
    if price is not None and price.credits is not None:
        return price.credits
    table = price.table if price is not None else {}
    for name in (f"{resolution}_{'audio' if has_audio else 'noaudio'}", resolution or ""):
        if name in table:
            return table[name]
    base = assumptions.OWN_VIDEO_PRICES.get(resolution or "", assumptions.OWN_VIDEO_PRICE)
    is_told_apart = price is not None and price.kind == "per_second_by_resolution_and_audio"
    return round(base * assumptions.OWN_AUDIO_FACTOR, 3) if has_audio and is_told_apart else base


def thousandths(price: float, times: float = 1) -> int:
    """Return a price, times a number, in whole thousandths of a credit."""
    exact = Decimal(str(price)) * Decimal(str(times)) * 1000
    return int(exact.to_integral_value(ROUND_HALF_UP))
