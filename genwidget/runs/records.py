"""A run as a row of the ledger, and back; new intents."""

from typing import Any, Final
from uuid import uuid4

from genwidget.api.regions import Target
from genwidget.errors import (
    ApiError,
    ConnectionClosed,
    ConnectionFailed,
    DeadlinePassed,
    GenwidgetError,
    Interrupted,
    InvalidHttpResponse,
    InvalidJsonResponse,
    NotSent,
    ProcessEnded,
    RequestTimedOut,
    ResponseIncomplete,
    ResponseTooLarge,
    TransportError,
)
from genwidget.messages import render
from genwidget.request.validation import Request
from genwidget.runs.intent import Intent
from genwidget.runs.ledger import Row
from genwidget.runs.run import Run
from genwidget.runs.snapshot import RunSnapshot
from genwidget.runs.state import RunState
from genwidget.runs.timeline import TimelineData, TimelineEntry, guess, mark
from genwidget.text import duration, host_of, load_json, moment, shown

#: What a live row of another process, or of one that died, is here: nothing carries it.
_STATE_WITHOUT_OWNER: Final[dict[RunState, RunState]] = {
    RunState.WAITING: RunState.UNSENT,
    RunState.SENDING: RunState.LOST,
    RunState.ACCEPTED: RunState.EXPIRED,
    RunState.PROCESSING: RunState.EXPIRED,
}
#: Why no answer was read, by the code in the row; what else was told is not kept.
_WHY_LOST: Final[dict[str | None, type[TransportError]]] = {
    kind.code: kind
    for kind in (
        ConnectionFailed,
        ConnectionClosed,
        ResponseIncomplete,
        InvalidHttpResponse,
        RequestTimedOut,
        ResponseTooLarge,
        InvalidJsonResponse,
    )
}


def new_intent(
    request: Request, now: float, intent_id: str | None = None, idempotency_key: str | None = None
) -> Intent:
    """Return the intent of one press of Send, with an idempotency key of its own where none is given."""
    return Intent(
        intent_id=intent_id or str(uuid4()),
        idempotency_key=idempotency_key or str(uuid4()),
        model_type=request.model_type,
        model_id=request.model_id,
        path=request.path,
        content=request.encoded,
        body=dict(request.body),
        created_at=now,
        price=request.price,
    )


def intent_of(row: Row) -> Intent:
    """Return the intent of a row; without a stored body, or with one that is none, it cannot be sent again."""
    body = body_of(row)
    return Intent(
        intent_id=row.intent_id,
        idempotency_key=row.idempotency_key,
        model_type=row.model_type,
        model_id=row.model_id,
        path=row.path,
        content=None if body is None else row.body,
        body=body,
        created_at=moment(row.created_at),
        price=row.price,
    )


def body_of(row: Row) -> dict[str, Any] | None:
    """Return the stored body as an object; None where there is none, or where it is not a JSON object."""
    try:
        body = load_json((row.body or b"").decode())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def target_of(row: Row) -> Target:
    """Return where a row was sent."""
    return Target(row.region_id, row.api_url, row.helper_url, is_own_origin=row.is_own_origin)


def planned(intent: Intent) -> tuple[str, ...]:
    """Return the providers in the order asked for; ``fastest`` leaves it to the API."""
    asked = (intent.body or {}).get("generation_provider_order")
    names = tuple(shown(name.strip()) for name in asked.split(",")) if isinstance(asked, str) else ()
    return () if names == ("fastest",) or "" in names else names


def first_facts(intent: Intent, *, has_limit: bool = False) -> RunSnapshot:
    """Return what is known of a run whose first byte has not left; a spend limit is checked before one does."""
    first = mark(0, "timeline_checking" if has_limit else "timeline_sending")
    timeline_data = TimelineData(marks=(first,), plan=planned(intent))
    return RunSnapshot(started_at=intent.created_at, timeline_data=timeline_data)


def facts_of(row: Row) -> RunSnapshot:
    """Return what a row still tells: what was under way is not carried by this process, and can be resumed."""
    state = state_of(row)
    error, ends = _end_of(row, state)
    return RunSnapshot(
        state=state,
        started_at=moment(row.created_at),
        status_code=row.status_code,
        latency_ms=row.latency_ms,
        total_ms=row.total_ms,
        generation_id=row.generation_id,
        error=error,
        provider=row.provider,
        credits_refunded=row.credits == 0,
        is_deleted=row.is_deleted,
        rating=row.rating,
        timeline_data=TimelineData(ends=ends),
    )


