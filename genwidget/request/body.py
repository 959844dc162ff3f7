"""A model's body: how typed values are read, which strict pydantic model judges them, how the result is written.

The patterns mean the same to Python's ``re`` with ``re.ASCII`` and ``fullmatch`` and to JavaScript's
``new RegExp("^(?:" + pattern + ")$", "u")``; the page receives them as data.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, LiteralString, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

from genwidget.catalogue import Fact, FieldSpec, ModelSpec
from genwidget.request.decimals import exact, is_number, number_text

#: Code points of any text. Source: the API's page on the checks of a request.
TEXT_LIMIT: Final = 10_000
_BLANKS: Final = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
#: Text that shows nothing.
BLANK: Final = "[" + "".join(f"\\u{ord(one):04x}" for one in _BLANKS) + "]*"

# Never in a link: controls, white space, direction overrides, lone surrogates, and what must be percent-encoded.
_OUT = (
    r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff\ud800-\udfff"
    r'<>"\\\^`{|}'
)
_LABEL = rf"[^{_OUT}%/?#@:\[\].]+"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
#: A well-formed http or https link.
URL: Final = rf"[hH][tT][tT][pP][sS]?://(?:[^{_OUT}/?#@\[\]]*@)?{_HOST}(?:[/?#](?:[^{_OUT}%]|%[0-9A-Fa-f]{{2}})*)?"

#: What pydantic calls a fault, as our code.
_CODES: Final = {
    "missing": "required",
    "float_type": "not_number",
    "finite_number": "not_number",
    "not_exact": "not_exact",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "bool_type": "not_boolean",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "string_too_long": "too_long",
    "one_of": "one_of",
    "not_url": "not_url",
    "list_type": "not_list",
    "too_long": "too_many",
}


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text has the form of the pattern."""
    return re.fullmatch(pattern, text, re.ASCII) is not None


def coerce(field: FieldSpec, value: Any) -> Any:
    """Return what was typed as the field's type, as far as it can be read; None for a value that is empty.

    What cannot be read comes back as it is, for the judge to refuse. Blank text, null and empty lists are empty.
    """
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return None
    if isinstance(value, str) and matches(BLANK, value):
        return None
    if field.type == "number":
        return value if (number := exact(value)) is None else number
    if field.type == "boolean":
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if field.type == "array":
        return _read_list(field, value)
    return _trim(value) if field.is_url and isinstance(value, str) else value


def _read_list(field: FieldSpec, value: Any) -> Any:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        return value
    kept = [item for item in items if item is not None and not (isinstance(item, str) and matches(BLANK, item))]
    return [_trim(item) if field.is_url and isinstance(item, str) else item for item in kept] or None


def _trim(text: str) -> str:
    return text.strip(_BLANKS)


def encode(body: Mapping[str, Any]) -> bytes:
    """Return a checked body as compact JSON in UTF-8, character for character what ``JSON.stringify`` gives."""
    return f"{{{','.join(f'{json.dumps(name)}:{_encode(value)}' for name, value in body.items())}}}".encode()


def _encode(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=512)
def body_model(spec: ModelSpec, *, advisory: bool = False) -> type[BaseModel]:
    """Return the strict model that judges a body of values already read.

    Args:
        spec: the model asked for.
        advisory: judge by the inferred facts too, not only by those that are documented or read in sources.
    """
    fields: dict[str, Any] = {}
    for field in spec.fields:
        is_required = _known(field.required, advisory=advisory) is True
        default = ... if is_required else field.default.value if field.default else None
        fields[field.name] = (_annotation(field, advisory=advisory), default)
    config = ConfigDict(strict=True, extra="forbid", frozen=True, protected_namespaces=(), title=spec.model_id)
    return create_model("Body", __config__=config, **fields)


def _known(fact: Fact[Any] | None, *, advisory: bool) -> Any:
    return fact.value if fact and (advisory or fact.standing != "inferred") else None


def _annotation(field: FieldSpec, *, advisory: bool) -> Any:
    """Return the annotated type of one field. Choices, where known, stand for the bounds as well."""
    choices = _known(field.choices, advisory=advisory)
    extra: dict[str, Any] = {} if choices is None else {"enum": list(choices)}
    judge: list[Any] = [] if choices is None else [AfterValidator(_one_of(choices))]
    if field.type == "boolean":
        return bool
    if field.type == "number":
        low, high = (_known(fact, advisory=advisory) for fact in (field.minimum, field.maximum))
        low, high = (low, high) if choices is None else (None, None)
        bounds = Field(ge=low, le=high, allow_inf_nan=False, json_schema_extra=extra)
        return Annotated[float, bounds, BeforeValidator(_exact), *judge]
    if field.is_url:
        extra, judge = {**extra, "format": "uri", "pattern": f"^(?:{URL})$"}, [*judge, AfterValidator(_link)]
    limit = _known(field.max_length, advisory=advisory) or TEXT_LIMIT
    text = Annotated[str, Field(max_length=limit, json_schema_extra=extra), *judge]
    if field.type == "string":
        return text
    return Annotated[list[text], Field(max_length=_known(field.max_items, advisory=advisory))]


def _one_of(choices: tuple[Any, ...]) -> Any:
    def judge(value: Any) -> Any:
        if value not in choices:
            raise PydanticCustomError("one_of", "not one of the choices")
        return value

    return judge


def _exact(value: Any) -> Any:
    if exact(value) is None:  # pydantic takes whatever has a method __float__
        code: LiteralString = "not_exact" if is_number(value) else "float_type"
        raise PydanticCustomError(code, "not sent as typed")
    return value


def _link(text: str) -> str:
    if not matches(URL, text):
        raise PydanticCustomError("not_url", "not a link")
    return text


class Fault(NamedTuple):
    """What is wrong with a field: its code, and the index of the list item that is at fault."""

    code: str
    item: int | None


def find_faults(spec: ModelSpec, body: Mapping[str, Any], *, advisory: bool = False) -> dict[str, Fault]:
    """Return the first fault of each field that :func:`body_model` refuses."""
    faults: dict[str, Fault] = {}
    try:
        body_model(spec, advisory=advisory).model_validate(body)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            code, (name, *rest) = _CODES[one["type"]], one["loc"]
            if rest and code == "not_text":  # an item that is no text is no link
                code = "not_url"
            faults.setdefault(str(name), Fault(code, int(rest[0]) if rest else None))
    return faults


def json_schema(spec: ModelSpec) -> dict[str, Any]:
    """Return the JSON Schema of what is documented, with every fact's standing and source under ``x-facts``."""
    judged = body_model(spec).model_json_schema()
    properties: dict[str, Any] = {}
    for field in spec.fields:
        said = judged["properties"][field.name]
        beside = {"title"} | ({"maxLength"} if "enum" in said else set()) | (set() if field.default else {"default"})
        said = {name: value for name, value in said.items() if name not in beside}
        facts = {name: fact.as_json() for name, fact in field.facts.items()}
        properties[field.name] = {**said, "description": field.description, "x-group": field.group, "x-facts": facts}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spec.model_id,
        "x-endpoint": f"POST {spec.endpoint_path}",
        "type": "object",
        "properties": properties,
        "required": judged.get("required", []),
        "additionalProperties": False,
    }
