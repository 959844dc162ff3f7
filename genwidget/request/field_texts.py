"""Fields as they are typed behind ``--set``."""

from collections.abc import Collection, Sequence
from typing import Any

from genwidget.errors import InvalidRequest
from genwidget.messages import render


def read_fields(texts: Sequence[str], lists: Collection[str]) -> dict[str, Any]:
    """Return the fields of ``FIELD=VALUE`` texts: None where the value is empty, a list where the field takes one.

    Args:
        texts: as typed; a list's field comes once for each of its values.
        lists: the fields that take lists.

    Raises:
        InvalidRequest: a text without a field or ``=``.
    """
    fields: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise InvalidRequest(render("cli_bad_set", text=text))
        if name in lists and value:
            fields[name] = [*(fields.get(name) or []), value]
        else:
            fields[name] = value or None
    return fields
