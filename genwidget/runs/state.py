"""The states of a run, what moves it from one to the next, and the one table that says so. Pure."""

from enum import StrEnum
from typing import Final


class RunState(StrEnum):
    """Where a run stands; ours, and not the server's status."""

    WAITING = "waiting"  # for its turn: nothing has left, or the API said that it was too early
    SENDING = "sending"
    ACCEPTED = "accepted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ANSWERED = "answered"  # 2xx without a generation
    REFUSED = "refused"  # the API said no: nothing was made
    UNREACHED = "unreached"  # no connection to the API: nothing was made, and the same request can be sent again
    UNSENT = "unsent"  # it waited for its turn, which did not come: nothing was made, and it can still be sent
    LOST = "lost"  # a paid POST without a readable answer
    EXPIRED = "expired"  # our deadline; the generation may go on

    @property
    def is_terminal(self) -> bool:
        """Tell whether nothing more comes by itself."""
        return self not in _LIVE

    @property
    def can_resume(self) -> bool:
        """Tell whether the run can be taken up again."""
        return RunEvent.RESUMED in TRANSITIONS[self]


class RunEvent(StrEnum):
    """What can happen to a run."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNREACHED = "unreached"
    UNSENT = "unsent"
    LOST = "lost"
    EXPIRED = "expired"
    RESUMED = "resumed"


#: The POST has no answer that ends it.
NOT_ANSWERED: Final = frozenset({RunState.WAITING, RunState.SENDING})
_LIVE: Final = NOT_ANSWERED | {RunState.ACCEPTED, RunState.PROCESSING}

_FOLLOWED: Final[dict[RunEvent, RunState]] = {
    RunEvent.PROCESSING: RunState.PROCESSING,
    RunEvent.SUCCEEDED: RunState.SUCCEEDED,
    RunEvent.FAILED: RunState.FAILED,
    RunEvent.CANCELED: RunState.CANCELED,
    RunEvent.EXPIRED: RunState.EXPIRED,
}

#: {state: {event: state}}; what is not here cannot happen.
TRANSITIONS: Final[dict[RunState, dict[RunEvent, RunState]]] = {
    RunState.WAITING: {
        RunEvent.SENDING: RunState.SENDING,
        RunEvent.CANCELED: RunState.CANCELED,
        RunEvent.REFUSED: RunState.REFUSED,
        RunEvent.UNREACHED: RunState.UNREACHED,  # resumed, and again not sent
        RunEvent.UNSENT: RunState.UNSENT,
        RunEvent.LOST: RunState.LOST,  # an earlier try, or the run that is resumed, may have made something
    },
    RunState.SENDING: {
        RunEvent.WAITING: RunState.WAITING,
        RunEvent.ACCEPTED: RunState.ACCEPTED,
        RunEvent.CANCELED: RunState.CANCELED,  # the reply to a create may already say so
        RunEvent.ANSWERED: RunState.ANSWERED,
        RunEvent.REFUSED: RunState.REFUSED,
        RunEvent.UNREACHED: RunState.UNREACHED,
        RunEvent.LOST: RunState.LOST,
    },
    RunState.ACCEPTED: _FOLLOWED,
    RunState.PROCESSING: _FOLLOWED,
    RunState.SUCCEEDED: {},
    RunState.FAILED: {},
    RunState.CANCELED: {},
    RunState.ANSWERED: {},
    RunState.REFUSED: {},
    RunState.UNREACHED: {RunEvent.RESUMED: RunState.SENDING},
    RunState.UNSENT: {RunEvent.RESUMED: RunState.SENDING},
    RunState.LOST: {RunEvent.RESUMED: RunState.SENDING},
    RunState.EXPIRED: {RunEvent.RESUMED: RunState.ACCEPTED},
}


class IllegalEvent(RuntimeError):
    """An event that cannot happen in a state: a fault of this library."""


def step(state: RunState, event: RunEvent) -> RunState:
    """Return the state that an event leads to.

    Raises:
        IllegalEvent: the table has no such pair.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalEvent(f"A run that is {state} cannot be {event}") from None
