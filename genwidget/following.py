"""The second half of a run: polling the accepted generation to its end."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from genwidget.api import Api
from genwidget.errors import ApiError, DeadlinePassed, InvalidJsonResponse, RunCanceled
from genwidget.lifecycle import RunEvent, RunState
from genwidget.messages import render
from genwidget.progress import Progress, unix_ms
from genwidget.replies import Attempt, GenerationStatus, Reply
from genwidget.retry import poll_delay
from genwidget.timeline import AttemptSeen, TimelineEntry, guess, mark
from genwidget.tries import Pause
from genwidget.wire import TERMINAL_STATUSES, decode_json, segment, text, texts


@dataclass(frozen=True, slots=True)
class _Polled:
    """One answer of the content route: the record, or how long to leave the API alone."""

    record: dict[str, Any] | None = None
    content: bytes | None = None
    request_id: str | None = None
    status_code: int = 0
    after_s: float = 0.0


async def follow(progress: Progress, api: Api) -> None:
    """Poll, at once and then ever more slowly, until the generation has ended or the deadline passes.

    A poll that fails does not end the run: the generation goes on whether or not it can be asked about.
    """
    run, timing = progress.run, progress.timing
    give_up_at = timing.clock() + run.settings.deadline_s
    clock = _ServerClock(progress)
    for poll in count(1):
        polled = await _ask(progress, api)
        if polled.record is not None:
            told = await api.generation_status(run.generation_id or "")
            _note(progress, clock, polled.record, told)
            if text(polled.record.get("generation_status")) in TERMINAL_STATUSES:
                _end(progress, polled)
                return
        delay_s = max(poll_delay(poll, run.settings, timing.jitter), polled.after_s)
        if timing.clock() + delay_s > give_up_at:
            _expire(progress)
            return
        await progress.sleep(delay_s)


async def _ask(progress: Progress, api: Api) -> _Polled:
    sent = await api.send("GET", f"/v1/content/{segment(progress.run.generation_id or '')}", wait=_no_more)
    if isinstance(sent.error, ApiError):
        after_s = sent.error.retry_after_s or 0.0
        return _Polled(after_s=after_s if after_s <= progress.run.settings.retry_after_max_s else 0.0)
    return _Polled() if sent.error is not None or sent.reply is None else _read(sent.reply)


async def _no_more(_pause: Pause) -> bool:
    """A poll is not tried again by itself: the next poll is its next try."""
    return False


def _read(reply: Reply) -> _Polled:
    try:
        body = decode_json(reply.content, status_code=reply.status_code)
    except InvalidJsonResponse:
        return _Polled()
    record = body.get("data") if isinstance(body, dict) else None
    if not isinstance(record, dict):
        return _Polled()
    return _Polled(record, reply.content, text(body.get("request_id")), reply.status_code)


class _ServerClock:
    """Puts the server's moments on the run's own clock: the reply to the POST is the one moment known on both."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._accepted_ms = progress.story.since_ms or 0
        self._server_ms = unix_ms(text((progress.run.response or {}).get("timestamp")))

    def read(self, moment: str | None, not_before_ms: int) -> int:
        """Return a moment in whole milliseconds since the run began: never ahead of now, nor before what led to it."""
        now_ms, server_ms = self._progress.now_ms(), unix_ms(moment)
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


def _note(progress: Progress, clock: _ServerClock, record: dict[str, Any], told: GenerationStatus | None) -> None:
    """Take what a poll tells of the way there."""
    story = progress.story
    plan = texts(record.get("generation_provider_order")) or story.plan
    attempts = clock.attempts(told.attempts, story.attempts) if told is not None else story.attempts
    is_at_work = text(record.get("generation_status")) == "processing" and progress.run.state is RunState.ACCEPTED
    if is_at_work:
        progress.step(RunEvent.PROCESSING, story={"plan": plan, "attempts": attempts})
    elif (plan, attempts) != (story.plan, story.attempts):
        progress.step(story={"plan": plan, "attempts": attempts})


def _end(progress: Progress, polled: _Polled) -> None:
    record = polled.record or {}
    status = text(record.get("generation_status")) or ""
    at_ms = progress.now_ms()
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
        changes["error"] = RunCanceled(render("generation_canceled"), run=progress.run)
    tone = {"succeeded": "ok", "failed": "bad"}.get(status, "plain")
    end = TimelineEntry(at_ms, render(f"timeline_{status}"), provider=provider, tone=tone)  # type: ignore[arg-type]
    progress.step(RunEvent(status), story={"provider_used": provider, "ends": (end,)}, **changes)


def _expire(progress: Progress) -> None:
    run, at_ms = progress.run, progress.now_ms()
    error = DeadlinePassed(render("deadline_passed", minutes=f"{run.settings.deadline_s / 60:g}"), run=run)
    ends = (mark(at_ms, "timeline_expired"), guess("timeline_may_run"))
    progress.step(RunEvent.EXPIRED, story={"ends": ends}, error=error, total_ms=at_ms)
