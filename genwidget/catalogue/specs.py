"""What is known of a model: its fields, bounds, providers and price, each with how well it is known.

Plain dataclasses: what ships needs no judge but the tests, and the first paint waits for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Generic, Literal, Self, TypeVar

Standing = Literal["documented", "source", "inferred"]
Scalar = bool | int | float | str
T = TypeVar("T")

_COUNT: Final = "generation_output_number"
_DURATION: Final = "generation_duration"
_THOUSANDTH: Final = Decimal("0.001")
#: A double of this size has no thousandths.
_MOST_ROUNDED: Final = Decimal(10**15)


@dataclass(frozen=True, kw_only=True)  # Python 3.11 makes no Generic with slots that is frozen
class Fact(Generic[T]):
    """One thing known of a field or model.

    Attributes:
        value: what is known.
        standing: ``documented`` by the API's pages, read in the ``source`` of its official clients, or ``inferred``.
        source: a public address, or ``owner/repository:path``; empty for an inferred fact that nothing states.
    """

    value: T
    standing: Standing
    source: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return a fact of the catalogue's file; its lists are tuples here."""
        value = said["value"]
        return cls(**{**said, "value": tuple(value) if isinstance(value, list) else value})

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"value": value, "standing": self.standing, "source": self.source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs, in credits (one credit is one US dollar).

    Attributes:
        kind: per output (``flat``), or per second, by resolution, or by resolution and audio.
        credits: the one number of ``flat`` and ``per_second``; None where it is not known.
        table: credits by key (``720p``, ``720p_audio``, ``720p_noaudio``); empty where it is not known.
    """

    kind: Literal["flat", "per_second", "per_second_by_resolution", "per_second_by_resolution_and_audio"]
    credits: float | None = None
    table: dict[str, float] = field(default_factory=dict)
    standing: Standing
    source: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return a price of the catalogue's file; a whole number of credits is a float here, as any other."""
        number, table = said.get("credits"), said.get("table", {})
        return cls(
            kind=said["kind"],
            credits=None if number is None else float(number),
            table={name: float(one) for name, one in table.items()},
            standing=said["standing"],
            source=said["source"],
        )

    @property
    def is_known(self) -> bool:
        """Tell whether there is a number, and not only the way it is counted."""
        return self.credits is not None or bool(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a model's body. Lengths count code points; ``is_url`` tells of the text, or of each item."""

    name: str
    type: Literal["string", "number", "boolean", "array"]
    group: Literal["core", "specific"]
    description: str
    is_url: bool = False
    required: Fact[bool]
    default: Fact[Scalar] | None = None
    choices: Fact[tuple[Scalar, ...]] | None = None
    minimum: Fact[int | float] | None = None
    maximum: Fact[int | float] | None = None
    max_length: Fact[int] | None = None
    max_items: Fact[int] | None = None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return a field of the catalogue's file."""
        return cls(**{name: Fact.read(value) if isinstance(value, dict) else value for name, value in said.items()})

    @property
    def is_integer(self) -> bool:
        """Whether it counts in ones: a number of which no known default, choice or bound has a fraction."""
        known = (self.default, self.minimum, self.maximum)
        numbers = [fact.value for fact in known if fact is not None] + list(self.choices.value if self.choices else ())
        return self.type == "number" and all(float(one).is_integer() for one in numbers if not isinstance(one, str))

    @property
    def facts(self) -> dict[str, Fact[Any]]:
        """Every fact that is known, by its name."""
        known = ((name, getattr(self, name)) for name in _FACTS)
        return {name: fact for name, fact in known if fact is not None}


#: Found out once: each playground asks for the facts of all fields before the first paint.
_FACTS: Final = tuple(one.name for one in fields(FieldSpec) if "Fact[" in str(one.type))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One model: what it takes, who runs it, what it costs. Fields stand in the order of the schema."""

    model_id: str
    model_type: Literal["image", "video"]
    status: str
    sandbox_only: bool = False
    is_live: bool = False  # named by the API's own list
    providers: Fact[tuple[str, ...]]
    price: Price | None = None
    fields: tuple[FieldSpec, ...]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return a model of the catalogue's file."""
        price = said.get("price")
        parts = {
            "providers": Fact[tuple[str, ...]].read(said["providers"]),
            "price": None if price is None else Price.read(price),
            "fields": tuple(FieldSpec.read(one) for one in said["fields"]),
        }
        return cls(**{**said, **parts})

    @property
    def endpoint_path(self) -> str:
        """Where its generations are asked for, such as ``/v1/generate/image/bfl/flux-schnell``."""
        return f"/v1/generate/{self.model_type}/{self.model_id}"

    @property
    def required_names(self) -> tuple[str, ...]:
        """The fields that a body must have, in schema order."""
        return tuple(field.name for field in self.fields if field.required.value)

    def cost_of(self, body: Mapping[str, Any]) -> float | None:
        """Return what one request with this body costs, as far as the price is known, else None.

        It is in credits, of which the API counts three decimals. What the body leaves out is as many as the model
        makes by default.
        """
        price = self.price
        if price is None:
            return None
        times = body.get(_COUNT, self.defaults().get(_COUNT, 1)) if price.kind == "flat" else body.get(_DURATION)
        each = price.credits if price.credits is not None else price.table.get(_price_name(price.kind, body))
        if each is None or times is None:
            return None
        # As decimals: the nearest double of 0.0045 lies below it, and would be rounded down.
        exactly = Decimal(str(each)) * Decimal(str(times))
        return float(exactly if exactly > _MOST_ROUNDED else exactly.quantize(_THOUSANDTH, ROUND_HALF_UP))

    def __hash__(self) -> int:
        """Hash the names alone: a price table is a dict."""
        return hash((self.model_type, self.model_id))

    def field(self, name: str) -> FieldSpec | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def defaults(self) -> dict[str, Any]:
        """Return a new dict with the value of every field that has a default."""
        return {field.name: field.default.value for field in self.fields if field.default}


def _price_name(kind: str, body: Mapping[str, Any]) -> str:
    resolution = str(body.get("generation_resolution", ""))
    if kind != "per_second_by_resolution_and_audio":
        return resolution
    return f"{resolution}_{'audio' if body.get('generation_generate_audio') else 'noaudio'}"
