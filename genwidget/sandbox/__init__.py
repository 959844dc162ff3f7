"""A local stand-in for the API: real HTTP on loopback, real files, credits that cost nothing.

``API_KEY`` and the other keys are fixed and public. Nothing here ever leaves the machine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from genwidget.sandbox.core import accounts

if TYPE_CHECKING:
    from genwidget.sandbox.core.limits import Limits
    from genwidget.sandbox.faults.faults import Fault, Faults
    from genwidget.sandbox.server import Sandbox
    from genwidget.sandbox.shared_server import shared

__all__ = ["API_KEY", "API_KEYS", "STATE_KEYS", "Fault", "Faults", "Limits", "Sandbox", "shared"]

# Named here once more, so that the reference has what they are.
#: The key that opens everything, on a sandbox that plays the region ``us`` (the default).
API_KEY: Final = accounts.API_KEY
#: One key per scope preset of the API's dashboard.
API_KEYS: Final = accounts.API_KEYS
#: Keys in other states: ``rotated expired revoked other_address other_account no_credits account_gone wrong_region``.
STATE_KEYS: Final = accounts.STATE_KEYS

_HOMES = {
    "Fault": "genwidget.sandbox.faults.faults",
    "Faults": "genwidget.sandbox.faults.faults",
    "Limits": "genwidget.sandbox.core.limits",
    "Sandbox": "genwidget.sandbox.server",
    "shared": "genwidget.sandbox.shared_server",
}


def __getattr__(name: str) -> Any:
    """Import the server at first use, so that the keys can be read without the ``sandbox`` extra."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
