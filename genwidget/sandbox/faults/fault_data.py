"""Faults that come as JSON, checked name by name and type by type."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from genwidget.sandbox.faults.faults import Fault, unknown


def fault_from_data(data: Mapping[str, Any]) -> Fault:
    """Return a fault that came as JSON.

    Raises:
        ValueError: an unknown name, a wrong type, or what :class:`Fault` refuses.
    """
    known = {one.name for one in fields(Fault)} - {"fault_id"}
    for name, value in data.items():
        if name not in known:
            raise unknown("name", name, known)
        if not _has_type(name, value):
            raise ValueError(f"wrong type: {name}")
    if "kind" not in data:
        raise ValueError("missing name: kind")
    return Fault(**{**data, "one_of": tuple(data.get("one_of", ()))})


def _has_type(name: str, value: Any) -> bool:
    if value is None:
        return name in _MAY_BE_NULL
    if name == "headers":
        return isinstance(value, dict) and all(one is None or isinstance(one, str) for one in value.values())
    if name == "one_of":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    kinds = _TYPES[name]
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


_MAY_BE_NULL: Final = frozenset(
    {"route", "provider", "model_id", "after_work", "count", "status", "headers", "patch", "content"}
)
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "kind": (str,),
    "route": (str,),
    "provider": (str,),
    "model_id": (str,),
    "count": (int,),
    "skip": (int,),
    "probability": (int, float),
    "retry_after_s": (int,),
    "size_bytes": (int,),
    "duration_s": (int, float),
    "status": (int,),
    "patch": (dict,),
    "content": (str,),
    "after_work": (bool,),
}