def state_of(row: Row) -> RunState:
    """Return the state of a row's run for a process that does not carry it."""
    written = RunState(row.state)
    return _STATE_WITHOUT_OWNER.get(written, written)


def _end_of(row: Row, state: RunState) -> tuple[GenwidgetError | None, tuple[TimelineEntry, ...]]:
    """Return why a run did not end in outputs, and how its timeline ends."""
    may_run = guess("timeline_may_run")
    if row.is_carried_elsewhere:
        ends = (mark(row.total_ms, "timeline_elsewhere"), may_run)
        return _followed_elsewhere(state), ends[:1] if state is RunState.UNSENT else ends
    if state is RunState.LOST:
        ends = (mark(row.total_ms, "timeline_unreadable", tone="bad"), may_run)
        return _why_lost(row), ends
    if state in {RunState.REFUSED, RunState.UNREACHED, RunState.UNSENT}:
        return _why_not_made(row, state), (mark(row.total_ms, f"timeline_{state}", tone="bad"),)
    if state is not RunState.EXPIRED:
        return None, (mark(row.total_ms, f"timeline_{state}"),)
    if row.state != state or row.error_code == ProcessEnded.code:
        return ProcessEnded(render("process_ended")), (mark(row.total_ms, "timeline_process_ended"), may_run)
    return DeadlinePassed(_why_expired(row)), (mark(row.total_ms, "timeline_expired"), may_run)


def _why_expired(row: Row) -> str:
    if row.total_ms is None:  # it had been resumed
        return render("timeline_expired")
    return render("deadline_passed", time=duration(row.total_ms / 1000))


def _followed_elsewhere(state: RunState) -> GenwidgetError:
    sentence = render("followed_elsewhere")
    if state is RunState.UNSENT:
        return GenwidgetError(sentence)
    return TransportError(sentence, may_have_started=True) if state is RunState.LOST else DeadlinePassed(sentence)


def _why_not_made(row: Row, state: RunState) -> GenwidgetError:
    if state is RunState.UNREACHED:
        return ConnectionFailed(host=host_of(row.api_url))
    if state is RunState.UNSENT:
        return NotSent("unsent_credits" if row.error_code == "unsent_credits" else "unsent_ended")
    known = row.error_code is not None
    return GenwidgetError(render("refused_code", cause=row.error_code) if known else render("refused_before"))


def _why_lost(row: Row) -> TransportError:
    """Return why no answer was read: the process ended, or what it kept of what it saw."""
    if row.state != RunState.LOST or row.error_code == Interrupted.code:
        return Interrupted(may_have_started=True)
    kind = _WHY_LOST.get(row.error_code)
    if kind is None:
        return TransportError(render("lost"), may_have_started=True)
    return kind(host=host_of(row.api_url), may_have_started=True)


def row_of(run: Run, key_fingerprint: str, now: float) -> Row:
    """Return a run as a row of the ledger."""
    intent, target = run.intent, run.target
    return Row(
        intent_id=intent.intent_id,
        idempotency_key=intent.idempotency_key,
        request_hash=intent.sha256,
        body=intent.content if run.settings.store_bodies else None,
        region_id=target.region_id,
        api_url=target.api_url,
        helper_url=target.helper_url,
        is_own_origin=target.is_own_origin,
        model_type=intent.model_type,
        model_id=intent.model_id,
        path=intent.path,
        key_fingerprint=key_fingerprint,
        created_at=intent.created_at,
        state=run.state.value,
        generation_id=run.generation_id,
        status_code=run.status_code,
        latency_ms=run.latency_ms,
        total_ms=run.total_ms,
        error_code=error_code(run.error),
        credits=run.credits,
        provider=run.provider,
        price=intent.price,
        is_deleted=run.is_deleted,
        rating=run.rating,
        updated_at=now,
    )


def error_code(error: GenwidgetError | None) -> str | None:
    """Return the API's own code of an error, else ours, else None."""
    if isinstance(error, ApiError):
        return error.api_code or None
    return (error.code or None) if error is not None else None
