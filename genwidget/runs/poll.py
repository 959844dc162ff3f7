"""Polls the accepted generation of a run until it has ended."""

from dataclasses import dataclass
from typing import Any

from genwidget.api.client import Client
from genwidget.api.http_response import HttpResponse
from genwidget.api.models import Attempt, GenerationStatus
from genwidget.api.polling import Deadline, PollFailures, poll_delay
from genwidget.api.responses import TERMINAL_STATUSES, decode_json, identifier, segment, text, texts
from genwidget.errors import (
    ApiError,
    DeadlinePassed,
    GenwidgetError,
    RunCanceled,
    TransportError,
    UnexpectedReply,
)
from genwidget.messages import render
from genwidget.runs.recorder import RunRecorder, unix_ms
from genwidget.runs.shared_polls import SharedPolls
from genwidget.runs.state import RunEvent, RunState
from genwidget.runs.timeline import MAX_TOLD, AttemptSeen, TimelineEntry, guess, mark
from genwidget.settings import Settings


@dataclass(frozen=True, slots=True)
class _Polled:
    """A record that was read; ``is_listed`` says that it stood on a page of the content list."""

    record: dict[str, Any]
    content: bytes
    request_id: str | None
    status_code: int
    is_listed: bool = False


async def poll_run(recorder: RunRecorder, api: Client, polls: SharedPolls) -> None:
    """Poll, at once and then ever more slowly, until the generation has ended or the deadline passes.

    A poll that fails is told in the timeline. It ends the run where :class:`genwidget.api.polling.PollFailures` says
    that no further one can help; the run can then be resumed.
    """
    with polls.follow(recorder.run.generation_id or ""):
        await _poll(recorder, api, polls)


async def _poll(recorder: RunRecorder, api: Client, polls: SharedPolls) -> None:
    run, timing = recorder.run, recorder.timing
    deadline = Deadline(timing.clock, run.settings.deadline_s)
    clock, failures = _ServerClock(recorder), PollFailures()
    poll = 0
    while True:
        polled, after_s = await _ask(recorder, api, polls), 0.0
        if isinstance(polled, _Polled):
            failures.clear()
            is_told = run.is_shown or not polls.is_crowded
            told = await api.generation_status(run.generation_id or "") if is_told else None
            _note(recorder, clock, polled.record, told)
            if text(polled.record.get("generation_status")) in TERMINAL_STATUSES:
                ended_ms = recorder.now_ms()
                await recorder.wait_for_price()
                _end(recorder, polled, ended_ms)
                return
        else:
            _note_trouble(recorder, polled)
            if not failures.can_go_on(polled):
                _expire(recorder, polled)
                return
            after_s = _asked_wait_s(polled, run.settings)
        is_listed = isinstance(polled, _Polled) and polled.is_listed  # the wait for the next page is the delay
        poll += not is_listed
        delay_s = 0.0 if is_listed else max(poll_delay(poll, run.settings, timing.jitter), after_s)
        if deadline.is_over or await _passes(recorder, deadline, delay_s, after_s):
            error = DeadlinePassed(deadline.sentence, run=run)
            error.__cause__ = None if isinstance(polled, _Polled) else polled
            _expire(recorder, error)
            return


async def _passes(recorder: RunRecorder, deadline: Deadline, delay_s: float, after_s: float) -> bool:
    """Wait for the next poll; return whether none is made, as the API asks to be left alone past the deadline."""
    left_s = deadline.left_s
    if delay_s > 0:
        await recorder.sleep(min(delay_s, left_s))
    return after_s > left_s and deadline.is_over


async def _ask(recorder: RunRecorder, api: Client, polls: SharedPolls) -> _Polled | GenwidgetError:
    """Poll once: the next poll is its next try. What a page of the list says to have ended is read by itself."""
    generation_id = recorder.run.generation_id or ""
    on_page = await polls.read(api, generation_id)
    if isinstance(on_page, GenwidgetError):
        return on_page
    if on_page is not None and text(on_page.get("generation_status")) not in TERMINAL_STATUSES:
        return _Polled(on_page, b"", None, 200, is_listed=True)
    sent = await api.send("GET", f"/v1/content/{segment(generation_id)}", once=True)
    if sent.error is not None:
        return sent.error
    assert sent.reply is not None
    try:
        return _read(sent.reply, generation_id)
    except TransportError as error:
        return error


def _asked_wait_s(error: GenwidgetError, settings: Settings) -> float:
    """Return how long the API asks to be left alone, in seconds."""
    after_s = error.retry_after_s or 0.0 if isinstance(error, ApiError) else 0.0
    return after_s if after_s <= settings.retry_after_max_s else 0.0


