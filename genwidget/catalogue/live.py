"""What the API's own list says of its models, as facts of ours. The list has no defaults and no descriptions."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from genwidget.catalogue.specs import Fact, FieldSpec, ModelSpec, Price
from genwidget.text import MAX_NUMBER, is_plain

T = TypeVar("T")

#: The API's own answer; what it says of a model is as good as its documentation.
LIBRARY_SOURCE: Final = "GET /v1/library/models"
MAX_MODELS: Final = 1_000
#: The most values in a list of an entry, and the most prices.
MAX_ITEMS: Final = 1_000
#: Source: the API's page on the checks of a request.
PROMPT_LIMIT: Final = 5000
LIMIT_SOURCE: Final = "https://docs.babysea.ai/playground/request-schema"
#: Source of the rule that a model takes ``fastest`` or its own one stack, and that video needs a duration.
TYPES_SOURCE: Final = "babysea-community/babysea:src/types.ts"

_FIELD_NAME: Final = re.compile(r"generation_[a-z0-9_]{1,60}")
#: The order of core fields; all others follow, sorted.
CORE: Final = (
    "generation_prompt",
    "generation_ratio",
    "generation_output_format",
    "generation_output_number",
    "generation_input_file",
    "generation_input_file_last_content",
    "generation_duration",
    "generation_resolution",
    "generation_generate_audio",
    "generation_provider_order",
)


def _plain(text: str) -> str:
    """Refuse a text that hides something: what is listed is shown, and sent back as it is."""
    if not is_plain(text):
        raise ValueError("not plain")
    return text


def _refuse_many(value: Any) -> Any:
    if isinstance(value, list | tuple | dict) and len(value) > MAX_ITEMS:
        raise ValueError("too many")
    return value


# Judged before its items are: pydantic keeps an error of about a kilobyte for each wrong one.
_Few = BeforeValidator(_refuse_many)
_Text = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
_Texts = Annotated[tuple[_Text, ...], _Few]
_Credits = Annotated[float, Field(ge=0, le=MAX_NUMBER, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0, le=1_000)]
_Seconds = Annotated[int | float, Field(ge=0, le=MAX_NUMBER)]


class _LibrarySchema(BaseModel):
    generation_prompt: bool | None = None
    generation_ratio: _Texts | None = None
    generation_output_format: _Texts | None = None
    generation_output_number: _Count | None = None
    generation_input_file: bool | None = None
    generation_duration: Annotated[tuple[_Seconds, ...], _Few] | None = None
    generation_resolution: _Texts | None = None
    generation_generate_audio: bool | None = None


class _LibraryModel(BaseModel):
    model_config = ConfigDict(protected_namespaces=())
    model_type: Literal["image", "video"]
    model_identifier: _Text = Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*/[A-Za-z0-9_-][A-Za-z0-9._-]*$")
    model_pricing: _Credits | Annotated[dict[_Text, _Credits], _Few] | None = None
    model_supported_provider: _Texts | None = None
    model_schema: _LibrarySchema = Field(alias="schema", default_factory=_LibrarySchema)
    specific_schema: _Texts | None = None


def read_library(library: Mapping[str, Any], known: Mapping[str, ModelSpec]) -> dict[str, ModelSpec]:
    """Return the models of ``data`` of ``GET /v1/library/models`` by identifier, each laid over what is known of it.

    An entry that cannot be read is left out, and so is what comes after the first ``MAX_MODELS``.
    """
    return {live.model_identifier: _merge(live, known) for live in _read(library)}


def readable_entries(library: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return what :func:`read_library` reads of the same data, as JSON, and nothing else of it."""
    return tuple(live.model_dump(mode="json", by_alias=True, exclude_none=True) for live in _read(library))


def _read(library: Mapping[str, Any]) -> Iterator[_LibraryModel]:
    entries = library.get("models")
    for entry in entries[:MAX_MODELS] if isinstance(entries, list) else []:
        with suppress(ValidationError):
            yield _LibraryModel.model_validate(entry)


def _live(value: T) -> Fact[T]:
    return Fact(value=value, standing="documented", source=LIBRARY_SOURCE)


