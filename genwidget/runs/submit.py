"""Submits a run: the paid POST, its retries, and what the response means."""

from dataclasses import replace
from typing import Any

from genwidget.api.client import Client
from genwidget.api.http_response import HttpResponse
from genwidget.api.responses import (
    MAX_DECODED_REPLY,
    NO_CONTENT,
    decode_json,
    identifier,
    rate_limit,
    server_time,
    text,
    texts,
)
from genwidget.api.retry import STILL_RUNNING_CODE, Attempt, Outcome
from genwidget.errors import (
    ApiError,
    ConnectionFailed,
    GenwidgetError,
    RequestTimedOut,
    RunCanceled,
    TransportError,
    UnexpectedReply,
)
from genwidget.messages import render
from genwidget.runs.entries import may_hold
from genwidget.runs.pace import Hold
from genwidget.runs.recorder import RunRecorder
from genwidget.runs.snapshot import Countdown, Waiting
from genwidget.runs.state import RunEvent
from genwidget.runs.timeline import MAX_TOLD, TimelineEntry, guess, mark, without_sending
from genwidget.runs.turns import PACED_CODES, Turn


async def submit_run(recorder: RunRecorder, api: Client, turn: Turn) -> None:
    """Send what a run asks, in its turn, and take it to ``accepted`` or to an end. Its row is in the ledger already.

    What may have made a generation is sent again for as long as its idempotency key holds.
    """
    intent = recorder.run.intent
    assert intent.content is not None
    since = recorder.run.created_at if recorder.may_have_started else recorder.timing.now()
    async for attempt in await api.attempts(intent.path, intent.content, intent.idempotency_key, PACED_CODES):
        _update_pace(recorder, attempt.outcome, turn)
        if attempt.is_held:
            goes_on = await _wait_again(recorder, attempt, turn)
        else:
            goes_on = attempt.delay_s is not None and await _wait(recorder, attempt, attempt.delay_s)
        if not (recorder.may_have_started or attempt.outcome.may_have_started):
            since = recorder.timing.now()
        if not goes_on or not may_hold(since, recorder.timing.now()):  # the wait may have been long
            _take(recorder, attempt.outcome)
            return


async def take_turn(recorder: RunRecorder, turn: Turn, then: str = "timeline_sending") -> bool:
    """Wait for a run's turn where a person can see it, and return whether it came: not once it was canceled or put off.

    Args:
        recorder: of the run, which is sending.
        turn: its place in line.
        then: the sentence of the timeline where it goes on.
    """
    if turn.through.done():
        return True
    began_ms = recorder.now_ms()
    before = without_sending(recorder.timeline_data.marks)

    def show(hold: Hold, event: RunEvent | None = None) -> None:
        until = None if hold.until is None else recorder.timing.now() + hold.until - recorder.timing.clock()
        marks = (*before, mark(began_ms, f"timeline_waiting_{hold.cause}"))
        recorder.step(event, waiting=Waiting(hold.cause, until), timeline_data={"marks": marks})

    assert turn.lane.held is not None, "who is not let through is told why"
    show(turn.lane.held, RunEvent.WAITING)
    turn.tell, recorder.has_waited = show, True
    if not recorder.is_given_up:
        await recorder.wait_for(turn.through)
    turn.tell = None
    recorder.waited_ms += recorder.now_ms() - began_ms
    if recorder.is_given_up:
        return False
    marks = (*recorder.timeline_data.marks, mark(recorder.now_ms(), then))
    recorder.step(RunEvent.SENDING, timeline_data={"marks": marks})
    return True


def _update_pace(recorder: RunRecorder, sent: Outcome, turn: Turn) -> None:
    """Let the pace of the account know what an answer tells of it."""
    if sent.reply is not None:
        turn.note(rate_limit(sent.reply.headers), server_time(sent.reply.headers, recorder.timing.now()))
    if sent.error is None:
        turn.accepted()


async def _wait_again(recorder: RunRecorder, attempt: Attempt, turn: Turn) -> bool:
    """Get in line again, since the API says that it was too early, and return whether the turn came."""
    error = attempt.outcome.error
    assert isinstance(error, ApiError), "only the API says so"
    _mark_sent(recorder, error)
    recorder.may_have_started = recorder.may_have_started or attempt.outcome.may_have_started
    turn.hold(error)
    return await take_turn(recorder, turn, "timeline_again")


async def _wait(recorder: RunRecorder, attempt: Attempt, delay_s: float) -> bool:
    """Wait for the next try where a person can see it, and return whether to make it: not once cancel was asked for."""
    error, number = attempt.outcome.error, attempt.next_number
    assert error is not None, "an answer that can be used is the last"
    _mark_sent(recorder, error)
    at_ms = recorder.now_ms()
    is_still_running = _is_first_running(error)
    if not is_still_running:
        recorder.mark(TimelineEntry(at_ms, error.message, attempt=number - 1, tone="bad"))
    elif all(one.label != render("timeline_still_running") for one in recorder.timeline_data.marks):
        recorder.mark(mark(at_ms, "timeline_still_running"))
    until = recorder.timing.now() + delay_s
    recorder.step(retry=Countdown(number, recorder.run.settings.max_tries, until, is_still_running))
    if not recorder.is_cancel_asked:
        await recorder.sleep(delay_s)
    recorder.step(retry=None)
    if recorder.is_cancel_asked:
        return False
    if not is_still_running:
        recorder.mark(mark(recorder.now_ms(), "timeline_again", attempt=number))
    return True


def _is_first_running(error: GenwidgetError) -> bool:
    return isinstance(error, ApiError) and error.api_code == STILL_RUNNING_CODE


