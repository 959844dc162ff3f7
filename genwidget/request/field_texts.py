"""Fields as they are typed behind ``--set``."""

from collections.abc import Sequence
from typing import Any, Final

from genwidget.catalogue import ModelSpec
from genwidget.errors import InvalidRequest
from genwidget.messages import render

_PROMPT: Final = "generation_prompt"


def lay_over(prompt: str | None, texts: Sequence[str], spec: ModelSpec | None, where: str) -> dict[str, Any]:
    """Return the fields of ``--set`` and the prompt that was given beside them.

    Args:
        prompt: as it was given; None, or empty, where it was not.
        texts: as of :func:`read_fields`.
        spec: the model; None for one that is not known.
        where: the prompt was given, for a sentence.

    Raises:
        InvalidRequest: the prompt is given twice, and not the same; and as of :func:`read_fields`.
    """
    fields = read_fields(texts, spec)
    if not prompt:
        return ({} if prompt is None else {_PROMPT: prompt}) | fields
    if fields.setdefault(_PROMPT, prompt) != prompt:
        raise InvalidRequest(render("cli_prompt_twice", field=_PROMPT, where=where))
    return fields


def read_fields(texts: Sequence[str], spec: ModelSpec | None) -> dict[str, Any]:
    """Return the fields of ``FIELD=VALUE`` texts: None where the value is empty, a list where the field takes one.

    Args:
        texts: as typed; a list's field comes once for each of its values.
        spec: the model, whose fields these are; None for one that is not known, which is refused for that.

    Raises:
        InvalidRequest: a text without a field or ``=``, or a second value for a field that takes one.
    """
    lists = {field.name for field in spec.fields if field.type == "array"} if spec else set()
    fields: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise InvalidRequest(render("cli_bad_set", text=text))
        is_further = name in lists and bool(value) and fields.get(name, []) is not None
        if name in fields and not is_further and spec is not None:
            raise InvalidRequest(render("batch_twice", name=name))
        fields[name] = [*fields.get(name, []), value] if is_further else value or None
    return fields
