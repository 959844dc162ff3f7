"""Sweeps: every combination of the values of several fields."""

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from genwidget.batch.drafts import MODEL, MOST_ITEMS, PREFIX, PROMPT, Draft, field_name
from genwidget.batch.plan import Plan
from genwidget.batch.templates import Template
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest, UnknownModel
from genwidget.messages import render
from genwidget.request.validation import find_model
from genwidget.spelling import did_you_mean

Where = Callable[[dict[str, Any]], object]
Pairs = Iterable[Mapping[str, Any]]

#: How many values one axis has at most.
_MOST_VALUES: Final = 100_000
_KEYWORDS: Final = ("pairs", "repeat", "where", "template", "seed", "catalogue")


def sweep(  # noqa: PLR0913 - keywords, each with a default
    model: str | Iterable[str] | None = None,
    /,
    *,
    pairs: Pairs = (),
    repeat: int = 1,
    where: Where | None = None,
    template: str | None = None,
    seed: int = 0,
    catalogue: Catalogue | None = None,
    **fields: Any,
) -> Plan:
    """Plan every combination of values: lists multiply, the last one given changes fastest.

    Args:
        model: one identifier, or several, which are the outermost axis; None where every pair has a ``model``.
        pairs: values that move together: a list of mappings, each of the same names. They change faster than the
            fields.
        repeat: how often each combination is made. Each is an item of its own.
        where: takes an item's values by whole field names, and ``model``; items for which it returns false are left
            out.
        template: a pattern for the prompt (:class:`genwidget.batch.templates.Template`). Its names are axes.
        seed: of what the template draws.
        catalogue: the models known; None takes those that ship.
        **fields: one value or a list of values each. ``generation_`` may be left out of a name.

    Raises:
        InvalidRequest: a name that no model has, an axis without values, too many items. Values that a model refuses
            are in the ``problems`` of the plan.
        UnknownModel: a model that the catalogue does not have.
    """
    known = catalogue or Catalogue.load()
    pattern = None if template is None else Template(template, as_integer(seed, "batch_bad_seed"))
    variables = frozenset(pattern.names if pattern else ())
    pairs = read_axis("pairs=", pairs) if pairs else ()
    bound = read_pairs(pairs, variables)
    axes = {_name_of(name, variables): read_axis(name, given) for name, given in fields.items()}
    names = {*axes, *(bound[0] if bound else ())}
    _refuse_twice(fields, variables, bound)
    models = _models(model, bound)
    _check_models(known, models, bound)
    check_template(pattern, [*fields, *itertools.chain(*pairs)], given_prompt=PROMPT in names)
    _check_names(known, models, bound, names - variables - {MODEL})
    source = _Sweep(models, axes, bound, as_integer(repeat, "batch_bad_repeat", least=1), pattern)
    count = source.count
    if count > MOST_ITEMS:
        raise InvalidRequest(render("batch_too_many", most=f"{MOST_ITEMS:,}", count=f"{count:,}"))
    if where is not None and not callable(where):
        raise InvalidRequest(render("batch_bad_where"))
    return Plan(source if where is None else _Kept(source, where), known, count if where is None else None)


@dataclass(frozen=True)
class _Sweep:
    """The product of models, axes, pairs and repeats."""

    models: Sequence[str]
    axes: Mapping[str, Sequence[Any]]
    pairs: Sequence[Mapping[str, Any]]
    repeat: int
    template: Template | None

    @property
    def count(self) -> int:
        """How many items there are."""
        sizes = [len(self.models) or 1, *map(len, self.axes.values()), len(self.pairs) or 1, self.repeat]
        return math.prod(sizes)

    def __iter__(self) -> Iterator[Draft]:
        names = tuple(self.axes)
        combined = itertools.product(self.models or (None,), *self.axes.values(), self.pairs or ({},))
        index = itertools.count()
        for model_id, *chosen, pair in combined:
            values = {**dict(zip(names, chosen, strict=True)), **pair}
            model = values.pop(MODEL, model_id)
            for _ in range(self.repeat):
                yield Draft(None, model, filled(values, self.template, next(index)))


@dataclass(frozen=True)
class _Kept:
    """The items of a sweep that ``where`` keeps."""

    source: _Sweep
    where: Where

    def __iter__(self) -> Iterator[Draft]:
        for number, draft in enumerate(self.source, 1):
            try:
                is_kept = bool(self.where({MODEL: draft.model_id, **draft.values}))
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                raise InvalidRequest(render("batch_where_failed", number=number, reason=reason)) from error
            if is_kept:
                yield draft


