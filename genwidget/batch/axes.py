"""What a sweep varied: its axes, the outermost first, as they are stored with a batch and shown beside its items."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from genwidget.text import load_json, shown

#: An axis of more values is not kept: nobody reads so many heads.
MOST_VALUES: Final = 2_000
_MOST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        name: the field, ``model``, ``repeat``, or the names of fields that move together.
        labels: its values as texts, in order; at least two.
    """

    name: str
    labels: tuple[str, ...]


def axis_of(name: str, values: Sequence[Any]) -> Axis:
    """Return an axis of values; of mappings those of all their names."""
    return Axis(name, tuple(_label(value) for value in values))


def as_text(axes: Sequence[Axis]) -> str | None:
    """Return axes as JSON; None where there is none that was varied, or one is too long to be shown."""
    varied = [axis for axis in axes if len(axis.labels) > 1]
    if not varied or any(len(axis.labels) > MOST_VALUES for axis in varied):
        return None
    return json.dumps([asdict(axis) for axis in varied])


def of_text(text: str | None, least: int) -> tuple[Axis, ...]:
    """Return the axes of a JSON text; none where it is no such text, or they have less than ``least`` combinations."""
    try:
        read = load_json(text) if text else []
        axes = tuple(Axis(str(one["name"]), tuple(map(str, one["labels"]))) for one in read)
    except (ValueError, TypeError, KeyError):
        return ()
    sizes = [len(axis.labels) for axis in axes]
    return axes if math.prod(sizes) >= least else ()


def labels_at(axes: Sequence[Axis], place: int) -> list[str]:
    """Return the label of each axis at a place among all combinations; the last axis changes fastest."""
    found = []
    for axis in reversed(axes):
        place, at = divmod(place, len(axis.labels))
        found.append(axis.labels[at])
    return found[::-1]


def _label(value: Any) -> str:
    if isinstance(value, Mapping):
        return shown(", ".join(f"{name} {_label(one)}" for name, one in value.items()), _MOST_TEXT)
    try:
        text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    except Exception:  # noqa: BLE001 - whatever a person's own object raises; the check of the items refuses it
        text = type(value).__name__
    return shown(text, _MOST_TEXT)
