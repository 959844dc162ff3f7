r"""Values and a model become a request, or problems in our sentences. Bad input never raises in :func:`check`.

The page does the same, keystroke by keystroke, from the same facts, rules and sentences; a golden file holds both to
it, character for character. The steps, for whoever changes one side:

1. Read each field of the model, in schema order (:func:`genwidget.request.body.coerce`). Null, text that is ``blank``
   and lists without items are empty, and left out. A number may be typed: text of the form ``number`` becomes a double,
   an integer where it is one of at most 2**53 - 1, if the text that ``JSON.stringify`` writes for it has the same
   decimal value; else it stays as it was typed. ``true`` and ``false`` may be typed. A text for a list is a list of
   one; empty items are dropped. Links are trimmed of ``blank`` characters.
2. Judge with the facts that are ``documented`` or of a ``source``. The first fault of a field, in this order, is its
   problem, of severity ``error``:
   a required field without a value: ``required``;
   number: ``not_exact`` (text of the form ``number`` that step 1 left as it was), ``not_number`` (not a finite number;
   a boolean is none), then ``one_of`` where the choices are known, else ``at_least``, ``at_most``;
   boolean: ``not_boolean``;
   string: ``not_text`` (also with a lone surrogate), ``too_long``, ``one_of``, ``not_url``;
   array: ``not_list``, ``too_many``, then by the first item at fault ``not_url`` (no text, or no link) or ``too_long``.
   A text without a limit of its own has ``text_limit`` code points.
3. A field without one is judged by all facts, the inferred too. A fault found now is a ``warning`` with the code
   ``maybe_`` and the old one. (Choices, where known to this step, again stand for the bounds.)
4. Keys that the model does not have follow, sorted by UTF-16 code units: ``unknown_field``, a ``note``; but
   ``no_such_field``, an ``error``, where no model has the field (:func:`judge`): it is misspelt.
5. Without an error there is a request. Its body has the read values in schema order, as ``JSON.stringify`` writes them.

In sentences, a bound or count of four digits or more has commas if it is an integer, other numbers are written as
JavaScript does, and choices are joined by ``choice_separator`` (provider orders hold commas themselves). Of a number
that is not sent as typed, 40 characters are quoted, then ``…``.

An integer that Python holds and a double would change goes to the page as its text, and is judged there as that.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.errors import InvalidEndpointPath, InvalidModelType, InvalidRequest, UnknownModel
from genwidget.messages import render
from genwidget.request import body as bodies
from genwidget.request.decimals import number_text, quoted
from genwidget.spelling import did_you_mean
from genwidget.text import shown

if TYPE_CHECKING:
    from genwidget.request.body_model import Fault

Severity = Literal["error", "warning", "note"]

_PART: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
#: The path of a model's endpoint.
ENDPOINT: Final = rf"/v1/generate/(?:image|video)/{_PART}/{_PART}"
_PREFIX: Final = "generation_"
SEPARATOR: Final = " | "
MODEL_TYPES: Final = ("image", "video")
#: How many models are named where one is not known.
_MOST_NAMES: Final = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in the values: an ``error`` refuses, a ``warning`` and a ``note`` let send."""

    field: str
    code: str
    message: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: checked, and complete. ``body`` is in schema order and is not to be changed."""

    model_type: str
    model_id: str
    path: str
    body: dict[str, Any]
    prompt: str | None = None
    #: What it costs, in credits, as far as is known, else None.
    price: float | None = None

    @property
    def encoded(self) -> bytes:
        """The body's bytes: compact JSON in UTF-8."""
        return bodies.encode(self.body)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hex; it tells whether two requests are the same."""
        import hashlib  # noqa: PLC0415 - after the first paint

        return hashlib.sha256(self.encoded).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: the request, unless a problem is an error."""

    request: Request | None
    problems: tuple[Problem, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The required fields that have no value, in schema order."""
        return tuple(problem.field for problem in self.problems if problem.code == "required")


def check(spec: ModelSpec, values: Mapping[str, Any]) -> Checked:
    """Check the values of a whole form. Defaults are not added: a form starts from them and may have lost some."""
    return _check(spec, values, set())


def judge(spec: ModelSpec, values: Mapping[str, Any], catalogue: Catalogue | None = None) -> Checked:
    """Check values as :func:`check` does, and refuse fields that the model does not have, whatever their value.

    Args:
        spec: the model.
        values: what was given.
        catalogue: lets the fields of its models pass as notes, which a change of the model leaves behind; what is left
            then is misspelt. None refuses these too.
    """
    return _check(spec, values, set(find_strays(spec, values, catalogue)))


def _check(spec: ModelSpec, values: Mapping[str, Any], strays: Collection[str]) -> Checked:
    from genwidget.request.body_model import find_faults  # noqa: PLC0415 - pydantic, after the first paint

    body = {field.name: bodies.coerce(field, values.get(field.name)) for field in spec.fields}
    body = {name: value for name, value in body.items() if value is not None}
    refused = find_faults(spec, body)
    doubted = find_faults(spec, body, advisory=True)
    problems: list[Problem] = []
    for field in spec.fields:
        if field.name in refused:
            problems.append(_problem(field, refused[field.name], body, "error"))
        elif field.name in doubted:
            problems.append(_problem(field, doubted[field.name], body, "warning"))
    problems += [
        no_such_field(spec, name)
        if name in strays
        else Problem(name, "unknown_field", render("unknown_field", model_id=spec.model_id, field=name), "note")
        for name in _unknown(spec, values)
    ]
    prompt = body.get("generation_prompt")
    if refused or strays:
        return Checked(None, tuple(problems))
    request = Request(spec.model_type, spec.model_id, spec.endpoint_path, body, prompt, spec.cost_of(body))
    return Checked(request, tuple(problems))


def _problem(field: FieldSpec, fault: "Fault", body: Mapping[str, Any], severity: Severity) -> Problem:
    value = body.get(field.name)
    if fault.item is not None and isinstance(value, list):
        value = value[fault.item]
    bound, count = _measure(field, fault.code, value)
    choices = SEPARATOR.join(map(_shown, field.choices.value)) if field.choices else ""
    code = fault.code if severity == "error" else f"maybe_{fault.code}"
    typed, sent = quoted(value) if fault.code == "not_exact" else ("", "")
    message = render(code, bound=bound, count=count, choices=choices, value=typed, sent=sent)
    return Problem(field.name, code, message, severity)


def _measure(field: FieldSpec, code: str, value: Any) -> tuple[str, str]:
    """Return the bound that was passed and how far the value goes, where the code's sentence names them."""
    facts = {
        "at_least": field.minimum,
        "at_most": field.maximum,
        "too_long": field.max_length,
        "too_many": field.max_items,
    }
    fact = facts.get(code)
    bound = fact.value if fact else bodies.TEXT_LIMIT
    return _shown(bound), _shown(len(value)) if code in {"too_long", "too_many"} else ""


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else number_text(value)


def _unknown(spec: ModelSpec, values: Iterable[Any]) -> list[str]:
    known = {field.name for field in spec.fields}
    names = {name if isinstance(name, str) else shown(name) for name in values} - known
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def with_defaults(spec: ModelSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model's defaults with the values laid over them; an empty value takes a default out."""
    return {**spec.defaults(), **values}


def check_model_type(model_type: object) -> None:
    """Refuse what is no type of models.

    Raises:
        InvalidModelType: neither ``image`` nor ``video``.
    """
    if not isinstance(model_type, str) or model_type not in MODEL_TYPES:
        raise InvalidModelType(hint=render("model_types", hint=did_you_mean(model_type, MODEL_TYPES)))


def endpoint_path(model_type: str, model_id: str) -> str:
    """Return the path of a model's generations.

    The string itself is checked, before any URL is built from it.

    Raises:
        InvalidModelType: neither ``image`` nor ``video``.
        InvalidEndpointPath: the identifier is not ``lab/name``.
    """
    check_model_type(model_type)
    path = f"/v1/generate/{model_type}/{model_id}" if isinstance(model_id, str) else ""
    if not bodies.matches(ENDPOINT, path):
        raise InvalidEndpointPath
    return path


def near_models(catalogue: Catalogue, model_id: object) -> str:
    """Return which models may have been meant by an identifier that names none, to follow a sentence."""
    return did_you_mean(model_id, catalogue.model_ids, most=_MOST_NAMES)


def named_path(catalogue: Catalogue, model_type: str, model_id: str) -> str:
    """Return the path as of :func:`endpoint_path`; what it raises names the nearest models."""
    try:
        return endpoint_path(model_type, model_id)
    except InvalidEndpointPath:
        near = near_models(catalogue, model_id)
    raise InvalidEndpointPath(hint=near or render("model_identifier"))


def is_endpoint(model_id: str) -> bool:
    """Tell whether an identifier has the form ``lab/name``, so that there can be such a model."""
    return isinstance(model_id, str) and bodies.matches(ENDPOINT, f"/v1/generate/image/{model_id}")


def find_model(catalogue: Catalogue, model_type: str, model_id: str, note: str = "") -> ModelSpec:
    """Return the model of that type and identifier.

    Args:
        catalogue: the models known.
        model_type: ``image`` or ``video``.
        model_id: such as ``bfl/flux-schnell``.
        note: a sentence on what is not known, to follow the names that are nearest to one that is unknown.

    Raises:
        InvalidModelType: neither ``image`` nor ``video``.
        InvalidEndpointPath: the identifier is not ``lab/name``.
        UnknownModel: the catalogue has no such model of that type.
    """
    named_path(catalogue, model_type, model_id)
    spec = catalogue.find(model_id)
    if spec is None:
        near = near_models(catalogue, model_id)
        raise UnknownModel(hint=f"{render('not_a_model', model_id=model_id, hint=near)} {note}")
    if spec.model_type != model_type:
        raise UnknownModel
    return spec


def prepare(catalogue: Catalogue, model_type: str, model_id: str, values: Mapping[str, Any], note: str = "") -> Request:
    """Return the request of values laid over the model's defaults; ``note`` as of :func:`find_model`.

    Raises:
        InvalidModelType, InvalidEndpointPath, UnknownModel: as :func:`find_model`.
        InvalidRequest: the values are refused; a field that the model does not have is named, else the first missing
            field, else the first field at fault.
    """
    spec = find_model(catalogue, model_type, model_id, note)
    return require(judge(spec, with_defaults(spec, values)))


def find_strays(spec: ModelSpec, values: Iterable[Any], catalogue: Catalogue | None = None) -> list[str]:
    """Return the names of ``values`` that are fields neither of the model nor of any in ``catalogue``."""
    elsewhere = {field.name for model in catalogue.models for field in model.fields} if catalogue else set()
    return [name for name in _unknown(spec, values) if name not in elsewhere]


def no_such_field(spec: ModelSpec, name: str) -> Problem:
    """Return the error of a field that the model does not have; it names the nearest one that the model has."""
    names = [field.name for field in spec.fields]
    hint = did_you_mean(name, names, _PREFIX) or f" {render('its_fields', fields=', '.join(names))}"
    sentence = render("no_such_field", model_id=spec.model_id, field=name, hint=hint)
    return Problem(name, "no_such_field", sentence, "error")


def require(checked: Checked) -> Request:
    """Return the request of a check.

    Raises:
        InvalidRequest: there is none; a field that the model does not have is named, else the first missing field,
            else the first field at fault.
    """
    if checked.request is not None:
        return checked.request
    stray = next((problem for problem in checked.problems if problem.code == "no_such_field"), None)
    if stray is not None:
        raise InvalidRequest(stray.message, problems=checked.problems)
    if checked.missing:
        raise InvalidRequest(render("missing_required", field=checked.missing[0]), problems=checked.problems)
    first = next(problem for problem in checked.problems if problem.severity == "error")
    message = render("field_problem", field=first.field, problem=first.message)
    raise InvalidRequest(message, problems=checked.problems)
