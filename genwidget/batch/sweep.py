"""Sweeps: every combination of the values of several fields."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from genwidget.api.keys import seal_keys
from genwidget.arguments import catalogue_of
from genwidget.batch.axes import Axis, axis_of
from genwidget.batch.cells import are_whole, as_whole, plain
from genwidget.batch.drafts import MODEL, MOST_ITEMS, PREFIX, PROMPT, Draft, field_name, meant_by
from genwidget.batch.given import as_integer
from genwidget.batch.plan import Plan
from genwidget.batch.stop_if import told_of
from genwidget.batch.templates import Template
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest, UnknownModel
from genwidget.messages import render
from genwidget.request.drafts import share
from genwidget.request.validation import find_model
from genwidget.spelling import did_you_mean

Where = Callable[[dict[str, Any]], object]
Pairs = Iterable[Mapping[str, Any]]

#: How many values one axis has at most.
_MOST_VALUES: Final = 100_000
#: A larger number is not written out.
_MOST_TOLD: Final = 10**18
#: How the axis of repeats is called.
REPEAT: Final = "repeat"
_KEYWORDS: Final = ("base", "pairs", "repeat", "where", "template", "seed", "catalogue")


def sweep(  # noqa: PLR0913 - keywords, each with a default
    model: str | Iterable[str] | None = None,
    /,
    *,
    base: Mapping[str, Any] | None = None,
    pairs: Pairs = (),
    repeat: int = 1,
    where: Where | None = None,
    template: str | None = None,
    seed: int | None = None,
    catalogue: Catalogue | None = None,
    **fields: Any,
) -> Plan:
    """Plan every combination of values: lists multiply, the last one given changes fastest.

    Args:
        model: one identifier, or several, which are the outermost axis; None where every pair has a ``model``.
        base: values of a request that all items share, as of a form: each model gets those that it has a field for and
            takes. One that all of these refuse is a problem. None for no more than a model's defaults.
        pairs: values that move together: a list of mappings, each of the same names. They change faster than the
            fields.
        repeat: how often each combination is made. Each is an item of its own.
        where: takes an item's values by whole field names, and ``model``; items for which it returns false are left
            out.
        template: a pattern for the prompt (:class:`genwidget.batch.templates.Template`). Its names are axes.
        seed: of what the template draws, 0 where none is given; ``generation_seed`` is the field.
        catalogue: the models known; None takes those that ship.
        **fields: one value or a list of values each. ``generation_`` may be left out of a name.

    Raises:
        InvalidRequest: a name that no model has, an axis without values, too many items. Values that a model refuses
            are in the ``problems`` of the plan.
        UnknownModel: a model that the catalogue does not have.
    """
    seal_keys(fields)
    known = catalogue_of(catalogue)
    model = _named_model(model, fields)
    shared = None if base is None else whole_names(base, known)
    pattern = read_template(template, seed)
    variables = frozenset(pattern.names if pattern else ())
    pairs = given_pairs(pairs)
    bound = read_pairs(pairs, variables)
    axes = {meant_by(name, variables): _read_words(name, given, variables) for name, given in fields.items()}
    names = {*axes, *(bound[0] if bound else ())}
    _refuse_twice(fields, variables, bound)
    models = _models(model, bound)
    _check_models(known, models, bound)
    check_template(pattern, [*fields, *itertools.chain(*pairs)], given_prompt=PROMPT in names)
    _check_names(known, models, bound, names - variables - {MODEL})
    repeats = as_integer(repeat, "batch_bad_repeat", least=1)
    source = _Sweep(models, axes, bound, repeats, pattern, _share(known, models, bound, shared))
    count = source.count
    if count > MOST_ITEMS:
        told = f"{count:,}" if count < _MOST_TOLD else render("batch_far_more")
        raise InvalidRequest(render("batch_too_many", most=f"{MOST_ITEMS:,}", count=told))
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
    #: By model: what all its items have.
    base: Mapping[Any, Mapping[str, Any]] | None = None

    @property
    def varied(self) -> tuple[Axis, ...]:
        """What is varied, the outermost first."""
        together = " + ".join(self.pairs[0]) if self.pairs else ""
        named = {MODEL: self.models, **self.axes, together: self.pairs, REPEAT: range(1, self.repeat + 1)}
        return tuple(axis_of(name, values) for name, values in named.items())

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
            values = values if self.base is None else {**self.base[model], **values}
            for _ in range(self.repeat):
                yield drafted(None, model, values, self.template, next(index))


@dataclass(frozen=True)
class _Kept:
    """The items of a sweep that ``where`` keeps."""

    source: _Sweep
    where: Where

    @property
    def varied(self) -> tuple[Axis, ...]:
        """What is varied, the outermost first."""
        return self.source.varied

    def __iter__(self) -> Iterator[Draft]:
        for number, draft in enumerate(self.source, 1):
            if draft.fault:
                yield replace(draft, place=number - 1)
                continue
            try:
                is_kept = bool(self.where({MODEL: draft.model_id, **draft.values}))
            except Exception as error:
                raise InvalidRequest(render("batch_where_failed", number=number, reason=told_of(error))) from error
            if is_kept:
                yield replace(draft, place=number - 1)


def drafted(row: int | None, model: Any, values: Mapping[str, Any], template: Template | None, index: int) -> Draft:
    """Return an item with the prompt of a template, and without what only the template takes.

    Args:
        row: the item's, or None.
        model: its identifier.
        values: by whole field names, and by names of the template.
        template: the template, or None.
        index: the item's place, from 0, by which the template draws.
    """
    if template is None:
        return Draft(row, model, values)
    own = {name: value for name, value in values.items() if name.startswith(PREFIX)}
    try:
        return Draft(row, model, {**own, PROMPT: template.fill(values, index)})
    except InvalidRequest as error:
        return Draft(row, model, own, error.message, fault_of=PROMPT)


def given_pairs(pairs: Any) -> tuple[Any, ...]:
    """Return the pairs that were given, none for None; errors as of :func:`read_axis`."""
    return () if pairs is None else read_axis("pairs=", pairs, least=0, refusal="batch_bad_pairs")


def read_axis(name: str, given: Any, least: int = 1, refusal: str = "batch_bad_values") -> tuple[Any, ...]:
    """Return the values of an axis: one, or those of any iterable but a text, a mapping or a frame.

    Raises:
        InvalidRequest: there are less than ``least``, or too many.
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return (given,)
    if isinstance(given, Mapping) or hasattr(given, "columns"):  # a frame, which would give the names of its columns
        raise InvalidRequest(render(refusal, name=name))
    try:
        values = tuple(itertools.islice(given, _MOST_VALUES + 1))
    except TypeError:
        if getattr(given, "ndim", None) != 0:
            raise
        return (plain(given),)  # an array of one value and no axis
    if len(values) > _MOST_VALUES:
        raise InvalidRequest(render("batch_endless", name=name, most=f"{_MOST_VALUES:,}"))
    if len(values) < least:
        raise InvalidRequest(render("batch_no_values", name=name))
    return values