def _merge(live: _LibraryModel, known: Mapping[str, ModelSpec]) -> ModelSpec:
    """Lay one live entry over the model of the same identifier and type, or over a blank one."""
    old = known.get(live.model_identifier)
    if old is None or old.model_type != live.model_type:
        nobody = Fact[tuple[str, ...]](value=(), standing="inferred", source="")
        old = ModelSpec(
            model_id=live.model_identifier, model_type=live.model_type, status="live", providers=nobody, fields=()
        )
    fields = {field.name: field for field in _fields(live, known)}
    for field in old.fields:
        fields[field.name] = _overlay(field, fields.get(field.name))
    order = [name for name in CORE if name in fields] + sorted(set(fields) - set(CORE))
    providers = live.model_supported_provider
    return replace(
        old,
        is_live=True,
        providers=_live(providers) if providers else old.providers,
        price=_price(live) or old.price,
        fields=tuple(fields[name] for name in order),
    )


def _overlay(old: FieldSpec, live: FieldSpec | None) -> FieldSpec:
    """Keep what is known of a field but for the values that the API states."""
    if live is None:
        return old
    stated: dict[str, Any] = {
        name: live.facts[name] for name in ("choices", "minimum", "maximum") if name in live.facts
    }
    if "choices" in stated:
        stated |= {"minimum": None, "maximum": None}
        if old.default and old.default.value not in stated["choices"].value:
            stated["default"] = None
    return replace(old, **stated)


def _price(live: _LibraryModel) -> Price | None:
    pricing = live.model_pricing
    if isinstance(pricing, dict) and pricing:
        by_audio = any(key.endswith("audio") for key in pricing)
        kind: Any = "per_second_by_resolution_and_audio" if by_audio else "per_second_by_resolution"
        return Price(kind=kind, table=pricing, standing="documented", source=LIBRARY_SOURCE)
    if isinstance(pricing, float):
        kind = "per_second" if live.model_type == "video" else "flat"
        return Price(kind=kind, credits=pricing, standing="documented", source=LIBRARY_SOURCE)
    return None


def _fields(live: _LibraryModel, known: Mapping[str, ModelSpec]) -> Iterator[FieldSpec]:
    """Yield the fields that a live entry names."""
    said = live.model_schema
    if said.generation_prompt:
        limit = Fact(value=PROMPT_LIMIT, standing="documented", source=LIMIT_SOURCE)
        yield _field("generation_prompt", "string", known, required=_live(value=True), max_length=limit)
    for name in ("generation_ratio", "generation_output_format", "generation_resolution"):
        if values := getattr(said, name):
            yield _field(name, "string", known, choices=_live(values))
    if number := said.generation_output_number:
        yield _field("generation_output_number", "number", known, minimum=_live(1), maximum=_live(number))
    if said.generation_input_file:
        yield _field("generation_input_file", "array", known, is_url=True)
    if said.generation_duration:
        needed = Fact(value=True, standing="source", source=TYPES_SOURCE)
        choices = _live(said.generation_duration)
        yield _field("generation_duration", "number", known, required=needed, choices=choices)
    if said.generation_generate_audio:
        yield _field("generation_generate_audio", "boolean", known)
    if providers := live.model_supported_provider:
        stack = ", ".join(providers)
        orders = ("fastest", stack) if len(providers) > 1 else (stack,)
        stacks = Fact(value=orders, standing="source", source=TYPES_SOURCE)
        yield _field("generation_provider_order", "string", known, choices=stacks)
    for name in sorted({name for name in live.specific_schema or () if _FIELD_NAME.fullmatch(name)} - set(CORE)):
        yield _field(name, None, known)


def _field(name: str, kind: Any, known: Mapping[str, ModelSpec], *, is_url: bool = False, **facts: Any) -> FieldSpec:
    """Make a field that the API only names: its description, and where need be its type, is that of another model."""
    alike = next((field for model in known.values() if (field := model.field(name))), None)
    facts.setdefault("required", _live(value=False))
    return FieldSpec(
        name=name,
        type=kind or (alike.type if alike else "string"),
        group="core" if name in CORE else "specific",
        description=alike.description if alike else "",
        is_url=is_url,
        **facts,
    )
