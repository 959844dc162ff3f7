"""Checks items as :mod:`genwidget.request.validation` checks a form, and remembers what it found of each value.

The fields of a form are judged one by one, so what was found of a value stays so in any item. A plan has few values and
many items.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from genwidget.batch.drafts import MODEL, ROW, Draft
from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.errors import InvalidEndpointPath, UnknownModel
from genwidget.messages import render
from genwidget.request import body as bodies
from genwidget.request.pricing import PRICED_BY, Priced
from genwidget.request.validation import Problem, Request, check, find_model, find_strays, no_such_field

#: How many values of one field are remembered; where there are more, they are mostly prompts, each seen once.
_MOST_KEPT: Final = 2_048
#: A longer text is not remembered.
_LONGEST_KEPT: Final = 1_000


class Verdict(NamedTuple):
    """What a check of one item came to: the request, unless a problem is an error.

    ``once_mended`` is of an item with an error, where no field that a price depends on has one: what its price depends
    on once it is mended, and that price by the list, in credits, or None where it has none.
    """

    request: Request | None
    problems: tuple[Problem, ...]
    once_mended: tuple[Priced, float | None] | None = None


class _Judged(NamedTuple):
    value: Any
    problems: tuple[Problem, ...]


class Checker:
    """Checks the items of one plan."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names = frozenset(field.name for model in catalogue.models for field in model.fields)
        self._models: dict[str, _ModelChecker] = {}
        self._unknown: dict[str, Verdict] = {}

    def check(self, draft: Draft) -> Verdict:
        """Return the request of a draft, or what is wrong with it. Nothing raises."""
        if draft.fault:
            code = "batch_bad_row" if draft.fault_of == ROW else "batch_template_value"
            return _refused(draft.fault_of, code, draft.fault)
        model_id = draft.model_id
        if not isinstance(model_id, str) or not model_id:
            code = "batch_no_model" if model_id is None or isinstance(model_id, str) else "batch_bad_model"
            return _refused(MODEL, code, render(code))
        if model_id not in self._models:
            spec = self._catalogue.find(model_id)
            if spec is None:
                return self._refuse(model_id)
            self._models[model_id] = _ModelChecker(spec, self._names)
        return self._models[model_id].check(draft.values)

    def _refuse(self, model_id: str) -> Verdict:
        if model_id not in self._unknown:
            try:
                find_model(self._catalogue, "image", model_id)
            except (InvalidEndpointPath, UnknownModel) as error:
                self._unknown[model_id] = _refused(MODEL, error.code, str(error).rstrip(". "))
        return self._unknown[model_id]


class _ModelChecker:
    """Checks items of one model; ``names`` are the fields of all models."""

    def __init__(self, spec: ModelSpec, names: frozenset[str]) -> None:
        self._spec = spec
        self._names = names
        self._fields = {field.name: _FieldChecker(spec, field) for field in spec.fields}
        defaults = spec.defaults()
        #: What is found of each field where an item gives no value.
        self._without = {name: field.judge(defaults.get(name)) for name, field in self._fields.items()}

    def check(self, values: Mapping[str, Any]) -> Verdict:
        """Return the request of values laid over the model's defaults, or what is wrong with them."""
        body: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, without in self._without.items():
            value, found = self._fields[name].judge(values[name]) if name in values else without
            if value is not None:
                body[name] = value
            if found:
                problems += found
        if not values.keys() <= self._fields.keys():
            problems += self._strays(values)
        spec = self._spec
        errors = {problem.field for problem in problems if problem.severity == "error"}
        if errors:
            once_mended = None if errors & PRICED_BY else (Priced.of_body(spec.model_id, body), spec.cost_of(body))
            return Verdict(None, tuple(problems), once_mended)
        prompt = body.get("generation_prompt")
        request = Request(spec.model_type, spec.model_id, spec.endpoint_path, body, prompt, spec.cost_of(body))
        return Verdict(request, tuple(problems))

    def _strays(self, values: Mapping[str, Any]) -> list[Problem]:
        """Refuse what the model has no field for; a table's column for another model may be there, if it is empty."""
        strays = [name for name, value in values.items() if value is not None or name not in self._names]
        return [no_such_field(self._spec, name) for name in find_strays(self._spec, strays)]


class _FieldChecker:
    """Judges values of one field, by a model that has this field alone."""

    def __init__(self, spec: ModelSpec, field: FieldSpec) -> None:
        self._field = field
        # Under a name of its own, since the judges of bodies are kept by the names of their models.
        self._spec = replace(spec, fields=(field,), model_id=f"{spec.model_id}#{field.name}")
        self._kept: dict[tuple[type, Any], _Judged] = {}

    def judge(self, value: Any) -> _Judged:
        """Return the value as it is sent, and what is wrong with it."""
        is_kept = isinstance(value, bool | int | float | None) or (
            isinstance(value, str) and len(value) < _LONGEST_KEPT
        )
        if not is_kept:
            return self._judge(value)
        key = (type(value), value)
        judged = self._kept.get(key)
        if judged is None:
            judged = self._judge(value)
            if len(self._kept) < _MOST_KEPT:
                self._kept[key] = judged
        return judged

    def _judge(self, value: Any) -> _Judged:
        return _Judged(bodies.coerce(self._field, value), check(self._spec, {self._field.name: value}).problems)


def _refused(field: str, code: str, sentence: str) -> Verdict:
    return Verdict(None, (Problem(field, code, sentence, "error"),))
