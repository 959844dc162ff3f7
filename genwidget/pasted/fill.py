"""How a form is filled with a request that was pasted: its model, its values, and sentences on what was left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from genwidget.api.regions import REGIONS
from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.errors import PasteRefused
from genwidget.messages import render
from genwidget.pasted.read import Pasted
from genwidget.request.body import coerce
from genwidget.text import encodable, shown

#: How many names a sentence has.
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled.

    Attributes:
        model_id: the model.
        values: of the whole form: what was pasted has no value for is empty.
        notes: sentences on what was filled in, left out and emptied.
    """

    model_id: str
    values: dict[str, Any]
    notes: tuple[str, ...]


def fill(pasted: Pasted, catalogue: Catalogue, model_id: str, before: Mapping[str, Any], at: tuple[str, str]) -> Filled:
    """Return the form that a request fills.

    Args:
        pasted: the request.
        catalogue: the models that may be chosen.
        model_id: the model that stays where the request names none, or one that is not known.
        before: the form's values.
        at: the region of the form, and its host; both stay.

    Raises:
        PasteRefused: it has no value for any field of the model.
    """
    notes = list(pasted.notes)
    spec = catalogue.find(pasted.model_id or model_id)
    if spec is None and pasted.model_id:
        notes.append(render("paste_model_unknown", asked=shown(pasted.model_id, 100), model_id=model_id))
        spec = catalogue.find(model_id)
    if spec is None:
        raise PasteRefused(render("unknown_model"))
    values = {field.name: value for field, value in _taken(spec, pasted.values)}
    if not values:
        raise PasteRefused(render("paste_no_field", model_id=spec.model_id))
    strange = [name for name in pasted.values if name not in values and pasted.values[name] is not None]
    if strange:
        notes.append(render("paste_left_out", fields=_names(strange), model_id=spec.model_id))
    emptied = [field.name for field in spec.fields if field.name not in values and _is_typed(field, before)]
    if emptied:
        notes.append(render("paste_emptied", fields=_names(emptied)))
    if pasted.region and pasted.region not in at:
        notes.append(render("paste_region_stays", region=_label(pasted.region), stays=_label(at[0])))
    first = render("paste_filled_one" if len(values) == 1 else "paste_filled", count=len(values))
    return Filled(spec.model_id, values, (first, *notes))


def _taken(spec: ModelSpec, values: Mapping[str, Any]) -> Iterator[tuple[FieldSpec, Any]]:
    """Yield the fields that have a value which their control can show; whether the API takes it, the form says."""
    for field in spec.fields:
        value = values.get(field.name)
        items = value if isinstance(value, list) else [value]
        is_list = isinstance(value, list)
        if is_list and field.type != "array":
            continue
        if all(isinstance(one, str | int | float) for one in items) and coerce(field, value) is not None:
            yield field, [_plain(one) for one in items] if is_list else _plain(value)


def _plain(value: Any) -> Any:
    return encodable(value) if isinstance(value, str) else value


def _is_typed(field: FieldSpec, values: Mapping[str, Any]) -> bool:
    value = coerce(field, values.get(field.name))
    return value is not None and (field.default is None or value != field.default.value)


def _names(names: list[str]) -> str:
    listed = ", ".join(shown(name, 60) for name in names[:_MOST_NAMES])
    return listed if len(names) <= _MOST_NAMES else f"{listed}, ..."


def _label(region: str) -> str:
    return REGIONS[region].label if region in REGIONS else shown(region, 100)
