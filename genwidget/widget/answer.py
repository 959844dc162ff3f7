"""What a command of the page is answered with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from genwidget.logs import logger_of
from genwidget.messages import render
from genwidget.widget.alerts import plain_alert
from genwidget.widget.payload_types import Alert, Scope

_LOG: Final = logger_of(__name__)
#: The TypedDict of what is answered.
Data = TypeVar("Data")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Data]):
    """What goes back to the page; without ``data`` where what was asked cannot be done."""

    data: Data | None = None
    buffers: Sequence[bytes] = ()
    alert: Alert | None = None


def unforeseen(command_kind: str, error: Exception) -> Answer[Any]:
    """Return the answer to a command that broke; the text of the error may quote what was sent, so its kind is told."""
    kind = type(error).__name__
    _LOG.error("%s failed: %s", command_kind, kind)
    return Answer(alert=plain_alert("unforeseen", render("unforeseen", kind=kind), scope="send"))


def refusal(code: str, scope: Scope) -> Answer[Any]:
    """Return the answer that says why a command was not done."""
    return Answer(alert=plain_alert(code, render(code), scope=scope))