def filled(values: Mapping[str, Any], template: Template | None, index: int) -> Mapping[str, Any]:
    """Return values with the prompt of a template, and without what only the template takes."""
    if template is None:
        return values
    own = {name: value for name, value in values.items() if name.startswith(PREFIX)}
    return {**own, PROMPT: template.fill(values, index)}


def read_axis(name: str, given: Any) -> tuple[Any, ...]:
    """Return the values of an axis: one, or those of any iterable but a text or a mapping.

    Raises:
        InvalidRequest: there is none, or there are too many.
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return (given,)
    if isinstance(given, Mapping):
        raise InvalidRequest(render("batch_bad_values", name=name))
    values = tuple(itertools.islice(given, _MOST_VALUES + 1))
    if len(values) > _MOST_VALUES:
        raise InvalidRequest(render("batch_endless", name=name, most=f"{_MOST_VALUES:,}"))
    if not values:
        raise InvalidRequest(render("batch_no_values", name=name))
    return values


def read_pairs(pairs: Pairs, variables: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """Return pairs with whole field names.

    Raises:
        InvalidRequest: something else than mappings of the same names.
    """
    if not all(isinstance(one, Mapping) and all(isinstance(name, str) for name in one) for one in pairs):
        raise InvalidRequest(render("batch_bad_pairs"))
    read = tuple({_name_of(name, variables): value for name, value in one.items()} for one in pairs)
    if any(one.keys() != read[0].keys() for one in read) or (read and not read[0]):
        raise InvalidRequest(render("batch_bad_pairs"))
    return read


def check_template(pattern: Template | None, names: Iterable[str], *, given_prompt: bool) -> None:
    """Refuse a template with a name that has no values, or one that would leave a given prompt out.

    Raises:
        InvalidRequest: it is so.
    """
    if pattern is None:
        return
    known = set(names)
    for name in pattern.names:
        if name not in known:
            hint = did_you_mean(name, known, PREFIX)
            raise InvalidRequest(render("batch_template_unknown", name=name, hint=hint))
    if given_prompt and PROMPT not in pattern.names:
        raise InvalidRequest(render("batch_template_unused", name="prompt"))


def as_integer(value: Any, code: str, least: int | None = None) -> int:
    """Return a whole number.

    Raises:
        InvalidRequest: it is none, or less than ``least``; ``code`` is the sentence's.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidRequest(render(code)) from None
    if isinstance(value, bool) or (least is not None and number < least):
        raise InvalidRequest(render(code))
    return number


def _name_of(name: str, variables: frozenset[str]) -> str:
    return name if name in variables or name == MODEL else field_name(name)


def _refuse_twice(fields: Iterable[str], variables: frozenset[str], pairs: Sequence[Mapping[str, Any]]) -> None:
    named = [_name_of(name, variables) for name in fields] + list(pairs[0] if pairs else ())
    for name in named:
        if named.count(name) > 1:
            raise InvalidRequest(render("batch_twice", name=name))


def _models(model: Any, pairs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    in_pairs = bool(pairs) and MODEL in pairs[0]
    if model is None:
        if not in_pairs:
            raise InvalidRequest(render("batch_no_model"))
        return ()
    if in_pairs:
        raise InvalidRequest(render("batch_twice", name=MODEL))
    return read_axis(MODEL, model)


def _check_models(known: Catalogue, models: Sequence[Any], pairs: Sequence[Mapping[str, Any]]) -> None:
    for model_id in models or [one[MODEL] for one in pairs]:
        if not isinstance(model_id, str):
            raise UnknownModel(render("batch_bad_model"))
        spec = known.find(model_id)
        find_model(known, spec.model_type if spec else "image", model_id)


def _check_names(
    known: Catalogue, models: Sequence[str], pairs: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> None:
    specs = [known.find(model_id) for model_id in models or [one[MODEL] for one in pairs]]
    fields = {field.name for spec in specs if spec for field in spec.fields}
    for name in sorted(set(names) - fields):
        hint = did_you_mean(name, [*fields, *_KEYWORDS], PREFIX)
        raise InvalidRequest(render("batch_no_field", name=name, hint=hint))
