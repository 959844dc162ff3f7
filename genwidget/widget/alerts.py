"""What a person reads when something did not happen, or when it is not known whether it did."""

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from genwidget.errors import (
    ApiError,
    ConfigurationError,
    DeadlinePassed,
    GenwidgetError,
    InvalidApiKey,
    InvalidRequest,
    RunLost,
    TransportError,
)
from genwidget.text import MAX_SENTENCE, shown

if TYPE_CHECKING:
    from genwidget.widget.payload_types import Alert, Scope

#: How many details, and errors of providers, are shown.
_MOST_SHOWN: Final = 20
#: Past it a JavaScript number no longer counts in ones.
_LARGEST_EXACT: Final = 2**53 - 1
#: Whatever else is wrong, these are about a key or about where requests go.
_SCOPES: Final["dict[type[GenwidgetError], Scope]"] = {InvalidApiKey: "key", ConfigurationError: "host"}


def alert_of(error: GenwidgetError, *, scope: "Scope | None" = None, can_resume: bool = False) -> "Alert":
    """Return the alert for an error. Amber (``warning``) where it is not known what happened, else red."""
    alert = plain_alert(error.code or _name_of(error), error.message, scope=scope or _scope_of(error))
    alert["can_resume"] = can_resume
    if is_unsure(error):
        alert["kind"] = "warning"
    if isinstance(error, ApiError):
        _add_api_part(alert, error)
    elif isinstance(error, InvalidRequest) and error.problems:
        alert["field"] = next((one.field for one in error.problems if one.severity == "error"), None)
    alert["more"] = error.next_step
    return alert


def plain_alert(
    code: str, message: str, *, scope: "Scope", kind: Literal["error", "warning", "note"] = "error", more: str = ""
) -> "Alert":
    """Return an alert of one sentence, with nothing beside it; ``again`` is the command that tries again, if any."""
    return {
        "kind": kind,
        "code": code,
        "message": message,
        "more": more,
        "api_code": None,
        "request_id": None,
        "provider_errors": [],
        "details": {},
        "scope": scope,
        "field": None,
        "can_resume": False,
        "again": None,
    }


def is_unsure(error: GenwidgetError) -> bool:
    """Tell whether what was asked may have been done although no answer says so."""
    if isinstance(error, TransportError):
        return error.may_have_started and error.effect != "read"
    if isinstance(error, ApiError):
        return error.may_have_started
    return isinstance(error, RunLost | DeadlinePassed)


def _add_api_part(alert: "Alert", error: ApiError) -> None:
    alert["code"] = "api_error"
    alert["api_code"] = error.api_code
    alert["request_id"] = error.request_id
    alert["provider_errors"] = [_shown_members(one) for one in error.provider_errors[:_MOST_SHOWN]]
    alert["details"] = _shown_members(error.details)


def _shown_members(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a server's object that are no objects or lists themselves, fit to show, and not too many.

    A whole number that a browser would round goes as text.
    """
    plain = ((name, value) for name, value in members.items() if isinstance(value, bool | int | float | str))
    return {shown(name): _shown_member(value) for name, value in islice(plain, _MOST_SHOWN)}


def _shown_member(value: bool | float | str) -> bool | float | str:
    if isinstance(value, str) or (isinstance(value, int) and abs(value) > _LARGEST_EXACT):
        return shown(value, MAX_SENTENCE)
    return value


def _scope_of(error: GenwidgetError) -> "Scope":
    return next((scope for kind, scope in _SCOPES.items() if isinstance(error, kind)), "send")


def _name_of(error: GenwidgetError) -> str:
    """Return ``ledger_error`` for a LedgerError."""
    name = type(error).__name__
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).removeprefix("_")
