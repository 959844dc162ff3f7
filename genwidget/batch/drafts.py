"""What a plan asks for, item by item, before it is checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

#: How many items a plan has at most.
MOST_ITEMS: Final = 1_000_000
PREFIX: Final = "generation_"
PROMPT: Final = "generation_prompt"
MODEL: Final = "model"
#: What is at fault where no field is.
ROW: Final = "row"


@dataclass(frozen=True, slots=True)
class Draft:
    """One item as it was asked for.

    Attributes:
        row: its row in the table, from 1; None where there is no table.
        model_id: such as ``bfl/flux-schnell``; whatever a row holds there.
        values: by whole field names; None leaves a field out.
        fault: why the row, or the value of a template, cannot be read, as a sentence; empty where it can.
        fault_of: what is at fault: the field, or ``row``.
        place: its place among all combinations of a sweep, from 0, where some of them were left out; else None.
    """

    row: int | None
    model_id: Any
    values: Mapping[str, Any]
    fault: str = ""
    place: int | None = None
    fault_of: str = ROW


class Source(Protocol):
    """Where drafts come from; each iteration begins anew and yields the same."""

    def __iter__(self) -> Iterator[Draft]:
        """Yield the drafts, in order."""


def field_name(name: str) -> str:
    """Return the whole name of a field that may be given without its prefix: ``ratio`` is ``generation_ratio``."""
    return name if name.casefold().startswith(PREFIX) else f"{PREFIX}{name}"


@lru_cache
def meant_by(name: str, variables: frozenset[str] = frozenset()) -> str:
    """Return what a column or a keyword names: a value of a template, ``model``, or a field by its whole name."""
    return name if name in variables or name == MODEL else field_name(name)
