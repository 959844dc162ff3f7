"""Whether JSON has the names and types that our types expect of it, and no others."""

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from genwidget.api.models import (
    Attempt,
    Data,
    Estimate,
    Generation,
    GenerationStatus,
    LibraryModel,
    LibraryProvider,
    ModelHealth,
    ProviderHealth,
    ServiceHealth,
)
from genwidget.api.responses import TERMINAL_STATUSES

#: Names that the API's own types call optional. A name that is not here must be there, if only as null.
_MAY_BE_ABSENT: Final[dict[type[Data], frozenset[str]]] = {
    LibraryModel: frozenset({"model_pricing"}),
    ModelHealth: frozenset({"model_pricing"}),
    Estimate: frozenset({"cost_per_second", "duration_seconds", "resolution"}),
    ServiceHealth: frozenset({"bucket", "error"}),
    Generation: frozenset(Generation.model_fields) - {"account_id", "generation_id"},
}
#: Names whose values this library acts on, or shows as known words, by the type that has them; source: the API's page
#: on generations, and the types of its official client.
_STATUSES: Final = frozenset({"pending", "processing", *TERMINAL_STATUSES})
_KNOWN_VALUES: Final[dict[tuple[type[Data], str], frozenset[str]]] = {
    (Generation, "generation_status"): _STATUSES,
    (GenerationStatus, "generation_status"): _STATUSES,
    (Attempt, "outcome"): frozenset({"used", "failed", "cancelled", "discarded", "pending"}),
    (ProviderHealth, "status"): frozenset({"healthy", "recovering", "degraded", "unknown"}),
    (LibraryModel, "model_type"): frozenset({"image", "video"}),
    (ModelHealth, "model_type"): frozenset({"image", "video"}),
    (Estimate, "model_type"): frozenset({"image", "video"}),
}
#: Every input of a model stands in its records under its own name.
_GENERATION_PREFIX: Final = "generation_"
_IMPLEMENTATION: Final = frozenset(
    {
        "delivery_method",
        "cancel_method",
        "webhook_verification",
        "error_mapping",
        "cost_tracking",
        "schema_conversion",
        "failover_strategy",
        "health_monitoring",
        "supported_media_types",
        "supported_models_total",
    }
)


def shape_differences(kind: type[Data], data: Any) -> list[str]:
    """Return what is missing, of another type, or new; of values only the words that no list of ours has."""
    try:
        # As JSON, and strictly: a number that comes as text is a difference here, though the client reads it.
        read = kind.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        return list(dict.fromkeys(f"{_place(one['loc'])}: {one['msg']}" for one in wrong))
    return list(dict.fromkeys(_walk(read, "data")))


def key_differences(found: Any, expected: frozenset[str], place: str) -> list[str]:
    """Return the names that an object lacks, and those that it has beside."""
    if not isinstance(found, dict):
        return [f"{place} is no object"]
    missing = [f"{place}.{name} is missing" for name in sorted(expected - set(found))]
    return [*missing, *(f"{place}.{name} is new" for name in sorted(set(found) - expected))]


def count_names(kind: type[Data]) -> int:
    """Return how many names a reply's data has by our types."""
    return len(kind.model_fields)


def _walk(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, tuple):
        for one in value:
            yield from _walk(one, f"{place}[]")
    elif isinstance(value, Data):
        yield from _names(value, place)
        yield from _new_values(value, place)
        for name in type(value).model_fields:
            inner = getattr(value, name)
            parts = tuple(inner.values()) if isinstance(inner, dict) else inner
            yield from _walk(parts, f"{place}.{name}")
        if isinstance(value, LibraryProvider):
            yield from key_differences(value.babysea_implementation, _IMPLEMENTATION, f"{place}.babysea_implementation")


def _names(value: Data, place: str) -> Iterator[str]:
    kind = type(value)
    for name, field in kind.model_fields.items():
        if name not in value.model_fields_set and name not in _MAY_BE_ABSENT.get(kind, ()):
            yield f"{place}.{field.alias or name} is missing"
    for name in value.model_extra or {}:
        if not (kind is Generation and name.startswith(_GENERATION_PREFIX)):
            yield f"{place}.{name} is new"


def _new_values(value: Data, place: str) -> Iterator[str]:
    for (kind, name), known in _KNOWN_VALUES.items():
        found = getattr(value, name) if type(value) is kind else None
        if found is not None and found not in known:
            yield f"{place}.{name} is {found}; we know {', '.join(sorted(known))}"


def _place(location: tuple[int | str, ...]) -> str:
    text = "data"
    for part in location:
        text += "[]" if isinstance(part, int) else f".{part}"
    return text
