"""A polar scene, drawn by lot from a prompt and a seed: sky, sun or moon, mountains, sea and ice floes.

Lengths are fractions of the picture's height, so that one scene fits every shape.
"""

import itertools
import math
import random
from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]


def _rgb(text: str) -> Colour:
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def _colours(text: str) -> tuple[Colour, ...]:
    return tuple(_rgb(one) for one in text.split())


@dataclass(frozen=True, slots=True)
class Palette:
    """The light of one hour."""

    sky: tuple[Colour, ...]  # from the zenith down to the horizon
    disc: Colour
    ridges: tuple[Colour, ...]  # far to near
    snow: Colour
    sea: tuple[Colour, ...]  # from the horizon down
    ice: Colour
    shade: Colour
    stars: int
    aurora: tuple[Colour, ...] = ()


PALETTES: Final = (
    Palette(  # dawn
        _colours("24345f 6f679b d994a0 ffcf9f ffe6bd"),
        _rgb("fff3d6"),
        _colours("a590b4 75729f 4a5584"),
        _rgb("f7dccf"),
        _colours("f3c3a2 8d86a8 33507c"),
        _rgb("fbf3ee"),
        _rgb("9fb2d3"),
        40,
    ),
    Palette(  # noon
        _colours("2f7fc4 6db4e6 b9e0f4 e9f6fb"),
        _rgb("ffffff"),
        _colours("aecde2 86b1d1 5b8fbb"),
        _rgb("ffffff"),
        _colours("a5dbe6 3f9fbd 17648a"),
        _rgb("ffffff"),
        _rgb("9fcfe4"),
        0,
    ),
    Palette(  # dusk
        _colours("1a1a49 50307a b64a7d f58b74 ffc28a"),
        _rgb("ffdca8"),
        _colours("8a5389 5a3b78 32295b"),
        _rgb("f2a99b"),
        _colours("f09c86 8a5580 26254f"),
        _rgb("f7e2e2"),
        _rgb("8a78aa"),
        90,
    ),
    Palette(  # night
        _colours("040a1c 0a1b3a 123a58 2a6b7d"),
        _rgb("f1f5ff"),
        _colours("2b5a73 1b3f58 0f2639"),
        _rgb("a9cfdd"),
        _colours("2b6878 124059 061525"),
        _rgb("d3e6ef"),
        _rgb("5d8ba6"),
        240,
        _colours("46f0a8 58c9ff 9a7bff"),
    ),
    Palette(  # green twilight
        _colours("0c3f5e 2d7f8f 86c1ac f2dfa6"),
        _rgb("fff6d2"),
        _colours("7fb0ac 4f8791 2c5c70"),
        _rgb("f3ecd0"),
        _colours("d5d6ae 4f949a 154a61"),
        _rgb("f8f8ec"),
        _rgb("8fbcc0"),
        30,
    ),
    Palette(  # overcast
        _colours("566879 8b9ca9 bfcacf e3e6e2"),
        _rgb("fbfaf2"),
        _colours("a9b6bf 7f909d 566a7a"),
        _rgb("eef1f1"),
        _colours("bccace 6c8c9b 304f61"),
        _rgb("fbfcfc"),
        _rgb("9db6c3"),
        0,
    ),
)


@dataclass(frozen=True, slots=True)
class Floe:
    """A piece of ice: its middle, its width, and the wobble of its edge. ``x`` is a fraction of the width."""

    x: float
    y: float
    radius: float
    edge: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn by lot. ``x`` values are fractions of the width."""

    palette: Palette
    horizon: float
    disc_x: float
    disc_y: float
    disc_radius: float
    stars: tuple[tuple[float, float, float], ...]  # x, y, brightness
    ridges: tuple[tuple[float, ...], ...]  # heights above the horizon at even steps
    floes: tuple[Floe, ...]
    aurora: tuple[tuple[float, ...], ...]
    has_seal: bool


def draw_lots(prompt: str, seed: int) -> Scene:
    """Return the scene of a prompt and a seed; the same two give the same scene."""
    dice = random.Random(f"{prompt}\x00{seed}")  # noqa: S311 - drawn by lot, not a secret
    palette = dice.choice(PALETTES)
    horizon = dice.uniform(0.5, 0.6)
    return Scene(
        palette=palette,
        horizon=horizon,
        disc_x=dice.uniform(0.22, 0.78),
        disc_y=horizon - dice.uniform(0.1, 0.34),
        disc_radius=dice.uniform(0.03, 0.055),
        stars=tuple(
            (dice.random(), dice.random() ** 1.4 * horizon, dice.uniform(0.3, 1)) for _ in range(palette.stars)
        ),
        ridges=tuple(_ridge(dice, height) for height in (0.2, 0.13, 0.07)),
        floes=_floes(dice, horizon),
        aurora=tuple(_ribbon(dice) for _ in palette.aurora),
        has_seal="seal" in prompt.lower(),
    )


def _ridge(dice: random.Random, height: float) -> tuple[float, ...]:
    """Return a mountain line by halving: each new point lies between its neighbours, and a little off."""
    heights = [dice.uniform(0.3, 0.9) for _ in range(5)]
    rough = 0.42
    while len(heights) < 128:  # noqa: PLR2004 - fine enough for a megapixel
        middles = [(a + b) / 2 + dice.uniform(-rough, rough) for a, b in itertools.pairwise(heights)]
        heights = [one for pair in zip(heights, middles, strict=False) for one in pair] + [heights[-1]]
        rough *= 0.55
    low = min(heights)
    span = max(heights) - low
    return tuple(height * (0.12 + 0.88 * (one - low) / span) for one in heights)


def _floes(dice: random.Random, horizon: float) -> tuple[Floe, ...]:
    floes = []
    for row in range(7):
        near = (row + 0.6) / 7
        for _ in range(max(2, 7 - row)):
            edge = tuple(dice.uniform(0.78, 1.08) for _ in range(11))
            y = horizon + (1 - horizon) * (near**1.5) * 0.98 + dice.uniform(-0.008, 0.008)
            floes.append(Floe(dice.uniform(-0.1, 1.1), y, dice.uniform(0.5, 1) * (0.012 + 0.16 * near**1.7), edge))
    return tuple(sorted(floes, key=lambda floe: floe.y))


def _ribbon(dice: random.Random) -> tuple[float, ...]:
    base, phase, turns = dice.uniform(0.1, 0.28), dice.uniform(0, math.tau), dice.uniform(0.7, 1.6)
    return tuple(
        base + 0.06 * math.sin(phase + turns * math.tau * step / 24) + 0.02 * math.sin(5 * phase + step * 0.9)
        for step in range(25)
    )