def _read_words(name: str, given: Any, variables: frozenset[str]) -> tuple[Any, ...]:
    """Return the values of an axis; whole numbers of an array are no fractions in a template."""
    values = read_axis(name, given)
    is_array = name in variables and hasattr(given, "dtype")
    return tuple(map(as_whole, values)) if is_array and are_whole(values) else values


def read_pairs(pairs: Pairs, variables: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """Return pairs with whole field names.

    Raises:
        InvalidRequest: something else than mappings of the same names.
    """
    if not all(isinstance(one, Mapping) and all(isinstance(name, str) for name in one) for one in pairs):
        raise InvalidRequest(render("batch_bad_pairs"))
    read = tuple({meant_by(name, variables): value for name, value in one.items()} for one in pairs)
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


def read_template(text: str | None, seed: int | None) -> Template | None:
    """Return the template that is given, or None.

    Raises:
        InvalidRequest: it cannot be read, or there is a seed and nothing that it draws.
    """
    if text is not None:
        return Template(text, 0 if seed is None else as_integer(seed, "batch_bad_seed"))
    if seed is not None:
        raise InvalidRequest(render("batch_seed_alone"))
    return None


def whole_names(values: Any, known: Catalogue) -> dict[str, Any]:
    """Return the values of a request by whole field names.

    Raises:
        InvalidRequest: a name that no model has, or they are no mapping.
    """
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise InvalidRequest(render("batch_bad_base"))
    fields = {field.name for spec in known.models for field in spec.fields}
    for name in values:
        if field_name(name) not in fields:
            raise InvalidRequest(render("batch_no_field", name=name, hint=did_you_mean(name, fields, PREFIX)))
    return {field_name(name): value for name, value in values.items()}


def _refuse_twice(fields: Iterable[str], variables: frozenset[str], pairs: Sequence[Mapping[str, Any]]) -> None:
    named = [meant_by(name, variables) for name in fields] + list(pairs[0] if pairs else ())
    for name in named:
        if named.count(name) > 1:
            raise InvalidRequest(render("batch_twice", name=name))


def _named_model(model: Any, fields: dict[str, Any]) -> Any:
    """Return the models, which a person may name by ``model=`` too, and take them out of the fields."""
    if MODEL not in fields:
        return model
    if model is not None:
        raise InvalidRequest(render("batch_twice", name=MODEL))
    return fields.pop(MODEL)


def _models(model: Any, pairs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    in_pairs = bool(pairs) and MODEL in pairs[0]
    if model is None:
        if not in_pairs:
            raise InvalidRequest(render("batch_no_model"))
        return ()
    if in_pairs:
        raise InvalidRequest(render("batch_twice", name=MODEL))
    return read_axis(MODEL, model)


def _share(
    known: Catalogue, models: Sequence[Any], pairs: Sequence[Mapping[str, Any]], base: Mapping[str, Any] | None
) -> Mapping[str, Mapping[str, Any]] | None:
    if base is None:
        return None
    specs = [known.find(model_id) for model_id in models or [one[MODEL] for one in pairs]]
    return share([spec for spec in specs if spec is not None], base)


def _check_models(known: Catalogue, models: Sequence[Any], pairs: Sequence[Mapping[str, Any]]) -> None:
    for model_id in models or [one[MODEL] for one in pairs]:
        if not isinstance(model_id, str):
            raise UnknownModel(render("field_problem", field=MODEL, problem=render("batch_bad_model")))
        spec = known.find(model_id)
        find_model(known, spec.model_type if spec else "image", model_id)


def _check_names(
    known: Catalogue, models: Sequence[str], pairs: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> None:
    specs = [known.find(model_id) for model_id in models or [one[MODEL] for one in pairs]]
    fields = {field.name for spec in specs if spec for field in spec.fields}
    for name in sorted(set(names) - fields):
        others = [one for one in _KEYWORDS if f"{PREFIX}{one}" != name]  # which are of something else
        hint = did_you_mean(name, [*fields, *others], PREFIX)
        raise InvalidRequest(render("batch_no_field", name=name, hint=hint))
