"""What becomes of the values when the model changes: what was typed is kept where the new model takes it."""

from typing import Any

from genwidget.catalogue import ModelSpec
from genwidget.request.validation import carry_over

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
