"""Which strict pydantic model judges a body, and what it finds; imported when a form is first checked."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, LiteralString, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

from genwidget.catalogue import Fact, FieldSpec, ModelSpec
from genwidget.request.body import TEXT_LIMIT, URL, matches
from genwidget.request.decimals import exact, is_number

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
