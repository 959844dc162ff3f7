"""All that is known of a run at one moment: plain data, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from genwidget.api.regions import Target
from genwidget.api.responses import text
from genwidget.errors import ApiError, DeadlinePassed, GenwidgetError, Interrupted, ProcessEnded
from genwidget.messages import render
from genwidget.runs.intent import Intent
from genwidget.runs.pace import Cause
from genwidget.runs.state import RunState
from genwidget.runs.timeline import TimelineData, TimelineEntry, build_timeline

_NEXT_STEPS: Final[dict[RunState, str]] = {
    RunState.ANSWERED: "advice_answered",
    RunState.LOST: "may_have_started",
}
#: Ends of which it is known that they cost nothing.
_FREE: Final = frozenset({RunState.FAILED, RunState.REFUSED, RunState.UNREACHED, RunState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Countdown:
    """The wait before the next try: try ``attempt`` of ``of`` leaves at Unix time ``at``."""

    attempt: int
    of: int
    at: float


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
    """All that changes in a run, replaced as a whole, so that a reader in another thread sees one moment."""

    state: RunState = RunState.SENDING
    started_at: float = 0.0
    status_code: int | None = None
    latency_ms: int | None = None
    total_ms: int | None = None
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
    provider: str | None = None
    timeline_data: TimelineData = field(default_factory=TimelineData)


class RunView:
    """A run as it can be read, at any time and from any thread."""

    def __init__(self, intent: Intent, target: Target, snapshot: RunSnapshot) -> None:
        self.intent = intent
        self.target = target
        self._snapshot = snapshot

    @property
    def run_id(self) -> str:
        """The intent's id, which is the run's."""
        return self.intent.intent_id

    @property
    def intent_id(self) -> str:
        """The id minted where Send was pressed."""
        return self.intent.intent_id

    @property
    def model_type(self) -> str:
        """``image`` or ``video``."""
        return self.intent.model_type

    @property
    def model_id(self) -> str:
        """The model's identifier."""
        return self.intent.model_id

    @property
    def region_id(self) -> str:
        """The region it was sent to."""
        return self.target.region_id

    @property
    def created_at(self) -> float:
        """When Send was pressed, in Unix seconds."""
        return self.intent.created_at

    @property
    def request(self) -> Mapping[str, Any] | None:
        """The body as sent, or None where it was not stored."""
        return self.intent.body

    @property
    def prompt(self) -> str:
        """The prompt, or an empty text."""
        return self.intent.prompt

    @property
    def snapshot(self) -> RunSnapshot:
        """All that changes, at one moment."""
        return self._snapshot

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._snapshot.state

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self._snapshot.state.is_terminal

    @property
    def is_interrupted(self) -> bool:
        """Whether it was under way when its process ended, and has not been taken up since."""
        return self.state.can_resume and not self.is_deleted and isinstance(self.error, Interrupted | ProcessEnded)

    @property
    def generation_id(self) -> str | None:
        """The server's id, or None so far."""
        return self._snapshot.generation_id

    @property
    def status_code(self) -> int | None:
        """The HTTP status of the POST, or None."""
        return self._snapshot.status_code

    @property
    def latency_ms(self) -> int | None:
        """Whole milliseconds of the POST, its tries included."""
        return self._snapshot.latency_ms

    @property
    def total_ms(self) -> int | None:
        """Whole milliseconds from Send to the end."""
        return self._snapshot.total_ms

    @property
    def error(self) -> GenwidgetError | None:
        """Why it did not end in outputs, or None."""
        return self._snapshot.error

    @property
    def next_step(self) -> str:
        """What can be done about an end without outputs, or an empty text."""
        if self.state in {RunState.REFUSED, RunState.UNREACHED}:
            return self.error.next_step if self.error is not None else ""
        if self.state is RunState.EXPIRED:
            return f"{_why_not_followed(self.error)} {render('deadline_explained')}".lstrip()
        return render(_NEXT_STEPS[self.state]) if self.state in _NEXT_STEPS else ""

    @property
    def retry(self) -> Countdown | None:
        """The wait before the next try, or None."""
        return self._snapshot.retry

    @property
    def waiting(self) -> Waiting | None:
        """Why it is not sent yet, and until when; None where it does not wait."""
        return self._snapshot.waiting

    @property
    def response(self) -> dict[str, Any] | None:
        """The JSON object that answered the POST, or None."""
        return self._snapshot.response

    @property
    def raw_reply(self) -> bytes | None:
        """The bytes that answered the POST, or None."""
        return self._snapshot.raw_reply

    @property
    def generation(self) -> dict[str, Any] | None:
        """The generation's record once it has ended, or None."""
        return self._snapshot.generation

    @property
    def raw_record(self) -> bytes | None:
        """The bytes of the record's reply, or None."""
        return self._snapshot.raw_record

    @property
    def timeline(self) -> tuple[TimelineEntry, ...]:
        """What happened, in order, and what is inferred to come."""
        return build_timeline(self._snapshot.state, self._snapshot.timeline_data)

    @property
    def is_deleted(self) -> bool:
        """Whether its files are gone at the API: it was deleted here, or its record says so."""
        removed = (self.generation or {}).get("generation_removed")
        return self._snapshot.is_deleted or removed is True or removed == "true"

    @property
    def provider(self) -> str | None:
        """The provider that served, as the record says, or None."""
        return text((self.generation or {}).get("generation_provider_used")) or self._snapshot.provider

    @property
    def credits(self) -> float | None:
        """What it cost in credits, where known: nothing where nothing was made."""
        if self.state in _FREE or self._snapshot.credits_refunded:
            return 0.0
        return None if self.state is RunState.LOST else self.intent.price


def _why_not_followed(error: GenwidgetError | None) -> str:
    """Return what else is known of a run that is followed no more: what can be done, or what the last poll met."""
    if isinstance(error, ApiError):
        return error.next_step
    cause = error.__cause__ if isinstance(error, DeadlinePassed) else None
    return f"{render('timeline_trouble', reason=cause).rstrip('.')}." if isinstance(cause, GenwidgetError) else ""
