"""What a person does so that a batch that stopped goes on."""

from typing import Literal

from genwidget.errors import InsufficientCredits, SpendLimitReached
from genwidget.runs.spend_limit import MACHINE

WayOn = Literal["limit", "machine", "balance", ""]


def way_on(cause: BaseException | None) -> WayOn:
    """Return what is to be done before a batch is resumed.

    ``limit``: resume it with a higher limit. ``machine``: raise ``GENWIDGET_SPEND_LIMIT``. ``balance``: add credits.
    Empty: nothing.
    """
    if isinstance(cause, SpendLimitReached):
        return "machine" if cause.scope == MACHINE else "limit"
    return "balance" if isinstance(cause, InsufficientCredits) else ""