def _read(reply: HttpResponse, generation_id: str) -> _Polled:
    """Return the record of an answer.

    Raises:
        TransportError: it cannot be read, or is of another generation.
    """
    body = decode_json(reply.content, status_code=reply.status_code)
    record = body.get("data") if isinstance(body, dict) else None
    if not isinstance(record, dict):
        raise UnexpectedReply(where="data", status_code=reply.status_code)
    if identifier(record.get("generation_id")) != generation_id:
        raise UnexpectedReply(where="data.generation_id", status_code=reply.status_code)
    if text(record.get("generation_status")) is None:
        raise UnexpectedReply(where="data.generation_status", status_code=reply.status_code)
    return _Polled(record, reply.content, text(body.get("request_id")), reply.status_code)


class _ServerClock:
    """Puts the server's moments on the run's own clock: the reply to the POST is the one moment known on both."""

    def __init__(self, recorder: RunRecorder) -> None:
        self._recorder = recorder
        self._accepted_ms = recorder.timeline_data.since_ms or 0
        self._server_ms = unix_ms(text((recorder.run.response or {}).get("timestamp")))

    def read(self, moment: str | None, not_before_ms: int) -> int:
        """Return a moment in whole milliseconds since the run began: never ahead of now, nor before what led to it."""
        now_ms, server_ms = self._recorder.now_ms(), unix_ms(moment)
        if server_ms is None or self._server_ms is None:
            return max(now_ms, not_before_ms)
        at_ms = round(self._accepted_ms + server_ms - self._server_ms)
        return max(min(at_ms, now_ms), not_before_ms)

    def attempts(self, told: tuple[Attempt, ...], seen: tuple[AttemptSeen, ...]) -> tuple[AttemptSeen, ...]:
        """Return the providers' tries; those seen before keep their moments."""
        result: list[AttemptSeen] = []
        last_ms = self._accepted_ms
        for index, one in enumerate(told):
            before = seen[index] if index < len(seen) and seen[index].provider == one.provider else None
            started_ms = before.started_ms if before else self.read(one.started_at, last_ms)
            ended_ms = before.ended_ms if before else None
            if ended_ms is None and one.ended_at is not None:
                ended_ms = self.read(one.ended_at, started_ms)
            result.append(AttemptSeen(one.provider, one.outcome or "pending", started_ms, ended_ms))
            last_ms = ended_ms if ended_ms is not None else started_ms
        return tuple(result)


def _note_trouble(recorder: RunRecorder, error: GenwidgetError) -> None:
    """Tell of a poll that failed: as one entry, however many fail, from the first that failed so."""
    label = render("timeline_trouble", reason=error.message)
    before = recorder.timeline_data.trouble
    if before is None or before.label != label:
        recorder.step(timeline_data={"trouble": TimelineEntry(recorder.now_ms(), label, tone="bad")})


def _note(recorder: RunRecorder, clock: _ServerClock, record: dict[str, Any], told: GenerationStatus | None) -> None:
    """Take what a poll tells of the way there."""
    timeline_data = recorder.timeline_data
    plan = texts(record.get("generation_provider_order"))[:MAX_TOLD] or timeline_data.plan
    attempts = (
        clock.attempts(told.attempts[:MAX_TOLD], timeline_data.attempts) if told is not None else timeline_data.attempts
    )
    is_at_work = text(record.get("generation_status")) == "processing" and recorder.run.state is RunState.ACCEPTED
    if is_at_work:
        recorder.step(RunEvent.PROCESSING, timeline_data={"plan": plan, "attempts": attempts})
    elif (plan, attempts) != (timeline_data.plan, timeline_data.attempts):
        recorder.step(timeline_data={"plan": plan, "attempts": attempts})


def _end(recorder: RunRecorder, polled: _Polled, at_ms: int) -> None:
    record = polled.record
    status = text(record.get("generation_status")) or ""
    provider = text(record.get("generation_provider_used"))
    changes: dict[str, Any] = {"generation": record, "raw_record": polled.content, "total_ms": at_ms}
    changes["error"] = None
    if status == "failed":
        changes["error"] = ApiError(
            text(record.get("generation_error")) or render("generation_failed"),
            status_code=polled.status_code,
            api_code=text(record.get("generation_error_code")) or "",
            api_type="generation_failed",
            request_id=polled.request_id,
            body=record,
        )
        changes["credits_refunded"] = True
    elif status == "canceled":
        changes["error"] = RunCanceled(render("generation_canceled"), run=recorder.run)
    tone = {"succeeded": "ok", "failed": "bad"}.get(status, "plain")
    end = TimelineEntry(at_ms, render(f"timeline_{status}"), provider=provider, tone=tone)  # type: ignore[arg-type]
    recorder.step(RunEvent(status), timeline_data={"provider_used": provider, "ends": (end,)}, **changes)


def _expire(recorder: RunRecorder, error: GenwidgetError) -> None:
    at_ms = recorder.now_ms()
    ends = (mark(at_ms, "timeline_expired"), guess("timeline_may_run"))
    recorder.step(RunEvent.EXPIRED, timeline_data={"ends": ends}, error=error, total_ms=at_ms)