def _take(recorder: RunRecorder, sent: Outcome) -> None:
    """Take the run where the last try leads."""
    at_ms = recorder.now_ms()
    known = _known(sent, at_ms)
    is_unsure = recorder.may_have_started or sent.may_have_started
    if sent.error is not None:
        _fail(recorder, sent.error, known, may_have_started=is_unsure)
        return
    assert sent.reply is not None
    try:
        body, data = _read(sent.reply)
        if is_unsure and "generation_id" not in data:
            # Another's answer: it does not tell what an earlier try has made.
            raise UnexpectedReply(where="data.generation_id", status_code=sent.reply.status_code, may_have_started=True)
    except TransportError as error:
        _fail(recorder, error, known, may_have_started=True)
        return
    known |= {"is_json": True, "response": body if isinstance(body, dict) else None}
    if sent.reply.status_code == NO_CONTENT:
        known["raw_reply"] = b"{}"
    known["request_id"] = text(body.get("request_id")) if isinstance(body, dict) else None
    _accept(recorder, data, known, at_ms)


def _known(sent: Outcome, at_ms: int) -> dict[str, Any]:
    """Return what any outcome of the POST tells."""
    known: dict[str, Any] = {"latency_ms": at_ms, "error": sent.error}
    if sent.reply is not None:
        known |= {"status_code": sent.reply.status_code, "raw_reply": sent.reply.content}
        known |= {"phases": sent.reply.phases, "rate_limit": rate_limit(sent.reply.headers)}
        known["is_replayed"] = sent.reply.is_replayed
    elif isinstance(sent.error, TransportError):
        known["status_code"] = sent.error.status_code
    if isinstance(sent.error, ApiError):
        body = sent.error.body
        known |= {"is_json": body is not None, "response": body if isinstance(body, dict) else None}
        known["request_id"] = sent.error.request_id
    return known


def _read(reply: HttpResponse) -> tuple[Any, dict[str, Any]]:
    """Return the JSON of a success and its data.

    Raises:
        TransportError: the body is no JSON, or has an id of a generation that cannot be read.
    """
    if reply.status_code == NO_CONTENT:
        return {}, {}
    body = decode_json(
        reply.content, status_code=reply.status_code, may_have_started=True, most_bytes=MAX_DECODED_REPLY
    )
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        return body, {}
    if "generation_id" in data and identifier(data["generation_id"]) is None:
        raise UnexpectedReply(where="data.generation_id", status_code=reply.status_code, may_have_started=True)
    return body, data


def _accept(recorder: RunRecorder, data: dict[str, Any], known: dict[str, Any], at_ms: int) -> None:
    _mark_sent(recorder)
    generation_id = identifier(data.get("generation_id"))
    known["generation_id"] = generation_id
    marks = recorder.timeline_data.marks
    if generation_id is None:
        ends = (mark(at_ms, "timeline_answered", tone="ok"),)
        recorder.step(RunEvent.ANSWERED, timeline_data={"ends": ends}, total_ms=at_ms, **known)
    elif data.get("generation_status") == "canceled":
        known["error"] = RunCanceled(render("generation_canceled"), run=recorder.run)
        ends = (mark(at_ms, "timeline_canceled"),)
        recorder.step(RunEvent.CANCELED, timeline_data={"ends": ends}, total_ms=at_ms, **known)
    else:
        plan = texts(data.get("generation_provider_order"))[:MAX_TOLD] or recorder.timeline_data.plan
        accepted = (*marks, mark(at_ms, "timeline_accepted"))
        recorder.step(RunEvent.ACCEPTED, timeline_data={"marks": accepted, "plan": plan, "since_ms": at_ms}, **known)


def _fail(recorder: RunRecorder, error: GenwidgetError, known: dict[str, Any], *, may_have_started: bool) -> None:
    """End a run whose POST has no usable answer: lost where something may have been made, else unreached or refused."""
    at_ms = recorder.now_ms()
    _mark_sent(recorder, error)
    known |= {"error": error, "total_ms": at_ms}
    if may_have_started:
        code = "timeline_no_answer" if isinstance(error, RequestTimedOut) else "timeline_unreadable"
        code = "timeline_stopped_asking" if _is_first_running(error) else code
        ends = (mark(at_ms, code, tone="bad"), guess("timeline_may_run"))
        recorder.step(RunEvent.LOST, timeline_data={"ends": ends}, **known)
    elif recorder.is_cancel_asked:
        known |= {"error": RunCanceled(render("generation_canceled"), run=recorder.run), "credits_refunded": True}
        recorder.step(RunEvent.CANCELED, timeline_data={"ends": (mark(at_ms, "timeline_canceled"),)}, **known)
    elif recorder.put_off is not None:  # what it was told before is that it came too early
        known |= {"error": recorder.put_off, "status_code": None}
        recorder.step(RunEvent.UNSENT, timeline_data={"ends": (mark(at_ms, "timeline_unsent", tone="bad"),)}, **known)
    else:
        is_unreached = isinstance(error, ConnectionFailed)
        label = error.message if is_unreached else render("timeline_refused")
        event = RunEvent.UNREACHED if is_unreached else RunEvent.REFUSED
        recorder.step(event, timeline_data={"ends": (TimelineEntry(at_ms, label, tone="bad"),)}, **known)


def _mark_sent(recorder: RunRecorder, error: GenwidgetError | None = None) -> None:
    """Turn "sending" into "sent", unless not a byte has left."""
    if isinstance(error, ConnectionFailed) and not error.may_have_started:
        return
    sending, sent = render("timeline_sending"), render("timeline_sent")
    marks = tuple(replace(one, label=sent) if one.label == sending else one for one in recorder.timeline_data.marks)
    if marks != recorder.timeline_data.marks:
        recorder.step(timeline_data={"marks": marks})
