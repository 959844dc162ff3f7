"""What a person does so that a batch that stopped goes on."""

from typing import Final, Literal

from genwidget.errors import InsufficientCredits, SpendLimitReached
from genwidget.runs.spend_limit import MACHINE

WayOn = Literal["limit", "playground", "machine", "balance", ""]

_OF_PLAYGROUND: Final = "playground:"


def way_on(cause: BaseException | None) -> WayOn:
    """Return what is to be done before a batch is resumed.

    ``limit``: resume it with a higher limit. ``playground``: raise that of the playground. ``machine``: raise
    ``GENWIDGET_SPEND_LIMIT``. ``balance``: add credits. Empty: nothing.
    """
    if isinstance(cause, SpendLimitReached):
        if cause.scope == MACHINE:
            return "machine"
        return "playground" if cause.scope.startswith(_OF_PLAYGROUND) else "limit"
    return "balance" if isinstance(cause, InsufficientCredits) else ""
