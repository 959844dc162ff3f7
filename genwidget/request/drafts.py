"""The values that a form starts with, and what is kept of them when the model changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.request import body as bodies
from genwidget.request.validation import check


def share(specs: Iterable[ModelSpec], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each model of a plan gets of the values that they share, by its identifier.

    A model that refuses a value, or an empty one, has its default instead where another model takes it. What no model
    takes stays as it was given, so that a check finds it.
    """
    known = {spec.model_id: spec for spec in specs}
    given = {model_id: _given(spec, values) for model_id, spec in known.items()}
    taken = {model_id: given[model_id] - _refused(spec, values) for model_id, spec in known.items()}
    by_one = set().union(*taken.values())
    return {
        model_id: spec.defaults()
        | {name: values[name] for name in given[model_id] if name in taken[model_id] or name not in by_one}
        for model_id, spec in known.items()
    }


def _given(spec: ModelSpec, values: Mapping[str, Any]) -> set[str]:
    """Return the fields of a model that have a value, or whose default was emptied."""
    defaults = spec.defaults()
    return {
        field.name
        for field in spec.fields
        if field.name in values and (field.name in defaults or bodies.coerce(field, values[field.name]) is not None)
    }


def _refused(spec: ModelSpec, values: Mapping[str, Any]) -> set[str]:
    return {problem.field for problem in check(spec, values).problems if problem.severity == "error"}


def whole(spec: ModelSpec | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's values with those named that it has lost: no default is sent for them."""
    return {**dict.fromkeys(spec.defaults() if spec else ()), **values}


def _taken(spec: ModelSpec, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model takes of what was typed."""
    fields = [one.name for one in spec.fields if bodies.coerce(one, typed.get(one.name)) is not None]
    if not fields:
        return {}  # and nothing is checked: what checks is imported only after the first paint
    refused = {problem.field for problem in check(spec, typed).problems if problem.severity != "warning"}
    return {name: typed[name] for name in fields if name not in refused}


Values = dict[str, Any]


class Drafts:
    """Remembers each model's values, and what was written last in each field, for one playground."""

    def __init__(self) -> None:
        self._values: dict[str, Values] = {}
        self._typed: Values = {}  # of a field that was emptied, what is empty
        self._last: dict[str, str] = {}
        self._now: str | None = None

    def keep(self, spec: ModelSpec, values: Values) -> None:
        """Remember a model's values; what differs from those before was typed, emptied or undone."""
        known = self._values.get(spec.model_id) if spec.model_id == self._now else None
        before = self.values_for(spec) if known is None else known
        self._now = spec.model_id
        self._values[spec.model_id] = dict(values)
        self._last[spec.model_type] = spec.model_id
        defaults = spec.defaults()
        for name in {*(field.name for field in spec.fields), *values}:
            value = values.get(name)
            if _is_same(value, before.get(name)):
                continue
            if not is_empty(value) and _is_same(value, defaults.get(name)):
                self._typed.pop(name, None)
            else:
                self._typed[name] = value

    def last_of(self, model_type: str) -> str | None:
        """Return the model of a type that was looked at last, or None."""
        return self._last.get(model_type)

    def values_for(self, spec: ModelSpec) -> Values:
        """Return what a model starts with: typed last anywhere, else what it had before, else its default."""
        emptied = {name for name, value in self._typed.items() if is_empty(value)}
        draft = self._values.get(spec.model_id, {})
        before = {name: value for name, value in draft.items() if name not in emptied or is_empty(value)}
        return spec.defaults() | before | _taken(spec, self._typed)


def _is_same(one: object, other: object) -> bool:
    """Tell whether two values are equal; those whose own comparison has no answer, as of arrays, are not."""
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - what a foreign class raises; the value is refused where it is checked
        return one is other


def is_empty(value: object) -> bool:
    """Tell whether a value is left out of a body."""
    return value is None or (isinstance(value, str | list | tuple) and len(value) == 0)
