"""What the API says of a key: one free call to the key's own host, with a short limit and no second try."""

from dataclasses import dataclass
from typing import Final

from genwidget.api.client import Client, read_sent
from genwidget.api.models import Billing
from genwidget.errors import (
    ApiError,
    AuthenticationFailed,
    ConnectionFailed,
    GenwidgetError,
    KeyNotLocked,
    PermissionRefused,
)
from genwidget.messages import render
from genwidget.widget.alerts import alert_of, plain_alert
from genwidget.widget.payload_types import Alert

#: How long a person waits at the key field at most, in seconds.
CHECK_TIMEOUT_S: Final = 5.0
_PATH: Final = "/v1/user/billing"
#: The scope for the balance is missing: the API has found the key, and all else about it, in order.
_SCOPE_MISSING: Final = "BSE1003"
#: The account of the key is gone.
_ACCOUNT_GONE: Final = "BSE1008"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: neither alert where the key is valid.

    Attributes:
        refusal: the API takes no request with this key.
        note: nobody could tell; the key may be valid.
        billing: the account and its balance, where the key may read them.
    """

    refusal: Alert | None = None
    note: Alert | None = None
    billing: Billing | None = None


async def check_key(api: Client, place: str) -> Finding:
    """Ask the API whether it takes a key.

    Args:
        api: the key's own host, with the key.
        place: what the key is to be valid for, as a person knows it: ``US``, or a host.

    Raises:
        KeyNotLocked, WrongKey: the key is of another host; it was sent nowhere.
    """
    try:
        return Finding(billing=await ask_billing(api))
    except KeyNotLocked:
        raise
    except GenwidgetError as error:
        return judge(error, place)


async def ask_billing(api: Client) -> Billing:
    """Return the account of a key and its balance: one free call, with a short limit and no second try.

    Raises:
        GenwidgetError: the key is of another host, may not read it, or the API could not be asked.
    """
    return read_sent(Billing, await api.send("GET", _PATH, timeout_s=CHECK_TIMEOUT_S, once=True))


def judge(error: GenwidgetError, place: str) -> Finding:
    """Return what an error of a free call says of the key that it was made with.

    An answer that is not the API's own says nothing of the key, unless it is 401.
    """
    if isinstance(error, ApiError) and error.api_code == _SCOPE_MISSING:
        return Finding()
    if is_of_key(error):
        alert = alert_of(error, scope="key")
        alert |= {"code": "key_refused", "message": render("key_refused", place=place), "more": error.message}
        return Finding(refusal=alert)
    reason = f"{error.message}. {error.why}" if isinstance(error, ConnectionFailed) and error.why else error.message
    note = plain_alert("key_unchecked", render("key_unchecked", reason=reason), scope="key", kind="note")
    return Finding(note=note | {"again": "check_key"})


def is_of_key(error: GenwidgetError) -> bool:
    """Tell whether the API refuses the key, and not what was asked."""
    if isinstance(error, AuthenticationFailed):
        return True
    if isinstance(error, PermissionRefused):
        return error.api_code != _SCOPE_MISSING and not error.api_code.startswith("HTTP_")
    return isinstance(error, ApiError) and error.api_code == _ACCOUNT_GONE
