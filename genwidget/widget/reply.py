"""How a command of the page is answered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genwidget.widget.payload_types import Alert


def id_of(message: object) -> str | None:
    """Return the id to answer to, also of a message that is no command."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, str) else None


def reply_to(command_id: str, alert: "Alert | None", data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the message that answers a command; with an alert where what was asked cannot be done."""
    return {
        "kind": "reply",
        "id": command_id,
        "ok": alert is None,
        "alert": alert,
        "data": {} if data is None else data,
    }
