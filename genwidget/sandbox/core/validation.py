"""Checks of a generate body against the catalogue. Bounds that the catalogue only infers are kept as well."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from genwidget.catalogue import FieldSpec, ModelSpec
from genwidget.sandbox import assumptions
from genwidget.sandbox.core.inputs import check_input
from genwidget.sandbox.core.own_inputs import OwnInputs
from genwidget.sandbox.http.responses import Refusal

MAX_TEXT: Final = 10_000  # of any text without a limit of its own; Source: the API's page on the request schema


def read_body(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        Refusal: 400, it is not JSON, or no object.
    """
    try:
        body = json.loads(content, parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise Refusal("BSE2001") from None
    if not isinstance(body, dict):
        raise Refusal("BSE2001")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def check_values(spec: ModelSpec, body: Mapping[str, Any], own: OwnInputs) -> dict[str, Any]:
    """Return the effective values of a body: what it says, then the model's defaults. A null counts as left out.

    Raises:
        Refusal: 400 or 422, with the first field at fault in ``details``.
    """
    # The library says of every model how many outputs it makes, so this much may be said in a request for any.
    stated = {"generation_output_number": 1}
    unknown = sorted(name for name, value in body.items() if spec.field(name) is None and stated.get(name) != value)
    if unknown:
        raise Refusal("BSE2001", details={"field": unknown[0]})
    given = {name: value for name, value in body.items() if value is not None}
    for field in spec.fields:
        if field.name in given:
            _check_field(field, given[field.name], own)
        elif field.required.value:
            raise Refusal("BSE2001", details={"field": field.name})
    return spec.defaults() | given


def _check_field(field: FieldSpec, value: Any, own: OwnInputs) -> None:
    if not _has_type(field, value):
        raise Refusal("BSE2001", details={"field": field.name})
    if field.type == "string":
        _check_text(field, value)
    if field.type == "number":
        _check_number(field, value)
    if field.max_items and len(value) > field.max_items.value:
        raise Refusal("BSE2008", details={"field": field.name})
    # The provider order is judged by the model's providers, more leniently than by its list of values.
    is_order = field.name == "generation_provider_order"
    if field.choices and not is_order and value not in field.choices.value:
        raise Refusal("BSE2008", details={"field": field.name})
    if field.is_url:
        for url in [value] if isinstance(value, str) else value:
            check_input(url, field.name, own)


def _has_type(field: FieldSpec, value: Any) -> bool:
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)
    if field.type == "array":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float is finite, and out of every range
        return True


def _check_text(field: FieldSpec, value: str) -> None:
    if field.required.value and not value.strip():
        raise Refusal("BSE2001", details={"field": field.name})
    limit = field.max_length.value if field.max_length else MAX_TEXT
    if len(value) > limit:
        raise Refusal("BSE2008", details={"field": field.name})
    if field.name == "generation_prompt" and assumptions.REFUSED_PROMPT in value:
        raise Refusal("BSE2006")


def _check_number(field: FieldSpec, value: float) -> None:
    is_below = field.minimum is not None and value < field.minimum.value
    is_above = field.maximum is not None and value > field.maximum.value
    # Nothing can be made half: a number of outputs or a seed is whole.
    is_split = field.name in {"generation_output_number", "generation_seed"} and value != int(value)
    if is_below or is_above or is_split:
        raise Refusal("BSE2008", details={"field": field.name})
