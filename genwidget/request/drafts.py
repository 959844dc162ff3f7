"""The values that a form starts with, and what is kept of them when the model changes."""

from collections.abc import Mapping
from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.request import body as bodies
from genwidget.request.validation import check


def carry_over(spec: ModelSpec, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form whose model has changed to ``spec``.

    What was typed stays where the new model has the field and does not refuse the value; all else is the new default.
    An empty value was not typed.
    """
    refused = {problem.field for problem in check(spec, typed).problems if problem.severity != "warning"}
    carried = spec.defaults()
    for field in spec.fields:
        value = typed.get(field.name)
        if bodies.coerce(field, value) is not None and field.name not in refused:
            carried[field.name] = value
    return carried


Values = dict[str, Any]


class Drafts:
    """Remembers each model's values, and the newest value typed in each field, for one playground."""

    def __init__(self) -> None:
        self._values: dict[str, Values] = {}
        self._typed: Values = {}
        self._last: dict[str, str] = {}

    def keep(self, spec: ModelSpec, values: Values) -> None:
        """Remember a model's values; whatever differs from its defaults was typed."""
        self._values[spec.model_id] = dict(values)
        self._last[spec.model_type] = spec.model_id
        defaults = spec.defaults()
        for name, value in values.items():
            if not is_empty(value) and value != defaults.get(name):
                self._typed[name] = value

    def last_of(self, model_type: str) -> str | None:
        """Return the model of a type that was looked at last, or None."""
        return self._last.get(model_type)

    def values_for(self, spec: ModelSpec) -> Values:
        """Return what a model starts with: typed last anywhere, else what it had before, else its default."""
        before = {name: value for name, value in self._values.get(spec.model_id, {}).items() if name not in self._typed}
        return carry_over(spec, self._typed) | before


def is_empty(value: object) -> bool:
    """Tell whether a value is left out of a body."""
    return value is None or (isinstance(value, str | list | tuple) and len(value) == 0)
