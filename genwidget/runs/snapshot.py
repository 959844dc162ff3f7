"""All that is known of a run at one moment: plain data, frozen."""

from dataclasses import dataclass, field
from typing import Any

from genwidget.api.http_response import Phases, RateLimit
from genwidget.errors import GenwidgetError
from genwidget.messages import render
from genwidget.runs.pace import Cause
from genwidget.runs.state import RunState
from genwidget.runs.timeline import TimelineData


@dataclass(frozen=True, slots=True)
class Countdown:
    """The wait before the next try: try ``attempt`` of ``of`` leaves at Unix time ``at``.

    ``is_first_running``: the API still answers the first try, and is asked for that until it has, however often.
    """

    attempt: int
    of: int
    at: float
    is_first_running: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a run is not sent yet.

    Attributes:
        cause: ``running``: as many generations of the account run as may; ``window``: its rate limit is used up.
        until: Unix time in seconds; None where the end of another generation is waited for.
    """

    cause: Cause
    until: float | None = None

    @property
    def reason(self) -> str:
        """The cause as a sentence."""
        return render(f"waiting_{self.cause}")


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """All that changes in a run, replaced as a whole, so that a reader in another thread sees one moment.

    Attributes:
        is_recorded: the ledger has it, within every spend limit, so that it may be sent; known where it was sent.
        phases: of the POST that was answered, while the process lasts that sent it.
        rate_limit: what that answer told of the account's window.
    """

    state: RunState = RunState.SENDING
    started_at: float = 0.0
    is_recorded: bool = False
    status_code: int | None = None
    latency_ms: int | None = None
    total_ms: int | None = None
    phases: Phases | None = None
    rate_limit: RateLimit | None = None
    generation_id: str | None = None
    response: dict[str, Any] | None = None
    raw_reply: bytes | None = None
    is_json: bool = False
    generation: dict[str, Any] | None = None
    raw_record: bytes | None = None
    request_id: str | None = None
    error: GenwidgetError | None = None
    retry: Countdown | None = None
    waiting: Waiting | None = None
    is_replayed: bool = False
    is_cancel_asked: bool = False
    credits_refunded: bool = False
    is_deleted: bool = False
    rating: int | None = None
    provider: str | None = None
    timeline_data: TimelineData = field(default_factory=TimelineData)
